import { and, desc, eq, lte, ne, notInArray } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { importJobs } from "../schema/system.ts";

export type ImportJobRow = typeof importJobs.$inferSelect;
export type ImportJobInsert = typeof importJobs.$inferInsert;

/** Imports and what became of them. */
export const createImportJobQueries = (db: Queryable) => ({
  /** Newest first. */
  list: (): ImportJobRow[] =>
    db.select().from(importJobs).orderBy(desc(importJobs.createdAt), desc(importJobs.id)).all(),
  get: (id: string): ImportJobRow | undefined =>
    db.select().from(importJobs).where(eq(importJobs.id, id)).get(),
  running: (): ImportJobRow[] =>
    db.select().from(importJobs).where(eq(importJobs.status, "running")).all(),
  insert: (values: ImportJobInsert): void => {
    db.insert(importJobs).values(values).run();
  },
  update: (id: string, changes: Partial<ImportJobInsert>): void => {
    db.update(importJobs).set(changes).where(eq(importJobs.id, id)).run();
  },
  /** Forgets those that had ended by then. @param before ms since 1970 @returns how many there were */
  deleteEnded: (before: number): number =>
    db
      .delete(importJobs)
      .where(and(ne(importJobs.status, "running"), lte(importJobs.completedAt, before)))
      .run().changes,
  /** Forgets all that ended but for the newest `keep`. */
  keepNewest: (keep: number): void => {
    const kept = db
      .select({ id: importJobs.id })
      .from(importJobs)
      .where(ne(importJobs.status, "running"))
      .orderBy(desc(importJobs.createdAt), desc(importJobs.id))
      .limit(keep);
    db.delete(importJobs)
      .where(and(ne(importJobs.status, "running"), notInArray(importJobs.id, kept)))
      .run();
  },
});
