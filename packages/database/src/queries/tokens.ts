import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { accessTokens } from "../schema/profiles.ts";
import { createRevokedQueries } from "./revoked.ts";

export type TokenRow = typeof accessTokens.$inferSelect;
export type TokenInsert = typeof accessTokens.$inferInsert;

/** Access tokens, known by their digest only. */
export const createTokenQueries = (db: Queryable) => {
  const revoked = createRevokedQueries(db);
  const byHash = db
    .select()
    .from(accessTokens)
    .where(eq(accessTokens.tokenHash, sql.placeholder("tokenHash")))
    .prepare();
  return {
    list: (): TokenRow[] =>
      db
        .select()
        .from(accessTokens)
        .orderBy(asc(accessTokens.createdAt), asc(accessTokens.id))
        .all(),
    get: (id: string): TokenRow | undefined =>
      db.select().from(accessTokens).where(eq(accessTokens.id, id)).get(),
    /** @param tokenHash SHA-256 of the token, hex */
    findByHash: (tokenHash: string): TokenRow | undefined => byHash.get({ tokenHash }),
    insert: (values: TokenInsert): TokenRow =>
      db.insert(accessTokens).values(values).returning().get(),
    /** For good: no backup brings it back. False where there was none. */
    delete: (id: string): boolean =>
      db.transaction(() => {
        const isGone = db.delete(accessTokens).where(eq(accessTokens.id, id)).run().changes > 0;
        if (isGone) revoked.put("access_token", id);
        return isGone;
      }),
    /** Writes when tokens were last used, ms since 1970 by id, in one go. */
    touch(lastUsed: ReadonlyMap<string, number>): void {
      db.transaction(() => {
        for (const [id, lastUsedAt] of lastUsed) {
          db.update(accessTokens).set({ lastUsedAt }).where(eq(accessTokens.id, id)).run();
        }
      });
    },
  };
};
