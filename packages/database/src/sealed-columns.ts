import { getTableColumns, getTableName, is } from "drizzle-orm";
import { type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type ColumnClass, columnClasses } from "./classification.ts";
import * as schema from "./schema.ts";

/** A column and what the registry says of it. */
export interface ClassifiedColumn {
  /** As SQL calls it. */
  table: string;
  /** As SQL calls it. */
  column: string;
  class: ColumnClass;
  source: SQLiteTable;
  values: SQLiteColumn;
}

/** A column whose values the vault sealed, and where each of them is bound to. */
export interface SealedColumn extends ClassifiedColumn {
  /** `secret`: the whole value is sealed. `sealed_json`: members of the JSON in it are. */
  class: "secret" | "sealed_json";
  /** Its value names the row, for the place that a sealed value is bound to. */
  rows: SQLiteColumn;
}

const classOf = new Map<string, ColumnClass>(
  Object.entries(columnClasses).flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, word]) => [`${table}.${column}`, word]),
  ),
);

/** Every column of both database files, with its class. */
export const classifiedColumns: readonly ClassifiedColumn[] = Object.entries(schema).flatMap(
  ([name, source]) => {
    if (!is(source, SQLiteTable)) return [];
    return Object.entries<SQLiteColumn>(getTableColumns(source)).flatMap(([property, values]) => {
      const word = classOf.get(`${name}.${property}`);
      return word === undefined
        ? []
        : [{ table: getTableName(source), column: values.name, class: word, source, values }];
    });
  },
);

const rowsOf = (source: SQLiteTable): SQLiteColumn => {
  const keys = Object.values<SQLiteColumn>(getTableColumns(source)).filter(
    ({ primary }) => primary,
  );
  const [key, ...more] = keys;
  if (key === undefined || more.length > 0) {
    throw new Error(`${getTableName(source)} holds secrets and has no key of one column`);
  }
  return key;
};

/** Everything the vault has sealed: what a new data key has to reach, and a backup to carry. */
export const sealedColumns: readonly SealedColumn[] = classifiedColumns.flatMap((one) =>
  one.class === "secret" || one.class === "sealed_json"
    ? [{ ...one, class: one.class, rows: rowsOf(one.source) }]
    : [],
);
