import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { readRootFile, refusalOfFile } from "./root-files.ts";

it.runIf(process.platform === "linux").each([
  ["file:///", "proc/self/environ"],
  ["file:///proc", `${process.pid}/environ`],
  ["file:///proc/self", "cmdline"],
  ["file:///dev", "../proc/self/environ"],
])("what processes were given is no file of a root: %s %s", async (root, path) => {
  const refused = { code: "resource_outside_root" };
  await expect(readRootFile({ root, path }, tmpdir())).rejects.toMatchObject(refused);
  expect(refusalOfFile({ root, path }, tmpdir())).toMatchObject(refused);
});
