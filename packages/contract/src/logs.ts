import { z } from "zod";
import { problem } from "./problem.ts";

/**
 * How much of what passes is recorded: nothing; what went wrong, with its messages; every exchange
 * without its messages; every exchange with them.
 */
export const logLevel = z.enum(["off", "errors", "metadata", "full"]);
export type LogLevel = z.infer<typeof logLevel>;

/**
 * What one row is: what a client asked; what the gateway asked a server, on account of that or by
 * itself; what a server asked a client; a message that has no answer.
 */
export const logKind = z.enum(["request", "upstream", "question", "notification"]);
export type LogKind = z.infer<typeof logKind>;

/** Which way the first message of a row went. */
export const logDirection = z.enum(["from_client", "to_client", "from_server", "to_server"]);
export type LogDirection = z.infer<typeof logDirection>;

/**
 * What came of it. `tool_error`: the tool ran or was refused, and its result says so. `interrupted`:
 * the gateway ended before there was an answer.
 */
export const logOutcome = z.enum([
  "running",
  "ok",
  "tool_error",
  "error",
  "cancelled",
  "timed_out",
  "interrupted",
]);
export type LogOutcome = z.infer<typeof logOutcome>;

/** As people read it. */
export const OUTCOME_WORDS: Record<LogOutcome, string> = {
  running: "Running…",
  ok: "OK",
  tool_error: "Tool error",
  error: "Protocol error",
  cancelled: "Cancelled",
  timed_out: "Timed out",
  interrupted: "Interrupted by a crash",
};

/** Outcomes that `status:error` means. */
export const FAILED_OUTCOMES: readonly LogOutcome[] = [
  "tool_error",
  "error",
  "timed_out",
  "interrupted",
];

const id = z.coerce.number<number>().int().min(1);

/** One row without its messages. Ids grow in the order in which things began. */
export const logRow = z.object({
  id: z.number().int(),
  /** The same for all rows of one exchange, from the client to every server and back. */
  correlation: z.string(),
  kind: logKind,
  direction: logDirection,
  /** When it began, ms since 1970, with fractions. */
  at: z.number(),
  /** Until its answer was written, ms; null while it runs and for what has no answer. */
  durationMs: z.number().nullable(),
  outcome: logOutcome,
  /** As it called itself; “app” and “command line” for our own, “gateway” for what it asks by itself. */
  client: z.string().nullable(),
  clientVersion: z.string().nullable(),
  /** Of the client for its requests, of the server for what was asked of it. */
  era: z.enum(["legacy", "modern"]).nullable(),
  /** Slug; null in no profile's name. */
  profile: z.string().nullable(),
  /** Name; null for what no server was asked; `(local)` for the gateway's own. */
  server: z.string().nullable(),
  /** Tells it from others; not the id by which a client is known as its. */
  session: z.string().nullable(),
  /** The JSON-RPC method. */
  method: z.string(),
  /** The tool, prompt or URI it was about. */
  name: z.string().nullable(),
  /** Sizes of the whole messages, bytes; null where there is none. */
  requestBytes: z.number().int().nullable(),
  responseBytes: z.number().int().nullable(),
  /** Of the answer to the client, or of the server's; null where it came another way. */
  httpStatus: z.number().int().nullable(),
  /** A code of ours or of JSON-RPC for what went wrong. */
  errorCode: z.string().nullable(),
  pinned: z.boolean(),
  hasNote: z.boolean(),
});
export type LogRow = z.infer<typeof logRow>;

/** A message as it was recorded: redacted, and cut off where it is long. */
export const logBody = z.object({
  text: z.string(),
  /** Size of the whole message, bytes. */
  bytes: z.number().int(),
  /** Whether there was more of it. */
  cut: z.boolean(),
});
export type LogBody = z.infer<typeof logBody>;

/** Which messages there are to show; why there are none. */
export const logContents = z.enum(["recorded", "level", "none"]);

