import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Disk, type Entry, readTree, type Tree, writeTree } from "./disk.ts";
import { type Crash, replay } from "./replay.ts";
import { readTrace, record } from "./trace.ts";

const TOY = fileURLToPath(new URL("toy.ts", import.meta.url));
const hasStrace = process.platform === "linux" && !spawnSync("strace", ["-V"]).error;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "replay-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (text: string): Entry => ({ kind: "file", mode: 0o600, bytes: Buffer.from(text) });
const directory: Entry = { kind: "directory", mode: 0o700, bytes: Buffer.alloc(0) };
const textOf = (tree: Tree, path: string): string | undefined => tree.get(path)?.bytes.toString();

describe("a disk", () => {
  const start: Tree = new Map([
    ["a", directory],
    ["b", directory],
    ["a/x", file("old")],
  ]);
  const node = (disk: Disk, path: string): number => disk.find(path) ?? NaN;

  it("keeps bytes once their file was synced", () => {
    const disk = new Disk(start);
    disk.write(node(disk, "a/x"), Buffer.from("new!"), 0);
    expect(textOf(disk.asSeen(), "a/x")).toBe("new!");
    expect(textOf(disk.asPromised(), "a/x")).toBe("old");
    disk.sync(node(disk, "a/x"));
    expect(textOf(disk.asPromised(), "a/x")).toBe("new!");
  });

  it("keeps a name once its directory was synced, and a move once both were", () => {
    const disk = new Disk(start);
    disk.rename("a/x", "b/y");
    disk.sync(node(disk, "b"));
    expect([...disk.asPromised().keys()]).toContain("a/x");
    expect([...disk.asPromised().keys()]).not.toContain("b/y");
    disk.sync(node(disk, "a"));
    expect([...disk.asPromised().keys()]).toEqual(["a", "b", "b/y"]);
  });

  it("keeps no later change of a directory without the earlier ones", () => {
    const disk = new Disk(start);
    disk.rename("a/x", "b/y");
    disk.create("a/z", "file", 0o600);
    disk.sync(node(disk, "a"));
    expect([...disk.asPromised().keys()]).toEqual(["a", "a/x", "b"]);
    disk.sync(node(disk, "b"));
    expect([...disk.asPromised().keys()].toSorted()).toEqual(["a", "a/z", "b", "b/y"]);
  });

  it("is written to a directory and read back with modes and links", () => {
    const tree: Tree = new Map([
      ...start,
      ["b/l", { kind: "link", mode: 0o777, bytes: Buffer.from("../a/x") }],
      ["b/all", { ...file("for everybody"), mode: 0o644 }],
    ]);
    writeTree(tree, join(root, "t"));
    const found = readTree(join(root, "t"));
    // Two maps are the same in whatever order their entries are.
    expect(found).toEqual(tree);
  });
});

describe("a recording", () => {
  it("puts together a call that another thread came into", () => {
    const [failed, call] = readTrace(
      [
        String.raw`12 pwrite64(5, "\x61\x2c", 2, 7 <unfinished ...>`,
        "13 fsync(9) = -1 EIO (Input/output error)",
        "12 <... pwrite64 resumed>) = 2",
      ].join("\n"),
    );
    expect(failed?.result).toBe(-1);
    expect(call).toEqual({
      name: "pwrite64",
      thread: 12,
      args: ["5", Buffer.from("a,"), "2", "7"],
      result: 2,
    });
  });

  it("is refused where a string was cut short", () => {
    expect(() => readTrace(String.raw`1 write(5, "\x61"..., 9) = 9`)).toThrow("cut short");
  });
});

/** What a crash of the toy protocol may leave, each as it is found and how it came about. */
async function outcomes(leftOut = ""): Promise<{ crash: Crash; state: string | undefined }[]> {
  const directory = join(root, "watched");
  mkdirSync(directory);
  writeFileSync(join(directory, "state"), "the old state");
  const start = readTree(directory);
  const line = [process.execPath, TOY, directory, leftOut];
  const calls = await record(line, join(root, "log"), process.env);
  return [...replay(directory, start, calls).crashes].map((crash) => ({
    crash,
    state: textOf(crash.tree, "state"),
  }));
}

const isDone = (crash: Crash): boolean => crash.said.includes("done");

describe.skipIf(!hasStrace)("crashes of a protocol", () => {
  it("leave the old or the new state, and the new one once it was said", async () => {
    const all = await outcomes();
    expect(new Set(all.map(({ state }) => state))).toEqual(
      new Set(["the old state", "the new state"]),
    );
    const done = all.filter(({ crash }) => isDone(crash));
    expect(new Set(done.map(({ state }) => state))).toEqual(new Set(["the new state"]));
    const halves = all.filter(({ crash }) => crash.ending === "killed in the middle of it");
    expect(halves.map(({ crash }) => textOf(crash.tree, "state.tmp"))).toContain("the new st");
  });

  it("show that the file was not synced", async () => {
    const states = (await outcomes("file")).map(({ state }) => state);
    expect(states).toContain("");
  });

  it("show that the directory was not synced", async () => {
    const done = (await outcomes("directory")).filter(({ crash }) => isDone(crash));
    expect(done.map(({ state }) => state)).toContain("the old state");
  });
});
