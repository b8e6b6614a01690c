import { Menu as Base } from "@base-ui/react/menu";
import { Check, Ellipsis } from "lucide-react";
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
      /** It is on or off, and the menu stays open for more. */
      checked?: boolean;
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
      <Popup label={label} entries={entries} />
    </Base.Root>
  );
}

interface MenuAtProps {
  label: string;
  entries: MenuEntry[];
  /** An element, or where the pointer was. */
  at: Element | DOMRect;
  onClose: () => void;
  /** Where the focus goes then. */
  returnFocusTo: () => HTMLElement | null;
}

/** The same for a row, which has no button of its own for it. */
export function MenuAt({ label, entries, at, onClose, returnFocusTo }: MenuAtProps) {
  const anchor = at instanceof Element ? at : { getBoundingClientRect: () => at };
  return (
    <Base.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Popup label={label} entries={entries} anchor={anchor} returnFocusTo={returnFocusTo} />
    </Base.Root>
  );
}

interface PopupProps {
  label: string;
  entries: MenuEntry[];
  anchor?: Base.Positioner.Props["anchor"];
  returnFocusTo?: () => HTMLElement | null;
}

const ITEM =
  "flex min-h-7 items-center gap-4 rounded-chip px-2 py-1 data-disabled:text-text-3 data-highlighted:bg-accent-soft";

function Popup({ label, entries, anchor, returnFocusTo }: PopupProps) {
  return (
    <Base.Portal container={layer}>
      <Base.Positioner
        anchor={anchor}
        positionMethod="fixed"
        sideOffset={4}
        align={anchor === undefined ? "end" : "start"}
        className="outline-none"
      >
        <Base.Popup
          aria-label={label}
          finalFocus={returnFocusTo}
          className="min-w-48 rounded-panel border border-border bg-raised p-1 shadow-raised outline-none"
        >
          {entries.map((entry, index) =>
            entry === "separator" ? (
              // oxlint-disable-next-line react/no-array-index-key -- a separator has no other identity
              <Base.Separator key={index} className="my-1 h-px bg-border" />
            ) : entry.checked === undefined ? (
              <Base.Item
                key={entry.label}
                disabled={Boolean(entry.disabled)}
                onClick={entry.run}
                className={classNames(ITEM, entry.danger && "text-err")}
              >
                <span className="flex-1">{entry.label}</span>
                {entry.disabled ? <span className="text-meta">{entry.disabled}</span> : null}
                {entry.shortcut ? (
                  <kbd className="text-meta text-text-2">{entry.shortcut}</kbd>
                ) : null}
              </Base.Item>
            ) : (
              <Base.CheckboxItem
                key={entry.label}
                checked={entry.checked}
                disabled={Boolean(entry.disabled)}
                onCheckedChange={entry.run}
                className={ITEM}
              >
                <span aria-hidden className="-mr-2 w-4">
                  {entry.checked ? <Check size={16} strokeWidth={1.75} /> : null}
                </span>
                <span className="flex-1">{entry.label}</span>
              </Base.CheckboxItem>
            ),
          )}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}
