import { eq } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { mcpServerCatalogs } from "../schema/servers.ts";

export type CatalogRow = typeof mcpServerCatalogs.$inferSelect;
export type CatalogWrite = typeof mcpServerCatalogs.$inferInsert;

/** The last good lists of each server. */
export const createCatalogQueries = (db: Queryable) => ({
  list: (): CatalogRow[] => db.select().from(mcpServerCatalogs).all(),
  get: (mcpServerId: string): CatalogRow | undefined =>
    db.select().from(mcpServerCatalogs).where(eq(mcpServerCatalogs.mcpServerId, mcpServerId)).get(),
  /** Writes the lists of a server, over those that are there. */
  put({ mcpServerId, ...lists }: CatalogWrite): void {
    db.insert(mcpServerCatalogs)
      .values({ mcpServerId, ...lists })
      .onConflictDoUpdate({ target: mcpServerCatalogs.mcpServerId, set: lists })
      .run();
  },
  delete(mcpServerId: string): void {
    db.delete(mcpServerCatalogs).where(eq(mcpServerCatalogs.mcpServerId, mcpServerId)).run();
  },
});
