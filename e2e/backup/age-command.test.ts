import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createDb } from "@local-mcp/database";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { decryptFile, encryptFile, makeHeader } from "../../packages/backup/src/age/index.ts";
import { hasAge, typeToAge } from "./age-command.ts";

const PASSPHRASE = "naïve horse – пароль";
const REQUIRED = process.env["LOCAL_MCP_E2E"] === "required";

const sha256 = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

/** A directory with the database of a gateway in it, in one file. */
const stage = (): { root: string; database: string } => {
  const root = mkdtempSync(join(tmpdir(), "age-command-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const live = join(root, "live.db");
  createDb({ path: live }).close();
  const database = join(root, "snapshot.db");
  const connection = new DatabaseSync(live);
  connection.exec(`VACUUM INTO '${database}'`);
  connection.close();
  return { root, database };
};

describe("the age command", () => {
  beforeEach((context) => {
    if (hasAge()) return;
    if (REQUIRED) throw new Error("there is no age; `npm run setup:system` installs it");
    context.skip("there is no age here");
  });

  test("opens a backup without this program, and SQLite reads what is in it", async () => {
    const { root, database } = stage();
    const backup = join(root, "backup.age");
    await encryptFile({ source: database, target: backup, header: await makeHeader(PASSPHRASE) });
    const opened = join(root, "opened.db");
    const wrong = await typeToAge(["-d", "-o", opened, backup], "another passphrase");
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining("incorrect passphrase") });
    const right = await typeToAge(["-d", "-o", opened, backup], PASSPHRASE);
    expect(right).toMatchObject({ code: 0 });
    expect(sha256(opened)).toBe(sha256(database));
    const connection = new DatabaseSync(opened, { readOnly: true });
    expect(connection.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    const profiles = connection.prepare("SELECT count(*) AS count FROM profiles").get();
    expect(profiles).toEqual({ count: expect.any(Number) });
    connection.close();
  });

  test("makes files that this program opens", async () => {
    const { root, database } = stage();
    const source = join(root, "theirs.age");
    const made = await typeToAge(["-p", "-o", source, database], PASSPHRASE);
    expect(made).toMatchObject({ code: 0 });
    const target = join(root, "ours.db");
    const opening = { source, name: "theirs.age", passphrase: PASSPHRASE };
    await decryptFile({ ...opening, target, maxBytes: 2 ** 30 });
    expect(sha256(target)).toBe(sha256(database));
  });
});
