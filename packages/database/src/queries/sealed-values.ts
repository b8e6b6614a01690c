import { and, count, eq, gte, isNotNull, lt, sql, type SQL } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import { type SealedColumn, sealedColumns } from "../sealed-columns.ts";

/** A value that the vault sealed, and where: the place that it is bound to. */
export interface SealedValueRow {
  place: { table: string; column: string; row: string };
  sealed: string;
}

/** The member of a JSON column that holds what is sealed of it. */
const MEMBER = "$.sealed";

/** The sealed text of a column, null where the row has none. */
const textOf = ({ class: kind, values }: SealedColumn): SQL<string | null> =>
  kind === "sealed_json"
    ? sql<string | null>`json_extract(${values}, ${MEMBER})`
    : sql<string | null>`${values}`;

/** Every sealed value, in whatever column the registry names. */
export const createSealedValueQueries = (db: Queryable) => ({
  count: (): number =>
    sealedColumns.reduce((sum, column) => {
      const found = db
        .select({ values: count() })
        .from(column.source)
        .where(isNotNull(textOf(column)))
        .get();
      return sum + (found?.values ?? 0);
    }, 0),

  beginningWith: (prefix: string): SealedValueRow[] =>
    sealedColumns.flatMap((column) => {
      const text = textOf(column);
      return db
        .select({ row: sql<string>`${column.rows}`, sealed: sql<string>`${text}` })
        .from(column.source)
        .where(and(gte(text, prefix), lt(text, `${prefix}\u{10FFFF}`)))
        .orderBy(column.rows)
        .all()
        .map(({ row, sealed }) => ({
          place: { table: column.table, column: column.column, row },
          sealed,
        }));
    }),

  /** Nothing where the value is not what it was any more. */
  replace({ place, sealed }: SealedValueRow, next: string): void {
    const column = sealedColumns.find(
      ({ table, column }) => table === place.table && column === place.column,
    );
    if (column === undefined) throw new Error(`${place.table}.${place.column} is not sealed`);
    const written =
      column.class === "sealed_json"
        ? sql`json_set(${column.values}, ${MEMBER}, ${next})`
        : sql`${next}`;
    db.run(
      sql`UPDATE ${column.source} SET ${sql.identifier(column.column)} = ${written} WHERE ${eq(column.rows, place.row)} AND ${textOf(column)} = ${sealed}`,
    );
  },

  /** Removes each row that is nothing without what was sealed in it. */
  forget(): void {
    for (const column of sealedColumns) {
      db.delete(column.source)
        .where(isNotNull(textOf(column)))
        .run();
    }
  },
});
