import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, resources } from "@local-mcp/database";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { expect, onTestFinished, test } from "vitest";
import { createBackup } from "./snapshot.ts";

/** More than is read at once, so that something is left to change when reading has begun. */
const CONTENT_BYTES = 3 * 1024 * 1024;

test("a backup has its name once it was read back, and one that reads otherwise never", async () => {
  const root = mkdtempSync(join(tmpdir(), "read-back-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const database = join(root, "local-mcp-gateway.db");
  const db = createDb({ path: database });
  db.insert(resources)
    .values({ uri: "test:content", name: "content", binaryContent: randomBytes(CONTENT_BYTES) })
    .run();
  db.close();
  const folder = mkdtempSync(join(root, "backups-"));
  const target = join(folder, "made.age");
  const partial = `${target}.partial`;
  const hadName: boolean[] = [];
  let isChanged = false;
  const onProgress = (phase: string): void => {
    hadName.push(existsSync(target));
    if (phase !== "verify" || isChanged || !existsSync(partial)) return;
    isChanged = true;
    const file = openSync(partial, "r+");
    writeSync(file, Buffer.alloc(16), 0, 16, statSync(partial).size - 16);
    closeSync(file);
  };
  const input = {
    database,
    target,
    directory: join(root, "restore", "work"),
    passphrase: "correct horse battery",
    slot: null,
    parts: [],
    version: "1.2.3",
    machine: "here",
    missing: [],
  };
  const { code } = await refusalOf(() => createBackup(input, { onProgress }));
  expect(code).toBe("backup_damaged");
  expect(hadName.length).toBeGreaterThan(4);
  expect(hadName).not.toContain(true);
  expect(readdirSync(folder)).toEqual([]);
});
