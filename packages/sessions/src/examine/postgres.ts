import type { Database } from "../postgres/database.ts";
import { isLoopback, note, ok, problem, type StoreFinding, timed } from "./finding.ts";

interface Facts {
  version: string;
  isEncrypted: boolean;
  isDurable: boolean;
  mayWrite: boolean;
  isSuperuser: boolean;
}

const QUESTION = `SELECT
  current_setting('server_version') AS version,
  coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS "isEncrypted",
  current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS "isDurable",
  has_table_privilege('local_mcp.mcp_sessions', 'SELECT, INSERT, UPDATE, DELETE') AS "mayWrite",
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser"`;

/** Looks at a PostgreSQL that has our tables: how fast it is, and what it lets us do. */
export async function examinePostgres(database: Database): Promise<StoreFinding[]> {
  const { result, took } = await timed(() =>
    database.query<Facts & Record<string, unknown>>(QUESTION),
  );
  const [facts] = result.rows;
  if (facts === undefined) return [];
  const { version, isEncrypted, isDurable, mayWrite, isSuperuser } = facts;
  const isNear = isLoopback(database.place.replace(/^\[|\]?:\d+(\/.*)?$/g, ""));
  return [
    ok(`PostgreSQL ${version} answers in ${took}.`),
    isEncrypted || isNear
      ? ok(isEncrypted ? "What goes to it is encrypted." : "It is on this computer.")
      : note(
          "What goes to PostgreSQL is not encrypted.",
          "Add “?sslmode=verify-full” to its URL, unless the network in between is yours alone.",
        ),
    mayWrite
      ? ok("Its user may read and write the schema local_mcp.")
      : problem(
          "Its user may not write the table local_mcp.mcp_sessions.",
          "Let the owner of the table grant SELECT, INSERT, UPDATE and DELETE on it.",
        ),
    ...(isDurable
      ? []
      : [
          problem(
            "PostgreSQL does not wait for its disk: sessions are lost when the computer crashes.",
            "Set fsync and full_page_writes to on in postgresql.conf.",
          ),
        ]),
    ...(isSuperuser
      ? [
          note(
            "The gateway connects as a superuser, which it does not need.",
            "Give it a user of its own, with the right to create a schema.",
          ),
        ]
      : []),
  ];
}
