import { asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { resources } from "../schema/local.ts";
import { profileResources } from "../schema/profiles.ts";
import { createMembershipQueries } from "./definitions.ts";
import { naming } from "./naming.ts";
import { createRowChanges } from "./row-changes.ts";

export type ResourceRow = typeof resources.$inferSelect;
export type ResourceInsert = typeof resources.$inferInsert;
/** Without what may be ten megabytes of it. */
export type ResourceSummary = Omit<ResourceRow, "textContent" | "binaryContent"> & {
  /** Of the stored content, bytes. */
  bytes: number;
};

const { textContent, binaryContent, ...columns } = getTableColumns(resources);
const summary = {
  ...columns,
  bytes: sql<number>`coalesce(octet_length(${textContent}), octet_length(${binaryContent}), 0)`,
};

/** Stored resources, and which profiles have them. */
export const createResourceQueries = (db: Queryable) => {
  const byId = db
    .select()
    .from(resources)
    .where(eq(resources.id, sql.placeholder("id")))
    .prepare();
  const change = createRowChanges(db, resources);
  return {
    ...createMembershipQueries(
      db,
      profileResources,
      profileResources.resourceId,
      resources,
      resources.uri,
    ),
    /** Without content. */
    list: (): ResourceSummary[] =>
      db.select(summary).from(resources).orderBy(asc(resources.uri)).all(),
    /** With content. */
    listWhole: (): ResourceRow[] => db.select().from(resources).orderBy(asc(resources.uri)).all(),
    get: (id: string): ResourceRow | undefined => byId.get({ id }),
    getByUri: (uri: string): ResourceRow | undefined =>
      db.select().from(resources).where(eq(resources.uri, uri)).get(),
    /** @throws GatewayError name_taken */
    insert: (values: ResourceInsert): ResourceRow =>
      naming("resource", values.uri, () => db.insert(resources).values(values).returning().get()),
    /** @throws GatewayError name_taken */
    update: (id: string, changes: Partial<ResourceInsert>): ResourceRow | undefined =>
      naming("resource", changes.uri, () => (change(id, changes) ? byId.get({ id }) : undefined)),
    /** The same without reading it back; false where there is none. @throws GatewayError name_taken */
    change: (id: string, changes: Partial<ResourceInsert>): boolean =>
      naming("resource", changes.uri, () => change(id, changes)),
    /** With its places in profiles; false where there was none. */
    delete: (id: string): boolean =>
      db.delete(resources).where(eq(resources.id, id)).run().changes > 0,
  };
};
