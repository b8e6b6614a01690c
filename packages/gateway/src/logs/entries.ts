import type { LogDirection, LogKind, LogOutcome } from "@local-mcp/contract";

/** What is kept of a name, a method, a version or a code, characters. */
export const MAX_NAME = 500;
/** The same of a sentence. */
export const MAX_MESSAGE = 2000;
/** Handed on beyond that, so that a secret at the cut is known for what it is, characters. */
export const BEYOND_NAME = 500;
/** The same beyond what is kept of a message. */
export const BEYOND_BODY = 4096;

/** A message that is to be recorded, not redacted yet. */
export interface EntryBody {
  /** No more of it than is kept and what redaction reads beyond; null where only its size is kept. */
  text: string | null;
  /** Of the whole message, bytes. */
  bytes: number;
}

/** What began. In order of `key`, which counts from 1 for each run of the gateway. */
export interface BegunEntry {
  key: number;
  correlation: string;
  kind: LogKind;
  direction: LogDirection;
  /** ms since 1970, with fractions. */
  at: number;
  profileId: string | null;
  /** `(local)` for what the gateway itself offers. */
  serverId: string | null;
  sessionId: string | null;
  client: { name: string; version: string | null } | null;
  era: "legacy" | "modern" | null;
  method: string;
  name: string | null;
  request: EntryBody | null;
  /** Whether messages are recorded of it. */
  hasContents: boolean;
  /** Null while it runs. */
  ended: EndedEntry | null;
}

/** What came of it. */
export interface EndedEntry {
  key: number;
  outcome: Exclude<LogOutcome, "running" | "interrupted">;
  /** Null for what has no answer, ms. */
  durationMs: number | null;
  waitedMs: number | null;
  headMs: number | null;
  httpStatus: number | null;
  /** Without the words of a server where messages are not recorded. */
  error: { code: string; message: string | null } | null;
  response: EntryBody | null;
  /** Where it became known only now, as with `initialize`. */
  session?: Pick<BegunEntry, "sessionId" | "client" | "era">;
}

/** What is written at once: what began, and what came of things that were written before. */
export interface Batch {
  begun: BegunEntry[];
  ended: EndedEntry[];
}

/** What a batch became. */
export interface Written {
  /** Ids of the first and last new row; null without any. */
  first: number | null;
  last: number | null;
  /** Ids of rows that ended. */
  changed: number[];
}

/** What a reader was not told of yet. */
export interface Untold extends Written {
  /** Rows that a person marked. */
  marked: Marked[];
}

/** How a row was marked before. */
export interface Marked {
  id: number;
  pinned: boolean;
  hasNote: boolean;
}
