import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { lockDataDirectory, readLockHolder } from "./lock.ts";
import { resolvePaths } from "./paths.ts";
import { OtherProcess, useTempDir } from "./test-kit.ts";

// Starting Node takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const temp = useTempDir();
const paths = () => resolvePaths({ dataDir: temp("data") });

const others: OtherProcess[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.kill()));
});

/** A process that tries to lock, prints “held” or “locked”, and then stays. */
const locker = (kind: string): OtherProcess => {
  const other = new OtherProcess(`
    const { lockDataDirectory } = await load("./lock.ts");
    const { resolvePaths } = await load("./paths.ts");
    const paths = resolvePaths({ dataDir: ${JSON.stringify(temp("data"))} });
    try {
      lockDataDirectory(paths, { kind: ${JSON.stringify(kind)}, url: "http://127.0.0.1:1" });
      console.log("locked");
    } catch (error) {
      console.log(error.code === "data_dir_held" ? "held" : String(error));
    }
    setInterval(() => {}, 60_000);`);
  others.push(other);
  return other;
};

test("the second one is told who holds the directory, until that one lets go", () => {
  const lock = lockDataDirectory(paths(), { kind: "app" });
  expect(() => lockDataDirectory(paths(), { kind: "serve" })).toThrow(
    `Another Local MCP Gateway (pid ${process.pid}, app) is using ${temp("data")}.`,
  );
  expect(readLockHolder(paths())).toMatchObject({ pid: process.pid, kind: "app", url: null });

  lock.release();
  expect(readLockHolder(paths())).toBeNull();
  const next = lockDataDirectory(paths(), { kind: "serve" });
  expect(readLockHolder(paths())).toMatchObject({ kind: "serve" });
  next.release();
});

test("kill -9 of the holder frees the directory", async () => {
  const other = locker("app");
  expect(await other.line()).toBe("locked");
  expect(() => lockDataDirectory(paths(), { kind: "cli" })).toThrow(`(pid ${other.pid}, app)`);
  expect(readLockHolder(paths())).toMatchObject({
    pid: other.pid,
    kind: "app",
    url: "http://127.0.0.1:1",
  });

  await other.kill();
  expect(readLockHolder(paths())).toBeNull();
  lockDataDirectory(paths(), { kind: "cli" }).release();
});

test("a refused try in the same process does not give the lock away to another one", async () => {
  const lock = lockDataDirectory(paths(), { kind: "app" });
  expect(() => lockDataDirectory(paths(), { kind: "cli" })).toThrow("is using");
  expect(readLockHolder(paths())).not.toBeNull();
  expect(await locker("serve").line()).toBe("held");
  lock.release();
});

test("of many that start at once, one gets in and is the one that is named", async () => {
  const all = Array.from({ length: 6 }, () => locker("serve"));
  const lines = await Promise.all(all.map((other) => other.line()));
  expect(lines.toSorted()).toEqual(["held", "held", "held", "held", "held", "locked"]);
  expect(readLockHolder(paths())?.pid).toBe(all[lines.indexOf("locked")]?.pid);
});

test("only the owner can read it, and a directory that was there keeps its mode", () => {
  lockDataDirectory(paths(), { kind: "app" }).release();
  expect(statSync(temp("data")).mode & 0o777).toBe(0o700);
  expect(statSync(paths().lock).mode & 0o777).toBe(0o600);

  mkdirSync(temp("shared"));
  chmodSync(temp("shared"), 0o755);
  lockDataDirectory(resolvePaths({ dataDir: temp("shared") }), { kind: "app" }).release();
  expect(statSync(temp("shared")).mode & 0o777).toBe(0o755);
});

test("asking who holds a directory creates nothing", () => {
  expect(readLockHolder(paths())).toBeNull();
  expect(existsSync(temp("data"))).toBe(false);
});

test("a path that cannot be a directory is refused", () => {
  writeFileSync(temp("data"), "");
  expect(() => lockDataDirectory(paths(), { kind: "app" })).toThrow("cannot be used");
});
