import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeFile, configurationFile, openFile, openSqlite } from "@local-mcp/database";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createBackup } from "./snapshot.ts";
import { stage } from "./stage.ts";

const root = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const original = join(root, "original.db");
const file = join(root, "backup.db");

beforeAll(async () => {
  const database = join(root, "live.db");
  const connection = openFile(database, configurationFile, {});
  connection.exec("INSERT INTO settings VALUES ('appearance', '\"dark\"', 1)");
  closeFile(connection);
  const input = { database, target: original, directory: join(root, "restore", "work") };
  const rest = { passphrase: null, slot: null, parts: [], version: "1", machine: "", missing: [] };
  await createBackup({ ...input, ...rest }, {});
});
beforeEach(() => copyFileSync(original, file));

/** Changes it as somebody who has the file can, who takes care that its list still fits or is gone. */
const change = (...statements: string[]): void => {
  const connection = openSqlite(file);
  for (const statement of statements) connection.exec(statement);
  connection.close();
};
const WITHOUT_LIST = ["DROP TABLE backup_manifest", "DROP TABLE backup_files"];

let stages = 0;
const refusal = () => {
  const directory = join(root, "restore", `stage-${(stages += 1)}`);
  const input = { file, name: "it", passphrase: null, directory, databaseName: "a.db" };
  return refusalOf(() => stage({ ...input, maxBytes: 2 ** 30 }, {}));
};

test.each([
  ["that goes on behind a NUL", "UPDATE settings SET value = value || char(0) || 'more'"],
  ["that is no text", "UPDATE settings SET value = CAST(value AS BLOB)"],
])("JSON %s, which SQLite takes for JSON and nobody else does", async (_, statement) => {
  change(...WITHOUT_LIST, statement);
  expect(await refusal()).toMatchObject({
    code: "backup_refused",
    message: expect.stringContaining("what settings.value holds cannot be read"),
  });
});

test("a moment that no calendar has", async () => {
  change(
    "UPDATE backup_manifest SET json = json_set(json, '$.contents.createdAt', 8640000000000001)",
  );
  expect(await refusal()).toMatchObject({
    code: "backup_damaged",
    message: expect.stringContaining("its list cannot be read"),
  });
});

// Whoever opens a pipe waits until somebody writes into it.
test.skipIf(process.platform === "win32")("a pipe in the place of a log", async () => {
  const log = `${file}-wal`;
  execFileSync("sh", ["-c", 'mkfifo "$0"', log]);
  try {
    expect(await refusal()).toMatchObject({
      code: "backup_unreadable",
      message: expect.stringContaining("is not a file"),
    });
  } finally {
    rmSync(log);
  }
});
