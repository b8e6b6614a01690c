import { eq } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { mcpServerEras } from "../schema/servers.ts";

export type EraRow = typeof mcpServerEras.$inferSelect;

/** Which era of MCP each server turned out to speak. */
export const createEraQueries = (db: Queryable) => ({
  get: (mcpServerId: string): EraRow | undefined =>
    db.select().from(mcpServerEras).where(eq(mcpServerEras.mcpServerId, mcpServerId)).get(),
  /** Writes the verdict on a server, over the one that is there. */
  put({ mcpServerId, ...verdict }: EraRow): void {
    db.insert(mcpServerEras)
      .values({ mcpServerId, ...verdict })
      .onConflictDoUpdate({ target: mcpServerEras.mcpServerId, set: verdict })
      .run();
  },
});
