import type { Connection } from "@local-mcp/database";
import { z } from "zod";

/** What the tables of the configuration hold. */
const stored = z.union([z.string(), z.number(), z.null()]);

/** A row as it is stored, by the names of its columns. */
export type Row = Record<string, z.infer<typeof stored>>;

/**
 * The rows of a table, each with at least what `shape` names, and with whatever else is in it.
 *
 * @throws z.ZodError where a row is not as the schema of the database has it
 */
export const readRows = <Shape extends z.ZodRawShape>(
  connection: Connection,
  table: string,
  shape: Shape,
): (z.output<z.ZodObject<Shape>> & Row)[] => {
  const rows = connection.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).all();
  const known = z.object(shape);
  const whole = z.record(z.string(), stored);
  return rows.map((row) => ({ ...whole.parse(row), ...known.parse(row) }));
};

/**
 * Only the ids of a table, whose rows may hold much or bytes.
 *
 * @throws z.ZodError where one is none
 */
export const readIds = (connection: Connection, table: string): string[] =>
  z
    .array(z.string())
    .parse(connection.prepare(`SELECT id FROM "${table}" ORDER BY rowid`).pluck().all());

/** Writes a row as it is, over whatever is in its place. */
export const putRow = (connection: Connection, table: string, row: Row): void => {
  const columns = Object.keys(row);
  const names = columns.map((name) => `"${name}"`).join(", ");
  const values = columns.map(() => "?").join(", ");
  connection
    .prepare(`INSERT OR REPLACE INTO "${table}" (${names}) VALUES (${values})`)
    .run(...columns.map((name) => row[name]));
};

/** What JSON in a column says; undefined where it is none. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The caller's schema refuses what is not there.
    return undefined;
  }
};
