import { type Bounds, isUnit, rangeText, timeText } from "./log-query-values.ts";
import { FAILED_OUTCOMES, type LogFormat, logKind, type LogKind, type LogOutcome } from "./logs.ts";

/**
 * The query language of debug logs. Terms with blanks between them all have to hold:
 *
 * - `profile:dev` `server:files` `method:tools/call` `tool:create_*` `client:"Claude Code"`
 *   `session:…` `status:error` `kind:upstream` `era:modern` `http:404` `code:server_timeout`
 *   `linked:CORRELATION` `pinned:yes` `note:yes`: one of several values, `status:error,cancelled`;
 *   `*` stands for anything at the end of a name;
 * - `duration:>500` (ms; also `2s`, `100..500`), `size:>64kb` (request and response together),
 *   `after:` and `before:` (`2026-11-22T14:00`, `14:00`, `15m`, `2h`, `7d` ago);
 * - `text:"two words"` or bare words: word or phrase of the messages, by the index; `disk*` for
 *   what begins so;
 * - `contains:"part"`: any part of the messages, looked for in what the other terms leave;
 * - `-` before a term excludes what it matches.
 *
 * In quotes `\"` is a quotation mark. Case makes no difference.
 */
export interface ParsedLogQuery {
  /** In the order of the text. */
  terms: LogTerm[];
  /** What cannot be understood, with where it is in the text. Nothing of it is in a term. */
  problems: LogQueryProblem[];
}

export interface LogQueryProblem {
  start: number;
  end: number;
  /** As a sentence. */
  message: string;
}

export const LOG_NAME_KEYS = [
  "profile",
  "server",
  "method",
  "tool",
  "client",
  "session",
  "status",
  "kind",
  "era",
  "http",
  "code",
  "linked",
  "pinned",
  "note",
] as const;
export type LogNameKey = (typeof LOG_NAME_KEYS)[number];

/** What stands before a colon. */
export type LogKeyName =
  | LogNameKey
  | "duration"
  | "size"
  | "after"
  | "before"
  | "text"
  | "contains";

/** Where a term is in the text, and whether it excludes. */
interface Placed {
  not: boolean;
  start: number;
  end: number;
}

/** What a term asks for. */
export type LogCondition =
  | { type: "name"; key: LogNameKey; values: string[] }
  | ({ type: "range"; key: "duration" | "size" | "time" } & Bounds)
  | { type: "text"; text: string }
  | { type: "contains"; text: string };

export type LogTerm = Placed & LogCondition;

/** Values of `status:`. `error` is everything that failed. */
export const LOG_STATUS_VALUES = [
  "ok",
  "error",
  "tool_error",
  "protocol_error",
  "timed_out",
  "cancelled",
  "interrupted",
  "running",
] as const;
export type LogStatusValue = (typeof LOG_STATUS_VALUES)[number];

export const LOG_KIND_VALUES: readonly LogKind[] = logKind.options;

/** The outcomes that a value of `status:` means. */
export function outcomesOf(status: string): readonly LogOutcome[] {
  const known = LOG_STATUS_VALUES.find((one) => one === status);
  if (known === undefined) return [];
  if (known === "error") return FAILED_OUTCOMES;
  return [known === "protocol_error" ? "error" : known];
}

export interface LogKey {
  key: LogKeyName;
  /** What it looks at, as a sentence. */
  sentence: string;
  /** All that it may be; for others the gateway knows what there is, or they are free. */
  values: readonly string[];
  example: string;
}

const YES_NO = ["yes", "no"];

type KeyRow = [key: LogKeyName, sentence: string, values: readonly string[], example: string];

const KEY_ROWS: readonly KeyRow[] = [
  ["status", "What came of it; “error” is everything that failed.", LOG_STATUS_VALUES, "error"],
  ["tool", "Name of the tool, prompt or resource.", [], "create_*"],
  ["server", "Name of the server.", [], "files"],
  ["client", "Name of the client.", [], '"Claude Code"'],
  ["profile", "Name of the profile, as in its URL.", [], "dev"],
  ["method", "Method of MCP.", [], "tools/call"],
  ["duration", "How long it took.", [], ">500"],
  ["size", "Bytes of request and response together.", [], ">64kb"],
  ["after", "Began at this time or later.", [], "15m"],
  ["before", "Began before this time.", [], "2026-11-22T14:00"],
  ["text", "Word or phrase in the messages.", [], '"disk full"'],
  ["contains", "Any part of the messages; slower than “text”.", [], '"3fa8-"'],
  ["kind", "Who asked whom.", LOG_KIND_VALUES, "upstream"],
  ["session", "Session of the client.", [], "3f2a*"],
  ["code", "Code of the error.", [], "server_timeout"],
  ["http", "HTTP status of the answer.", [], "404"],
  ["era", "Which MCP was spoken.", ["legacy", "modern"], "modern"],
  ["linked", "Everything of one exchange.", [], "CORRELATION"],
  ["pinned", "Whether it is pinned.", YES_NO, "yes"],
  ["note", "Whether it has a note.", YES_NO, "yes"],
];

/** Every key, in the order in which they are offered. */
export const LOG_KEYS: readonly LogKey[] = KEY_ROWS.map(([key, sentence, values, example]) => ({
  key,
  sentence,
  values,
  example,
}));

/** Operators elsewhere. As words they would look for themselves, and hardly ever be found. */
export const LOG_NO_OPERATORS: readonly string[] = ["AND", "OR", "NOT"];

/** A term as text, from which `parseLogQuery` reads the same again. */
export function formatLogTerm({ not, ...term }: LogCondition & Pick<Placed, "not">): string {
  return `${not ? "-" : ""}${conditionText(term)}`;
}

/** The text with another term in the place of one of its own; with none for an empty `by`. */
export function replaceLogTerm(
  text: string,
  { start, end }: Pick<LogTerm, "start" | "end">,
  by: string,
): string {
  const before = text.slice(0, start).trimEnd();
  const after = text.slice(end).trimStart();
  return [before, by, after].filter((part) => part !== "").join(" ");
}

/** The rows of an export. What a client asked is what a browser would have sent, and no more is HAR. */
export const exportedFilter = (filter: string, format: LogFormat): string =>
  format === "har" ? `${filter} kind:request`.trim() : filter;

function conditionText(condition: LogCondition): string {
  const { type } = condition;
  if (type === "text") return isPlain(condition.text) ? condition.text : quoted(condition.text);
  if (type === "contains") return `contains:${quoted(condition.text)}`;
  if (type === "name") {
    const isSpecial = (value: string): boolean => value === "" || /[\s,"\\]/.test(value);
    const values = condition.values.map((value) => (isSpecial(value) ? quoted(value) : value));
    return `${condition.key}:${values.join(",")}`;
  }
  const { key, from, to } = condition;
  if (key !== "time") return `${key}:${rangeText(condition, key)}`;
  return from === null ? `before:${timeText(to ?? 0)}` : `after:${timeText(from)}`;
}

/** Whether a text is read as one without quotes and key, whatever stands before it. */
const isPlain = (text: string): boolean =>
  /^[^\s"\\:-][^\s"\\:]*$/.test(text) &&
  !LOG_NO_OPERATORS.includes(text) &&
  !isUnit(text, "duration") &&
  !isUnit(text, "size");

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
