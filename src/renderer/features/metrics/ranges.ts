const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Range {
  /** As it stands in the route and on the command line. */
  value: string;
  label: string;
  ms: number;
}

export const HOUR_RANGE: Range = { value: "1h", label: "Last hour", ms: HOUR_MS };
const LAST_DAY: Range = { value: "24h", label: "Last 24 hours", ms: DAY_MS };

export const RANGES: readonly Range[] = [
  HOUR_RANGE,
  LAST_DAY,
  { value: "7d", label: "Last 7 days", ms: 7 * DAY_MS },
  { value: "30d", label: "Last 30 days", ms: 30 * DAY_MS },
];

/** What a route says; a day where it says nothing that is known. */
export const rangeOf = (value: string): Range =>
  RANGES.find((range) => range.value === value) ?? LAST_DAY;
