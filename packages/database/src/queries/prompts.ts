import { asc, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { prompts } from "../schema/local.ts";
import { profilePrompts } from "../schema/profiles.ts";
import { createNamedMembershipQueries } from "./definitions.ts";
import { naming } from "./naming.ts";

export type PromptRow = typeof prompts.$inferSelect;
export type PromptInsert = typeof prompts.$inferInsert;

/** Prompt templates, and which profiles have them. */
export const createPromptQueries = (db: Queryable) => {
  const byId = db
    .select()
    .from(prompts)
    .where(eq(prompts.id, sql.placeholder("id")))
    .prepare();
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
      naming("prompt", changes.name, () =>
        db.update(prompts).set(changes).where(eq(prompts.id, id)).returning().get(),
      ),
    /** With its places in profiles; false where there was none. */
    delete: (id: string): boolean => db.delete(prompts).where(eq(prompts.id, id)).run().changes > 0,
  };
};
