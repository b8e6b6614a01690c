import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { vaultDataKeys, vaultKeys, vaultSecrets } from "../schema/system.ts";

export type VaultSlotRow = typeof vaultKeys.$inferSelect;
export type VaultSlotInsert = typeof vaultKeys.$inferInsert;
export type VaultDataKeyRow = typeof vaultDataKeys.$inferSelect;
export type VaultSecretRow = typeof vaultSecrets.$inferSelect;
/** The id is part of what the value is sealed with, so it is chosen before. */
export type VaultSecretWrite = Omit<
  typeof vaultSecrets.$inferInsert,
  "id" | "createdAt" | "updatedAt"
> & { id: string };

/** Slots of the vault, and the secrets that rows refer to. Everything in them is sealed. */
export const createVaultQueries = (db: Queryable) => {
  const { id, ownerTable, ownerId, name } = vaultSecrets;
  const byId = db
    .select()
    .from(vaultSecrets)
    .where(eq(id, sql.placeholder("id")))
    .prepare();
  const owned = db
    .select()
    .from(vaultSecrets)
    .where(
      and(eq(ownerTable, sql.placeholder("ownerTable")), eq(ownerId, sql.placeholder("ownerId"))),
    )
    .orderBy(asc(name))
    .prepare();
  const removal = db
    .delete(vaultSecrets)
    .where(eq(id, sql.placeholder("id")))
    .prepare();
  const writing = db
    .insert(vaultSecrets)
    .values({
      id: sql.placeholder("id"),
      ownerTable: sql.placeholder("ownerTable"),
      ownerId: sql.placeholder("ownerId"),
      name: sql.placeholder("name"),
      sealed: sql.placeholder("sealed"),
      hint: sql.placeholder("hint"),
      createdAt: sql.placeholder("now"),
      updatedAt: sql.placeholder("now"),
    })
    .onConflictDoUpdate({
      target: vaultSecrets.id,
      set: {
        sealed: sql`excluded.sealed`,
        hint: sql`excluded.hint`,
        updatedAt: sql`excluded.updated_at`,
      },
    })
    .prepare();
  return {
    slots: {
      list: (): VaultSlotRow[] =>
        db.select().from(vaultKeys).orderBy(asc(vaultKeys.createdAt), asc(vaultKeys.id)).all(),
      /** Writes a slot, over the one of the same id if there is one. */
      put(slot: VaultSlotInsert): void {
        db.insert(vaultKeys)
          .values(slot)
          .onConflictDoUpdate({ target: vaultKeys.id, set: slot })
          .run();
      },
      /** False where there was none. */
      delete: (id: string): boolean =>
        db.delete(vaultKeys).where(eq(vaultKeys.id, id)).run().changes > 0,
    },
    dataKeys: {
      list: (): VaultDataKeyRow[] => db.select().from(vaultDataKeys).all(),
      put(key: VaultDataKeyRow): void {
        db.insert(vaultDataKeys)
          .values(key)
          .onConflictDoUpdate({ target: vaultDataKeys.id, set: key })
          .run();
      },
      delete(id: string): void {
        db.delete(vaultDataKeys).where(eq(vaultDataKeys.id, id)).run();
      },
    },
    secrets: {
      list: (): VaultSecretRow[] =>
        db.select().from(vaultSecrets).orderBy(asc(vaultSecrets.id)).all(),
      listOwned: (ownerTable: string, ownerId: string): VaultSecretRow[] =>
        owned.all({ ownerTable, ownerId }),
      /** Whether rows of this table own any. */
      isOwner: (ownerTable: string): boolean =>
        db.select().from(vaultSecrets).where(eq(vaultSecrets.ownerTable, ownerTable)).get() !==
        undefined,
      get: (id: string): VaultSecretRow | undefined => byId.get({ id }),
      /** Writes a secret, over the one of the same id if there is one. */
      put({ id, ownerTable, ownerId, name, sealed, hint = null }: VaultSecretWrite): void {
        writing.run({ id, ownerTable, ownerId, name, sealed, hint, now: Date.now() });
      },
      delete: (id: string): boolean => removal.run({ id }).changes > 0,
      deleteOwned(ownerTable: string, ownerId: string): void {
        db.delete(vaultSecrets)
          .where(and(eq(vaultSecrets.ownerTable, ownerTable), eq(vaultSecrets.ownerId, ownerId)))
          .run();
      },
      count: (): number => db.select({ secrets: count() }).from(vaultSecrets).get()?.secrets ?? 0,
    },
  };
};
