import { and, asc, eq, gt, inArray, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { resources } from "../schema/local.ts";
import { mcpSessions, resourceSubscriptions, type SessionKind } from "../schema/sessions.ts";

export type SessionRow = typeof mcpSessions.$inferSelect;
export type SessionInsert = typeof mcpSessions.$inferInsert;
export type SessionChanges = Partial<Pick<SessionInsert, "identity" | "data" | "expiresAt">>;

/** The last record of a page. */
interface PageEnd {
  identity: string | null;
  rowId: number;
}

/** Kept by a table until VACUUM, which no gateway does to its own. https://sqlite.org/lang_vacuum.html */
const rowId = sql<number>`${mcpSessions}.rowid`;

/** Records of the session store. An id of one kind never opens a record of the other. */
export const createSessionQueries = (db: Queryable) => {
  const is = (kind: SessionKind, sessionId: string) =>
    and(eq(mcpSessions.kind, kind), eq(mcpSessions.sessionId, sessionId));
  const byId = db
    .select()
    .from(mcpSessions)
    .where(
      and(
        eq(mcpSessions.kind, sql.placeholder("kind")),
        eq(mcpSessions.sessionId, sql.placeholder("sessionId")),
      ),
    )
    .prepare();
  const subscribed = (which: SQL | undefined) =>
    db
      .select({ sessionId: resourceSubscriptions.sessionId, uri: resourceSubscriptions.uri })
      .from(resourceSubscriptions)
      .where(which)
      // As they were given.
      .orderBy(sql`rowid`)
      .all();
  return {
    /** False where a record with that id is there already, of whatever kind. */
    insert: (values: SessionInsert): boolean =>
      db.insert(mcpSessions).values(values).onConflictDoNothing().run().changes > 0,
    /** Expired ones too, until they are swept. */
    get: (kind: SessionKind, sessionId: string): SessionRow | undefined =>
      byId.get({ kind, sessionId }),
    /**
     * The next records of a kind, so many at most; each page is one walk of an index. They come by
     * their identity, and within that as they were inserted.
     *
     * @param owner of whom; null: of nobody, as those of clients are; undefined: of anybody
     * @param after where the last page ended; null for the first one
     */
    page(
      kind: SessionKind,
      owner: string | null | undefined,
      after: PageEnd | null,
      most: number,
    ): { rows: SessionRow[]; end: PageEnd | null } {
      const { identity } = mcpSessions;
      const walk = (where: SQL | undefined, limit: number) =>
        db
          .select({ row: mcpSessions, rowId })
          .from(mcpSessions)
          .where(and(eq(mcpSessions.kind, kind), where))
          .orderBy(asc(identity), asc(rowId))
          .limit(limit)
          .all();
      const current = owner === undefined ? after?.identity : owner;
      const found: ReturnType<typeof walk> = [];
      if (current !== undefined) {
        const isCurrent = current === null ? isNull(identity) : eq(identity, current);
        found.push(...walk(and(isCurrent, gt(rowId, after?.rowId ?? 0)), most));
      }
      if (owner === undefined && found.length < most) {
        found.push(...walk(gt(identity, current ?? ""), most - found.length));
      }
      const last = found.at(-1);
      return {
        rows: found.map(({ row }) => row),
        end: last === undefined ? null : { identity: last.row.identity, rowId: last.rowId },
      };
    },
    /** URIs that a client wants to hear of. */
    subscriptions: (sessionId: string): string[] =>
      subscribed(eq(resourceSubscriptions.sessionId, sessionId)).map(({ uri }) => uri),
    /** By session. */
    subscriptionsOf(sessionIds: readonly string[]): Map<string, string[]> {
      const all = new Map<string, string[]>();
      const which = inArray(resourceSubscriptions.sessionId, [...sessionIds]);
      for (const { sessionId, uri } of subscribed(which)) {
        const uris = all.get(sessionId);
        if (uris === undefined) all.set(sessionId, [uri]);
        else uris.push(uri);
      }
      return all;
    },
    /** Makes these, each there once, what a client wants to hear of. */
    subscribe(sessionId: string, uris: readonly string[]): void {
      db.delete(resourceSubscriptions).where(eq(resourceSubscriptions.sessionId, sessionId)).run();
      for (const uri of uris) {
        const own = db.select({ id: resources.id }).from(resources).where(eq(resources.uri, uri));
        const resourceId = own.get()?.id ?? null;
        db.insert(resourceSubscriptions).values({ sessionId, uri, resourceId }).run();
      }
    },
    /** False where there is none. */
    update: (kind: SessionKind, sessionId: string, changes: SessionChanges): boolean =>
      db.update(mcpSessions).set(changes).where(is(kind, sessionId)).run().changes > 0,
    /** False where there was none. */
    delete: (kind: SessionKind, sessionId: string): boolean =>
      db.delete(mcpSessions).where(is(kind, sessionId)).run().changes > 0,
    clear(kind: SessionKind): void {
      db.delete(mcpSessions).where(eq(mcpSessions.kind, kind)).run();
    },
    /** Removes what has expired by `now` (ms since 1970), so many at most, and says how many. */
    sweep(now: number, most: number): number {
      const expired = db
        .select({ sessionId: mcpSessions.sessionId })
        .from(mcpSessions)
        .where(lte(mcpSessions.expiresAt, now))
        .limit(most);
      return db.delete(mcpSessions).where(inArray(mcpSessions.sessionId, expired)).run().changes;
    },
  };
};
