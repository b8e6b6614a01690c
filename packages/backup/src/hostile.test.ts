import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { plainBackup, WITHOUT_LIST } from "./plain-backup.fixture.ts";

const { file, change, refusal } = plainBackup(
  "INSERT INTO settings VALUES ('appearance', '\"dark\"', 1)",
);

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
