import type {
  ConflictStrategy,
  ExportFormat,
  ImportAction,
  ImportChange,
  ImportCounts,
  ImportFormat,
  ImportJob,
  KindCounts,
  TransferKind,
} from "@local-mcp/contract";
import { IMPORT_FORMAT_WORDS, IMPORT_PHASE_WORDS } from "@local-mcp/contract";
import { count, listed } from "../../components/time.ts";

/** Everything that these pages say, by what they say it of. */

export const KIND_WORDS: Record<TransferKind, { one: string; many: string }> = {
  server: { one: "server", many: "servers" },
  profile: { one: "profile", many: "profiles" },
  tool: { one: "tool", many: "tools" },
  prompt: { one: "prompt", many: "prompts" },
  resource: { one: "resource", many: "resources" },
  root: { one: "root", many: "roots" },
};

/** In the order in which people think of them. */
export const KINDS: readonly TransferKind[] = [
  "server",
  "profile",
  "tool",
  "prompt",
  "resource",
  "root",
];

/** “2 servers”. */
const kindCount = (kind: TransferKind, n: number): string =>
  count(n, KIND_WORDS[kind].one, KIND_WORDS[kind].many);

/** “2 servers, 1 profile and 3 tools”; without what there is none of. */
export const countsText = (counts: KindCounts): string =>
  listed(KINDS.filter((kind) => counts[kind] > 0).map((kind) => kindCount(kind, counts[kind])));

/** “Adds 2 servers and 1 root that they need.”; null where nothing is added. */
export function addedText(added: readonly { kind: TransferKind }[]): string | null {
  if (added.length === 0) return null;
  const parts = KINDS.flatMap((kind) => {
    const n = added.filter((one) => one.kind === kind).length;
    return n === 0 ? [] : [kindCount(kind, n)];
  });
  return `Adds ${listed(parts)} that others need.`;
}

export const FORMAT_WORDS: Record<ExportFormat, { label: string; hint: string }> = {
  gateway: { label: "Local MCP Gateway", hint: "Can be imported whole, here and elsewhere." },
  flat: { label: "Early form", hint: "Its lists stand at the top, as early scripts want it." },
  contextforge: {
    label: "ContextForge",
    hint: "Without secrets, and without what that program has no field for.",
  },
};

/** What a row of a plan is, and what it is not yet: `ask` needs a choice, `left` is not ticked. */
export type RowState = ImportAction | "ask" | "left";

/** In the order of the summary: a sign, the words behind a number, and the word of a row. */
export const STATE_WORDS: Record<RowState, { sign: string; word: string }> = {
  ask: { sign: "!", word: "needs a choice" },
  failed: { sign: "×", word: "cannot be imported" },
  conflict: { sign: "×", word: "is there already" },
  create: { sign: "+", word: "new" },
  update: { sign: "~", word: "changes" },
  rename: { sign: "→", word: "renamed" },
  unchanged: { sign: "=", word: "same" },
  skip: { sign: "–", word: "skipped" },
  left: { sign: "–", word: "left out" },
};

/** Behind a number: “2 change”, “1 needs a choice”. */
export function stateCount(state: RowState, n: number): string {
  const many: Partial<Record<RowState, string>> = {
    ask: "need a choice",
    update: "change",
    conflict: "are there already",
  };
  return `${n.toLocaleString()} ${n === 1 ? STATE_WORDS[state].word : (many[state] ?? STATE_WORDS[state].word)}`;
}

export type Strategy = ConflictStrategy | "ask";

export const STRATEGY_WORDS: Record<Strategy, { label: string; hint: string }> = {
  ask: { label: "Ask", hint: "You choose for each that differs." },
  skip: { label: "Skip", hint: "What is there stays as it is." },
  update: { label: "Update", hint: "The file replaces what is there." },
  rename: { label: "Rename", hint: "The file’s comes beside it, under another name." },
  fail: { label: "Fail", hint: "Nothing is imported if anything is there." },
};

const SECRETS: Record<NonNullable<ImportChange["secret"]>, string> = {
  set: "secret, set",
  changed: "secret, changed",
  kept: "secret, kept",
  cleared: "secret, removed",
  missing: "secret, to be given here",
};

/** What becomes of a secret, in the place of its value. */
export const secretText = (secret: NonNullable<ImportChange["secret"]>): string => SECRETS[secret];

/** How many of a plan or report are written. */
export const writtenOf = ({ created, updated, renamed }: ImportCounts): number =>
  created + updated + renamed;

/** “7 imported, 9 unchanged, 1 skipped.” */
export function doneText(counts: ImportCounts): string {
  const parts = [
    `${writtenOf(counts).toLocaleString()} imported`,
    counts.unchanged > 0 ? `${counts.unchanged.toLocaleString()} unchanged` : null,
    counts.skipped > 0 ? `${counts.skipped.toLocaleString()} skipped` : null,
    counts.failed > 0 ? `${counts.failed.toLocaleString()} failed` : null,
  ];
  return `${parts.filter((part) => part !== null).join(", ")}.`;
}

/** “Writing…”, what is happening now. */
export const phaseText = ({ phase }: Pick<ImportJob, "phase">): string =>
  `${IMPORT_PHASE_WORDS[phase]}…`;

/** How an import went, as one line of a list. */
export function jobText({ state, counts, problem }: ImportJob): string {
  switch (state) {
    case "running":
      return "Under way";
    case "completed":
      return doneText(counts);
    case "cancelled":
      return "Cancelled. Nothing was changed.";
    default:
      return problem?.message ?? "It failed. Nothing was changed.";
  }
}

export const STRATEGIES: readonly Strategy[] = ["ask", "skip", "update", "rename", "fail"];

/** What is said of one row, in the plan. */
export const STATE_SENTENCES: Record<RowState, string> = {
  ask: "It is there already and differs. Choose what becomes of it.",
  failed: "It cannot be imported as it is.",
  conflict: "It is there already.",
  create: "It is new here.",
  update: "The file’s fields replace those that are there.",
  rename: "It comes beside the one that is there.",
  unchanged: "It is the same here: nothing is written.",
  skip: "What is there stays as it is.",
  left: "It is not ticked, so it is left out.",
};

/** “An export of ContextForge”. */
export function formatText(format: ImportFormat): string {
  const words = IMPORT_FORMAT_WORDS[format];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Once it is done: the word of a row, and what is said of it. */
export const DONE_WORDS: Record<ImportAction, { word: string; sentence: string }> = {
  create: { word: "added", sentence: "It was added." },
  update: { word: "changed", sentence: "The file’s fields replaced those that were there." },
  unchanged: { word: "same", sentence: "It was the same: nothing was written." },
  rename: { word: "renamed", sentence: "It came beside the one that was there." },
  skip: { word: "skipped", sentence: "What was there stayed as it was." },
  conflict: { word: "was there already", sentence: "It was there already." },
  failed: { word: "not imported", sentence: "It was not imported." },
};
