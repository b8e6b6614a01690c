import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useReachable } from "./use-reachable.ts";

const MIN = 200;
const MAX = 640;
const STEP = 16;
const START = 320;

const within = (width: number): number => Math.min(MAX, Math.max(MIN, Math.round(width)));

interface SplitViewProps {
  /** Under which the width is remembered. */
  name: string;
  list: ReactNode;
  detail: ReactNode;
  /** What is chosen: something else begins at its top. */
  chosen: string;
}

/** A list and beside it what is chosen in it; the edge between them can be moved. */
export function SplitView({ name, list, detail, chosen }: SplitViewProps) {
  const key = `split:${name}`;
  const [width, setWidth] = useState(() => within(Number(localStorage.getItem(key)) || START));
  const resize = (next: number): void => {
    setWidth(within(next));
    localStorage.setItem(key, String(within(next)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    resize(width + by);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const left = event.currentTarget.parentElement?.getBoundingClientRect().left ?? 0;
    resize(event.clientX - left);
  };
  return (
    <div className="flex h-full min-h-0 gap-1 max-stack:flex-col">
      <div
        style={{ width }}
        className="flex min-h-0 shrink-0 flex-col overflow-hidden rounded-panel border border-border bg-surface max-stack:h-60 max-stack:w-full!"
      >
        {list}
      </div>
      <div
        role="separator"
        // A separator that can be moved is a control (ARIA 1.2, window splitter).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label="Width of the list"
        aria-orientation="vertical"
        aria-valuemin={MIN}
        aria-valuemax={MAX}
        aria-valuenow={width}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        className="w-2 shrink-0 cursor-col-resize rounded-chip hover:bg-border max-stack:hidden"
      />
      <Detail key={chosen}>{detail}</Detail>
    </div>
  );
}

function Detail({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useReachable(box);
  return (
    <div ref={box} className="relative min-h-0 min-w-0 flex-1 scroll-pb-16 overflow-y-auto">
      {children}
    </div>
  );
}
