import { type LogLevel, logLevel } from "@local-mcp/contract";
import { sql } from "drizzle-orm";
import { check, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { id, oneOf, updatedAt } from "./columns.ts";
import { profiles } from "./profiles.ts";
import { mcpServers } from "./servers.ts";

/** How much is recorded of a profile or a server, where that is not what the setting says. */
export const logLevels = sqliteTable(
  "log_levels",
  {
    id: id(),
    /** One of the two. */
    profileId: text("profile_id")
      .unique()
      .references(() => profiles.id, { onDelete: "cascade" }),
    mcpServerId: text("mcp_server_id")
      .unique()
      .references(() => mcpServers.id, { onDelete: "cascade" }),
    level: text("level").$type<LogLevel>().notNull(),
    updatedAt: updatedAt(),
  },
  () => [
    oneOf("log_levels", "level", logLevel.options),
    check("log_levels_subject", sql.raw("(profile_id IS NULL) <> (mcp_server_id IS NULL)")),
  ],
);