export const logDetail = logRow.extend({
  request: logBody.nullable(),
  response: logBody.nullable(),
  /** `level`: its messages were not to be recorded. */
  contents: logContents,
  /** What went wrong, as a sentence; redacted. */
  error: z.string().nullable(),
  /** How long it waited for its turn and for the server to start, ms. Only of `upstream`. */
  waitedMs: z.number().nullable(),
  /** From the sending to the first of the answer, ms. Only of `upstream` over HTTP. */
  headMs: z.number().nullable(),
  note: z.string().nullable(),
  /** All rows of the exchange in order, itself among them. */
  linked: z.array(logRow),
});
export type LogDetail = z.infer<typeof logDetail>;

/** In the query language; see `parseLogQuery`. */
const writtenFilter = z.string().max(4000);
const filter = writtenFilter.default("");

export const logFilter = z.object({ filter });

export const logCountQuery = logFilter.extend({
  /** Only rows up to this one: so many stand before the next, which is its place in `list`. */
  upTo: id.optional(),
});
export type LogCountQuery = z.infer<typeof logCountQuery>;

/** At most one of `before`, `after` and `index`; without any the newest. */
export const logsQuery = z.object({
  filter,
  /** Rows older than this id. */
  before: id.optional(),
  /** Rows newer than this id. */
  after: id.optional(),
  /** Rows from this one on, counted among those that match, the oldest 0. */
  index: z.coerce.number<number>().int().min(0).optional(),
  limit: z.coerce.number<number>().int().min(1).max(500).default(100),
});
export type LogsQuery = z.infer<typeof logsQuery>;

export const logsPage = z.object({
  /** Oldest first. */
  rows: z.array(logRow),
  /** Whether there are more; where the search was not ended, there may be. */
  hasOlder: z.boolean(),
  hasNewer: z.boolean(),
  /**
   * How far it was searched where that takes long and did not come to an end: go on with this as
   * `before`, or as `after` where that was asked for.
   */
  searchedTo: z.number().int().nullable(),
});
export type LogsPage = z.infer<typeof logsPage>;

/** How many rows match, up to and including the row `last`; 0 where there is none. */
export const logCount = z.object({
  matches: z.number().int(),
  last: z.number().int(),
  /**
   * The oldest row that was looked at where that takes long and did not come to an end: those with
   * `upTo` the one before it are to be added.
   */
  searchedTo: z.number().int().nullable(),
});
export type LogCount = z.infer<typeof logCount>;

/** What is new; told a few times a second at most. */
export const logNews = z.object({
  /** Rows that match and did not before, oldest first; the newest of them where there are many. */
  rows: z.array(logRow),
  /** How many matched. */
  added: z.number().int(),
  /** Rows as they are now, which were told of before. */
  changed: z.array(logRow),
  /** Rows were removed, so that counts and positions are others. */
  removed: z.boolean(),
  /** The newest row that this takes into account. */
  last: z.number().int(),
});
export type LogNews = z.infer<typeof logNews>;

/** What is recorded now, and how that goes. */
export const logState = z.object({
  level: logLevel,
  /** Until when whole messages are kept however long they are, ms since 1970; null otherwise. */
  uncappedUntil: z.number().int().nullable(),
  rows: z.number().int(),
  /** What they take on the disk, bytes. */
  bytes: z.number().int(),
  /** When the oldest began, ms since 1970. */
  oldestAt: z.number().nullable(),
  /** Messages that could not be recorded since the start. */
  dropped: z.number().int(),
  /** Why nothing is recorded though it should be. */
  problem: problem.nullable(),
  /** Rows are being removed. */
  clearing: z.boolean(),
});
export type LogState = z.infer<typeof logState>;

const durations = {
  calls: z.number().int(),
  /** Those that ended otherwise than well; cancelled ones too, as in the metrics. */
  errors: z.number().int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
};
export const logTotals = z.object(durations);
export type LogTotals = z.infer<typeof logTotals>;

/**
 * Of the rows that match. Running ones and messages without an answer are no calls; where the filter
 * names no kind, only what clients asked is one, so that none counts twice.
 */
