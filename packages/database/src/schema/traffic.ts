import { blob, index, integer, real, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { createdAt, flag, oneOf } from "./columns.ts";

// Tables of traffic.db. Ids of other rows are plain text: those rows are in another file and may be
// gone. Own ids are numbers in order of arrival, which is the order in which they are read.

const arrival = () => integer("id").primaryKey({ autoIncrement: true });

const logStates = ["pending", "success", "error"] as const;

/**
 * A message as it was recorded: text, or where it is longer than 4 KB a BLOB of raw DEFLATE
 * (RFC 1951).
 */
const payload = (name: string) => blob(name, { mode: "buffer" });

/** Recorded MCP exchanges. Payloads are JSON, redacted before they are written. */
export const debugLogs = sqliteTable(
  "debug_logs",
  {
    id: arrival(),
    /** The same for all rows of one exchange. */
    correlationId: text("correlation_id").notNull(),
    profileId: text("profile_id"),
    mcpServerId: text("mcp_server_id"),
    sessionId: text("session_id"),
    /** The JSON-RPC method. */
    requestType: text("request_type").notNull(),
    requestPayload: payload("request_payload"),
    responsePayload: payload("response_payload"),
    status: text("status", { enum: logStates }).notNull(),
    errorMessage: text("error_message"),
    durationMs: real("duration_ms"),
    note: text("note"),
    createdAt: createdAt(),
  },
  (table) => [
    index("debug_logs_correlation").on(table.correlationId),
    oneOf("debug_logs", "status", logStates),
  ],
);

/**
 * What rows of `debug_logs` are filtered by, one for each: narrow, so that a million of them are
 * looked through at once. Names are numbers of `debug_log_terms`.
 */
export const debugLogFacts = sqliteTable("debug_log_facts", {
  /** That of `debug_logs`. */
  id: integer("id").primaryKey(),
  /** When it began, ms since 1970, with fractions. */
  at: real("at").notNull(),
  /** Places in LOG_KINDS, LOG_DIRECTIONS, LOG_OUTCOMES, LOG_CONTENTS and LOG_ERAS of the gateway. */
  kind: integer("kind").notNull(),
  direction: integer("direction").notNull(),
  outcome: integer("outcome").notNull(),
  contents: integer("contents").notNull(),
  era: integer("era"),
  profile: integer("profile"),
  server: integer("server"),
  session: integer("session"),
  client: integer("client"),
  method: integer("method").notNull(),
  name: integer("name"),
  error: integer("error"),
  durationMs: real("duration_ms"),
  waitedMs: real("waited_ms"),
  headMs: real("head_ms"),
  requestBytes: integer("request_bytes"),
  responseBytes: integer("response_bytes"),
  httpStatus: integer("http_status"),
  /** Whether there was more of a message than was recorded. */
  isRequestCut: flag("is_request_cut").notNull().default(false),
  isResponseCut: flag("is_response_cut").notNull().default(false),
  isPinned: flag("is_pinned").notNull().default(false),
  hasNote: flag("has_note").notNull().default(false),
});

const logTerms = ["profile", "server", "session", "client", "method", "name", "error"] as const;

/** Names that many rows have, once. */
export const debugLogTerms = sqliteTable(
  "debug_log_terms",
  {
    id: arrival(),
    kind: text("kind", { enum: logTerms }).notNull(),
    /** An id of a profile or server; otherwise the name itself. */
    value: text("value").notNull(),
    /** Of a profile or server its name at that time; of a client its version; otherwise empty. */
    label: text("label").notNull(),
  },
  (table) => [
    unique("debug_log_terms_value").on(table.kind, table.value, table.label),
    oneOf("debug_log_terms", "kind", logTerms),
  ],
);

const logRemovals = ["rows", "words", "file"] as const;

/**
 * What is still to be done so that nothing is left of what was cleared, kept here since a crash may
 * come between: `rows` are those of `debug_logs` from `first` to `last`; `words` is the part `first`
 * of the full text, which is a table made on the fly, `debug_log_words_<part>`; `file` is what has no
 * place in it any more.
 */
export const debugLogRemovals = sqliteTable(
  "debug_log_removals",
  {
    id: arrival(),
    kind: text("kind", { enum: logRemovals }).notNull(),
    first: integer("first").notNull(),
    last: integer("last").notNull(),
  },
  () => [oneOf("debug_log_removals", "kind", logRemovals)],
);

/** Findings that a person has dismissed. */
export const debugLogDismissals = sqliteTable("debug_log_dismissals", {
  finding: text("finding").primaryKey(),
  /** What was seen up to then is not told of again, ms since 1970. */
  dismissedAt: integer("dismissed_at").notNull(),
});

/** One call. The hourly tables of the configuration database sum these up. */
const call = () => ({
  id: arrival(),
  profileId: text("profile_id"),
  /** Null for what the gateway defines itself. */
  mcpServerId: text("mcp_server_id"),
  /** In thousandths: many calls on one computer take less than 1 ms. */
  durationMs: real("duration_ms").notNull(),
  isSuccess: flag("is_success").notNull(),
  errorMessage: text("error_message"),
  createdAt: createdAt(),
});

export const toolMetrics = sqliteTable(
  "tool_metrics",
  { ...call(), toolName: text("tool_name").notNull() },
  (table) => [index("tool_metrics_created").on(table.createdAt)],
);

export const resourceMetrics = sqliteTable(
  "resource_metrics",
  { ...call(), resourceUri: text("resource_uri").notNull() },
  (table) => [index("resource_metrics_created").on(table.createdAt)],
);

export const promptMetrics = sqliteTable(
  "prompt_metrics",
  { ...call(), promptName: text("prompt_name").notNull() },
  (table) => [index("prompt_metrics_created").on(table.createdAt)],
);

export const serverMetrics = sqliteTable("server_metrics", call(), (table) => [
  index("server_metrics_created").on(table.createdAt),
]);

/** Messages that went to a session, kept where sessions are kept in the database. */
export const mcpMessages = sqliteTable(
  "mcp_messages",
  {
    id: arrival(),
    sessionId: text("session_id").notNull(),
    /** JSON. */
    content: text("content").notNull(),
    createdAt: createdAt(),
    /** ms since 1970. */
    expiresAt: integer("expires_at"),
  },
  (table) => [
    index("mcp_messages_session").on(table.sessionId),
    index("mcp_messages_expires").on(table.expiresAt),
  ],
);
