import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteError } from "better-sqlite3";
import { expect, test } from "vitest";
import { faultIn, isOlder, openSqlite, translating } from "./sqlite.ts";
import { errorOf } from "./test-kit.ts";

test.each([
  ["3.51.2", true],
  ["3.9.4", true],
  ["2.99.99", true],
  ["3.51", true],
  ["3.51.3", false],
  ["3.51.10", false],
  ["3.53.0", false],
  ["4.0.0", false],
])("SQLite %s is too old: %s", (version, older) => {
  expect(isOlder(version, "3.51.3")).toBe(older);
});

test("what SQLite finds wrong is told on one line, and without its name for the file", () => {
  expect(
    faultIn("*** in database main ***\nTree 5 page 6: btreeInitPage() returns error code 11"),
  ).toBe("Tree 5 page 6: btreeInitPage() returns error code 11");
  expect(faultIn("row 3 missing\nfrom index x")).toBe("row 3 missing from index x");
});

test("the SQLite that is shipped is new enough", () => {
  const connection = openSqlite(":memory:");
  expect(connection.open).toBe(true);
  connection.close();
});

test.each([
  ["SQLITE_FULL", "disk_full"],
  ["SQLITE_IOERR_WRITE", "disk_full"],
  ["SQLITE_CORRUPT_INDEX", "database_damaged"],
  ["SQLITE_NOTADB", "database_damaged"],
  ["SQLITE_BUSY_SNAPSHOT", "database_locked"],
  ["SQLITE_CANTOPEN", "data_dir_unusable"],
  ["SQLITE_READONLY_DIRECTORY", "data_dir_unusable"],
])("%s is %s, with the file and its cause", (code, ours) => {
  const cause = new SqliteError("the reason", code);
  const error = errorOf(() =>
    translating("/data/x.db", () => {
      throw cause;
    }),
  );
  expect(error).toMatchObject({ code: ours, cause });
  expect(String(error)).toContain("/data/x.db");
});

test("a folder in the place of a file is told as one, and not as a disk that is full", () => {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
  const error = errorOf(() => translating(folder, () => openSqlite(folder)));
  expect(error).toMatchObject({ code: "data_dir_unusable" });
  expect(String(error)).toContain(`${folder} is a folder`);
  rmSync(folder, { recursive: true });
});

test("other errors stay what they are", () => {
  const unique = new SqliteError("UNIQUE constraint failed: a.b", "SQLITE_CONSTRAINT_UNIQUE");
  for (const thrown of [unique, new TypeError("x"), "text"]) {
    const error = errorOf(() =>
      translating("/data/x.db", () => {
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
  }
});
