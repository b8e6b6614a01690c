import type { LogMark, SessionMessage, Settings } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { RedactorChange } from "@local-mcp/vault";
import type { Batch, EntryBody, Written } from "../entries.ts";
import type { Filter } from "../reader/messages.ts";

export type LogFiles = Pick<Paths, "traffic" | "database">;

/** What is kept, and how much. */
export type Retention = Pick<
  Settings,
  "logKeepDays" | "logKeepMb" | "logKeepRows" | "logBodyBytes"
>;

/** What a batch became, and how much of it is not there. */
export interface Stored extends Written {
  /** Answers to what is not stored, or is in a file that was set aside since. */
  lost: number;
}

/** A message that went to a client in a session, not redacted yet. */
export interface ToldMessage {
  sessionId: string;
  /** ms since 1970. */
  at: number;
  expiresAt: number;
  body: EntryBody;
}

/** Which messages to clients are to be removed. */
export type RemovedMessages =
  | { of: "session"; sessionId: string }
  /** Those that expired by then, ms since 1970. */
  | { of: "expired"; now: number }
  /** Those from before a moment, ms since 1970, of sessions that are not among these. */
  | { of: "others"; sessionIds: readonly string[]; before: number }
  | { of: "all" };

/** What the thread that writes does, each with what it is given and what comes of it. */
export interface WriterTasks {
  /** Answered when it is stored. `bodyBytes`: what is kept of a message; null keeps it whole. */
  write: [{ batch: Batch; bodyBytes: number | null }, Stored];
  /** No answer is waited for; what is written after it is redacted with it. */
  secret: [RedactorChange, null];
  /** Removes some of what is kept no longer, and goes on with a clear. @returns how many rows went */
  prune: [{ retention: Retention; now: number }, { rows: number; more: boolean }];
  /** Hides them at once; `clearSome` then removes them. An empty filter is everything. */
  clear: [Filter, { rows: number }];
  /** @returns whether there is more to remove */
  clearSome: [null, { more: boolean }];
  mark: [LogMark, null];
  dismiss: [{ finding: string; at: number }, null];
  /** Messages to clients. `bodyBytes`: what is kept of one. */
  keepMessages: [{ messages: ToldMessage[]; bodyBytes: number }, null];
  /** Of one session, oldest first. */
  messagesOf: [{ session: string; after: number; limit: number }, SessionMessage[]];
  /** Removes some of them. @returns how many, and whether there are more */
  removeMessages: [RemovedMessages, { rows: number; more: boolean }];
  /** Writes as much as a batch, of which nothing stays. */
  probe: [null, null];
  size: [null, { rows: number; bytes: number; oldestAt: number | null }];
  /** Lets go of the file; the next task opens it again. */
  release: [null, null];
  rest: [null, boolean];
  close: [null, null];
}
