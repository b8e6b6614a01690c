import { type ReactNode, useRef } from "react";
import { Splitter, useSplit } from "./splitter.tsx";
import { useReachable } from "./use-reachable.ts";

const LIMITS = { min: 200, max: 640, start: 320 };

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
  const [width, resize] = useSplit(name, LIMITS);
  return (
    <div className="flex h-full min-h-0 gap-1 max-stack:flex-col">
      <div
        style={{ width }}
        className="flex min-h-0 shrink-0 flex-col overflow-hidden rounded-panel border border-border bg-surface max-stack:h-60 max-stack:w-full!"
      >
        {list}
      </div>
      <Splitter
        label="Width of the list"
        size={width}
        limits={LIMITS}
        onResize={resize}
        of="left"
        className="max-stack:hidden"
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
