import { Menu as Base } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import type { ReactElement } from "react";
import { IconButton } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { layer } from "./layer.ts";

export type MenuEntry =
  | {
      label: string;
      run: () => void;
      danger?: boolean;
      /** Why it cannot be done now; shown beside it. */
      disabled?: string | false;
      shortcut?: string;
    }
  | "separator";

interface MenuProps {
  /** Name of the menu, for example “More for GitHub”. */
  label: string;
  entries: MenuEntry[];
  trigger?: ReactElement;
}

/** What can be done with one thing, behind ⋯. */
export function Menu({ label, entries, trigger }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger
        render={trigger ?? <IconButton icon={Ellipsis} label={label} tooltipSide="left" />}
      />
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" sideOffset={4} align="end" className="outline-none">
          <Base.Popup
            aria-label={label}
            className="min-w-48 rounded-panel border border-border bg-raised p-1 shadow-raised outline-none"
          >
            {entries.map((entry, index) =>
              entry === "separator" ? (
                // oxlint-disable-next-line react/no-array-index-key -- a separator has no other identity
                <Base.Separator key={index} className="my-1 h-px bg-border" />
              ) : (
                <Base.Item
                  key={entry.label}
                  disabled={Boolean(entry.disabled)}
                  onClick={entry.run}
                  className={classNames(
                    "flex min-h-7 items-center gap-4 rounded-chip px-2 py-1 data-disabled:text-text-3 data-highlighted:bg-accent-soft",
                    entry.danger && "text-err",
                  )}
                >
                  <span className="flex-1">{entry.label}</span>
                  {entry.disabled ? <span className="text-meta">{entry.disabled}</span> : null}
                  {entry.shortcut ? (
                    <kbd className="text-meta text-text-2">{entry.shortcut}</kbd>
                  ) : null}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
