import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { type ExposedKind, exposedNames, profileMcpServers } from "../schema/profiles.ts";

/** Under which name the clients of a profile see a tool or prompt. */
export interface NameAssignment {
  kind: ExposedKind;
  mcpServerId: string;
  originalName: string;
  exposedName: string;
}

/** Well under SQLite's limit of bound values: https://sqlite.org/limits.html */
const ROWS_PER_INSERT = 500;

/** The names that tools and prompts have been given, kept so that start order never changes one. */
export const createNameQueries = (db: Queryable) => {
  const inProfile = db
    .select({
      kind: exposedNames.kind,
      mcpServerId: exposedNames.mcpServerId,
      originalName: exposedNames.originalName,
      exposedName: exposedNames.exposedName,
    })
    .from(exposedNames)
    .where(eq(exposedNames.profileId, sql.placeholder("profileId")))
    .orderBy(asc(exposedNames.kind), asc(exposedNames.exposedName))
    .prepare();
  return {
    list: (profileId: string): NameAssignment[] => inProfile.all({ profileId }),
    /** Makes these the assignments of a profile. Those of servers that have left it are not kept. */
    replace(profileId: string, assignments: NameAssignment[]): void {
      db.transaction(() => {
        const members = db
          .select({ id: profileMcpServers.mcpServerId })
          .from(profileMcpServers)
          .where(eq(profileMcpServers.profileId, profileId))
          .all()
          .map(({ id }) => id);
        db.delete(exposedNames).where(eq(exposedNames.profileId, profileId)).run();
        const kept = assignments
          .filter(({ mcpServerId }) => members.includes(mcpServerId))
          .map((assignment) => ({ profileId, ...assignment }));
        for (let at = 0; at < kept.length; at += ROWS_PER_INSERT) {
          db.insert(exposedNames)
            .values(kept.slice(at, at + ROWS_PER_INSERT))
            .run();
        }
      });
    },
  };
};
