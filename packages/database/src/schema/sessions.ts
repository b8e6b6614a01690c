import { index, integer, sqliteTable, text, unique } from "drizzle-orm/sqlite-core";
import { createdAt, id, oneOf } from "./columns.ts";
import { resources } from "./local.ts";

const sessionKinds = ["sign_in", "client"] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** State that upstream sign-ins under way and legacy clients need across requests. */
export const mcpSessions = sqliteTable(
  "mcp_sessions",
  {
    sessionId: text("session_id").primaryKey(),
    kind: text("kind", { enum: sessionKinds }).notNull(),
    identity: text("identity"),
    /** JSON of the session store, which has its schema; secret members are sealed by the vault. */
    data: text("data").notNull(),
    createdAt: createdAt(),
    /** ms since 1970; null: never. */
    expiresAt: integer("expires_at"),
  },
  (table) => [
    index("mcp_sessions_identity").on(table.kind, table.identity),
    index("mcp_sessions_expires").on(table.expiresAt),
    oneOf("mcp_sessions", "kind", sessionKinds),
  ],
);

/** Resources whose changes a legacy client asked to hear of. */
export const resourceSubscriptions = sqliteTable(
  "resource_subscriptions",
  {
    id: id(),
    sessionId: text("session_id")
      .notNull()
      .references(() => mcpSessions.sessionId, { onDelete: "cascade" }),
    uri: text("uri").notNull(),
    /** The stored resource, where it is one of ours. */
    resourceId: text("resource_id").references(() => resources.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    unique("resource_subscriptions_session_uri").on(table.sessionId, table.uri),
    index("resource_subscriptions_session").on(table.sessionId),
    index("resource_subscriptions_resource").on(table.resourceId),
  ],
);
