import { type LogBody, type LogDetail, OUTCOME_WORDS } from "@local-mcp/contract";
import { jsonText } from "../../components/json-text.ts";
import { sequenceDiff } from "../../components/sequence-diff.ts";
import { sizeText } from "../../components/size.ts";
import { duration, exactTime } from "../../components/time.ts";

/** What is known of both exchanges under one name. */
export interface ComparedFact {
  name: string;
  one: string;
  other: string;
}

const FACTS: readonly { name: string; of: (log: LogDetail) => string | null }[] = [
  { name: "Outcome", of: ({ outcome }) => OUTCOME_WORDS[outcome] },
  { name: "Error", of: ({ error }) => error },
  { name: "Error code", of: ({ errorCode }) => errorCode },
  { name: "HTTP status", of: ({ httpStatus }) => httpStatus?.toString() ?? null },
  { name: "Took", of: ({ durationMs }) => (durationMs === null ? null : duration(durationMs)) },
  { name: "Method", of: ({ method }) => method },
  { name: "Name", of: ({ name }) => name },
  { name: "Server", of: ({ server }) => server },
  { name: "Profile", of: ({ profile }) => profile },
  {
    name: "Client",
    of: ({ client, clientVersion }) => [client, clientVersion].filter(Boolean).join(" ") || null,
  },
  { name: "Era", of: ({ era }) => era },
  { name: "Session", of: ({ session }) => session },
  { name: "Request", of: ({ requestBytes }) => sizeOf(requestBytes) },
  { name: "Response", of: ({ responseBytes }) => sizeOf(responseBytes) },
  { name: "Began", of: ({ at }) => exactTime(at) },
];

const sizeOf = (bytes: number | null): string | null => (bytes === null ? null : sizeText(bytes));

/** The facts that differ, and those that are the same; what neither has is left out. */
export function comparedFacts(
  one: LogDetail,
  other: LogDetail,
): { differing: ComparedFact[]; same: ComparedFact[] } {
  const facts = FACTS.filter(({ of }) => of(one) !== null || of(other) !== null).map(
    ({ name, of }) => ({ name, one: of(one) ?? "–", other: of(other) ?? "–" }),
  );
  return {
    differing: facts.filter((fact) => fact.one !== fact.other),
    same: facts.filter((fact) => fact.one === fact.other),
  };
}

/** A line of either side, counted from 1. */
interface Line {
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

/** A message laid out, to be compared line by line. */
export function linesOf(body: LogBody | null): string[] {
  if (body === null) return [];
  try {
    return jsonText(JSON.parse(body.text)).split("\n");
  } catch {
    return body.text.split("\n");
  }
}

/** Two lists of lines side by side, without the long runs that are alike. */
export function diffRows(
  one: readonly string[],
  other: readonly string[],
): { rows: DiffRow[]; left: number } {
  const rows = withoutLongRuns(sideBySide(one, other));
  return { rows: rows.slice(0, MOST_ROWS), left: Math.max(0, rows.length - MOST_ROWS) };
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
      if (beside) beside.other = line;
      else rows.push({ kind: "lines", differs: true, one: null, other: line });
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

/** Why a message cannot be compared, as a sentence; null where it can. */
export function whyNoLines(log: LogDetail, part: "request" | "response"): string | null {
  const body = log[part];
  if (body === null) {
    return log.contents === "level"
      ? `Of debug log ${log.id} no messages were recorded.`
      : `Debug log ${log.id} has no ${part}.`;
  }
  return null;
}
