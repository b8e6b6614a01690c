import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeIntent } from "./intent.ts";
import { forgetOldStates, KEEP_PREVIOUS_MS, previousStates } from "./previous.ts";
import { carryOut, finishRestore, recoverRestore, rollBack } from "./recover.ts";
import { DataDirectory, DB, INTENT, NOW, sha256 } from "./restore.fixture.ts";

const data = new DataDirectory();
const put = (name: string, text: string): void => data.put(name, text);

/** Every file below the data directory with what is in it; a log is given as its own file. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(data.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(data.path.length + 1), readFileSync(path, "utf8")]),
  );
const live = (): Record<string, string> =>
  Object.fromEntries(Object.entries(files()).filter(([name]) => name.startsWith(DB)));

const decided = async (intent = INTENT): Promise<void> => {
  put(DB, "old");
  put(`${DB}-wal`, "old log");
  put(`${DB}-shm`, "index");
  put(`restore/one/${DB}`, "new");
  await writeIntent(data.paths, intent);
};

describe("a start", () => {
  it("with nothing decided removes what was staged, and nothing else", async () => {
    put(DB, "old");
    put(`restore/one/${DB}`, "new");
    put("restore.json.tmp", "{");
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "nothing" });
    expect(files()).toEqual({ [DB]: "old" });
  });

  it.each([
    ["a directory that is empty", () => mkdirSync(data.paths.staging), ["restore"]],
    [
      "a link to one",
      () => {
        mkdirSync(join(data.path, "elsewhere"));
        symlinkSync("elsewhere", data.paths.staging);
      },
      ["elsewhere"],
    ],
    ["a file", () => put("restore", ""), []],
  ])("with nothing staged but %s leaves %s", async (_, arrange, left) => {
    arrange();
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "nothing" });
    expect(readdirSync(data.path)).toEqual(left);
  });

  it("goes on with what was decided, and keeps what was there with its log", async () => {
    await decided();
    expect(await recoverRestore(data.paths)).toMatchObject({ outcome: "forward" });
    expect(live()).toEqual({ [DB]: "new" });
    await finishRestore(data.paths, INTENT);
    expect(Object.keys(files()).toSorted()).toEqual([
      DB,
      `previous/one/${DB}`,
      `previous/one/${DB}-wal`,
      "previous/one/restore.json",
    ]);
    expect(await recoverRestore(data.paths)).toEqual({ outcome: "nothing" });
  });

  /** What a crash may have left, from the first file that moved to the last. */
  const HALFWAY: [string, () => void][] = [
    ["before anything moved", () => {}],
    ["after the log", () => move(`${DB}-wal`, `previous/one/${DB}-wal`)],
    [
      "after the database",
      () => {
        move(`${DB}-wal`, `previous/one/${DB}-wal`);
        move(DB, `previous/one/${DB}`);
      },
    ],
    [
      "after the new one",
      () => {
        move(`${DB}-wal`, `previous/one/${DB}-wal`);
        move(DB, `previous/one/${DB}`);
        rmSync(join(data.path, `${DB}-shm`));
        move(`restore/one/${DB}`, DB);
      },
    ],
  ];
  const move = (from: string, to: string): void => {
    put(to, readFileSync(join(data.path, from), "utf8"));
    rmSync(join(data.path, from));
  };

  it.each(HALFWAY)("%s goes forward", async (_, arrange) => {
    await decided();
    arrange();
    expect(await recoverRestore(data.paths)).toMatchObject({ outcome: "forward" });
    expect(live()).toEqual({ [DB]: "new" });
    expect(files()).toMatchObject({ [`previous/one/${DB}`]: "old" });
  });

  it.each(HALFWAY)("%s goes back once that was decided", async (_, arrange) => {
    await decided({ ...INTENT, direction: "back" });
    arrange();
    expect(await recoverRestore(data.paths)).toMatchObject({ outcome: "back" });
    expect(live()).toMatchObject({ [DB]: "old", [`${DB}-wal`]: "old log" });
    expect(existsSync(data.paths.restoreIntent)).toBe(false);
    expect(existsSync(data.paths.staging)).toBe(false);
    expect(await previousStates(data.paths)).toEqual([]);
  });

  it("goes back where what was staged is not what was decided on", async () => {
    await decided();
    put(`restore/one/${DB}`, "ne");
    expect(await recoverRestore(data.paths)).toMatchObject({ outcome: "back" });
    expect(live()).toEqual({ [DB]: "old", [`${DB}-wal`]: "old log", [`${DB}-shm`]: "index" });
  });

  it("keeps what came into the place of a database that was set aside", async () => {
    await decided();
    HALFWAY[2]?.[1]();
    put(DB, "made by another program");
    expect(await recoverRestore(data.paths)).toMatchObject({ outcome: "forward" });
    expect(files()).toMatchObject({
      [DB]: "new",
      [`previous/one/${DB}`]: "old",
      [`previous/one/${DB}.later`]: "made by another program",
    });
  });

  it("touches nothing where what was decided cannot be read", async () => {
    await decided();
    put("restore.json", "{");
    const before = files();
    await expect(recoverRestore(data.paths)).rejects.toMatchObject({
      code: "restore_intent_damaged",
    });
    expect(files()).toEqual(before);
  });

  it.each(["../x", "a/b", "..", ""])("takes %j for no file of the data directory", async (name) => {
    await decided();
    const [file] = INTENT.files;
    put("restore.json", JSON.stringify({ ...INTENT, files: [{ ...file, name }] }));
    await expect(recoverRestore(data.paths)).rejects.toMatchObject({
      code: "restore_intent_damaged",
    });
  });
});

