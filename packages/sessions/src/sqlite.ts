import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Db, SessionRow } from "@local-mcp/database";
import { createDb, createSessionQueries } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import type { StorageOptions } from "./record-storage.ts";
import { RecordStorage } from "./record-storage.ts";
import { NEVER, olderFirst, type Row, type Rows } from "./rows.ts";
import { sortInTurns } from "./turns.ts";

type SessionQueries = ReturnType<typeof createSessionQueries>;

interface SqliteStorageOptions extends StorageOptions {
  /**
   * Seals what is secret in a session: headers, tokens, verifier, client registration, and URLs
   * with user info, query or fragment. Without one such a session is refused
   * (`session_secret_unset`).
   */
  sealer?: Sealer;
}

/** A database that stays its owner's, or one that is opened when it is first needed. */
class Database {
  readonly #source: Db | { path: string };
  #own: Db | null = null;
  #queries: SessionQueries | null = null;

  constructor(source: Db | { path: string }) {
    this.#source = source;
  }

  get db(): Db {
    if (!("path" in this.#source)) return this.#source;
    this.#own ??= createDb({ path: this.#source.path });
    return this.#own;
  }

  get queries(): SessionQueries {
    this.#queries ??= createSessionQueries(this.db);
    return this.#queries;
  }

  close(): void {
    this.#own?.close();
    this.#own = null;
    this.#queries = null;
  }
}

/**
 * Sessions in the tables mcp_sessions and resource_subscriptions of a configuration database: one
 * that is open, which its owner closes, or the file at a path, which is made where it is not there.
 */
export class SqliteStorageBackend extends RecordStorage {
  readonly #database: Database;

  constructor(source: Db | { path: string }, { sealer, ...options }: SqliteStorageOptions = {}) {
    const database = new Database(source);
    super(sqliteRows(database), sealer, options);
    this.#database = database;
  }

  override async disconnect(): Promise<void> {
    this.#database.close();
  }
}

/** Records that are read or removed at once, so that nobody waits long. */
const PAGE = 1000;

const KINDS = ["sign_in", "client"] as const;

const toRow = (row: SessionRow, subscriptions: readonly string[]): Row => ({
  ...row,
  subscriptions,
  expiresAt: row.expiresAt ?? NEVER,
});

const sqliteRows = (database: Database): Rows => {
  const read = (from: SessionQueries, kind: Row["kind"], sessionId: string): Row | null => {
    const row = from.get(kind, sessionId);
    return row ? toRow(row, kind === "client" ? from.subscriptions(sessionId) : []) : null;
  };

  /** Runs in one transaction: nothing of another writer comes between its reads and its writes. */
  const atomically = <T>(work: (sessions: SessionQueries) => T): T =>
    database.db.transaction((tx) => work(createSessionQueries(tx)));

  return {
    init: async () => {
      database.queries.get("client", "");
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
    read: async (kind, sessionId) => read(database.queries, kind, sessionId),
    list: async (kind, identity) => {
      const { queries } = database;
      const listed: Row[] = [];
      const owner = kind === "client" ? null : identity;
      for (let after: ReturnType<SessionQueries["page"]>["end"] = null; ;) {
        const { rows, end } = queries.page(kind, owner, after, PAGE);
        const ids = kind === "client" ? rows.map(({ sessionId }) => sessionId) : [];
        const subscriptions = queries.subscriptionsOf(ids);
        for (const row of rows) listed.push(toRow(row, subscriptions.get(row.sessionId) ?? []));
        if (rows.length < PAGE) return sortInTurns(listed, olderFirst);
        after = end;
        await setImmediate();
      }
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
    removeAll: async (kind) => database.queries.clear(kind),
    removeExpired: async (now) => {
      let removed = 0;
      for (let last = PAGE; last === PAGE;) {
        last = atomically((sessions) => sessions.sweep(now, PAGE));
        removed += last;
        // Everything else that waits for this thread comes first.
        await setImmediate();
      }
      return removed;
    },
  };
};
