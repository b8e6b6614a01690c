import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Queryable } from "../db.ts";

/** How many lists of columns have a statement; forms change the same few again and again. */
const MOST_KEPT = 20;

interface RowChange {
  run(values: Record<string, unknown>): { changes: number };
}

/**
 * Changes rows of a table by their ids. The statement for a list of columns is built once: to build
 * one takes several times as long as to run it.
 */
export function createRowChanges(db: Queryable, table: SQLiteTable & { id: SQLiteColumn }) {
  const columns: Record<string, SQLiteColumn> = getTableColumns(table);
  const kept = new Map<string, RowChange>();

  const build = (keys: readonly string[]): RowChange => {
    const set: Record<string, SQL> = {};
    for (const key of keys) set[key] = sql`${sql.placeholder(key)}`;
    return db
      .update(table)
      .set(set)
      .where(eq(table.id, sql.placeholder(ROW)))
      .prepare();
  };

  /** False where there is no such row. */
  return (id: string, changes: object): boolean => {
    const given = new Map<string, unknown>(Object.entries(changes));
    const values: Record<string, unknown> = { [ROW]: id };
    for (const [key, column] of Object.entries(columns)) {
      // Some are set by each change, such as the time of it.
      const value = given.get(key) === undefined ? column.onUpdateFn?.() : given.get(key);
      if (value !== undefined) values[key] = value === null ? null : column.mapToDriverValue(value);
    }
    const keys = Object.keys(values).filter((key) => key !== ROW);
    const list = keys.join();
    const known = kept.get(list);
    if (known === undefined && kept.size >= MOST_KEPT) kept.clear();
    const change = known ?? build(keys);
    kept.set(list, change);
    return change.run(values).changes > 0;
  };
}

/** No column is called so. */
const ROW = "of row";