export const logStats = z.object({
  totals: logTotals,
  /** ms since 1970. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  stepMs: z.number(),
  series: z.array(logTotals.extend({ at: z.number() })),
  /** The most called first; at most 50 each. */
  tools: z.array(logTotals.extend({ name: z.string(), server: z.string().nullable() })),
  servers: z.array(logTotals.extend({ server: z.string() })),
});
export type LogStats = z.infer<typeof logStats>;

/** What one session did, the latest first. */
export const logSession = z.object({
  session: z.string(),
  client: z.string().nullable(),
  clientVersion: z.string().nullable(),
  era: z.enum(["legacy", "modern"]).nullable(),
  profile: z.string().nullable(),
  firstAt: z.number(),
  lastAt: z.number(),
  requests: z.number().int(),
  errors: z.number().int(),
});
export type LogSession = z.infer<typeof logSession>;

/** Something that the log shows to be wrong, with what to do about it. */
export const logFinding = z.object({
  /** The same as long as it is about the same. */
  id: z.string(),
  code: z.enum([
    "server_failing",
    "dead_session",
    "name_over_budget",
    "list_oversized",
    "server_slow",
  ]),
  /** What was seen, as a sentence. */
  message: z.string(),
  /** What to do, as a sentence. */
  fix: z.string(),
  /** How often. */
  count: z.number().int(),
  lastAt: z.number().nullable(),
  /** Shows the rows; null where it was not seen in rows. */
  filter: z.string().nullable(),
  /** Where it is mended: the server or profile it is about. */
  server: z.string().nullable(),
  profile: z.string().nullable(),
});
export type LogFinding = z.infer<typeof logFinding>;

/** Keys of the query language whose values are known. */
export const logSuggestQuery = z.object({
  key: z.enum(["profile", "server", "method", "tool", "client", "session"]),
  prefix: z.string().max(200).default(""),
});

/** Absent leaves it as it is. */
export const logMark = z.object({
  id,
  pinned: z.boolean().optional(),
  note: z.string().max(2000).nullable().optional(),
});
export type LogMark = z.infer<typeof logMark>;

/** Calls the tool again, in the same profile, as the app. */
export const logReplay = z.object({
  id,
  /** Absent: those that were recorded, which is refused where something was removed from them. */
  arguments: z.record(z.string(), z.unknown()).optional(),
});
export type LogReplay = z.infer<typeof logReplay>;
export const logReplayed = z.object({
  result: z.record(z.string(), z.unknown()),
  durationMs: z.number(),
  /** The row of this call; null where it is not recorded. */
  log: z.number().int().nullable(),
});
export type LogReplayed = z.infer<typeof logReplayed>;

export const logCopy = z.object({ id, as: z.enum(["curl", "client"]) });

export const logFormat = z.enum(["jsonl", "har"]);
export type LogFormat = z.infer<typeof logFormat>;

/** One part of an export. The parts, put together in order, are the file. */
export const logExportQuery = z.object({
  filter,
  format: logFormat.default("jsonl"),
  /** Whether arguments and results are in it, as they were recorded; otherwise what they look like. */
  contents: z.union([z.boolean(), z.stringbool()]).default(false),
  /** What `next` of the part before said; absent for the first. */
  after: id.optional(),
});
export type LogExportQuery = z.infer<typeof logExportQuery>;
export const logExportPart = z.object({
  text: z.string(),
  rows: z.number().int(),
  /** Null where this was the last. */
  next: z.number().int().nullable(),
});
export type LogExportPart = z.infer<typeof logExportPart>;

/** It has to be there: whoever leaves it out by mistake does not mean everything. */
export const logClear = z.object({ filter: writtenFilter.describe("Empty: everything.") });
export const logCleared = z.object({ rows: z.number().int() });
export type LogCleared = z.infer<typeof logCleared>;

/** A level of its own; without one the setting `logLevel` counts. */
export const logLevelChoice = z.object({
  /** Slug; one of the two. */
  profile: z.string().optional(),
  /** Name. */
  server: z.string().optional(),
  level: logLevel,
});
export type LogLevelChoice = z.infer<typeof logLevelChoice>;
export const logLevelChange = logLevelChoice.extend({ level: logLevel.nullable() });

export const logUncap = z.object({ minutes: z.number().int().min(1).max(1440).default(60) });
