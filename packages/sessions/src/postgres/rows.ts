import type { Row, Rows } from "../rows.ts";
import type { Database } from "./database.ts";
import { prepare } from "./schema.ts";

/** Rows that one statement reads or removes at most, so that none takes long. */
const PAGE = 10_000;

/** A double holds every number that is a time here; a bigint would come as a text. */
const COLUMNS = `session_id AS "sessionId", kind, identity, data, subscriptions,
  created_at::float8 AS "createdAt", expires_at::float8 AS "expiresAt"`;

/** Sessions in the table local_mcp.mcp_sessions. */
export const postgresRows = (database: Database): Rows => {
  /**
   * The next rows of a list; by what it is sorted by, so that each page is one walk of an index.
   * Only sign-ins belong to somebody. Were their kind asked for too, the index of kinds could be
   * walked for them, and is where nobody has counted the rows yet.
   */
  const page = async (kind: Row["kind"], identity: string | null, last: Row | undefined) => {
    const { rows } = await database.query<Row & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM local_mcp.mcp_sessions
        WHERE ${identity === null ? "kind" : "identity"} = $1
          AND (created_at, session_id) > ($2, $3)
        ORDER BY created_at, session_id LIMIT $4`,
      [identity ?? kind, last?.createdAt ?? Number.MIN_SAFE_INTEGER, last?.sessionId ?? "", PAGE],
    );
    return rows;
  };

  /** Removes in pages what `condition` says of $1; passes over what another is changing. */
  const removeWhere = async (condition: string, value: unknown): Promise<number> => {
    for (let removed = 0; ;) {
      const { rowCount } = await database.query(
        `DELETE FROM local_mcp.mcp_sessions WHERE session_id IN (
          SELECT session_id FROM local_mcp.mcp_sessions WHERE ${condition}
            LIMIT ${PAGE} FOR UPDATE SKIP LOCKED)`,
        [value],
      );
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < PAGE) return removed;
    }
  };

  return {
    init: () => prepare(database),
    insert: async (row, now) => {
      const { rowCount } = await database.query(
        `INSERT INTO local_mcp.mcp_sessions AS taken
          (session_id, kind, identity, data, subscriptions, created_at, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7)
          ON CONFLICT (session_id) DO UPDATE SET
            kind = excluded.kind, identity = excluded.identity, data = excluded.data,
            subscriptions = excluded.subscriptions, created_at = excluded.created_at,
            expires_at = excluded.expires_at
          WHERE taken.expires_at <= $8`,
        [
          row.sessionId,
          row.kind,
          row.identity,
          row.data,
          row.subscriptions,
          row.createdAt,
          row.expiresAt,
          now,
        ],
      );
      return rowCount === 1;
    },
    read: async (kind, sessionId) => {
      const { rows } = await database.query<Row & Record<string, unknown>>(
        `SELECT ${COLUMNS} FROM local_mcp.mcp_sessions WHERE session_id = $1 AND kind = $2`,
        [sessionId, kind],
      );
      return rows[0] ?? null;
    },
    list: async (kind, identity) => {
      const listed: Row[] = [];
      for (let more = true; more;) {
        const rows = await page(kind, identity ?? null, listed.at(-1));
        listed.push(...rows);
        more = rows.length === PAGE;
      }
      return listed;
    },
    modify: async (kind, sessionIds, change) => {
      const ids = [...sessionIds];
      return database.transaction(async (statements) => {
        // Locked in one order by everybody, so that no two wait for each other.
        const { rows } = await statements.query<Row & Record<string, unknown>>(
          `SELECT ${COLUMNS} FROM local_mcp.mcp_sessions
            WHERE session_id = ANY($1) AND kind = $2 ORDER BY session_id FOR UPDATE`,
          [ids, kind],
        );
        const changed = rows.flatMap((row) => {
          const changes = change(row);
          return changes === null ? [] : [{ ...changes, sessionId: row.sessionId }];
        });
        if (changed.length > 0) {
          await statements.query(
            `UPDATE local_mcp.mcp_sessions AS row SET data = next.data,
              subscriptions = ARRAY(SELECT json_array_elements_text(next.subscriptions)),
              expires_at = next.expires_at
              FROM unnest($1::text[], $2::text[], $3::json[], $4::bigint[])
                AS next (session_id, data, subscriptions, expires_at)
              WHERE row.session_id = next.session_id`,
            [
              changed.map(({ sessionId }) => sessionId),
              changed.map(({ data }) => data),
              // Lists in a list would have to be of one length.
              changed.map(({ subscriptions }) => JSON.stringify(subscriptions)),
              changed.map(({ expiresAt }) => expiresAt),
            ],
          );
        }
        return changed.length;
      });
    },
    remove: async (kind, sessionId, identity) => {
      await database.query(
        `DELETE FROM local_mcp.mcp_sessions
          WHERE session_id = $1 AND kind = $2 AND ($3::text IS NULL OR identity = $3)`,
        [sessionId, kind, identity ?? null],
      );
    },
    removeAll: async (kind) => {
      await removeWhere("kind = $1", kind);
    },
    removeExpired: (now) => removeWhere("expires_at <= $1", now),
  };
};
