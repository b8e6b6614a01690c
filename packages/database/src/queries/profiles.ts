import { and, asc, count, eq, notInArray, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { accessTokens, profileMcpServers, profiles } from "../schema/profiles.ts";
import { mcpServers } from "../schema/servers.ts";
import { byProfile } from "./definitions.ts";
import { naming } from "./naming.ts";
import { createRevokedQueries } from "./revoked.ts";
import { createRowChanges } from "./row-changes.ts";
import type { ServerRow } from "./servers.ts";
import { createSettingQueries } from "./settings.ts";

export type ProfileRow = typeof profiles.$inferSelect;
export type ProfileInsert = typeof profiles.$inferInsert;

const ACTIVE_PROFILE = "activeProfileId";

/** Profiles, their servers, and which profile is active. */
export const createProfileQueries = (db: Queryable) => {
  const settings = createSettingQueries(db);
  const revoked = createRevokedQueries(db);

  const byId = db
    .select()
    .from(profiles)
    .where(eq(profiles.id, sql.placeholder("id")))
    .prepare();
  const change = createRowChanges(db, profiles);
  const get = (id: string): ProfileRow | undefined => byId.get({ id });
  const ofServer = db
    .select({ profile: profiles })
    .from(profileMcpServers)
    .innerJoin(profiles, eq(profiles.id, profileMcpServers.profileId))
    .where(eq(profileMcpServers.mcpServerId, sql.placeholder("id")))
    .orderBy(asc(profiles.position), asc(profiles.slug))
    .prepare();
  const inProfile = db
    .select({ id: profileMcpServers.mcpServerId })
    .from(profileMcpServers)
    .innerJoin(mcpServers, eq(mcpServers.id, profileMcpServers.mcpServerId))
    .where(eq(profileMcpServers.profileId, sql.placeholder("profileId")))
    .orderBy(asc(profileMcpServers.position), asc(mcpServers.name))
    .prepare();
  const serversByProfile = (label: typeof mcpServers.name | typeof mcpServers.id) =>
    byProfile(
      db
        .select({ profileId: profileMcpServers.profileId, label })
        .from(profileMcpServers)
        .innerJoin(mcpServers, eq(mcpServers.id, profileMcpServers.mcpServerId))
        .orderBy(
          asc(profileMcpServers.profileId),
          asc(profileMcpServers.position),
          asc(mcpServers.name),
        )
        .all(),
    );

  return {
    /** In the order a person gave them. */
    list: (): ProfileRow[] =>
      db.select().from(profiles).orderBy(asc(profiles.position), asc(profiles.slug)).all(),
    get,
    getBySlug: (slug: string): ProfileRow | undefined =>
      db.select().from(profiles).where(eq(profiles.slug, slug)).get(),
    /** @throws GatewayError name_taken */
    insert: (values: ProfileInsert): ProfileRow =>
      naming("profile", values.slug, () => db.insert(profiles).values(values).returning().get()),
    /** @throws GatewayError name_taken */
    update(id: string, changes: Partial<ProfileInsert>): ProfileRow | undefined {
      const set = Object.fromEntries(
        Object.entries(changes).filter(([, value]) => value !== undefined),
      );
      // An UPDATE needs a column to set.
      if (Object.keys(set).length === 0) return get(id);
      return naming("profile", changes.slug, () => (change(id, set) ? get(id) : undefined));
    },
    /** With its choices, names and tokens, which no backup brings back; false where there was none. */
    delete: (id: string): boolean =>
      db.transaction(() => {
        const own = eq(accessTokens.profileId, id);
        for (const token of db.select().from(accessTokens).where(own).all()) {
          revoked.put("access_token", token.id);
        }
        if (settings.get(ACTIVE_PROFILE) === id) settings.delete(ACTIVE_PROFILE);
        return db.delete(profiles).where(eq(profiles.id, id)).run().changes > 0;
      }),

    /** The servers of a profile, in its order. */
    servers: (profileId: string): ServerRow[] =>
      db
        .select({ server: mcpServers })
        .from(profileMcpServers)
        .innerJoin(mcpServers, eq(mcpServers.id, profileMcpServers.mcpServerId))
        .where(eq(profileMcpServers.profileId, profileId))
        .orderBy(asc(profileMcpServers.position), asc(mcpServers.name))
        .all()
        .map(({ server }) => server),
    /** Names of the servers of each profile, in its order; read once for all. */
    serverNames: (): Map<string, string[]> => serversByProfile(mcpServers.name),
    /** The same by their ids. */
    serverIds: (): Map<string, string[]> => serversByProfile(mcpServers.id),
    count: (): number => db.select({ profiles: count() }).from(profiles).get()?.profiles ?? 0,
    /** The profiles a server is in. */
    ofServer: (mcpServerId: string): ProfileRow[] =>
      ofServer.all({ id: mcpServerId }).map(({ profile }) => profile),
    /** Makes these the servers of a profile, in this order. Those that stay keep their choices. */
    replaceServers(profileId: string, mcpServerIds: string[]): void {
      const before = inProfile.all({ profileId });
      const isSame = before.every(({ id }, at) => id === mcpServerIds[at]);
      if (isSame && before.length === mcpServerIds.length) return;
      db.transaction(() => {
        db.delete(profileMcpServers)
          .where(
            and(
              eq(profileMcpServers.profileId, profileId),
              notInArray(profileMcpServers.mcpServerId, mcpServerIds),
            ),
          )
          .run();
        for (const [position, mcpServerId] of mcpServerIds.entries()) {
          db.insert(profileMcpServers)
            .values({ profileId, mcpServerId, position })
            .onConflictDoUpdate({
              target: [profileMcpServers.profileId, profileMcpServers.mcpServerId],
              set: { position },
            })
            .run();
        }
      });
    },

    /** The profile that /mcp follows. */
    active(): ProfileRow | undefined {
      const id = settings.get(ACTIVE_PROFILE);
      return typeof id === "string" ? get(id) : undefined;
    },
    setActive(id: string | null): void {
      if (id === null) settings.delete(ACTIVE_PROFILE);
      else settings.set(ACTIVE_PROFILE, id);
    },
  };
};
