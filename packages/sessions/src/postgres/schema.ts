import type { Database } from "./database.ts";

/** Any number that other programs on the same database are unlikely to take. */
const SCHEMA_LOCK = 7_305_424_911;

/**
 * The same tables and columns as in the gateway's own database. Ids are compared byte by byte
 * (COLLATE "C"), whatever the database sorts by. What only helps living gateways to talk needs to
 * survive no crash of the server (UNLOGGED).
 */
const STATEMENTS = [
  `CREATE SCHEMA IF NOT EXISTS local_mcp`,
  `CREATE TABLE IF NOT EXISTS local_mcp.mcp_sessions (
    session_id text COLLATE "C" PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('sign_in', 'client')),
    identity text COLLATE "C",
    data text NOT NULL,
    subscriptions text[] NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
  )`,
  `CREATE INDEX IF NOT EXISTS mcp_sessions_kind
    ON local_mcp.mcp_sessions (kind, created_at, session_id)`,
  `CREATE INDEX IF NOT EXISTS mcp_sessions_identity
    ON local_mcp.mcp_sessions (identity, created_at, session_id) WHERE identity IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS mcp_sessions_expires ON local_mcp.mcp_sessions (expires_at)`,
  `CREATE UNLOGGED TABLE IF NOT EXISTS local_mcp.gateways (
    id text PRIMARY KEY,
    name text NOT NULL,
    key_id text,
    configuration_hash text NOT NULL,
    joined_at bigint NOT NULL,
    seen_at bigint NOT NULL
  )`,
  `CREATE UNLOGGED TABLE IF NOT EXISTS local_mcp.messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    texts text[] NOT NULL,
    sent_at bigint NOT NULL
  )`,
];

const TABLES = ["local_mcp.mcp_sessions", "local_mcp.gateways", "local_mcp.messages"];

/** Whether everything is there, which a user who may create nothing needs to know. */
const isThere = async (database: Database): Promise<boolean> => {
  const { rows } = await database.query<{ there: boolean }>(
    "SELECT bool_and(to_regclass(name) IS NOT NULL) AS there FROM unnest($1::text[]) AS name",
    [TABLES],
  );
  return rows[0]?.there === true;
};

/**
 * Makes the schema local_mcp, or finds it, and sees that this user may write there. Several
 * gateways may do so at once. Needs no more than CREATE on the database, and that once.
 *
 * @throws GatewayError session_store_unreachable
 */
export const prepare = async (database: Database): Promise<void> => {
  if (!(await isThere(database))) {
    await database.transaction(async (statements) => {
      await statements.query("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
      for (const sql of STATEMENTS) await statements.query(sql);
    });
  }
  // Changes nothing, and is refused as any other write would be: by a standby, or without the right.
  await database.query("DELETE FROM local_mcp.mcp_sessions WHERE false");
  await database.query(
    "INSERT INTO local_mcp.mcp_sessions SELECT * FROM local_mcp.mcp_sessions WHERE false",
  );
};
