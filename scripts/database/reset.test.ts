import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDb, createTrafficDb, lockDataDirectory, resolvePaths } from "@local-mcp/database";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lmg-reset-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs the script without a terminal. */
const reset = async (args: string[], env: Record<string, string> = {}) => {
  // oxlint-disable-next-line promise/avoid-new -- execFile promises nothing about a failed program
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [fileURLToPath(new URL("reset.ts", import.meta.url)), ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
};

const fill = (database: string): void => {
  createDb({ path: database }).close();
  createTrafficDb({ path: join(dir, "traffic.db") }).close();
  writeFileSync(`${database}-wal`, "");
  writeFileSync(join(dir, ".env"), "PORT=1");
};

test("removes both databases with what is beside them, says so, and leaves the rest", async () => {
  const database = join(dir, "local-mcp-gateway.db");
  fill(database);
  const { code, stdout } = await reset(["--data-dir", dir, "--yes"]);
  expect(code).toBe(0);
  for (const file of [database, `${database}-wal`, join(dir, "traffic.db")]) {
    expect(stdout).toContain(`Removed ${file}\n`);
  }
  expect(readdirSync(dir)).toEqual([".env", "lock.db"]);
  createDb({ path: database }).close();
  const again = await reset(["--data-dir", join(dir, "nowhere"), "--yes"]);
  expect(again.stdout).toContain("nothing was removed");
});

test("finds the database as the gateway does", async () => {
  fill(join(dir, "mine.db"));
  const { code } = await reset(["--yes"], { DATABASE_PATH: join(dir, "mine.db") });
  expect(code).toBe(0);
  expect(readdirSync(dir)).toEqual([".env", "lock.db"]);
});

test("asks first, and without a terminal wants --yes", async () => {
  fill(join(dir, "local-mcp-gateway.db"));
  const before = readdirSync(dir);
  const { code, stderr } = await reset(["--data-dir", dir]);
  expect(code).toBe(2);
  expect(stderr).toContain("--yes");
  expect(readdirSync(dir)).toEqual([...before, "lock.db"].toSorted());
});

test("leaves a directory that a gateway works in alone", async () => {
  fill(join(dir, "local-mcp-gateway.db"));
  const lock = lockDataDirectory(resolvePaths({ dataDir: dir }), { kind: "serve" });
  const before = readdirSync(dir);
  const { code, stderr } = await reset(["--data-dir", dir, "--yes"]);
  expect(code).toBe(7);
  expect(stderr).toContain(`pid ${process.pid}, serve`);
  expect(readdirSync(dir)).toEqual(before);
  lock.release();
});
