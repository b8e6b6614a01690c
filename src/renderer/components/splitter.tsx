import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { classNames } from "./class-names.ts";

const STEP = 16;

export interface SplitLimits {
  min: number;
  max: number;
  /** Before anybody moved the edge. */
  start: number;
}

/** A size that a person chose, remembered under a name; CSS px. */
export function useSplit(
  name: string,
  { min, max, start }: SplitLimits,
): [number, (size: number) => void] {
  const key = `split:${name}`;
  const within = (size: number): number => Math.min(max, Math.max(min, Math.round(size)));
  const [size, setSize] = useState(() => within(Number(localStorage.getItem(key)) || start));
  const resize = (next: number): void => {
    setSize(within(next));
    localStorage.setItem(key, String(within(next)));
  };
  return [size, resize];
}

interface SplitterProps {
  /** “Width of the list”. */
  label: string;
  size: number;
  limits: SplitLimits;
  onResize: (size: number) => void;
  /** Where what is resized lies, seen from the edge. */
  of: "left" | "right" | "below";
  className?: string;
}

/** The edge between two parts, moved by pointer or arrow keys. */
export function Splitter({ label, size, limits, onResize, of, className }: SplitterProps) {
  const isFlat = of === "below";
  const grows = of === "left" ? 1 : -1;
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = isFlat
      ? { ArrowUp: -STEP, ArrowDown: STEP }[event.key]
      : { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onResize(size + grows * by);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const edge = event.currentTarget;
    if (!edge.hasPointerCapture(event.pointerId)) return;
    const box = edge.parentElement?.getBoundingClientRect() ?? new DOMRect();
    onResize(
      of === "left"
        ? event.clientX - box.left
        : of === "right"
          ? box.right - event.clientX
          : box.bottom - event.clientY,
    );
  };
  return (
    <div
      role="separator"
      // A separator that can be moved is a control (ARIA 1.2, window splitter).
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-label={label}
      aria-orientation={isFlat ? "horizontal" : "vertical"}
      aria-valuemin={limits.min}
      aria-valuemax={limits.max}
      aria-valuenow={size}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      className={classNames(
        "shrink-0 rounded-chip hover:bg-border",
        isFlat ? "h-2 cursor-row-resize" : "w-2 cursor-col-resize",
        className,
      )}
    />
  );
}
