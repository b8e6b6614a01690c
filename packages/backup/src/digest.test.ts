import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createLogWords, logWordsTable, openSqlite } from "@local-mcp/database";
import { afterEach, expect, test } from "vitest";
import { contentDigest, MAX_ROW_BYTES, RowTooLarge } from "./digest.ts";

const open: Connection[] = [];
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

const database = (...statements: string[]): Connection => {
  const connection = openSqlite(":memory:");
  open.push(connection);
  for (const statement of statements) connection.exec(statement);
  return connection;
};

const digestOf = (...statements: string[]): string => contentDigest(database(...statements)).sha256;

const row = (...values: string[]): string =>
  digestOf(
    `CREATE TABLE t (${values.map((_, index) => `c${index}`).join(", ")})`,
    `INSERT INTO t VALUES (${values.join(", ")})`,
  );

test("values that look alike differ: by type, by length, by where one ends", () => {
  const alike = [
    "NULL",
    "''",
    "x''",
    "0",
    "'0'",
    "0.0",
    "x'30'",
    "-0.0e0 + 1",
    "1",
    "'NULL'",
    "'n:'",
  ];
  const many = [
    ["'a'", "'bc'"],
    ["'ab'", "'c'"],
    ["'abc'", "NULL"],
    ["NULL", "'abc'"],
    ["'abc'", "''"],
    ["'a' || char(0) || 'b'", "''"],
    ["'a' || char(0) || 'c'", "''"],
    ["'a'", "''"],
    ["CAST(x'ff' AS TEXT)", "1"],
    ["CAST(x'fe' AS TEXT)", "1"],
    ["0.1", "1"],
    ["0.1 + 1e-17", "1"],
    ["9007199254740993", "1"],
    ["9007199254740992", "1"],
  ];
  const digests = [...alike.map((value) => row(value)), ...many.map((values) => row(...values))];
  expect(new Set(digests).size).toBe(digests.length);
});

test("the same rows have the same digest, wherever they lie in the file", () => {
  const directory = mkdtempSync(join(tmpdir(), "digest-"));
  const connection = database(
    "CREATE TABLE a (id TEXT PRIMARY KEY, n INTEGER); CREATE INDEX a_n ON a (n)",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3000) INSERT INTO a SELECT 'row ' || (i * 7919 % 3001), i FROM r",
    "DELETE FROM a WHERE n % 3 = 0",
  );
  const copy = join(directory, "copy.db");
  connection.prepare("VACUUM INTO ?").run(copy);
  const other = openSqlite(copy);
  open.push(other);
  other.exec("DROP INDEX a_n");
  expect(contentDigest(other)).toEqual(contentDigest(connection));
  expect(contentDigest(connection).tables).toMatchObject([{ name: "a", rows: 2000 }]);
  rmSync(directory, { recursive: true });
});

test.each([
  ["the last of many rows", "UPDATE t SET v = 'other' WHERE id = 2500"],
  ["the first row, of the lowest id there can be", "UPDATE t SET v = 'other' WHERE id < -9e18"],
  [
    "two rows for each other",
    "UPDATE t SET v = CASE id WHEN 3 THEN 'v4' WHEN 4 THEN 'v3' ELSE v END",
  ],
  ["a row less", "DELETE FROM t WHERE id = 1000"],
  ["a row more, of nothing", "INSERT INTO t (v) VALUES (NULL)"],
  [
    "one bit of a large value",
    "UPDATE t SET v = zeroblob(2000000) || x'01' WHERE v = zeroblob(2000000) || x'00'",
  ],
  ["the name of a column", "ALTER TABLE t RENAME COLUMN v TO w"],
  ["the name of a table", "ALTER TABLE t RENAME TO u"],
])("%s changes it", (_what, change) => {
  const connection = database(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v)",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 2500) INSERT INTO t SELECT i, 'v' || i FROM r",
    "INSERT INTO t VALUES (-9223372036854775807, 'lowest'), (9223372036854775807, zeroblob(2000000) || x'00')",
  );
  const before = contentDigest(connection).sha256;
  expect(contentDigest(connection).sha256).toBe(before);
  connection.exec(
    change.replace("INTO t (v)", "INTO t (id, v) SELECT 2501,").replace("VALUES (NULL)", "NULL"),
  );
  expect(contentDigest(connection).sha256).not.toBe(before);
});

test("words that were made searchable count as what is kept of them", () => {
  const words = (...texts: string[]): string =>
    digestOf(
      createLogWords(1),
      ...texts.map((text) => `INSERT INTO ${logWordsTable(1)} (words) VALUES ('${text}')`),
    );
  expect(words("one", "two")).toBe(words("one", "two"));
  expect(words("one", "two")).not.toBe(words("one", "other"));
});

test("a row that is larger than any of ours is not read", () => {
  const connection = database(
    "CREATE TABLE t (a, b)",
    `INSERT INTO t VALUES (1, zeroblob(${MAX_ROW_BYTES - 1}))`,
  );
  expect(contentDigest(connection).tables).toMatchObject([{ rows: 1 }]);
  connection.exec("UPDATE t SET a = 10");
  const before = process.memoryUsage.rss();
  expect(() => contentDigest(connection)).toThrow(RowTooLarge);
  expect(process.memoryUsage.rss() - before).toBeLessThan(MAX_ROW_BYTES / 2);
});
