import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { configurationFile } from "@local-mcp/database";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { describe, expect, test } from "vitest";
import { MAX_ROW_BYTES } from "./digest.ts";
import { inspect } from "./inspect.ts";
import { plainBackup, WITHOUT_LIST } from "./plain-backup.fixture.ts";

/** What an inspection may add to the memory of the process, bytes. */
const MEMORY = 300 * 1024 * 1024;

const { file, change, refusal } = plainBackup(
  "INSERT INTO settings VALUES ('port', '4444', 1); INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', 'dev', 'Dev', 1, 1)",
);

const poke = (position: number, bytes: Buffer): void => {
  const handle = openSync(file, "r+");
  writeSync(handle, bytes, 0, bytes.length, position);
  closeSync(handle);
};

const look = () => inspect(file, { kind: configurationFile, name: "it" });
const verdict = async (): Promise<string> => {
  const before = process.memoryUsage.rss();
  const { code, message } = await refusalOf(look);
  expect(process.memoryUsage.rss() - before).toBeLessThan(MEMORY);
  return `${code}: ${message}`;
};

test("a backup is what its list says", () => {
  expect(look()).toMatchObject({
    schema: configurationFile.migrations.length,
    manifest: { format: 1, contents: { counts: { profiles: 1 }, secrets: "none" } },
  });
});

describe("a schema that is not ours is refused before anything of it runs", () => {
  test.each([
    ["a table", "CREATE TABLE more (a)"],
    ["a view", "CREATE VIEW more AS SELECT 1"],
    [
      "a trigger",
      "CREATE TRIGGER more AFTER DELETE ON mcp_sessions BEGIN DELETE FROM profiles; END",
    ],
    ["a virtual table", "CREATE VIRTUAL TABLE more USING fts5(a)"],
    ["an index over an expression", "CREATE INDEX more ON settings (length(hex(zeroblob(9))))"],
    [
      "a check that takes all memory",
      "PRAGMA ignore_check_constraints = ON; CREATE TABLE more (a CHECK (length(hex(zeroblob(200000000 + a))) > 0)); INSERT INTO more VALUES (NULL)",
    ],
    ["a generated column", "ALTER TABLE settings ADD more AS (length(hex(zeroblob(200000000))))"],
    [
      "a view in the place of the list",
      "DROP TABLE backup_manifest; CREATE VIEW backup_manifest AS SELECT hex(zeroblob(200000000)) AS json",
    ],
    [
      "another default",
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'settings'",
    ],
  ])("%s", async (_what, statement) => {
    change(statement);
    expect(await verdict()).toMatch(/^backup_refused: .*did not make/);
  });

  test.each([100, 20_000])(
    "%i kilobytes of tables, counted before they are read",
    async (count) => {
      change(
        `PRAGMA writable_schema = ON; WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < ${count})
        INSERT INTO sqlite_schema SELECT 'table', 't' || i, 't' || i, 2, 'CREATE TABLE t' || i || ' (a' || printf('%.1000c', 'a') || ')' FROM r`,
      );
      const reason = count > 1000 ? "more tables than" : "did not make";
      expect(await verdict()).toMatch(new RegExp(`^backup_refused: .*${reason}`));
    },
  );
});

describe("a content that is not what its list says is refused", () => {
  test.each([
    ["a value", "UPDATE settings SET value = '80'"],
    ["a value of another type", "UPDATE settings SET updated_at = '1x'"],
    ["a row more", "INSERT INTO settings VALUES ('host', '\"0.0.0.0\"', 1)"],
    ["a row less", "DELETE FROM profiles"],
    [
      "another list",
      "UPDATE backup_manifest SET json = replace(json, '\"profiles\":1', '\"profiles\":2,\"rows\":1')||' '",
    ],
  ])("%s", async (_what, statement) => {
    change(statement);
    expect(await verdict()).toMatch(/^backup_damaged: .*(its list says|CHECK|non-INTEGER)/);
  });

  test.each([
    ["none", "DELETE FROM backup_manifest"],
    ["two", "INSERT INTO backup_manifest SELECT * FROM backup_manifest"],
    ["one that is no JSON", "UPDATE backup_manifest SET json = 'x'"],
    [
      "one that is nested without end",
      `UPDATE backup_manifest SET json = '${"[".repeat(100_000)}'`,
    ],
    ["one of another form", "UPDATE backup_manifest SET json = '{}'"],
    ["one that is too large", "UPDATE backup_manifest SET json = hex(zeroblob(20000000))"],
    ["one that is no text", "UPDATE backup_manifest SET json = CAST(json AS BLOB)"],
  ])("a list: %s", async (_what, statement) => {
    change(statement);
    expect(await verdict()).toMatch(/^backup_damaged: .*list cannot be read/);
  });
});

describe("sizes that a file claims", () => {
  test("terabytes, in the header", async () => {
    poke(28, Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    expect(await verdict()).toMatch(/^backup_damaged: .*longer than it is/);
  });

  test("a row that is larger than any of ours", async () => {
    change(`INSERT INTO settings VALUES ('large', zeroblob(${MAX_ROW_BYTES * 2}), 1)`);
    expect(await verdict()).toMatch(/^backup_refused: .*a row of settings/);
  });

  test("a file without its end, a page that is noise, a row that refers to nothing", async () => {
    change("INSERT INTO profile_mcp_servers VALUES ('p', 'none', 0, 1)");
    expect(await verdict()).toMatch(/^backup_damaged: .*refers to one that is not there/);
    poke(8192, Buffer.alloc(4096, 0xa5));
    expect(await verdict()).toMatch(/^backup_(damaged|refused)/);
    truncateSync(file, statSync(file).size - 4096);
    expect(await verdict()).toMatch(/^backup_damaged: .*longer than it is/);
  });
});

test("one of a newer program is refused by its name", async () => {
  change(
    'PRAGMA user_version = 99; UPDATE backup_manifest SET json = \'{"contents":{"version":"9.9.9"}}\'',
  );
  expect(await verdict()).toContain(
    "backup_newer: “it” was made by a newer version of this program (9.9.9)",
  );
});

test.each([
  ["of another program", "PRAGMA application_id = 1"],
  ["of nobody", "PRAGMA application_id = 0; DROP TABLE __drizzle_migrations"],
])("a database %s is not ours", async (_what, statement) => {
  change(statement);
  expect(await verdict()).toMatch(/^backup_not_ours/);
});

test("JSON that is nested deeper than can be read is refused where it would be read", async () => {
  change(`UPDATE settings SET value = '${"[".repeat(5000)}${"]".repeat(5000)}'`, ...WITHOUT_LIST);
  expect((await refusal()).message).toContain("what settings.value holds cannot be read");
});
