import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeFile, configurationFile, openFile, openSqlite } from "@local-mcp/database";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { createBackup } from "./snapshot.ts";
import { stage } from "./stage.ts";

/**
 * A backup without encryption, the same for each test of a file: whoever knows the passphrase can
 * write one, so none is taken for what it should be.
 *
 * @param content statements that fill what it is of
 */
export function plainBackup(content: string) {
  const root = mkdtempSync(join(tmpdir(), "plain-backup-"));
  const original = join(root, "original.db");
  const file = join(root, "backup.db");
  beforeAll(async () => {
    const database = join(root, "live.db");
    const connection = openFile(database, configurationFile, {});
    connection.exec(content);
    closeFile(connection);
    const input = { database, target: original, directory: join(root, "restore", "work") };
    const rest = { passphrase: null, slot: null, parts: [], version: "1", machine: "" };
    await createBackup({ ...input, ...rest, missing: [] }, {});
  });
  beforeEach(() => copyFileSync(original, file));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Changes it as SQLite lets somebody who has the file. */
  const change = (...statements: string[]): void => {
    const connection = openSqlite(file);
    connection.unsafeMode();
    connection.pragma("foreign_keys = OFF");
    for (const statement of statements) connection.exec(statement);
    connection.close();
  };

  let stages = 0;
  /** Why it cannot be staged. */
  const refusal = () => {
    const directory = join(root, "restore", `stage-${(stages += 1)}`);
    const input = { file, name: "it", passphrase: null, directory, databaseName: "a.db" };
    return refusalOf(() => stage({ ...input, maxBytes: 2 ** 30 }, {}));
  };
  return { file, change, refusal };
}

/** Without its list nothing says what a backup should hold. */
export const WITHOUT_LIST = ["DROP TABLE backup_manifest", "DROP TABLE backup_files"];
