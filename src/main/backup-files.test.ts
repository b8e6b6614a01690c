import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { giveBackup, isBackupFile, saveBackup, saveSheet } from "./backup-files.ts";

let directory: string;
let gateway: Gateway;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "backup-files-"));
  gateway = await createGateway({ dataDir: join(directory, "data"), env: {}, kind: "app" });
});
afterEach(async () => {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What a backup's file holds is of no interest here. */
const bytes = randomBytes(300_000);
const listed = (stream: () => Readable) => ({
  read: async () => ({ name: "a.age", bytes: bytes.length, stream: stream() }),
});

describe("a copy", () => {
  test("is what the backup is, for its owner alone, and replaces what was there", async () => {
    const path = join(directory, "copy.age");
    writeFileSync(path, "before", { mode: 0o644 });
    const saved = await saveBackup(
      listed(() => Readable.from([bytes])),
      "a.age",
      path,
    );
    expect(saved).toEqual({ name: "copy.age" });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).toSorted()).toEqual(["copy.age", "data"]);
  });

  test("that breaks off leaves what was there, and nothing beside it", async () => {
    const path = join(directory, "copy.age");
    writeFileSync(path, "before");
    const broken = listed(
      () =>
        new Readable({
          read() {
            this.push(bytes.subarray(0, 1000));
            this.destroy(new Error("gone"));
          },
        }),
    );
    await expect(saveBackup(broken, "a.age", path)).rejects.toMatchObject({
      code: "file_unwritable",
      params: { path },
    });
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(directory).toSorted()).toEqual(["copy.age", "data"]);
  });

  test("touches no other file, whatever it is called", async () => {
    const path = join(directory, "copy.age");
    writeFileSync(`${path}.partial`, "somebody's own");
    await saveBackup(
      listed(() => Readable.from([bytes])),
      "a.age",
      path,
    );
    expect(readFileSync(`${path}.partial`, "utf8")).toBe("somebody's own");
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("into a folder that is not there says so", async () => {
    const path = join(directory, "no", "copy.age");
    await expect(
      saveBackup(
        listed(() => Readable.from([bytes])),
        "a.age",
        path,
      ),
    ).rejects.toMatchObject({
      code: "file_unwritable",
      params: { path, reason: "there is no such file" },
    });
  });
});

describe("a file that was chosen", () => {
  test("goes to the gateway, which names it by an id", async () => {
    const path = join(directory, "from elsewhere.age");
    writeFileSync(path, bytes);
    const given = await giveBackup(gateway.backups, path);
    expect(given).toMatchObject({ name: "from elsewhere.age" });
    const source = await gateway.backups.source(given.backup);
    const digest = (file: string | Buffer) => createHash("sha256").update(file).digest("hex");
    expect(digest(readFileSync(source.path))).toBe(digest(bytes));
    expect(given.backup).not.toContain("elsewhere");
  });

  test("and is none is refused before anything is read", async () => {
    const folder = join(directory, "folder.age");
    mkdirSync(folder);
    for (const path of [folder, join(directory, "missing.age")])
      await expect(giveBackup(gateway.backups, path)).rejects.toMatchObject({
        code: "backup_unreadable",
      });
    expect(existsSync(join(directory, "data", "restore", "uploads"))).toBe(false);
  });
});

test("a backup is known by its name, a database is not opened with the app", () => {
  expect(isBackupFile("/a/b.AGE")).toBe(true);
  expect(isBackupFile("/a/local-mcp-gateway.db")).toBe(false);
});

test("a recovery sheet is for its owner alone, also where a file was before", () => {
  const path = join(directory, "sheet.txt");
  writeFileSync(path, "before", { mode: 0o644 });
  expect(saveSheet("seven brown hares", path, new Date(2026, 10, 21))).toEqual({
    name: "sheet.txt",
  });
  expect(readFileSync(path, "utf8")).toContain("\n    seven brown hares\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
