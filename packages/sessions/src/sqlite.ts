import { isDeepStrictEqual } from "node:util";
import type { Db, SessionRow } from "@local-mcp/database";
import { createSessionQueries } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import type { StorageOptions } from "./record-storage.ts";
import { RecordStorage } from "./record-storage.ts";
import type { Row, Rows } from "./rows.ts";

type SessionQueries = ReturnType<typeof createSessionQueries>;

interface SqliteStorageOptions extends StorageOptions {
  /**
   * Seals what is secret in a session: headers, tokens, verifier, client registration, and URLs
   * with user info, query or fragment. Without one such a session is refused (`vault_missing`).
   */
  sealer?: Sealer;
}

/**
 * Sessions in the tables mcp_sessions and resource_subscriptions of the configuration database, which
 * its owner closes.
 */
export class SqliteStorageBackend extends RecordStorage {
  constructor(db: Db, { sealer, ...options }: SqliteStorageOptions = {}) {
    super(sqliteRows(db), sealer, options);
  }
}

const KINDS = ["sign_in", "client"] as const;

/** What the column means by null. */
const NEVER = Number.MAX_SAFE_INTEGER;

const toRow = (row: SessionRow, subscriptions: readonly string[]): Row => ({
  ...row,
  subscriptions,
  expiresAt: row.expiresAt ?? NEVER,
});

const sqliteRows = (db: Db): Rows => {
  const sessions = createSessionQueries(db);

  const read = (from: SessionQueries, kind: Row["kind"], sessionId: string): Row | null => {
    const row = from.get(kind, sessionId);
    return row ? toRow(row, kind === "client" ? from.subscriptions(sessionId) : []) : null;
  };

  /** Runs in one transaction: nothing of another writer comes between its reads and its writes. */
  const atomically = <T>(work: (sessions: SessionQueries) => T): T =>
    db.transaction((tx) => work(createSessionQueries(tx)));

  return {
    init: async () => {
      sessions.get("client", "");
    },
    insert: async (row, now) =>
      atomically((sessions) => {
        for (const kind of KINDS) {
          const taken = read(sessions, kind, row.sessionId);
          if (taken && taken.expiresAt <= now) sessions.delete(kind, row.sessionId);
        }
        const { subscriptions, ...values } = row;
        if (!sessions.insert(values)) return false;
        sessions.subscribe(row.sessionId, subscriptions);
        return true;
      }),
    read: async (kind, sessionId) => read(sessions, kind, sessionId),
    list: async (kind, identity) => {
      const subscriptions = kind === "client" ? sessions.allSubscriptions() : undefined;
      return sessions
        .list(kind, identity)
        .map((row) => toRow(row, subscriptions?.get(row.sessionId) ?? []));
    },
    modify: async (kind, sessionIds, change) =>
      atomically((sessions) => {
        let changed = 0;
        for (const sessionId of sessionIds) {
          const row = read(sessions, kind, sessionId);
          const changes = row && change(row);
          if (row === null || changes === null) continue;
          const { data, subscriptions, expiresAt } = changes;
          sessions.update(kind, sessionId, { data, expiresAt });
          if (!isDeepStrictEqual(subscriptions, row.subscriptions)) {
            sessions.subscribe(sessionId, subscriptions);
          }
          changed += 1;
        }
        return changed;
      }),
    remove: async (kind, sessionId, identity) =>
      atomically((sessions) => {
        const row = sessions.get(kind, sessionId);
        if (identity === undefined || row?.identity === identity) sessions.delete(kind, sessionId);
      }),
    removeAll: async (kind) => sessions.clear(kind),
    removeExpired: async (now) =>
      atomically((sessions) =>
        KINDS.reduce((removed, kind) => removed + sessions.sweep(kind, now), 0),
      ),
  };
};
