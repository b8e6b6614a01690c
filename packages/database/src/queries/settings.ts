import { eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { settings } from "../schema/system.ts";

export type SettingValue = typeof settings.$inferSelect.value;

/** Stored settings. What may be stored under which key is for the caller to know. */
export const createSettingQueries = (db: Queryable) => {
  const byKey = db
    .select()
    .from(settings)
    .where(eq(settings.key, sql.placeholder("key")))
    .prepare();
  return {
    all: (): Map<string, SettingValue> =>
      new Map(
        db
          .select()
          .from(settings)
          .all()
          .map(({ key, value }) => [key, value]),
      ),
    get: (key: string): SettingValue | undefined => byKey.get({ key })?.value,
    set(key: string, value: SettingValue): void {
      db.insert(settings)
        .values({ key, value })
        .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: Date.now() } })
        .run();
    },
    /** Goes back to the default. */
    delete(key: string): void {
      db.delete(settings).where(eq(settings.key, key)).run();
    },
  };
};
