import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { tools } from "../schema/local.ts";
import { profileTools } from "../schema/profiles.ts";
import { createNamedMembershipQueries } from "./definitions.ts";
import { naming } from "./naming.ts";
import { createRowChanges } from "./row-changes.ts";
import { createVaultQueries } from "./vault.ts";

export type ToolRow = typeof tools.$inferSelect;
export type ToolInsert = typeof tools.$inferInsert;

/** REST APIs as tools, and which profiles have them. */
export const createToolQueries = (db: Queryable) => {
  const vault = createVaultQueries(db);
  const memberships = createNamedMembershipQueries(
    db,
    profileTools,
    profileTools.toolId,
    tools,
    tools.name,
  );
  const byId = db
    .select()
    .from(tools)
    .where(eq(tools.id, sql.placeholder("id")))
    .prepare();
  const change = createRowChanges(db, tools);
  return {
    ...memberships,
    list: (): ToolRow[] => db.select().from(tools).orderBy(asc(tools.name)).all(),
    get: (id: string): ToolRow | undefined => byId.get({ id }),
    getByName: (name: string): ToolRow | undefined =>
      db.select().from(tools).where(eq(tools.name, name)).get(),
    /** @throws GatewayError name_taken */
    insert: (values: ToolInsert): ToolRow =>
      naming("tool", values.name, () => db.insert(tools).values(values).returning().get()),
    /** @throws GatewayError name_taken */
    update: (id: string, changes: Partial<ToolInsert>): ToolRow | undefined =>
      naming("tool", changes.name, () => (change(id, changes) ? byId.get({ id }) : undefined)),
    /** The same without reading it back; false where there is none. @throws GatewayError name_taken */
    change: (id: string, changes: Partial<ToolInsert>): boolean =>
      naming("tool", changes.name, () => change(id, changes)),
    /** With its secrets and its places in profiles; false where there was none. */
    delete: (id: string): boolean =>
      db.transaction(() => {
        vault.secrets.deleteOwned("tools", id);
        return db.delete(tools).where(eq(tools.id, id)).run().changes > 0;
      }),
  };
};
