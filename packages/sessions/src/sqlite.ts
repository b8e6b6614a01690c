import type { Db } from "@local-mcp/database";
import { mcpSessions } from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import { and, asc, eq, lte } from "drizzle-orm";
import type { StorageOptions } from "./record-storage.ts";
import { RecordStorage } from "./record-storage.ts";
import type { Row, Rows } from "./rows.ts";

interface SqliteStorageOptions extends StorageOptions {
  /**
   * Seals what is secret in a session: headers, tokens, verifier, client registration, and URLs
   * with user info, query or fragment. Without one such a session is refused (`vault_missing`).
   */
  sealer?: Sealer;
}

/** Sessions in the table mcp_sessions of the configuration database, which its owner closes. */
export class SqliteStorageBackend extends RecordStorage {
  constructor(db: Db, { sealer, ...options }: SqliteStorageOptions = {}) {
    super(sqliteRows(db), sealer, options);
  }
}

/** What the column means by null. */
const NEVER = Number.MAX_SAFE_INTEGER;

const toRow = (stored: typeof mcpSessions.$inferSelect): Row => ({
  ...stored,
  expiresAt: stored.expiresAt ?? NEVER,
});

const sqliteRows = (db: Db): Rows => {
  const isRow = (kind: Row["kind"], sessionId: string, identity?: string) =>
    and(
      eq(mcpSessions.sessionId, sessionId),
      eq(mcpSessions.kind, kind),
      identity === undefined ? undefined : eq(mcpSessions.identity, identity),
    );
  const expiredAt = (now: number) => lte(mcpSessions.expiresAt, now);

  return {
    init: async () => {
      db.select({ id: mcpSessions.sessionId }).from(mcpSessions).limit(1).all();
    },
    insert: async (row, now) =>
      db.transaction((tx) => {
        tx.delete(mcpSessions)
          .where(and(eq(mcpSessions.sessionId, row.sessionId), expiredAt(now)))
          .run();
        return tx.insert(mcpSessions).values(row).onConflictDoNothing().run().changes === 1;
      }),
    read: async (kind, sessionId) => {
      const row = db.select().from(mcpSessions).where(isRow(kind, sessionId)).get();
      return row === undefined ? null : toRow(row);
    },
    list: async (kind, identity) =>
      db
        .select()
        .from(mcpSessions)
        .where(
          and(
            eq(mcpSessions.kind, kind),
            identity === undefined ? undefined : eq(mcpSessions.identity, identity),
          ),
        )
        .orderBy(asc(mcpSessions.createdAt), asc(mcpSessions.sessionId))
        .all()
        .map(toRow),
    modify: async (kind, sessionIds, change) =>
      db.transaction((tx) => {
        let replaced = 0;
        for (const sessionId of sessionIds) {
          const row = tx.select().from(mcpSessions).where(isRow(kind, sessionId)).get();
          const changed = row === undefined ? null : change(toRow(row));
          if (changed === null) continue;
          tx.update(mcpSessions).set(changed).where(isRow(kind, sessionId)).run();
          replaced += 1;
        }
        return replaced;
      }),
    remove: async (kind, sessionId, identity) => {
      db.delete(mcpSessions)
        .where(isRow(kind, sessionId, identity))
        .run();
    },
    removeAll: async (kind) => {
      db.delete(mcpSessions).where(eq(mcpSessions.kind, kind)).run();
    },
    removeExpired: async (now) => db.delete(mcpSessions).where(expiredAt(now)).run().changes,
  };
};
