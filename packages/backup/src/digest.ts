import { createHash } from "node:crypto";
import type { Connection } from "@local-mcp/database";

export interface TableDigest {
  name: string;
  rows: number;
  /** SHA-256, hexadecimal. */
  sha256: string;
}

export interface ContentDigest {
  /** By name. */
  tables: TableDigest[];
  /** SHA-256 over all of them, hexadecimal. */
  sha256: string;
}

interface DigestOptions {
  /** Tables that do not count. */
  except?: readonly string[];
  /** @param progress 0 to 1 */
  onProgress?: (progress: number) => void;
}

/** A row that holds more than this is not read, bytes. Nothing that the gateway stores comes near. */
export const MAX_ROW_BYTES = 48 * 1024 * 1024;

/** A row is larger than {@link MAX_ROW_BYTES}. */
export class RowTooLarge extends Error {
  readonly table: string;

  constructor(table: string) {
    super(`a row of ${table} is larger than ${MAX_ROW_BYTES} bytes`);
    this.table = table;
  }
}

/** Rows that cross from SQLite together, and how large one is that crosses alone, bytes. */
const ROWS_AT_ONCE = 500;
const LARGE_ROW_BYTES = 16 * 1024;
const ROWID = { lowest: -(2n ** 63n), highest: 2n ** 63n - 1n };

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * The tables that hold rows of their own, by name. Those without a rowid are what an index of words
 * keeps beside its words; no other table is like that.
 */
export const tablesOf = (connection: Connection): string[] =>
  connection
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0
        AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite\\_%' ESCAPE '\\')
        AND NOT EXISTS (SELECT 1 FROM pragma_table_list(sqlite_schema.name) WHERE wr)
        ORDER BY name`,
    )
    .pluck()
    .all();

const columnsOf = (connection: Connection, table: string): string[] =>
  connection
    .prepare<[string], string>("SELECT name FROM pragma_table_info(?) ORDER BY cid")
    .pluck()
    .all(table);

/**
 * What every table holds, by value: two files have the same digest where the same rows stand in the
 * same order with values of the same types. Free pages, indexes and the page layout do not count,
 * so VACUUM keeps it. Run it in a transaction where somebody writes meanwhile.
 *
 * @throws RowTooLarge
 */
export const contentDigest = (
  connection: Connection,
  { except = [], onProgress }: DigestOptions = {},
): ContentDigest => {
  const names = tablesOf(connection).filter((name) => !except.includes(name));
  const tables = names.map((name, index) => {
    const digest = tableDigest(connection, name);
    onProgress?.((index + 1) / names.length);
    return digest;
  });
  const all = createHash("sha256");
  for (const { name, rows, sha256 } of tables)
    all.update(`${JSON.stringify([name, rows, sha256])}\n`);
  return { tables, sha256: all.digest("hex") };
};

/** Only its header is read of a long value, so this is cheap, however much a row holds. */
const sizesOf = (
  connection: Connection,
  table: string,
  columns: string[],
): { rows: number; large: bigint[] } => {
  const bytes = columns.map((column) => `ifnull(octet_length(${quoted(column)}), 0)`).join(" + ");
  const [rows, largest] = connection
    .prepare<[], [number, number | null]>(`SELECT count(*), max(${bytes}) FROM ${quoted(table)}`)
    .raw()
    .get() ?? [0, null];
  if (largest !== null && largest > MAX_ROW_BYTES) throw new RowTooLarge(table);
  if (largest === null || largest <= LARGE_ROW_BYTES) return { rows, large: [] };
  const large = connection
    .prepare<[], bigint>(
      `SELECT rowid FROM ${quoted(table)} WHERE ${bytes} > ${LARGE_ROW_BYTES} ORDER BY rowid`,
    )
    .pluck()
    .safeIntegers()
    .all();
  return { rows, large };
};

/**
 * A row as bytes that no other row gives: each value after its type, one of variable length after
 * that as well. NULL, '', 0, '0' and x'30' differ; a text may hold NUL; a real comes with all the
 * digits that tell it from others.
 */
const rowAsBytes = (columns: string[]): string => {
  const values = columns.map((column) => {
    const name = quoted(column);
    return `CASE typeof(${name})
      WHEN 'text' THEN 't' || octet_length(${name}) || ':' WHEN 'integer' THEN 'i'
      WHEN 'null' THEN 'n' WHEN 'real' THEN 'r' || printf('%!.17g', ${name}) || '='
      ELSE 'b' || octet_length(${name}) || ':' END, ${name}`;
  });
  return `concat(${values.join(", ")}, ';')`;
};

/** So many rows at once, up to one; those that are large one by one. */
const readerOf = (connection: Connection, table: string, columns: string[]) => {
  const reader = (bytes: string, limit: number) =>
    connection
      .prepare<[bigint, bigint], { last: bigint | null; rows: bigint; bytes: Buffer }>(
        // LIMIT keeps the order of the rows within the aggregate.
        `SELECT max(id) AS last, count(*) AS rows, CAST(${bytes} AS BLOB) AS bytes FROM (
          SELECT rowid AS id, ${rowAsBytes(columns)} AS bytes FROM ${quoted(table)} NOT INDEXED
            WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ${limit})`,
      )
      .safeIntegers();
  // SQLite puts many rows together in a third of the time that it takes to hand them over singly.
  return { many: reader("group_concat(bytes, '')", ROWS_AT_ONCE), one: reader("bytes", 1) };
};

const tableDigest = (connection: Connection, table: string): TableDigest => {
  const columns = columnsOf(connection, table);
  const { rows, large } = sizesOf(connection, table, columns);
  const { many, one } = readerOf(connection, table, columns);
  const hash = createHash("sha256").update(`${JSON.stringify(columns)}\n`);
  let read = 0;
  let last = ROWID.lowest;
  const readUpTo = (end: bigint, reader: typeof many): void => {
    while (last < end) {
      const next = reader.get(last, end);
      if (next === undefined || next.last === null) return;
      hash.update(next.bytes);
      read += Number(next.rows);
      last = next.last;
    }
  };
  for (const id of large) {
    readUpTo(id - 1n, many);
    readUpTo(id, one);
  }
  readUpTo(ROWID.highest, many);
  if (read !== rows) throw new Error(`${read} of ${rows} rows of ${table} were read`);
  return { name: table, rows, sha256: hash.digest("hex") };
};
