import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backupsWithoutSettings } from "./elsewhere.ts";
import { BackupFiles } from "./files.ts";
import { backupName } from "./names.ts";
import type { Sidecar } from "./sidecar.ts";

const AT = Date.UTC(2026, 10, 21, 2);
const NAME = backupName("automatic", AT, true, 1);
const COPY = "before-migration-2026-11-20T02-00-00.000Z.db";

let root = "";
let own = "";
let chosen = "";
let files: BackupFiles;

const sidecar = (changes: Partial<Sidecar> = {}): Sidecar => ({
  format: 1,
  kind: "automatic",
  createdAt: AT,
  bytes: 5,
  sha256: "0".repeat(64),
  found: "whole",
  checkedAt: AT + 1000,
  counts: { servers: 6, profiles: 3, tokens: 4, signIns: 1, secrets: 9 },
  ...changes,
});
const put = (name: string, text = "bytes", folder = own): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const ids = async (): Promise<string[]> => (await files.list()).map(({ view }) => view.id);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "backup-files-"));
  own = join(root, "backups");
  chosen = "";
  mkdirSync(own);
  files = new BackupFiles({ own, chosen: () => chosen, staging: join(root, "restore") });
});
afterEach(async () => {
  await files.close();
  rmSync(root, { recursive: true, force: true });
});

describe("a list of backups", () => {
  it("says of each what is known without its passphrase", async () => {
    await files.note(put(NAME), sidecar());
    put("from my laptop.age");
    put(COPY);
    put("notes.txt");
    const views = (await files.list()).map(({ view }) => view);
    const { counts } = sidecar();
    expect(views.find(({ id }) => id === NAME)).toEqual({
      id: NAME,
      name: NAME,
      kind: "automatic",
      createdAt: AT,
      bytes: 5,
      encrypted: true,
      state: "verified",
      verifiedAt: AT + 1000,
      counts,
    });
    expect(views.map(({ id, state }) => [id, state])).toEqual([
      ["from my laptop.age", "unverified"],
      [NAME, "verified"],
      [COPY, "unverified"],
    ]);
  });

  it.each([
    ["nothing beside it", null, "unverified"],
    ["something else beside it", "{}", "unverified"],
    ["no JSON beside it", "whole", "unverified"],
    ["too much beside it", JSON.stringify(sidecar()).padEnd(70_000), "unverified"],
    ["damage found", JSON.stringify(sidecar({ found: "damaged" })), "damaged"],
    ["another length than it had", JSON.stringify(sidecar({ bytes: 6 })), "damaged"],
  ])("does not call one good that has %s", async (_, text, state) => {
    const path = put(NAME);
    if (text !== null) writeFileSync(`${path}.json`, text);
    const [found] = await files.list();
    expect(found?.view).toMatchObject({ state });
  });

  it("does not follow links, of backups or of what vouches for them", async () => {
    const elsewhere = join(root, "elsewhere.age");
    writeFileSync(elsewhere, "bytes");
    symlinkSync(elsewhere, join(own, "link.age"));
    mkdirSync(join(own, "directory.age"));
    const vouches = join(root, "vouches.json");
    writeFileSync(vouches, JSON.stringify(sidecar()));
    symlinkSync(vouches, `${put(NAME)}.json`);
    expect(await ids()).toEqual([NAME]);
    expect((await files.list())[0]?.view.state).toBe("unverified");
  });

  it("is empty where there is no folder, and holds those of both folders", async () => {
    rmSync(own, { recursive: true });
    expect(await ids()).toEqual([]);
    mkdirSync(own);
    chosen = join(root, "disk");
    mkdirSync(chosen);
    put(NAME);
    put("a.age", "bytes", chosen);
    put(NAME, "of the chosen folder", chosen);
    expect((await ids()).toSorted()).toEqual(["a.age", NAME].toSorted());
    expect((await files.find(NAME)).path).toBe(join(chosen, NAME));
  });
});

describe("without a database", () => {
  it("backups are found where they were written last", async () => {
    chosen = join(root, "disk");
    mkdirSync(chosen);
    put(COPY);
    const { id, path } = await files.place("manual", AT, true);
    writeFileSync(path, "bytes");
    const found = async () => (await backupsWithoutSettings(own)).map(({ view }) => view.id);
    expect(await found()).toEqual([id, COPY]);
    chosen = "";
    await files.place("manual", AT, true);
    expect(await found()).toEqual([COPY]);
    writeFileSync(join(own, "elsewhere.json"), "{}");
    expect(await found()).toEqual([COPY]);
  });
});

describe("an id", () => {
  it.each([
    "../secret.age",
    "..",
    ".",
    "",
    "/etc/passwd",
    "sub/one.age",
    "sub\\one.age",
    `${NAME}\0`,
    `./${NAME}`,
    `${NAME}.json`,
    "secret.age",
  ])("%j is never a path", async (id) => {
    put(NAME);
    writeFileSync(`${join(own, NAME)}.json`, JSON.stringify(sidecar()));
    mkdirSync(join(own, "sub"));
    put("one.age", "bytes", join(own, "sub"));
    const outside = put("secret.age", "secret", root);
    await expect(files.read(id)).rejects.toMatchObject({ code: "backup_not_found" });
    await expect(files.source(id)).rejects.toMatchObject({ code: "backup_not_found" });
    await expect(files.remove(id)).rejects.toMatchObject({ code: "backup_not_found" });
    expect(existsSync(outside)).toBe(true);
    expect(existsSync(join(own, NAME))).toBe(true);
  });

  it("reads and removes the backup of that name, with what vouches for it", async () => {
    await files.note(put(NAME), sidecar());
    const { name, bytes, stream } = await files.read(NAME);
    expect([name, bytes, (await buffer(stream)).toString()]).toEqual([NAME, 5, "bytes"]);
    await files.remove(NAME);
    expect(readdirSync(own)).toEqual([]);
  });

  it("does not give out a copy that only the keys of this computer close", async () => {
    put(COPY);
    await expect(files.read(COPY)).rejects.toMatchObject({ code: "backup_stays_here" });
    expect((await files.source(COPY)).path).toBe(join(own, COPY));
  });
});

