import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { resources } from "../schema/local.ts";
import { mcpSessions, resourceSubscriptions, type SessionKind } from "../schema/sessions.ts";

export type SessionRow = typeof mcpSessions.$inferSelect;
export type SessionInsert = typeof mcpSessions.$inferInsert;
export type SessionChanges = Partial<Pick<SessionInsert, "identity" | "data" | "expiresAt">>;

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
  const subscribed = (sessionId?: string) =>
    db
      .select({ sessionId: resourceSubscriptions.sessionId, uri: resourceSubscriptions.uri })
      .from(resourceSubscriptions)
      .where(sessionId === undefined ? undefined : eq(resourceSubscriptions.sessionId, sessionId))
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
    list: (kind: SessionKind, identity?: string): SessionRow[] =>
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
        .all(),
    /** URIs that a client wants to hear of. */
    subscriptions: (sessionId: string): string[] => subscribed(sessionId).map(({ uri }) => uri),
    /** By session. */
    allSubscriptions(): Map<string, string[]> {
      const all = new Map<string, string[]>();
      for (const { sessionId, uri } of subscribed()) {
        all.set(sessionId, [...(all.get(sessionId) ?? []), uri]);
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
