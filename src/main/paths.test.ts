import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { dataPaths, userDataPath } from "./paths.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "paths-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const launchedWith = (...args: string[]) => readArguments(args, "/");

test("two data directories have two places for what Chromium keeps", () => {
  const path = userDataPath(launchedWith("--data-dir", join(base, "a")), {});
  expect(path).toBe(join(base, "a", "app"));
  expect(statSync(join(base, "a", "app")).mode & 0o777).toBe(0o700);
  expect(userDataPath(launchedWith("--data-dir", join(base, "b")), {})).not.toBe(path);
});

test("without one the system's place is used, and nothing is made", () => {
  expect(userDataPath(launchedWith(), { DATABASE_PATH: join(base, "x", "y.db") })).toBeNull();
  expect(existsSync(join(base, "x"))).toBe(false);
});

test("a data directory that cannot be one still leaves a place for the window that says so", () => {
  writeFileSync(join(base, "file"), "");
  const path = userDataPath(launchedWith("--data-dir", join(base, "file")), {});
  expect(path).not.toBeNull();
  expect(path).not.toContain(base);
  rmSync(String(path), { recursive: true });
});

test("the data is where the gateway looks for it", () => {
  expect(dataPaths(launchedWith("--data-dir", base), {})?.logs).toBe(join(base, "logs"));
  expect(dataPaths(launchedWith(), { DATABASE_PATH: join(base, "y.db") })?.dataDir).toBe(base);
  expect(dataPaths(launchedWith(), { DATABASE_URL: "postgres://x" })).toBeNull();
});
