import type { Connection, RevokedKind } from "@local-mcp/database";
import { z } from "zod";
import { readRows } from "./rows.ts";

const text = z.string();
const time = z.number().int();

/** What of a database can be newer than a backup, and whose keys open it. */
export const readState = (connection: Connection) => ({
  servers: readRows(connection, "mcp_servers", { id: text, name: text, config: text }),
  signIns: readRows(connection, "oauth_tokens", {
    id: text,
    server_id: text,
    issuer: text,
    audience: text.nullable(),
    updated_at: time,
  }),
  registrations: readRows(connection, "oauth_client_registrations", {
    id: text,
    server_id: text,
    issuer: text,
  }),
  tokens: readRows(connection, "access_tokens", { id: text }),
  profiles: readRows(connection, "profiles", { id: text }),
  settings: readRows(connection, "settings", { key: text, value: text }),
  secrets: readRows(connection, "vault_secrets", {
    id: text,
    owner_table: text,
    owner_id: text,
    updated_at: time,
  }),
  revoked: readRows(connection, "revoked_access", {
    kind: z.enum(["access_token", "sign_in"]) satisfies z.ZodType<RevokedKind>,
    subject_id: text,
    revoked_at: time,
  }),
  sessions: readRows(connection, "mcp_sessions", { session_id: text, kind: text, data: text }),
  subscriptions: readRows(connection, "resource_subscriptions", {
    session_id: text,
    resource_id: text.nullable(),
  }),
  slots: readRows(connection, "vault_keys", { id: text }),
  dataKeys: readRows(connection, "vault_data_keys", {
    id: text,
    key_check: text,
    sealed: text.nullable(),
  }),
});
export type State = ReturnType<typeof readState>;
