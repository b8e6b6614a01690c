import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createRedactor } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cli } from "../cli.ts";
import { putFile, refuseOverwrite, targetOf } from "./export-file.ts";

const EXPORT = '{"version":"2025-03-26","exported_at":"2026-01-01T00:00:00Z","entities":{}}';

let folder: string;
const inFolder = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "export-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cliOf = (isTTY: boolean, json = false): Cli => {
  const stream = new PassThrough();
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const { signal } = new AbortController();
  return new Cli(
    { stdin: stream, stdout, stderr: stream, env: {}, cwd: folder, signal },
    { json },
    createRedactor(),
  );
};

test("an export goes to the file that is named, else where nobody is surprised", () => {
  expect(targetOf(cliOf(true), "a.json")).toEqual({ to: "file", path: inFolder("a.json") });
  expect(targetOf(cliOf(true), "-")).toEqual({ to: "stdout" });
  expect(targetOf(cliOf(false), undefined)).toEqual({ to: "stdout" });
  expect(targetOf(cliOf(true), undefined)).toEqual({ to: "file", path: null });
  expect(targetOf(cliOf(false, true), "a.json")).toEqual({ to: "file", path: inFolder("a.json") });
  expect(() => targetOf(cliOf(false, true), undefined)).toThrow("--out FILE");
});

test("an export takes the place of an export, and of nothing else", async () => {
  const here = inFolder("a.json");
  await refuseOverwrite(here, false);
  writeFileSync(here, EXPORT);
  await refuseOverwrite(here, false);
  for (const other of ["notes", '{"version":1}', '{"name":"x","version":"1.0.0"}', "[]"]) {
    writeFileSync(here, other);
    const refused = { code: "export_file_exists", exit: 4, params: { path: here } };
    await expect(refuseOverwrite(here, false)).rejects.toMatchObject(refused);
    await refuseOverwrite(here, true);
  }
  await expect(refuseOverwrite(folder, true)).rejects.toMatchObject({ code: "file_unwritable" });
});

test("a file is there whole, for its owner only, in a folder that is made for it", async () => {
  const path = inFolder("deep/er/a.json");
  await putFile(path, "one");
  writeFileSync(path, "one", { mode: 0o644 });
  await putFile(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(inFolder("deep/er"))).toEqual(["a.json"]);
});

test("a link leads where it led", async () => {
  writeFileSync(inFolder("real.json"), EXPORT);
  symlinkSync("real.json", inFolder("link.json"));
  await putFile(inFolder("link.json"), "new");
  expect(readlinkSync(inFolder("link.json"))).toBe("real.json");
  expect(readFileSync(inFolder("real.json"), "utf8")).toBe("new");
});

test("what cannot be written leaves nothing behind", async () => {
  writeFileSync(inFolder("file"), "");
  await expect(putFile(inFolder("file/a.json"), "x")).rejects.toMatchObject({
    code: "file_unwritable",
  });
  mkdirSync(inFolder("taken"));
  await expect(putFile(inFolder("taken"), "x")).rejects.toMatchObject({
    code: "file_unwritable",
  });
  expect(readdirSync(folder).toSorted()).toEqual(["file", "taken"]);
});
