import { asc, eq } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { acceptedTools } from "../schema/servers.ts";

export type AcceptedToolRow = typeof acceptedTools.$inferSelect;

/** The tools of servers as a person accepted them. */
export const createAcceptedToolQueries = (db: Queryable) => ({
  /** Of one server, by name. */
  list: (mcpServerId: string): AcceptedToolRow[] =>
    db
      .select()
      .from(acceptedTools)
      .where(eq(acceptedTools.mcpServerId, mcpServerId))
      .orderBy(asc(acceptedTools.toolName))
      .all(),
  /** Takes the place of what was accepted before. */
  put({ mcpServerId, toolName, ...accepted }: AcceptedToolRow): void {
    db.insert(acceptedTools)
      .values({ mcpServerId, toolName, ...accepted })
      .onConflictDoUpdate({
        target: [acceptedTools.mcpServerId, acceptedTools.toolName],
        set: accepted,
      })
      .run();
  },
});