describe("a place for a new backup", () => {
  it("is a private folder that is made, and a name that is free", async () => {
    rmSync(own, { recursive: true });
    expect(await files.problem()).toBeNull();
    const first = await files.place("manual", AT, true);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(first.path).toBe(join(own, first.id));
    put(first.id);
    const second = await files.place("manual", AT, true);
    expect(second.id).toBe("local-mcp-gateway-2026-11-21T02-00-00Z-manual-2.age");
  });

  it.each([
    ["not there", () => {}, "it is not there"],
    ["a file", () => writeFileSync(join(root, "disk"), ""), "it is no folder"],
    ["below a file", () => writeFileSync(join(root, "disk"), ""), "it is no folder", "sub"],
  ])("is none where the chosen folder is %s", async (_, make, reason, below = "") => {
    make();
    chosen = join(root, "disk", below);
    expect(await files.problem()).toBe(reason);
    await expect(files.place("manual", AT, true)).rejects.toMatchObject({
      code: "backup_folder_unusable",
      params: { folder: chosen, reason },
    });
    // It is not made: it may be on a disk that is not plugged in.
    expect(existsSync(join(chosen, "sub"))).toBe(false);
  });

  it("keeps no backup that nothing could be written down about", async () => {
    const path = put(NAME);
    mkdirSync(`${path}.json`);
    await expect(files.keep(path, sidecar())).rejects.toMatchObject({
      code: "backup_folder_unusable",
    });
    expect(existsSync(path)).toBe(false);
  });

  it("is rid of what an earlier one that was killed has left, after a day", async () => {
    const partial = put(`${NAME}.partial`);
    put("mine.partial");
    await files.removeLeftovers(Date.now());
    expect(existsSync(partial)).toBe(true);
    await files.removeLeftovers(Date.now() + 2 * 86_400_000);
    expect(readdirSync(own)).toEqual(["mine.partial"]);
  });
});

describe("a file that is given", () => {
  const staged = (): string[] => {
    const uploads = join(root, "restore", "uploads");
    return existsSync(uploads) ? readdirSync(uploads) : [];
  };

  it("is kept privately under an id that nobody can guess, and given to no one", async () => {
    const { backup } = await files.receive("../../etc/pass\u202ewd.age", Readable.from(["abc"]), 3);
    expect(backup).toMatch(/^upload-[0-9a-f-]{36}$/);
    const { path, name, stored } = await files.source(backup);
    expect([name, stored]).toEqual(["passwd.age", null]);
    expect(path).toBe(join(root, "restore", "uploads", backup));
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["abc", 0o600]);
    await expect(files.read(backup)).rejects.toMatchObject({ code: "backup_not_found" });
    expect(await ids()).toEqual([]);
  });

  it("is refused before a byte of it where it cannot fit", async () => {
    const stream = new PassThrough();
    await expect(files.receive("huge.age", stream, 2 ** 52)).rejects.toMatchObject({
      code: "backup_too_big",
      params: { name: "huge.age" },
    });
    expect(staged()).toEqual([]);
  });

  it("leaves nothing where it was cut off or was shorter than was said", async () => {
    const cut = new PassThrough();
    const receiving = files.receive("cut.age", cut, 10);
    cut.write("abc");
    cut.destroy();
    await expect(receiving).rejects.toMatchObject({ code: "backup_unreadable" });
    await expect(files.receive("s.age", Readable.from(["abc"]), 10)).rejects.toMatchObject({
      code: "backup_unreadable",
    });
    expect(staged()).toEqual([]);
  });

  it("is gone after a while, and when the gateway closes, also while it comes", async () => {
    const short = new BackupFiles({
      own,
      chosen: () => "",
      staging: join(root, "restore"),
      keepMs: 20,
    });
    const { backup } = await short.receive("a.age", Readable.from(["abc"]), null);
    await vi.waitFor(() => expect(staged()).toEqual([]));
    await expect(short.source(backup)).rejects.toMatchObject({ code: "backup_not_found" });

    await files.receive("b.age", Readable.from(["abc"]), null);
    const endless = new PassThrough();
    const receiving = files.receive("c.age", endless, null);
    endless.write("abc");
    await vi.waitFor(() => expect(staged()).toHaveLength(2));
    const [refused] = await Promise.allSettled([receiving, files.close()]);
    expect(refused).toMatchObject({ status: "rejected", reason: { code: "shutting_down" } });
    expect(staged()).toEqual([]);
    await expect(files.receive("d.age", Readable.from(["abc"]), 3)).rejects.toMatchObject({
      code: "shutting_down",
    });
  });
});

it("a backup that lost its end is damaged without being read", async () => {
  const path = put(NAME);
  await files.note(path, sidecar());
  truncateSync(path, 4);
  expect((await files.list())[0]?.view.state).toBe("damaged");
});
