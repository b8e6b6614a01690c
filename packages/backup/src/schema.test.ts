import {
  configurationFile,
  type Connection,
  createLogWords,
  type FileKind,
  openSqlite,
  schemaAfter,
  trafficFile,
} from "@local-mcp/database";
import { afterEach, expect, test } from "vitest";
import { ALSO_IN_A_BACKUP, schemaFault } from "./schema.ts";

const open: Connection[] = [];
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

const NEWEST = configurationFile.migrations.length;

/** A database with a schema, and with what else is written into it. */
const database = (applied = NEWEST, ...statements: string[]): Connection =>
  databaseOf(configurationFile, applied, statements);

const databaseOf = (kind: FileKind, applied: number, statements: readonly string[]): Connection => {
  const connection = openSqlite(":memory:");
  open.push(connection);
  for (const { sql, name } of schemaAfter(kind, applied)) {
    if (sql !== null && !name.startsWith("sqlite_")) connection.exec(sql);
  }
  for (const statement of statements) connection.exec(statement);
  return connection;
};

test("every version has the schema of its migrations, and only of those", () => {
  for (let applied = 1; applied <= NEWEST; applied += 1) {
    expect(schemaFault(database(applied), configurationFile, applied)).toBeNull();
    const other = applied === NEWEST ? 1 : applied + 1;
    expect(schemaFault(database(applied), configurationFile, other)).not.toBeNull();
  }
  expect(schemaFault(database(), trafficFile, 1)).not.toBeNull();
});

test.each([
  ["a table", "CREATE TABLE more (a)"],
  ["a view", "CREATE VIEW more AS SELECT 1"],
  ["a trigger", "CREATE TRIGGER more AFTER INSERT ON settings BEGIN DELETE FROM profiles; END"],
  [
    "a trigger that has the name of a table of a backup",
    "CREATE TRIGGER backup_files AFTER INSERT ON settings BEGIN DELETE FROM profiles; END",
  ],
  ["a virtual table", "CREATE VIRTUAL TABLE more USING fts5(a)"],
  ["an index", "CREATE INDEX more ON settings (value)"],
  ["a table of a backup with other columns", "CREATE TABLE backup_files (name)"],
  [
    "a view in the place of a table of a backup",
    "CREATE VIEW backup_manifest AS SELECT '{}' AS json",
  ],
  ["a column more", "ALTER TABLE settings ADD more"],
  [
    "a view in the place of a table",
    "DROP TABLE settings; CREATE VIEW settings AS SELECT 1 AS key, 2 AS value, 3 AS updated_at",
  ],
  ["a table less", "DROP TABLE settings"],
  ["an index less", "DROP INDEX profiles_slug_unique"],
])("%s is a fault", (_what, statement) => {
  const fault = schemaFault(
    database(NEWEST, statement),
    configurationFile,
    NEWEST,
    ALSO_IN_A_BACKUP,
  );
  expect(fault).toMatch(/did not make$|is missing$/);
});

test("what a backup has besides is a fault in any other file", () => {
  const connection = database(NEWEST, ...Object.values(ALSO_IN_A_BACKUP));
  expect(schemaFault(connection, configurationFile, NEWEST, ALSO_IN_A_BACKUP)).toBeNull();
  expect(schemaFault(connection, configurationFile, NEWEST)).toContain("backup_");
});

test("what ANALYZE left is none", () => {
  const connection = database(NEWEST, "INSERT INTO settings VALUES ('a', '1', 1); ANALYZE");
  expect(schemaFault(connection, configurationFile, NEWEST)).toBeNull();
});

test("words of debug logs are in as many tables as they need, and each is exactly one of those", () => {
  const newest = trafficFile.migrations.length;
  const fault = (...statements: string[]): string | null =>
    schemaFault(databaseOf(trafficFile, newest, statements), trafficFile, newest);
  expect(fault(createLogWords(0), createLogWords(4711))).toBeNull();
  for (const other of [
    createLogWords(7).replace("unicode61", "trigram"),
    createLogWords(7).replace("words_7", "words_x"),
    "CREATE TABLE debug_log_words_7 (words)",
    "CREATE VIEW debug_log_words_7_data AS SELECT 1",
    "CREATE TABLE debug_log_words_7_more (a)",
  ]) {
    expect(fault(createLogWords(0), other)).toContain("that this program did not make");
  }
  expect(
    schemaFault(database(NEWEST, createLogWords(0)), configurationFile, NEWEST),
  ).not.toBeNull();
});
