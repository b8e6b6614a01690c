import { asc } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { revokedAccess, type RevokedKind } from "../schema/system.ts";

export type RevokedRow = typeof revokedAccess.$inferSelect;

/** Access that was taken back, so that no backup from before gives it again. */
export const createRevokedQueries = (db: Queryable) => ({
  /** @param subjectId of the access token, or of the server that was signed in to */
  put(kind: RevokedKind, subjectId: string): void {
    const revokedAt = Date.now();
    db.insert(revokedAccess)
      .values({ kind, subjectId, revokedAt })
      .onConflictDoUpdate({
        target: [revokedAccess.kind, revokedAccess.subjectId],
        set: { revokedAt },
      })
      .run();
  },
  /** Oldest first. */
  list: (): RevokedRow[] =>
    db
      .select()
      .from(revokedAccess)
      .orderBy(asc(revokedAccess.revokedAt), asc(revokedAccess.subjectId))
      .all(),
});
