import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readIntent, writeIntent } from "./intent.ts";
import { carryOut, recoverRestore, rollBack } from "./recover.ts";
import { DataDirectory, DB, FILE, INTENT } from "./restore.fixture.ts";

const data = new DataDirectory();
const at = (name: string): string => data.at(name);
const put = (name: string, text: string): void => data.put(name, text);
const read = (name: string): string => readFileSync(at(name), "utf8");

const decided = async (): Promise<void> => {
  put(DB, "old");
  put(`restore/one/${DB}`, "new");
  await writeIntent(data.paths, INTENT);
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
    await expect(readIntent(data.paths)).rejects.toMatchObject({
      code: "restore_intent_damaged",
      params: { path: data.paths.restoreIntent },
      cause: { issues: expect.any(Array) },
    });
  });

  it.each([".env", "ends with a dot.", "x..y"])("may name %s", async (name) => {
    const intent = { ...INTENT, files: [{ ...FILE, name }] };
    await writeIntent(data.paths, intent);
    expect(await readIntent(data.paths)).toEqual(intent);
  });

  it("stays decided where the disk refuses to carry it out", async () => {
    await decided();
    put("previous", "no directory");
    await expect(carryOut(data.paths, INTENT)).rejects.toMatchObject({ code: "data_dir_unusable" });
    expect(await readIntent(data.paths)).toEqual(INTENT);
    expect(read(DB)).toBe("old");
    expect(read(`restore/one/${DB}`)).toBe("new");
  });

  it("is turned round, whole, before anything is put back", async () => {
    await decided();
    expect(await carryOut(data.paths, INTENT)).toBe("forward");
    rmSync(data.paths.staging, { recursive: true });
    put("restore", "no directory");
    await expect(rollBack(data.paths, INTENT)).rejects.toMatchObject({ code: "data_dir_unusable" });
    expect(await readIntent(data.paths)).toEqual({ ...INTENT, direction: "back" });
    expect(read(`previous/one/${DB}`)).toBe("old");
  });

  it("is found without a stage, and where only its beginning was written", async () => {
    await decided();
    expect(await carryOut(data.paths, INTENT)).toBe("forward");
    rmSync(data.paths.staging, { recursive: true });
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "forward", intent: INTENT });

    rmSync(data.paths.restoreIntent);
    put("restore.json.tmp", "{");
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "nothing" });
    expect(readdirSync(data.path)).not.toContain("restore.json.tmp");
  });

  it("is nothing where only a stage is there, which goes", async () => {
    put(`restore/one/${DB}`, "new");
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "nothing" });
    expect(existsSync(data.paths.staging)).toBe(false);
  });
});

describe("the way back", () => {
  it("is gone where neither what was staged nor what was there is", async () => {
    await decided();
    rmSync(at(`restore/one/${DB}`));
    rmSync(at(DB));
    put(`previous/one/${DB}`, "old");
    expect(await carryOut(data.paths, INTENT)).toBe("back");
    expect(read(DB)).toBe("old");
    expect(await readIntent(data.paths)).toBeNull();
  });

  it("leaves alone what was never replaced", async () => {
    put(DB, "old");
    await rollBack(data.paths, { ...INTENT, direction: "back" });
    expect(read(DB)).toBe("old");
  });

  it("leaves nothing in the place of a file that was not there", async () => {
    const intent = { ...INTENT, files: [{ ...FILE, hadBefore: false }] };
    put(`restore/one/${DB}`, "new");
    await writeIntent(data.paths, intent);
    expect(await carryOut(data.paths, intent)).toBe("forward");
    await rollBack(data.paths, intent);
    expect(existsSync(at(DB))).toBe(false);
  });
});
