import type { LogLevel } from "@local-mcp/contract";
import { asc, eq } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { logLevels } from "../schema/logs.ts";
import { profiles } from "../schema/profiles.ts";
import { mcpServers } from "../schema/servers.ts";

/** Whose level it is: one of the two. */
export type LogLevelSubject = { profileId: string } | { mcpServerId: string };

/** How much is recorded of profiles and servers that have a level of their own. */
export const createLogLevelQueries = (db: Queryable) => ({
  /** With the slug of the profile or the name of the server. */
  list: () =>
    db
      .select({
        profileId: logLevels.profileId,
        mcpServerId: logLevels.mcpServerId,
        profile: profiles.slug,
        server: mcpServers.name,
        level: logLevels.level,
      })
      .from(logLevels)
      .leftJoin(profiles, eq(logLevels.profileId, profiles.id))
      .leftJoin(mcpServers, eq(logLevels.mcpServerId, mcpServers.id))
      .orderBy(asc(profiles.slug), asc(mcpServers.name))
      .all(),
  /** @param level null for none of its own */
  set(subject: LogLevelSubject, level: LogLevel | null): void {
    const isIts =
      "profileId" in subject
        ? eq(logLevels.profileId, subject.profileId)
        : eq(logLevels.mcpServerId, subject.mcpServerId);
    db.transaction((tx) => {
      tx.delete(logLevels).where(isIts).run();
      if (level !== null) {
        tx.insert(logLevels)
          .values({ ...subject, level })
          .run();
      }
    });
  },
});
