import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  closeFile,
  configurationFile,
  createTrafficDb,
  mcpSessions,
  openFile,
  openSqlite,
} from "@local-mcp/database";
import { passphraseProvider, type SlotRecord } from "@local-mcp/vault";
import { refusalOf } from "@local-mcp/vault/test-kit";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { decryptFile } from "./age/index.ts";
import { Computer, someKey } from "./computer.fixture.ts";
import { finish } from "./finish.ts";
import { createBackup } from "./snapshot.ts";
import { stage } from "./stage.ts";
import type { BackupInput, Staged } from "./types.ts";

// Threads are started and keys derived, beside all that other tests compute.
vi.setConfig({ testTimeout: 90_000 });

const PASSPHRASE = "correct horse battery";
const CANARY = "canary-5f1d";

let root: string;
let computer: Computer;
let slot: SlotRecord;
/** Where the test that runs writes. */
let folder: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "backup-"));
  computer = await Computer.open(root, someKey());
  slot = await computer.vault.slotFor(passphraseProvider(PASSPHRASE));
  computer.addProfile("dev");
  computer.signIn(computer.addServer("files"), "refresh-1");
  const data = JSON.stringify({ note: CANARY, sealed: null });
  const session = { sessionId: "s-1", kind: "client", data, expiresAt: null } as const;
  computer.db.insert(mcpSessions).values(session).run();
});
afterAll(() => {
  computer.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(root, "test-"));
});

const at = (...parts: string[]): string => join(folder, ...parts);

const make = (input: Partial<BackupInput> = {}) =>
  createBackup(
    {
      database: computer.path,
      target: at("made.age"),
      directory: at("restore", "work"),
      passphrase: PASSPHRASE,
      slot,
      parts: [],
      version: "1.2.3",
      machine: "here",
      missing: [],
      ...input,
    },
    {},
  );

const unpacked = (file = at("made.age"), passphrase: string | null = PASSPHRASE): Promise<Staged> =>
  stage(
    {
      file,
      name: "made.age",
      passphrase,
      directory: at("restore", "stage"),
      databaseName: "local-mcp-gateway.db",
      maxBytes: 2 ** 30,
    },
    {},
  );

const finished = (staged: Staged) =>
  finish({ staged, live: null, liveKeys: null, slots: [], parts: ["traffic", "environment"] });

const rowsOf = (path: string, sql: string): unknown[] => {
  const connection = openSqlite(path);
  try {
    return connection.prepare(sql).pluck().all();
  } finally {
    connection.close();
  }
};

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe("a backup", () => {
  test("gives back what was there, with every secret, and opens with its passphrase alone", async () => {
    const made = await make();
    expect(filesBelow(folder)).toEqual([at("made.age")]);
    expect(statSync(at("made.age")).mode & 0o777).toBe(0o600);
    expect(made.contents).toMatchObject({
      version: "1.2.3",
      machine: "here",
      schema: configurationFile.migrations.length,
      counts: { servers: 1, profiles: 1, tokens: 0, signIns: 1, secrets: 1 },
      secrets: "sealed",
    });
    const staged = await unpacked();
    expect(staged).toMatchObject({ verified: true, contents: made.contents, digest: made.sha256 });
    expect(staged.keys?.current.id).toBe(computer.vault.key()?.id);
    expect(rowsOf(staged.database, "SELECT label FROM vault_keys")).toEqual(["Passphrase"]);
    expect(readdirSync(staged.directory)).toEqual(["local-mcp-gateway.db"]);
    const { files } = await finished(staged);
    expect(files.map(({ name }) => name)).toEqual(["local-mcp-gateway.db"]);
    expect(readdirSync(staged.directory)).toEqual(["local-mcp-gateway.db"]);
  });

  test("has no sessions, and no slot of this computer, anywhere in its bytes", async () => {
    const [own] = computer.slots();
    await make();
    const plain = at("plain.db");
    const opened = { source: at("made.age"), name: "made.age", passphrase: PASSPHRASE };
    await decryptFile({ ...opened, target: plain, maxBytes: 2 ** 30 });
    const bytes = readFileSync(plain);
    expect(bytes.includes(CANARY)).toBe(false);
    expect(own && bytes.includes(own.wrapped)).toBe(false);
    expect(rowsOf(plain, "SELECT count(*) FROM mcp_sessions")).toEqual([0]);
  });

  test("without encryption has no secret, and no key, anywhere in its bytes", async () => {
    const sealed = rowsOf(
      computer.path,
      "SELECT sealed FROM vault_secrets UNION ALL SELECT refresh_token FROM oauth_tokens UNION ALL SELECT wrapped FROM vault_keys UNION ALL SELECT key_check FROM vault_data_keys",
    ).map(String);
    const target = at("made.db");
    const { contents } = await make({ target, passphrase: null, slot: null });
    expect(contents).toMatchObject({ secrets: "none", counts: { servers: 1, secrets: 0 } });
    const bytes = readFileSync(target);
    expect(sealed.length).toBe(4);
    expect(sealed.filter((value) => bytes.includes(value))).toEqual([]);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(await unpacked(target, null)).toMatchObject({ verified: true, keys: null });
  });

  test("holds parts that were asked for, and gives them back byte for byte", async () => {
    const traffic = createTrafficDb({ path: at("traffic.db") });
    try {
      writeFileSync(at("other.env"), "A=1\n".repeat(600_000));
      await make({
        parts: [
          { part: "traffic", name: "traffic.db", path: at("traffic.db") },
          { part: "environment", name: ".env", path: at("other.env") },
        ],
      });
    } finally {
      traffic.close();
    }
    const staged = await unpacked();
    expect(staged.contents.parts).toEqual(["traffic", "environment"]);
    const env = staged.parts.find(({ part }) => part === "environment");
    expect(readFileSync(env?.path ?? "").equals(readFileSync(at("other.env")))).toBe(true);
    const { files } = await finished(staged);
    expect(files.map(({ name }) => name)).toEqual(["local-mcp-gateway.db", "traffic.db", ".env"]);
    // The room that they took in the backup is not in the database.
    expect(statSync(staged.database).size).toBeLessThan(1_000_000);
  });

  test("leaves nothing behind, neither where it is made nor where that fails", async () => {
    writeFileSync(at("made.age"), "there already");
    expect((await refusalOf(() => make())).code).toBe("backup_file_exists");
    expect(readFileSync(at("made.age"), "utf8")).toBe("there already");
    rmSync(at("made.age"));
    const before = filesBelow(folder);
    const foreign = { id: "0", keyId: "another", provider: "passphrase", label: "" } as const;
    const other = { ...foreign, wrapped: "", params: {}, recipient: null, createdAt: 0 };
    expect((await refusalOf(() => make({ slot: other }))).code).toBe("backup_key_changed");
    const target = at("gone", "made.age");
    expect((await refusalOf(() => make({ target }))).code).toBe("backup_folder_unusable");
    const gone = { part: "environment", name: ".env", path: at("gone.env") } as const;
    expect((await refusalOf(() => make({ parts: [gone] }))).code).toBe("backup_unreadable");
    expect(filesBelow(folder)).toEqual(before);
  });
});

