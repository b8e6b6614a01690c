import { index, integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { z } from "zod";
import { json } from "../json.ts";
import { id } from "./columns.ts";
import { profiles } from "./profiles.ts";
import { mcpServers } from "./servers.ts";

/** How many calls took how long: counts by bucket. What a bucket is is in metrics/histogram.ts. */
const histogram = z.record(z.string(), z.number().int());

/** One hour of calls. Durations are ms. */
const hour = () => ({
  id: id(),
  /** Null once the profile is gone. */
  profileId: text("profile_id").references(() => profiles.id, { onDelete: "set null" }),
  /** The profile's slug at the time. */
  profileSlug: text("profile_slug").notNull().default(""),
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
  /** What percentiles of several hours are computed of. */
  histogram: json("histogram", histogram).notNull().default({}),
});

export const toolMetricsHourly = sqliteTable(
  "tool_metrics_hourly",
  { ...hour(), toolName: text("tool_name").notNull() },
  (table) => [
    unique("tool_metrics_hourly_hour").on(
      table.hourStart,
      table.profileSlug,
      table.serverName,
      table.toolName,
    ),
    index("tool_metrics_hourly_server").on(table.mcpServerId),
    index("tool_metrics_hourly_profile").on(table.profileId),
  ],
);

export const promptMetricsHourly = sqliteTable(
  "prompt_metrics_hourly",
  { ...hour(), promptName: text("prompt_name").notNull() },
  (table) => [
    unique("prompt_metrics_hourly_hour").on(
      table.hourStart,
      table.profileSlug,
      table.serverName,
      table.promptName,
    ),
    index("prompt_metrics_hourly_server").on(table.mcpServerId),
    index("prompt_metrics_hourly_profile").on(table.profileId),
  ],
);

export const resourceMetricsHourly = sqliteTable(
  "resource_metrics_hourly",
  { ...hour(), resourceUri: text("resource_uri").notNull() },
  (table) => [
    unique("resource_metrics_hourly_hour").on(
      table.hourStart,
      table.profileSlug,
      table.serverName,
      table.resourceUri,
    ),
    index("resource_metrics_hourly_server").on(table.mcpServerId),
    index("resource_metrics_hourly_profile").on(table.profileId),
  ],
);

export const serverMetricsHourly = sqliteTable("server_metrics_hourly", hour(), (table) => [
  unique("server_metrics_hourly_hour").on(table.hourStart, table.profileSlug, table.serverName),
  index("server_metrics_hourly_server").on(table.mcpServerId),
  index("server_metrics_hourly_profile").on(table.profileId),
]);
