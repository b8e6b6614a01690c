import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { canSandbox, missingLibraries, windowObstacle } from "./obstacles.ts";
import { apparmorProfile } from "./system.ts";

const linux = { platform: "linux", root: false, asOther: false } as const;

test("a window needs a display, and a user who is not root", () => {
  expect(windowObstacle({ ...linux, env: {} })).toBe("There is no display here.");
  expect(windowObstacle({ ...linux, env: { DISPLAY: ":0" } })).toBeNull();
  expect(windowObstacle({ ...linux, env: { WAYLAND_DISPLAY: "wayland-0" } })).toBeNull();
  expect(windowObstacle({ ...linux, env: { DISPLAY: ":0" }, root: true })).toContain(
    "`npm start -- --as USER`",
  );
  expect(
    windowObstacle({ ...linux, env: { DISPLAY: ":0" }, root: true, asOther: true }),
  ).toBeNull();
  expect(windowObstacle({ ...linux, platform: "darwin", env: {}, root: true })).toBeNull();
});

test("missing libraries are read from what ldd says, each once", () => {
  const ldd = [
    "\tlinux-vdso.so.1 (0x00007ffd5d9f2000)",
    "\tlibnss3.so => not found",
    "\tlibgtk-3.so.0 => not found",
    "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2b1c000000)",
    "\tlibnss3.so => not found",
  ].join("\n");
  expect(missingLibraries(ldd)).toEqual(["libnss3.so", "libgtk-3.so.0"]);
  expect(missingLibraries("\tnot a dynamic executable")).toEqual([]);
});

test("the sandbox works where namespaces do, or where a profile names this executable", async () => {
  const directory = await mkdtemp(join(tmpdir(), "lmg-sandbox-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const executable = join(directory, "electron");
  const profile = join(directory, "profile");
  const refused = async (): Promise<{ code: number; output: string }> => ({ code: 1, output: "" });
  const allowed = async (): Promise<{ code: number; output: string }> => ({ code: 0, output: "" });
  const noProbe = async (): Promise<{ code: null; output: string }> => ({
    code: null,
    output: "spawn unshare ENOENT",
  });

  expect(await canSandbox(executable, { profile, probe: allowed })).toBe(true);
  expect(await canSandbox(executable, { profile, probe: noProbe })).toBe(true);
  expect(await canSandbox(executable, { profile, probe: refused })).toBe(false);
  await writeFile(profile, apparmorProfile("/elsewhere/electron"));
  expect(await canSandbox(executable, { profile, probe: refused })).toBe(false);
  await writeFile(profile, apparmorProfile(executable));
  expect(await canSandbox(executable, { profile, probe: refused })).toBe(true);
});
