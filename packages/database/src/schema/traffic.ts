import { index, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { createdAt, flag, oneOf } from "./columns.ts";

// Tables of traffic.db. Ids of other rows are plain text: those rows are in another file and may be
// gone. Own ids are numbers in order of arrival, which is the order in which they are read.

const arrival = () => integer("id").primaryKey({ autoIncrement: true });

const logStates = ["pending", "success", "error"] as const;

/** Recorded MCP exchanges. Payloads are JSON, redacted before they are written. */
export const debugLogs = sqliteTable(
  "debug_logs",
  {
    id: arrival(),
    profileId: text("profile_id"),
    mcpServerId: text("mcp_server_id"),
    sessionId: text("session_id"),
    /** The JSON-RPC method. */
    requestType: text("request_type").notNull(),
    requestPayload: text("request_payload").notNull(),
    responsePayload: text("response_payload"),
    status: text("status", { enum: logStates }).notNull(),
    errorMessage: text("error_message"),
    durationMs: integer("duration_ms"),
    createdAt: createdAt(),
  },
  (table) => [
    index("debug_logs_created").on(table.createdAt),
    index("debug_logs_profile").on(table.profileId, table.createdAt),
    index("debug_logs_server").on(table.mcpServerId, table.createdAt),
    oneOf("debug_logs", "status", logStates),
  ],
);

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
