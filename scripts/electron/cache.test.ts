import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cacheDirectory, prepareOnce } from "./cache.ts";

const temporary = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), "lmg-cache-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

test("the cache is where the variables say, else with the user, and for root with the system", () => {
  const user = { home: "/home/ada", root: false };
  expect(cacheDirectory({ LOCAL_MCP_CACHE_DIR: "/c", XDG_CACHE_HOME: "/x" }, user)).toBe("/c");
  expect(cacheDirectory({ XDG_CACHE_HOME: "/x" }, user)).toBe("/x/local-mcp-gateway");
  expect(cacheDirectory({}, user)).toBe("/home/ada/.cache/local-mcp-gateway");
  expect(cacheDirectory({}, { home: "/root", root: true })).toBe("/var/cache/local-mcp-gateway");
});

test("a directory is filled once, and everyone may read it", async () => {
  const root = await temporary();
  let fills = 0;
  const fill = async (directory: string): Promise<void> => {
    fills += 1;
    await mkdir(join(directory, "bin"), { mode: 0o700 });
    await writeFile(join(directory, "bin", "tool"), "#!", { mode: 0o700 });
    await writeFile(join(directory, "note"), "a", { mode: 0o600 });
  };
  const first = await prepareOnce(root, "thing-1", fill);
  expect(await prepareOnce(root, "thing-1", fill)).toBe(first);
  expect(fills).toBe(1);
  const mode = async (path: string): Promise<number> =>
    (await stat(join(first, path))).mode & 0o777;
  expect(await Promise.all([".", "bin", "bin/tool", "note"].map(mode))).toEqual([
    0o755, 0o755, 0o755, 0o644,
  ]);
});

test("a failed filling leaves nothing and is tried again", async () => {
  const root = await temporary();
  const failing = prepareOnce(root, "thing-1", async (directory) => {
    await writeFile(join(directory, "half"), "");
    throw new Error("no network");
  });
  await expect(failing).rejects.toThrow("no network");
  expect(await readdir(root)).toEqual([]);

  const made = await prepareOnce(root, "thing-1", (directory) =>
    writeFile(join(directory, "whole"), ""),
  );
  expect(await readdir(made)).toEqual(["whole"]);
});

test("of two at once the first to finish stays, whole", async () => {
  const root = await temporary();
  const open: (() => void)[] = [];
  const fillWith =
    (text: string) =>
    async (directory: string): Promise<void> => {
      await writeFile(join(directory, "text"), text);
      await new Promise<void>((resolve) => open.push(resolve));
    };
  const both = ["one", "two"].map((text) => prepareOnce(root, "thing-1", fillWith(text)));
  await expect.poll(() => open.length).toBe(2);
  open[0]?.();
  const first = await Promise.race(both);
  const text = await readFile(join(first, "text"), "utf8");
  open[1]?.();
  await Promise.all(both);
  expect(await readFile(join(first, "text"), "utf8")).toBe(text);
  expect(await readdir(root)).toEqual(["thing-1"]);
});

test("what a killed preparation left behind is removed, what may be under way stays", async () => {
  const root = await temporary();
  await mkdir(join(root, ".unfinished-old"));
  await mkdir(join(root, ".unfinished-new"));
  await utimes(join(root, ".unfinished-old"), 0, 0);
  await prepareOnce(root, "thing-1", (directory) => chmod(directory, 0o700));
  expect((await readdir(root)).sort()).toEqual([".unfinished-new", "thing-1"]);
});
