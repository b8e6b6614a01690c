import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasTrayHost } from "./tray-host.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "tray-host-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A program of that name which says what a session bus does. */
const install = (name: string, script: string): void => {
  writeFileSync(join(base, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(base, name), 0o755);
};
const ask = (extra: NodeJS.ProcessEnv = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/x" }) =>
  hasTrayHost("linux", { PATH: base, ...extra });

test("Windows and macOS always have a place for the icon", async () => {
  expect(await hasTrayHost("win32", {})).toBe(true);
  expect(await hasTrayHost("darwin", {})).toBe(true);
});

test("without a session bus nobody is asked", async () => {
  install("dbus-send", `echo "boolean true"`);
  expect(await ask({})).toBe(false);
  expect(await ask({ XDG_RUNTIME_DIR: base })).toBe(false);
  writeFileSync(join(base, "bus"), "");
  expect(await ask({ XDG_RUNTIME_DIR: base })).toBe(true);
});

test("the owner of the watcher's name is asked for", async () => {
  install(
    "dbus-send",
    `case "$*" in *org.kde.StatusNotifierWatcher) echo "   boolean true";; esac`,
  );
  expect(await ask()).toBe(true);
  install("dbus-send", `echo "   boolean false"`);
  expect(await ask()).toBe(false);
});

test("another program is asked where the first is not installed, and not where it failed", async () => {
  install("gdbus", `echo "(true,)"`);
  expect(await ask()).toBe(true);
  install("dbus-send", "exit 1");
  expect(await ask()).toBe(false);
});

test("without either there is no tray", async () => {
  expect(await ask()).toBe(false);
});
