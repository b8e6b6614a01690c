import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { mcpSessions, type SessionKind } from "../schema/sessions.ts";

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
    /** False where there is none. */
    update: (kind: SessionKind, sessionId: string, changes: SessionChanges): boolean =>
      db.update(mcpSessions).set(changes).where(is(kind, sessionId)).run().changes > 0,
    /** False where there was none. */
    delete: (kind: SessionKind, sessionId: string): boolean =>
      db.delete(mcpSessions).where(is(kind, sessionId)).run().changes > 0,
    clear(kind: SessionKind): void {
      db.delete(mcpSessions).where(eq(mcpSessions.kind, kind)).run();
    },
    /** Removes what has expired by `now` (ms since 1970) and says how many there were. */
    sweep: (kind: SessionKind, now: number): number =>
      db
        .delete(mcpSessions)
        .where(and(eq(mcpSessions.kind, kind), lte(mcpSessions.expiresAt, now)))
        .run().changes,
  };
};
