import { sequenceDiff } from "./sequence-diff.ts";

/** A line of either side, counted from 1. */
export interface Line {
  number: number;
  text: string;
}

export type DiffRow =
  | { kind: "lines"; differs: boolean; one: Line | null; other: Line | null }
  /** Lines that are alike and far from any that differ. */
  | { kind: "skipped"; lines: number };

/** Around what differs so many lines are shown that do not. */
const AROUND = 3;
/** More lines than this are not drawn; a person would not read them. */
const MOST_ROWS = 2000;

/** Two lists of lines side by side, without the long runs that are alike; `left` rows are too many. */
export function diffRows(
  one: readonly string[],
  other: readonly string[],
  most = MOST_ROWS,
): { rows: DiffRow[]; left: number } {
  const rows = withoutLongRuns(sideBySide(one, other));
  return { rows: rows.slice(0, most), left: Math.max(0, rows.length - most) };
}

type LinesRow = Extract<DiffRow, { kind: "lines" }>;

function sideBySide(one: readonly string[], other: readonly string[]): LinesRow[] {
  const rows: LinesRow[] = [];
  /** The first row that has no line of the other side yet. */
  let open = 0;
  let ones = 0;
  let others = 0;
  for (const { kind, text } of sequenceDiff(one, other)) {
    if (kind === "removed") {
      rows.push({ kind: "lines", differs: true, one: { number: ++ones, text }, other: null });
    } else if (kind === "added") {
      const line = { number: ++others, text };
      const beside = rows[open];
      if (beside) {
        beside.other = line;
        beside.differs = beside.one?.text !== text;
      } else rows.push({ kind: "lines", differs: true, one: null, other: line });
      open += 1;
    } else {
      rows.push({
        kind: "lines",
        differs: false,
        one: { number: ++ones, text },
        other: { number: ++others, text },
      });
      open = rows.length;
    }
  }
  return rows;
}

function withoutLongRuns(rows: readonly LinesRow[]): DiffRow[] {
  const isNear: boolean[] = Array.from({ length: rows.length }, () => false);
  rows.forEach(({ differs }, index) => {
    if (!differs) return;
    const from = Math.max(0, index - AROUND);
    isNear.fill(true, from, index + AROUND + 1);
  });
  const shown: DiffRow[] = [];
  rows.forEach((row, index) => {
    const last = shown.at(-1);
    if (isNear[index]) shown.push(row);
    else if (last?.kind === "skipped") last.lines += 1;
    else shown.push({ kind: "skipped", lines: 1 });
  });
  return shown;
}
