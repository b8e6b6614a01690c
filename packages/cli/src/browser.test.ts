import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hasBrowser, openPage } from "./browser.ts";
import type { Io } from "./io.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "local-mcp-browser-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ioOf = (env: NodeJS.ProcessEnv, terminal = true): Io => {
  const stdin: Io["stdin"] = new PassThrough();
  const stderr: Io["stderr"] = new PassThrough();
  stdin.isTTY = stderr.isTTY = terminal;
  const { signal } = new AbortController();
  return { stdin, stderr, stdout: new PassThrough(), env, cwd: directory, signal };
};

const SCREEN = { DISPLAY: ":0" };

describe.runIf(process.platform === "linux")("a browser is opened", () => {
  test.each([
    ["on a screen of X11", SCREEN, true],
    ["on a screen of Wayland", { WAYLAND_DISPLAY: "wayland-0" }, true],
    ["not without a screen", { DISPLAY: "" }, false],
    ["not through SSH, though it forwards a screen", { ...SCREEN, SSH_CONNECTION: "1" }, false],
    ["not in CI", { ...SCREEN, CI: "true" }, false],
  ])("%s", (_, env, opens) => {
    expect(hasBrowser(ioOf(env))).toBe(opens);
    expect(hasBrowser(ioOf(env, false))).toBe(false);
  });

  test("with the page as one argument and no shell", async () => {
    const seen = join(directory, "seen");
    const opener = join(directory, "xdg-open");
    writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > "${seen}"\n`);
    chmodSync(opener, 0o700);
    const page = "https://login.example.com/authorize?a=1&b=$HOME;exit%207&c=*";
    expect(await openPage(ioOf({ PATH: `${directory}:/usr/bin:/bin` }), page)).toBe(true);
    await vi.waitFor(() =>
      expect(existsSync(seen) && readFileSync(seen, "utf8")).toBe(`1\n${page}\n`),
    );
  });

  test("with nothing but a page, whatever a gateway elsewhere names", async () => {
    const seen = join(directory, "seen");
    const opener = join(directory, "xdg-open");
    writeFileSync(opener, `#!/bin/sh\necho "$1" >> "${seen}"\n`);
    chmodSync(opener, 0o700);
    const io = ioOf({ PATH: `${directory}:/usr/bin:/bin` });
    for (const page of [
      "file:///bin/sh",
      "--help",
      "http://192.168.0.1/",
      "smb://evil.example/a",
    ]) {
      expect(await openPage(io, page)).toBe(false);
    }
    expect(await openPage(io, "https://login.example.com/")).toBe(true);
    await vi.waitFor(() =>
      expect(existsSync(seen) && readFileSync(seen, "utf8")).toBe("https://login.example.com/\n"),
    );
  });

  test("or it is said that nothing could be started", async () => {
    expect(await openPage(ioOf({ PATH: directory }), "https://login.example.com/")).toBe(false);
  });
});
