import { table } from "./stats.ts";

/** One thing that was measured, with what it has to be. */
export interface Figure {
  /** Which part of the benchmark. */
  part: string;
  what: string;
  measured: string;
  /** Null where nothing is asked of it. */
  limit: string | null;
  passed: boolean;
}

const against =
  (sign: "≤" | "≥", isMet: (value: number, limit: number) => boolean) =>
  (part: string, what: string, value: number, limit: number, unit = ""): Figure => ({
    part,
    what,
    measured: `${rounded(value)}${unit}`,
    limit: `${sign} ${limit}${unit}`,
    passed: isMet(value, limit),
  });

export const atMost = against("≤", (value, limit) => value <= limit);

export const atLeast = against("≥", (value, limit) => value >= limit);

export const exactly = (part: string, what: string, value: number, expected: number): Figure => ({
  part,
  what,
  measured: `${value}`,
  limit: `${expected}`,
  passed: value === expected,
});

/** Only told. */
export const told = (part: string, what: string, measured: string): Figure => ({
  part,
  what,
  measured,
  limit: null,
  passed: true,
});

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);

/** The figures as text, and those that are not what they have to be. */
export function reportFigures(figures: readonly Figure[]): { text: string; missed: Figure[] } {
  const rows = figures.map(({ part, what, measured, limit, passed }) => [
    `${part}: ${what}`,
    measured,
    limit ?? "",
    limit === null ? "" : passed ? "met" : "missed",
  ]);
  return {
    text: table([["", "measured", "goal", ""], ...rows]),
    missed: figures.filter(({ passed }) => !passed),
  };
}
