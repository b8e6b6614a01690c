import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileWatches } from "./file-watches.ts";

let directory: string;
let told: string[];
let watches: FileWatches;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "lmg-watch-"));
  told = [];
  watches = new FileWatches({ onChanged: (key) => told.push(key), settleMs: 5, pollMs: 20 });
});
afterEach(async () => {
  watches.close();
  await rm(directory, { recursive: true });
});

async function follow(files: Record<string, string>): Promise<void> {
  watches.follow(new Map(Object.entries(files).map(([key, name]) => [key, join(directory, name)])));
  await watches.settled();
}
const write = (name: string, text: string) => writeFile(join(directory, name), text);
/** What is told next, once something is. */
async function toldNext(): Promise<string[]> {
  await vi.waitUntil(() => told.length > 0, { timeout: 10_000 });
  return [...new Set(told.splice(0))];
}

test("a file that is written is told of, and another beside it is not", async () => {
  await write("a", "1");
  await write("b", "1");
  await follow({ one: "a", two: "b" });
  await write("a", "22");
  expect(await toldNext()).toEqual(["one"]);
});

test("saving by putting another file in its place is told each time", async () => {
  await write("a", "1");
  await follow({ one: "a" });
  for (const text of ["22", "333"]) {
    await write("a.tmp", text);
    await rename(join(directory, "a.tmp"), join(directory, "a"));
    expect(await toldNext()).toEqual(["one"]);
  }
});

test("a file that comes, goes and comes back is told of, also with its folder", async () => {
  await follow({ one: "folder/a" });
  await mkdir(join(directory, "folder"));
  await write("folder/a", "1");
  expect(await toldNext()).toEqual(["one"]);
  await rm(join(directory, "folder"), { recursive: true });
  expect(await toldNext()).toEqual(["one"]);
  await mkdir(join(directory, "folder"));
  await write("folder/a", "1");
  expect(await toldNext()).toEqual(["one"]);
});

test("what a link leads to is watched too", async () => {
  await mkdir(join(directory, "away"));
  await write("away/real", "1");
  await symlink(join(directory, "away", "real"), join(directory, "link"));
  await follow({ one: "link" });
  await write("away/real", "22");
  expect(await toldNext()).toEqual(["one"]);
});

test("another file under the same key is a change, and what is not followed any more is none", async () => {
  await write("a", "1");
  await write("b", "1");
  await follow({ one: "a" });
  await follow({ one: "b" });
  expect(told.splice(0)).toEqual(["one"]);
  await follow({ two: "b" });
  expect(told).toEqual([]);
  await write("b", "22");
  expect(await toldNext()).toEqual(["two"]);
});

test("nothing is told after it is closed", async () => {
  await write("a", "1");
  await follow({ one: "a" });
  const other = new FileWatches({ onChanged: (key) => told.push(`other ${key}`), settleMs: 5 });
  other.follow(new Map([["one", join(directory, "a")]]));
  await other.settled();
  other.close();
  await write("a", "22");
  expect(await toldNext()).toEqual(["one"]);
});
