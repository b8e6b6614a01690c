import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findLauncher } from "./launcher.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "launcher-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const find = (packaged: boolean, platform: NodeJS.Platform = "linux") =>
  findLauncher({ packaged, platform, resourcesPath: "/opt/app/resources", appPath: base });

test("a package brings the command line and a Node", () => {
  expect(find(true)).toEqual({
    command: "/opt/app/resources/runtime/node",
    args: ["/opt/app/resources/cli/index.mjs"],
  });
  expect(find(true, "win32").command).toContain("node.exe");
});

test("a work tree has them where they were built and installed", () => {
  expect(find(false)).toEqual({ command: "node", args: [join(base, "out/cli/index.mjs")] });
  mkdirSync(join(base, "node_modules", ".bin"), { recursive: true });
  writeFileSync(join(base, "node_modules", ".bin", "node"), "");
  expect(find(false).command).toBe(join(base, "node_modules/.bin/node"));
});
