import type { LogKind, LogOutcome } from "./logs.ts";

/**
 * The query language of debug logs. Terms with blanks between them all have to hold:
 *
 * - `profile:dev` `server:files` `method:tools/call` `tool:create_*` `client:"Claude Code"`
 *   `session:…` `status:error` `kind:upstream` `era:modern` `http:404` `code:server_timeout`
 *   `linked:CORRELATION` `pinned:yes` `note:yes`: one of several values, `status:error,cancelled`;
 *   `*` stands for anything at the end of a name;
 * - `duration:>500` (ms; also `2s`, `100..500`), `size:>64kb` (request and response together),
 *   `after:` and `before:` (`2026-11-22T14:00`, `14:00`, `15m`, `2h`, `7d` ago);
 * - `text:"two words"` or bare words: word or phrase of the messages, by the index;
 * - `contains:"part"`: any part of the messages, looked for in what the other terms leave;
 * - `-` before a term excludes what it matches.
 */
export interface ParsedLogQuery {
  terms: LogTerm[];
  /** What cannot be understood, with where it is in the text. */
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

/** Where a term is in the text, and whether it excludes. */
interface Placed {
  not: boolean;
  start: number;
  end: number;
}

export type LogTerm = Placed &
  (
    | { type: "name"; key: LogNameKey; values: string[] }
    /** `from` and `to` are included; ms, bytes, ms since 1970. */
    | { type: "range"; key: "duration" | "size" | "time"; from: number | null; to: number | null }
    | { type: "text"; text: string }
    | { type: "contains"; text: string }
  );

/** Values that some keys have. */
export const LOG_STATUS_VALUES: readonly (LogOutcome | "error")[] = [];
export const LOG_KIND_VALUES: readonly LogKind[] = [];

/** @param now ms since 1970, for times that are so long ago */
export function parseLogQuery(_text: string, _now: number): ParsedLogQuery {
  return { terms: [], problems: [] };
}