describe("a file that is unpacked", () => {
  test("a wrong passphrase, none, another file: told, and nothing is left", async () => {
    await make();
    expect((await refusalOf(() => unpacked(at("made.age"), "wrong"))).code).toBe(
      "backup_wrong_passphrase",
    );
    expect((await refusalOf(() => unpacked(at("made.age"), null))).code).toBe(
      "backup_passphrase_needed",
    );
    writeFileSync(at("a.txt"), "a letter");
    expect((await refusalOf(() => unpacked(at("a.txt")))).code).toBe("backup_not_ours");
    expect(readdirSync(at("restore"))).toEqual([]);
  });

  test("a database of every version is brought to this one", async () => {
    const { migrations } = configurationFile;
    for (const [index] of migrations.entries()) {
      const path = at(`old-${index}.db`);
      const kind = { ...configurationFile, migrations: migrations.slice(0, index + 1) };
      closeFile(openFile(path, kind, {}));
      const staged = await unpacked(path, null);
      expect(staged).toMatchObject({ verified: false, contents: { schema: index + 1 } });
      expect(rowsOf(staged.database, "PRAGMA user_version")).toEqual([migrations.length]);
      rmSync(staged.directory, { recursive: true });
    }
  });

  test("what a copy has in its log alone is in the stage", async () => {
    const copy = at("copy.db");
    for (const part of ["", "-wal"]) writeFileSync(copy + part, readFileSync(computer.path + part));
    const staged = await unpacked(copy, null);
    expect(staged.contents).toMatchObject({ counts: { profiles: 1 } });
    expect(readdirSync(staged.directory)).toEqual(["local-mcp-gateway.db"]);
  });

  test("a copy with secrets is foreign until somebody says what opens it", async () => {
    await computer.vault.addSlot(passphraseProvider(PASSPHRASE));
    const copy = at("copy.db");
    for (const part of ["", "-wal"]) writeFileSync(copy + part, readFileSync(computer.path + part));
    const foreign = await unpacked(copy, null);
    expect(foreign).toMatchObject({ keys: null, contents: { secrets: "foreign" } });
    rmSync(foreign.directory, { recursive: true });
    expect((await refusalOf(() => unpacked(copy, "not this one, no"))).code).toBe(
      "backup_wrong_passphrase",
    );
    const opened = await unpacked(copy, PASSPHRASE);
    expect(opened).toMatchObject({ verified: false, contents: { secrets: "sealed" } });
  });
});
