import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { definesIn } from "./binding.ts";

test("the defines that SQLite is published with are those it is compiled with", async () => {
  const folder = dirname(createRequire(import.meta.url).resolve("better-sqlite3/package.json"));
  const gypi = await readFile(join(folder, "deps", "defines.gypi"), "utf8");
  const defines = definesIn(gypi);
  expect(defines).toContain("SQLITE_ENABLE_FTS5");
  expect(defines).toContain("SQLITE_DEFAULT_CACHE_SIZE=-16000");
  expect(defines).toHaveLength(gypi.split("\n").filter((line) => line.startsWith("    '")).length);
});
