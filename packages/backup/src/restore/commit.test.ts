import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Paths, resolvePaths } from "@local-mcp/database";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Intent, readIntent, writeIntent } from "./intent.ts";
import { carryOut, recoverRestore, rollBack } from "./recover.ts";

const DB = "local-mcp-gateway.db";

let dataDir = "";
let paths: Paths;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "lmg-commit-"));
  paths = resolvePaths({ dataDir });
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const at = (name: string): string => join(dataDir, name);
const put = (name: string, text: string): void => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const read = (name: string): string => readFileSync(at(name), "utf8");

const FILE = {
  name: DB,
  sha256: createHash("sha256").update("new").digest("hex"),
  hadBefore: true,
};
const INTENT: Intent = {
  format: 1,
  id: "one",
  direction: "forward",
  createdAt: 1_795_300_000_000,
  from: "a backup",
  files: [FILE],
};

const decided = async (): Promise<void> => {
  put(DB, "old");
  put(`restore/one/${DB}`, "new");
  await writeIntent(paths, INTENT);
};

describe("what was decided", () => {
  it.each([
    ["a directory outside by its id", { id: "../one" }],
    ["another one by its id", { id: "one/.." }],
    ["a file outside", { files: [{ ...FILE, name: "../x" }] }],
    ["the directory itself", { files: [{ ...FILE, name: "." }] }],
    ["the one above", { files: [{ ...FILE, name: ".." }] }],
    ["nothing", { files: [] }],
  ])("never names %s", async (_, part) => {
    put("restore.json", JSON.stringify({ ...INTENT, ...part }));
    await expect(readIntent(paths)).rejects.toMatchObject({
      code: "restore_intent_damaged",
      params: { path: paths.restoreIntent },
      cause: { issues: expect.any(Array) },
    });
  });

  it.each([".env", "ends with a dot.", "x..y"])("may name %s", async (name) => {
    const intent = { ...INTENT, files: [{ ...FILE, name }] };
    await writeIntent(paths, intent);
    expect(await readIntent(paths)).toEqual(intent);
  });

  it("stays decided where the disk refuses to carry it out", async () => {
    await decided();
    put("previous", "no directory");
    await expect(carryOut(paths, INTENT)).rejects.toMatchObject({ code: "data_dir_unusable" });
    expect(await readIntent(paths)).toEqual(INTENT);
    expect(read(DB)).toBe("old");
    expect(read(`restore/one/${DB}`)).toBe("new");
  });

  it("is turned round, whole, before anything is put back", async () => {
    await decided();
    expect(await carryOut(paths, INTENT)).toBe("forward");
    rmSync(paths.staging, { recursive: true });
    put("restore", "no directory");
    await expect(rollBack(paths, INTENT)).rejects.toMatchObject({ code: "data_dir_unusable" });
    expect(await readIntent(paths)).toEqual({ ...INTENT, direction: "back" });
    expect(read(`previous/one/${DB}`)).toBe("old");
  });

  it("is found without a stage, and where only its beginning was written", async () => {
    await decided();
    expect(await carryOut(paths, INTENT)).toBe("forward");
    rmSync(paths.staging, { recursive: true });
    expect(await recoverRestore(paths)).toEqual({ outcome: "forward", intent: INTENT });

    rmSync(paths.restoreIntent);
    put("restore.json.tmp", "{");
    expect(await recoverRestore(paths)).toEqual({ outcome: "nothing" });
    expect(readdirSync(dataDir)).not.toContain("restore.json.tmp");
  });

  it("is nothing where only a stage is there, which goes", async () => {
    put(`restore/one/${DB}`, "new");
    expect(await recoverRestore(paths)).toEqual({ outcome: "nothing" });
    expect(existsSync(paths.staging)).toBe(false);
  });
});

describe("the way back", () => {
  it("is gone where neither what was staged nor what was there is", async () => {
    await decided();
    rmSync(at(`restore/one/${DB}`));
    rmSync(at(DB));
    put(`previous/one/${DB}`, "old");
    expect(await carryOut(paths, INTENT)).toBe("back");
    expect(read(DB)).toBe("old");
    expect(await readIntent(paths)).toBeNull();
  });

  it("leaves alone what was never replaced", async () => {
    put(DB, "old");
    await rollBack(paths, { ...INTENT, direction: "back" });
    expect(read(DB)).toBe("old");
  });

  it("leaves nothing in the place of a file that was not there", async () => {
    const intent = { ...INTENT, files: [{ ...FILE, hadBefore: false }] };
    put(`restore/one/${DB}`, "new");
    await writeIntent(paths, intent);
    expect(await carryOut(paths, intent)).toBe("forward");
    await rollBack(paths, intent);
    expect(existsSync(at(DB))).toBe(false);
  });
});
