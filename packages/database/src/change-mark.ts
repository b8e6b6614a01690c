import { sql } from "drizzle-orm";
import type { Queryable } from "./db.ts";

/**
 * Another text once anything was written to the file, by whomever; the same where nothing was. It
 * says nothing of what was written: what is of interest to nobody changes it, too.
 *
 * https://sqlite.org/pragma.html#pragma_data_version counts what others wrote, another connection of
 * this process included, https://sqlite.org/lang_corefunc.html#total_changes what this one did.
 */
export const changeMark = (db: Queryable): string =>
  JSON.stringify([db.values(sql`PRAGMA data_version`), db.values(sql`SELECT total_changes()`)]);
