import { index, integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { id } from "./columns.ts";
import { mcpServers } from "./servers.ts";

/** One hour of calls. Durations are ms. */
const hour = () => ({
  id: id(),
  /** Null for what the gateway defines itself, and once the server is gone. */
  mcpServerId: text("mcp_server_id").references(() => mcpServers.id, { onDelete: "set null" }),
  /** The server's name at the time; "" for what the gateway defines itself. */
  serverName: text("server_name").notNull(),
  /** Start of the hour, ms since 1970. */
  hourStart: integer("hour_start").notNull(),
  successCount: integer("success_count").notNull(),
  failureCount: integer("failure_count").notNull(),
  minMs: integer("min_ms").notNull(),
  maxMs: integer("max_ms").notNull(),
  totalMs: integer("total_ms").notNull(),
  p50Ms: integer("p50_ms").notNull(),
  p95Ms: integer("p95_ms").notNull(),
  p99Ms: integer("p99_ms").notNull(),
});

export const toolMetricsHourly = sqliteTable(
  "tool_metrics_hourly",
  { ...hour(), toolName: text("tool_name").notNull() },
  (table) => [
    unique("tool_metrics_hourly_hour").on(table.hourStart, table.serverName, table.toolName),
    index("tool_metrics_hourly_server").on(table.mcpServerId),
  ],
);

export const promptMetricsHourly = sqliteTable(
  "prompt_metrics_hourly",
  { ...hour(), promptName: text("prompt_name").notNull() },
  (table) => [
    unique("prompt_metrics_hourly_hour").on(table.hourStart, table.serverName, table.promptName),
    index("prompt_metrics_hourly_server").on(table.mcpServerId),
  ],
);

export const resourceMetricsHourly = sqliteTable(
  "resource_metrics_hourly",
  { ...hour(), resourceUri: text("resource_uri").notNull() },
  (table) => [
    unique("resource_metrics_hourly_hour").on(table.hourStart, table.serverName, table.resourceUri),
    index("resource_metrics_hourly_server").on(table.mcpServerId),
  ],
);

export const serverMetricsHourly = sqliteTable("server_metrics_hourly", hour(), (table) => [
  unique("server_metrics_hourly_hour").on(table.hourStart, table.serverName),
  index("server_metrics_hourly_server").on(table.mcpServerId),
]);
