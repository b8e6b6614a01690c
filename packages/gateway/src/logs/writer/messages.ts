import type { LogMark, Settings } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { RedactorChange } from "@local-mcp/vault";
import type { Batch, Written } from "../entries.ts";
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
  /** Writes as much as a batch, of which nothing stays. */
  probe: [null, null];
  size: [null, { rows: number; bytes: number; oldestAt: number | null }];
  /** Lets go of the file; the next task opens it again. */
  release: [null, null];
  close: [null, null];
}
