import { asc, count, eq } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { resources, roots } from "../schema/local.ts";
import { profileRoots } from "../schema/profiles.ts";
import { createMembershipQueries } from "./definitions.ts";
import { naming } from "./naming.ts";

export type RootRow = typeof roots.$inferSelect;
export type RootInsert = typeof roots.$inferInsert;

/** Roots, and which profiles have them. */
export const createRootQueries = (db: Queryable) => ({
  ...createMembershipQueries(db, profileRoots, profileRoots.rootId, roots, roots.uri),
  list: (): RootRow[] => db.select().from(roots).orderBy(asc(roots.uri)).all(),
  get: (id: string): RootRow | undefined => db.select().from(roots).where(eq(roots.id, id)).get(),
  getByUri: (uri: string): RootRow | undefined =>
    db.select().from(roots).where(eq(roots.uri, uri)).get(),
  /** @throws GatewayError name_taken */
  insert: (values: RootInsert): RootRow =>
    naming("root", values.uri, () => db.insert(roots).values(values).returning().get()),
  /** @throws GatewayError name_taken */
  update: (id: string, changes: Partial<RootInsert>): RootRow | undefined =>
    naming("root", changes.uri, () =>
      db.update(roots).set(changes).where(eq(roots.id, id)).returning().get(),
    ),
  /** With its places in profiles; files that are inside it have none then. False where there was none. */
  delete: (id: string): boolean => db.delete(roots).where(eq(roots.id, id)).run().changes > 0,
  /** How many resources are files inside it. */
  filesIn: (id: string): number =>
    db.select({ files: count() }).from(resources).where(eq(resources.rootId, id)).get()?.files ?? 0,
});
