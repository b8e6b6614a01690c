import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isServersFile, readServersFile } from "./servers-file.ts";

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "servers-file-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

test("a file is read with its name", async () => {
  const path = join(base, "team.json");
  writeFileSync(path, "{}");
  expect(await readServersFile(path)).toEqual({ name: "team.json", text: "{}" });
});

test("one that is absent, too large or no file is refused with the reason", async () => {
  const large = join(base, "large.json");
  writeFileSync(large, Buffer.alloc(1024 * 1024 + 1));
  for (const [path, reason] of [
    [large, "larger than 1 MB"],
    [join(base, "none.json"), "ENOENT"],
    [base, "it is no file"],
    ["/dev/null", "it is no file"],
  ] as const) {
    await expect(readServersFile(path)).rejects.toMatchObject({
      code: "file_unreadable",
      message: expect.stringContaining(reason),
    });
  }
});

test("files are known by their ending", () => {
  expect(["a.json", "a.JSONC", "/b/c.toml"].every(isServersFile)).toBe(true);
  expect(["a.txt", ".", "json", "json/a"].some(isServersFile)).toBe(false);
});