describe("a restore that does not open", () => {
  it("is taken back, with the log of what was there, and leaves nothing", async () => {
    await decided();
    expect(await carryOut(data.paths, INTENT)).toBe("forward");
    put(`${DB}-wal`, "written since");
    await rollBack(data.paths, INTENT);
    expect(files()).toEqual({ [DB]: "old", [`${DB}-wal`]: "old log" });
  });

  it("is taken back where there was nothing before", async () => {
    const intent = { ...INTENT, files: [{ name: DB, sha256: sha256("new"), hadBefore: false }] };
    put(`restore/one/${DB}`, "new");
    await writeIntent(data.paths, intent);
    await carryOut(data.paths, intent);
    expect(live()).toEqual({ [DB]: "new" });
    await rollBack(data.paths, intent);
    expect(files()).toEqual({});
  });
});

describe("what was there before", () => {
  it("is kept for 30 days", async () => {
    await decided();
    await carryOut(data.paths, INTENT);
    await finishRestore(data.paths, INTENT);
    const [state] = await previousStates(data.paths);
    expect(state).toMatchObject({ id: "one", from: "a backup", restoredAt: NOW });
    await forgetOldStates(data.paths, NOW + KEEP_PREVIOUS_MS - 1);
    expect(await previousStates(data.paths)).toHaveLength(1);
    await forgetOldStates(data.paths, NOW + KEEP_PREVIOUS_MS);
    expect(files()).toEqual({ [DB]: "new" });
  });

  it("is removed to its end where that was ended halfway, and also without a record of it", async () => {
    await decided();
    await carryOut(data.paths, INTENT);
    await finishRestore(data.paths, INTENT);
    rmSync(join(data.paths.previous, "one", DB));
    put("previous/two/traffic.db", "of a restore that nobody has finished");
    const later = NOW + 86_400_000;
    utimesSync(join(data.paths.previous, "two"), later / 1000, later / 1000);
    await forgetOldStates(data.paths, NOW + KEEP_PREVIOUS_MS - 1);
    expect(Object.keys(files())).toContain("previous/one/restore.json");
    await forgetOldStates(data.paths, later + KEEP_PREVIOUS_MS - 1);
    expect(Object.keys(files())).toEqual([DB, "previous/two/traffic.db"]);
    await forgetOldStates(data.paths, later + KEEP_PREVIOUS_MS);
    expect(files()).toEqual({ [DB]: "new" });
  });
});
