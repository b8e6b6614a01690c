import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { prompts } from "../schema/local.ts";
import { profilePrompts } from "../schema/profiles.ts";
import { createNamedMembershipQueries } from "./definitions.ts";
import { naming } from "./naming.ts";
import { createRowChanges } from "./row-changes.ts";

export type PromptRow = typeof prompts.$inferSelect;
export type PromptInsert = typeof prompts.$inferInsert;

/** Prompt templates, and which profiles have them. */
export const createPromptQueries = (db: Queryable) => {
  const byId = db
    .select()
    .from(prompts)
    .where(eq(prompts.id, sql.placeholder("id")))
    .prepare();
  const change = createRowChanges(db, prompts);
  return {
    ...createNamedMembershipQueries(
      db,
      profilePrompts,
      profilePrompts.promptId,
      prompts,
      prompts.name,
    ),
    list: (): PromptRow[] => db.select().from(prompts).orderBy(asc(prompts.name)).all(),
    get: (id: string): PromptRow | undefined => byId.get({ id }),
    getByName: (name: string): PromptRow | undefined =>
      db.select().from(prompts).where(eq(prompts.name, name)).get(),
    /** @throws GatewayError name_taken */
    insert: (values: PromptInsert): PromptRow =>
      naming("prompt", values.name, () => db.insert(prompts).values(values).returning().get()),
    /** @throws GatewayError name_taken */
    update: (id: string, changes: Partial<PromptInsert>): PromptRow | undefined =>
      naming("prompt", changes.name, () => (change(id, changes) ? byId.get({ id }) : undefined)),
    /** The same without reading it back; false where there is none. @throws GatewayError name_taken */
    change: (id: string, changes: Partial<PromptInsert>): boolean =>
      naming("prompt", changes.name, () => change(id, changes)),
    /** With its places in profiles; false where there was none. */
    delete: (id: string): boolean => db.delete(prompts).where(eq(prompts.id, id)).run().changes > 0,
  };
};
