import type { KeyboardEvent, ReactNode } from "react";
import { Splitter, useSplit } from "../../components/splitter.tsx";
import { useIsDockedRight } from "./use-docked-right.ts";

const RIGHT = { min: 320, max: 900, start: 520 };
const BELOW = { min: 160, max: 640, start: 300 };

interface DetailDockProps {
  /** What is shown, for those who hear the page. */
  label: string;
  rows: ReactNode;
  /** Null where there are none. */
  details: ReactNode;
  onClose: () => void;
}

/** Rows, and details beside them where there is room, else below; the edge can be moved. */
export function DetailDock({ label, rows, details, onClose }: DetailDockProps) {
  const isRight = useIsDockedRight();
  const right = useSplit("logs-right", RIGHT);
  const below = useSplit("logs-below", BELOW);
  const [size, resize] = isRight ? right : below;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    // A menu of the details lies above them and is closed first.
    const isOwn = event.target instanceof Node && event.currentTarget.contains(event.target);
    if (event.key === "Escape" && isOwn && !event.defaultPrevented) onClose();
  };
  return (
    // Where the window is too low for both, the page is higher than the window and scrolls.
    <div
      className={`flex flex-1 ${isRight ? "" : "flex-col"} ${isRight || details === null ? "min-h-48" : "min-h-96"}`}
    >
      <div className="relative flex min-h-36 min-w-0 flex-1 flex-col">{rows}</div>
      {details === null ? null : (
        <>
          <Splitter
            label={isRight ? "Width of the details" : "Height of the details"}
            size={size}
            limits={isRight ? RIGHT : BELOW}
            onResize={resize}
            of={isRight ? "right" : "below"}
          />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Esc closes it from within */}
          <section
            data-pane
            aria-label={label}
            className={`flex min-h-0 flex-col border-border bg-bg ${isRight ? "shrink-0 border-l" : "shrink border-t"}`}
            style={isRight ? { width: size } : { height: size }}
            onKeyDown={onKeyDown}
          >
            {details}
          </section>
        </>
      )}
    </div>
  );
}
