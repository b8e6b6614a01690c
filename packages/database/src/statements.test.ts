import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { settings } from "./schema/system.ts";
import { openSqlite } from "./sqlite.ts";
import { statementsOf } from "./statements.ts";
import { useDb, useTempDir } from "./test-kit.ts";

const inDir = useTempDir();
const database = useDb(() => inDir("x.db"));

test("a statement is prepared once, and gives rows the way that each asks for", () => {
  const db = database();
  const one = sql`SELECT 1 AS a, 2 AS b`;
  const all = db.all(one);
  expect(db.values(one)).toEqual([[1, 2]]);
  expect(db.all(one)).toEqual(all);
  expect(db.get(one)).toEqual({ a: 1, b: 2 });
  expect(all).toEqual([{ a: 1, b: 2 }]);
});

test("a query that was kept asks what it asked, whatever was asked in the same words since", () => {
  const db = database();
  const query = db.select().from(settings).prepare();
  db.insert(settings).values({ key: "theme", value: "dark" }).run();
  const before = query.all();
  const { sql: words } = db.select().from(settings).toSQL();
  expect(db.values(sql.raw(words))).toHaveLength(1);
  expect(db.all(sql.raw(words))).toMatchObject([{ key: "theme" }]);
  expect(query.all()).toEqual(before);
});

test("statements are those of the table as it is now, also in a transaction", () => {
  const connection = openSqlite(":memory:");
  const statements = statementsOf(connection);
  expect(statementsOf(connection)).toBe(statements);
  connection.exec("CREATE TABLE t (a)");
  connection.exec("INSERT INTO t VALUES (1)");
  expect(statements.prepare("SELECT * FROM t").all()).toEqual([{ a: 1 }]);
  expect(statements.prepare("SELECT * FROM t")).toBe(statements.prepare("SELECT * FROM t"));
  connection.exec("ALTER TABLE t ADD b DEFAULT 2");
  expect(statements.prepare("SELECT * FROM t").all()).toEqual([{ a: 1, b: 2 }]);
  connection.close();
  expect(() => statements.prepare("SELECT * FROM t").all()).toThrow(/not open/);
});

test("those that were not asked for longest are given up, and long ones are not kept", () => {
  const connection = openSqlite(":memory:");
  const statements = statementsOf(connection);
  const [first, second] = ["SELECT 'first'", "SELECT 'second'"].map((text) =>
    statements.prepare(text),
  );
  for (let at = 0; at < 399; at++) {
    expect(statements.prepare("SELECT 'first'")).toBe(first);
    statements.prepare(`SELECT ${at}`);
  }
  expect(statements.prepare("SELECT 'first'")).toBe(first);
  expect(statements.prepare("SELECT 'second'")).not.toBe(second);
  const long = `SELECT '${"x".repeat(5000)}'`;
  expect(statements.prepare(long)).not.toBe(statements.prepare(long));
  connection.close();
});
