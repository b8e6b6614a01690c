import type {
  ConflictStrategy,
  ImportOptions,
  ImportPlan,
  ImportReport,
  ImportRow,
  TransferSelection,
} from "@local-mcp/contract";
import { filterByWords } from "../../components/word-filter.ts";
import {
  DONE_WORDS,
  doneText,
  KIND_WORDS,
  KINDS,
  type RowState,
  STATE_WORDS,
  type Strategy,
} from "./transfer-words.ts";

/** What a person wants to become of a file. */
export interface ImportWishes {
  /** `ask`: each that is there and differs needs a choice. */
  strategy: Strategy;
  /** By pointer. */
  choices: Readonly<Record<string, ConflictStrategy>>;
  /** Keys of {@link keyOf} that are not to be imported. */
  left: ReadonlySet<string>;
}

export const FIRST_WISHES: ImportWishes = { strategy: "ask", choices: {}, left: new Set() };

type Named = Pick<ImportRow, "kind" | "name" | "pointer">;

/** Two of one name are told apart by where they stand. */
export const keyOf = ({ kind, name, pointer }: Named): string => `${kind} ${pointer} ${name}`;

/** A row as it is shown. */
export interface ShownRow {
  row: ImportRow;
  state: RowState;
}

/** While it asks, what differs is looked at as if it were updated. */
const strategyOf = (strategy: Strategy): ConflictStrategy =>
  strategy === "ask" ? "update" : strategy;

/** What a plan is made with. */
export function planOptions(
  { strategy, choices, left }: ImportWishes,
  all: readonly ImportRow[],
): Pick<ImportOptions, "strategy" | "choices" | "selection"> {
  return {
    strategy: strategyOf(strategy),
    choices: { ...choices },
    ...(left.size > 0 && { selection: selectionOf(all, left) }),
  };
}

/** What is ticked, by kind; an empty list, which means all of a kind, where that is so. */
function selectionOf(all: readonly ImportRow[], left: ReadonlySet<string>): TransferSelection {
  const selection: TransferSelection = {};
  for (const kind of KINDS) {
    const ofKind = all.filter((row) => row.kind === kind);
    const ticked = ofKind.filter((row) => !left.has(keyOf(row)));
    if (ticked.length > 0)
      selection[kind] =
        ticked.length === ofKind.length ? [] : [...new Set(ticked.map(({ name }) => name))];
  }
  return selection;
}

/** Whether nothing at all is ticked, which is no plan. */
export const isNothingTicked = (all: readonly ImportRow[], left: ReadonlySet<string>): boolean =>
  all.every((row) => left.has(keyOf(row)));

/**
 * Every row of the file: as the plan has it, and those that it leaves out.
 *
 * @param all as the plan had them when everything was ticked
 */
export function shownRows(
  all: readonly ImportRow[],
  plan: Pick<ImportPlan, "rows">,
  wishes: ImportWishes,
): ShownRow[] {
  const planned = new Map(plan.rows.map((row) => [keyOf(row), row]));
  return all.map((first) => {
    const row = planned.get(keyOf(first));
    if (row === undefined) return { row: first, state: "left" };
    const isLeft = wishes.left.has(keyOf(row)) && row.action === "skip";
    return { row, state: isLeft ? "left" : needsChoice(row, wishes) ? "ask" : row.action };
  });
}

const needsChoice = ({ pointer, exists, action }: ImportRow, wishes: ImportWishes): boolean =>
  wishes.strategy === "ask" &&
  exists &&
  action === "update" &&
  wishes.choices[pointer] === undefined;

/** How many rows there are of each state. */
export function countStates(rows: readonly ShownRow[]): Record<RowState, number> {
  const counts = { ...NONE };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}

const NONE: Record<RowState, number> = {
  ask: 0,
  failed: 0,
  conflict: 0,
  create: 0,
  update: 0,
  rename: 0,
  unchanged: 0,
  skip: 0,
  left: 0,
};

/** How many would be written. */
export const toWrite = (counts: Record<RowState, number>): number =>
  counts.create + counts.update + counts.rename;

/** What is to be done before it can be imported, and the rows to look at; null for nothing. */
export function obstacleOf(
  { applicable, problems }: Pick<ImportPlan, "applicable" | "problems">,
  counts: Record<RowState, number>,
): { text: string; states: RowState[] } | null {
  if (counts.failed > 0) return { text: TO_DO.failed, states: ["failed"] };
  if (counts.conflict > 0) return { text: TO_DO.conflict, states: ["conflict"] };
  if (!applicable) return { text: problems[0]?.message ?? TO_DO.file, states: [] };
  if (counts.ask > 0) return { text: TO_DO.ask, states: ["ask"] };
  return toWrite(counts) === 0 ? { text: TO_DO.same, states: [] } : null;
}

const TO_DO = {
  failed: "Untick what cannot be imported, or correct it in the file.",
  conflict: "Untick what is there already, or choose what else becomes of it.",
  ask: "Choose what becomes of what differs: of each by itself, or of all at once.",
  same: "Nothing would change: there is nothing to import.",
  file: "This file cannot be imported.",
};

/** Rows that a filter leaves: words, `is:new`, `kind:server`. */
export const filterRows = (rows: readonly ShownRow[], filter: string): ShownRow[] =>
  filterByWords(rows, filter, ({ row }) => `${row.name}\n${row.title ?? ""}`, {
    is: ({ state }, value) => STATE_WORDS[state].word.startsWith(value.replaceAll("-", " ")),
    kind: ({ row }, value) => KIND_WORDS[row.kind].many.startsWith(value),
  });

/** What a person can want of one that is there; a root's URI is what it is, so it keeps it. */
export const choicesFor = ({ kind }: Pick<ImportRow, "kind">): ConflictStrategy[] =>
  kind === "root" ? ["skip", "update"] : ["skip", "update", "rename"];

/** What is copied of an import: how it went, and a line for each entity. */
export function reportText({ job, rows }: ImportReport): string {
  const lines = rows.map(({ kind, name, newName, action, problems, warnings }) => {
    const { sign } = STATE_WORDS[action];
    const { word } = DONE_WORDS[action];
    const to = newName === null ? "" : ` → ${newName}`;
    const notes = [...problems.map(({ message }) => message), ...warnings];
    return [`${sign} ${KIND_WORDS[kind].one} ${name}${to} (${word})`, ...notes.map(indent)];
  });
  return [
    `Import of ${job.name}: ${doneText(job.counts)}`,
    `SHA-256 of the file: ${job.fileDigest}`,
    ...lines.flat(),
    ...job.warnings,
  ].join("\n");
}

const indent = (line: string): string => `    ${line}`;
