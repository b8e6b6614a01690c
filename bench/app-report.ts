import { table } from "./stats.ts";

/** Of one app: times in ms from its start, memory of all processes in MB, load in % of a core. */
export interface AppResult {
  /** Until the gateway answers; the empty app has none. */
  listening: number | null;
  /** Until a person can use the window; of the empty app, until it is painted. */
  interactive: number;
  pssOpen: number;
  pssHidden: number;
  cpuOpen: number;
  cpuHidden: number;
  /** Bytes of the package as it is installed. */
  size: number | null;
}

interface Row {
  name: string;
  ours: number | null;
  empty: number | null;
  digits: number;
  /** The most that ours may be. */
  limit: number | null;
}

const LISTENING_MS = 400;
const INTERACTIVE_TIMES = 2.5;
const MORE_MEMORY_MB = 60;
/** Of a core, beyond what the empty app takes. */
const MORE_CPU_PERCENT = 0.2;
const MB = 1e6;

const rowsOf = (ours: AppResult, empty: AppResult): Row[] => {
  const row = (
    name: string,
    key: keyof AppResult,
    limit: number | null,
    { digits = 0, unit = 1 } = {},
  ): Row => {
    const scaled = (value: number | null): number | null => (value === null ? null : value / unit);
    return { name, ours: scaled(ours[key]), empty: scaled(empty[key]), digits, limit };
  };
  return [
    row("gateway listening, ms", "listening", LISTENING_MS),
    row("window interactive, ms", "interactive", empty.interactive * INTERACTIVE_TIMES),
    row("memory, window open, MB", "pssOpen", empty.pssOpen + MORE_MEMORY_MB),
    row("memory, window closed, MB", "pssHidden", empty.pssHidden + MORE_MEMORY_MB),
    row("idle, window open, % of a core", "cpuOpen", empty.cpuOpen + MORE_CPU_PERCENT, {
      digits: 2,
    }),
    row("idle, window closed, % of a core", "cpuHidden", empty.cpuHidden + MORE_CPU_PERCENT, {
      digits: 2,
    }),
    row("package, unpacked, MB", "size", null, { unit: MB }),
  ];
};

/** The table as text, and the names of what is over its limit. */
export const reportApp = (
  ours: AppResult,
  empty: AppResult,
): { text: string; missed: string[] } => {
  const rows = rowsOf(ours, empty);
  const cell = (value: number | null, digits: number): string => value?.toFixed(digits) ?? "–";
  const isMissed = ({ ours, limit }: Row): boolean =>
    limit !== null && !(ours !== null && ours <= limit);
  const text = table([
    ["", "ours", "empty app", "limit", ""],
    ...rows.map((row) => [
      row.name,
      cell(row.ours, row.digits),
      cell(row.empty, row.digits),
      cell(row.limit, row.digits),
      isMissed(row) ? "missed" : "",
    ]),
  ]);
  return { text, missed: rows.filter(isMissed).map(({ name }) => name) };
};
