import { and, eq, ne } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { oauthClientRegistrations, oauthTokens } from "../schema/servers.ts";
import { createRevokedQueries } from "./revoked.ts";

export type TokensRow = typeof oauthTokens.$inferSelect;
export type RegistrationRow = typeof oauthClientRegistrations.$inferSelect;
type Written<Row> = Omit<Row, "createdAt" | "updatedAt">;

/** What sign-ins at servers have brought: tokens and registrations, by server and issuer. */
export const createSignInQueries = (db: Queryable) => ({
  tokens: {
    /** Those of the last sign-in at the server. */
    ofServer: (serverId: string): TokensRow | undefined =>
      db.select().from(oauthTokens).where(eq(oauthTokens.serverId, serverId)).get(),

    /** Writes them over what the same authorization server gave before, and drops all others. */
    put(row: Written<TokensRow>): void {
      db.transaction((tx) => {
        tx.insert(oauthTokens)
          .values(row)
          .onConflictDoUpdate({
            target: [oauthTokens.serverId, oauthTokens.issuer],
            set: row,
          })
          .run();
        tx.delete(oauthTokens)
          .where(and(eq(oauthTokens.serverId, row.serverId), ne(oauthTokens.id, row.id)))
          .run();
      });
    },

    update(
      id: string,
      changes: Partial<Pick<TokensRow, "refreshToken" | "wantedScope" | "refusal" | "refusedAt">>,
    ): void {
      db.update(oauthTokens).set(changes).where(eq(oauthTokens.id, id)).run();
    },

    /** They are of no use where the server is now; a backup may have them where they are. */
    remove(serverId: string): void {
      db.delete(oauthTokens).where(eq(oauthTokens.serverId, serverId)).run();
    },

    /** Somebody signed out: no backup brings them back. */
    revoke(serverId: string): void {
      db.transaction((tx) => {
        const { changes } = tx.delete(oauthTokens).where(eq(oauthTokens.serverId, serverId)).run();
        if (changes > 0) createRevokedQueries(tx).put("sign_in", serverId);
      });
    },
  },

  registrations: {
    ofServer: (serverId: string): RegistrationRow[] =>
      db
        .select()
        .from(oauthClientRegistrations)
        .where(eq(oauthClientRegistrations.serverId, serverId))
        .all(),

    get: (serverId: string, issuer: string): RegistrationRow | undefined =>
      db
        .select()
        .from(oauthClientRegistrations)
        .where(
          and(
            eq(oauthClientRegistrations.serverId, serverId),
            eq(oauthClientRegistrations.issuer, issuer),
          ),
        )
        .get(),

    put(row: Written<RegistrationRow>): void {
      db.insert(oauthClientRegistrations)
        .values(row)
        .onConflictDoUpdate({
          target: [oauthClientRegistrations.serverId, oauthClientRegistrations.issuer],
          set: row,
        })
        .run();
    },

    /** Of one authorization server, or all of the server's. */
    remove(serverId: string, issuer?: string): void {
      db.delete(oauthClientRegistrations)
        .where(
          and(
            eq(oauthClientRegistrations.serverId, serverId),
            issuer === undefined ? undefined : eq(oauthClientRegistrations.issuer, issuer),
          ),
        )
        .run();
    },
  },
});
