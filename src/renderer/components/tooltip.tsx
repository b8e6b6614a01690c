import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { layer } from "./layer.ts";

interface TooltipProps {
  text: string;
  shortcut?: string;
  /** Beside in a row of a list, where above would be the row before. */
  side?: "top" | "left" | "right";
  /** The one element it explains; it has a name of its own. */
  children: ReactElement;
}

/** Says in words what an icon means. Never the only place of anything. */
export function Tooltip({ text, shortcut, side = "top", children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" side={side} sideOffset={6}>
          <Base.Popup className="max-w-80 rounded-chip border border-border bg-raised px-2 py-1 text-meta text-text shadow-raised">
            {text}
            {shortcut ? <kbd className="ml-2 text-text-2">{shortcut}</kbd> : null}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
