import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { mcpServers, oauthTokens } from "../schema/servers.ts";
import { naming } from "./naming.ts";
import { createRowChanges } from "./row-changes.ts";
import { createRevokedQueries } from "./revoked.ts";
import { createVaultQueries } from "./vault.ts";

export type ServerRow = typeof mcpServers.$inferSelect;
/** `transport` is the one of `config`. */
export type ServerInsert = Omit<typeof mcpServers.$inferInsert, "transport">;

/** Upstream servers. */
export const createServerQueries = (db: Queryable) => {
  const vault = createVaultQueries(db);
  const revoked = createRevokedQueries(db);
  const byId = db
    .select()
    .from(mcpServers)
    .where(eq(mcpServers.id, sql.placeholder("id")))
    .prepare();
  const changeRow = createRowChanges(db, mcpServers);
  const change = (id: string, changes: Partial<ServerInsert>): boolean =>
    naming("server", changes.name, () =>
      changeRow(id, changes.config ? { ...changes, transport: changes.config.transport } : changes),
    );
  const named = db
    .select({ id: mcpServers.id, name: mcpServers.name })
    .from(mcpServers)
    .where(sql`${mcpServers.name} IN (SELECT value FROM json_each(${sql.placeholder("names")}))`)
    .prepare();
  return {
    list: (): ServerRow[] => db.select().from(mcpServers).orderBy(asc(mcpServers.name)).all(),
    get: (id: string): ServerRow | undefined => byId.get({ id }),
    getByName: (name: string): ServerRow | undefined =>
      db.select().from(mcpServers).where(eq(mcpServers.name, name)).get(),
    /** Ids by name; of those that there are. */
    idsOf: (names: readonly string[]): Map<string, string> =>
      new Map(named.all({ names: JSON.stringify(names) }).map(({ id, name }) => [name, id])),
    /** @throws GatewayError name_taken */
    insert: (values: ServerInsert): ServerRow =>
      naming("server", values.name, () =>
        db
          .insert(mcpServers)
          .values({ ...values, transport: values.config.transport })
          .returning()
          .get(),
      ),
    /** @throws GatewayError name_taken */
    update: (id: string, changes: Partial<ServerInsert>): ServerRow | undefined =>
      change(id, changes) ? byId.get({ id }) : undefined,
    /** The same without reading it back; false where there is none. @throws GatewayError name_taken */
    change,
    /**
     * With its secrets, sign-in, catalog, era and places in profiles; false where there was none. No
     * backup brings its sign-in back.
     */
    delete: (id: string): boolean =>
      db.transaction(() => {
        const signedIn = db.select().from(oauthTokens).where(eq(oauthTokens.serverId, id)).get();
        if (signedIn) revoked.put("sign_in", id);
        vault.secrets.deleteOwned("mcp_servers", id);
        return db.delete(mcpServers).where(eq(mcpServers.id, id)).run().changes > 0;
      }),
  };
};
