import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Queryable } from "../db.ts";

const version = z.object({ version: z.string() });
const verdict = z.object({ quick_check: z.string() });

/** How the database file is doing. */
export const createHealthQueries = (db: Queryable) => ({
  sqliteVersion: (): string =>
    version.parse(db.get(sql`SELECT sqlite_version() AS version`)).version,
  /** "ok", or the first thing that is wrong: https://sqlite.org/pragma.html#pragma_quick_check */
  quickCheck: (): string => verdict.parse(db.get(sql`PRAGMA quick_check(1)`)).quick_check,
  /**
   * Moves the write-ahead log into the file and empties it, as far as no other reader needs it:
   * https://sqlite.org/pragma.html#pragma_wal_checkpoint
   */
  emptyLog: (): void => {
    db.get(sql`PRAGMA wal_checkpoint(TRUNCATE)`);
  },
});
