import { desc, eq, notInArray } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { exportKeys } from "../schema/system.ts";

export type ExportKeyRow = typeof exportKeys.$inferSelect;
export type ExportKeyInsert = typeof exportKeys.$inferInsert;

/** Salts that export files were sealed under, so that the next one is sealed the same. */
export const createExportKeyQueries = (db: Queryable) => {
  const newestFirst = () =>
    [desc(exportKeys.usedAt), desc(exportKeys.createdAt), desc(exportKeys.id)] as const;
  return {
    /** Last used first. */
    list: (): ExportKeyRow[] =>
      db
        .select()
        .from(exportKeys)
        .orderBy(...newestFirst())
        .all(),
    insert: (values: ExportKeyInsert): void => {
      db.insert(exportKeys).values(values).run();
    },
    /** @param usedAt ms since 1970 */
    touch: (id: string, usedAt: number): void => {
      db.update(exportKeys).set({ usedAt }).where(eq(exportKeys.id, id)).run();
    },
    /** Forgets all but the `keep` that were used last. */
    keepNewest: (keep: number): void => {
      const kept = db
        .select({ id: exportKeys.id })
        .from(exportKeys)
        .orderBy(...newestFirst())
        .limit(keep);
      db.delete(exportKeys).where(notInArray(exportKeys.id, kept)).run();
    },
  };
};
