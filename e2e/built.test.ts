import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const programs = globSync("out/{cli,main,preload,renderer}/**/*.{js,mjs,cjs}", { cwd: ROOT });
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the app and the command line are ASCII, so that V8 holds them in one byte a letter", () => {
  expect(programs).toContain(join("out", "main", "index.mjs"));
  expect(programs.filter((file) => /\P{ASCII}/u.test(read(file)))).toEqual([]);
});

test("nothing is loaded for a client of HTTP that is not used", () => {
  const asks = /^import [^;]*from "(node:)?http";$/m;
  expect(programs.filter((file) => asks.test(read(file)))).toEqual([]);
});
