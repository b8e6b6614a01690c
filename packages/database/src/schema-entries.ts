import { type FileKind, migrate } from "./open.ts";
import { type Connection, openSqlite } from "./sqlite.ts";

/** A table, index, view or trigger as a file has it: https://sqlite.org/schematab.html */
export interface SchemaEntry {
  type: string;
  name: string;
  /** The table that it belongs to; of a table, itself. */
  tbl_name: string;
  /** Null for an index that SQLite made for a constraint. */
  sql: string | null;
}

/** What is in a file, by name. */
export const schemaEntries = (connection: Connection): SchemaEntry[] =>
  connection
    .prepare<[], SchemaEntry>("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
    .all();

const known = new Map<string, SchemaEntry[]>();

/** What a file of this kind holds after its first `applied` migrations, by name. */
export const schemaAfter = (kind: FileKind, applied: number): SchemaEntry[] => {
  const key = `${kind.applicationId} ${applied}`;
  const entries = known.get(key) ?? build(kind, applied);
  known.set(key, entries);
  return entries;
};

const build = (kind: FileKind, applied: number): SchemaEntry[] => {
  const connection = openSqlite(":memory:");
  try {
    migrate(connection, { ...kind, migrations: kind.migrations.slice(0, applied) }, 0);
    return schemaEntries(connection);
  } finally {
    connection.close();
  }
};
