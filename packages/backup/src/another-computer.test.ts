import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KeyProvider, passphraseProvider } from "@local-mcp/vault";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Computer, someKey } from "./computer.fixture.ts";
import { finish } from "./finish.ts";
import { createBackup } from "./snapshot.ts";
import { stage } from "./stage.ts";

const PASSPHRASE = "correct horse battery staple";
const slow = { timeout: 60_000 };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-another-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const inDirectory = (name: string): string => {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  return path;
};

const open = (name: string, key: KeyProvider | null): Promise<Computer> =>
  Computer.open(inDirectory(name), key);

/** A computer with servers, sign-ins and the clients they were given to, and a backup of it. */
const backedUp = async (target: string) => {
  const computer = await open("first", someKey());
  for (const name of ["github", "linear"]) computer.signIn(computer.addServer(name), `of ${name}`);
  computer.keep("kept", { table: "backups", id: "schedule", name: "passphrase" }, "for each night");
  const { path, vault } = computer;
  await createBackup(
    {
      database: path,
      target,
      passphrase: PASSPHRASE,
      slot: await vault.slotFor(passphraseProvider(PASSPHRASE), "Passphrase of a backup"),
      parts: [],
      version: "1.0.0",
      machine: "first",
      missing: [],
      directory: join(directory, "work", "snapshot"),
    },
    {},
  );
  return computer;
};

/** Restores it on another computer, and starts that again. */
const restoreOn = async (name: string, file: string, key: KeyProvider | null) => {
  const computer = await open(name, key);
  const staged = await stage(
    {
      file,
      name: "the backup",
      passphrase: PASSPHRASE,
      directory: join(directory, "stages", name),
      databaseName: "local-mcp-gateway.db",
      maxBytes: 100_000_000,
    },
    {},
  );
  if (staged.keys === null) throw new Error("its secrets do not open");
  const { id, bytes } = staged.keys.current;
  const { slots } = await computer.vault.slotsFor({ id, bytes: Buffer.from(bytes) });
  const liveKeys = computer.vault.copyKeys();
  computer.close();
  const input = { staged, live: computer.path, liveKeys, slots, parts: [] };
  const { stays, notes } = await finish(input);
  const restored = inDirectory(`${name}-restored`);
  renameSync(staged.database, join(restored, "local-mcp-gateway.db"));
  return { restored, stays, notes };
};

test("every secret opens on another computer, with its keys and no others", slow, async () => {
  const file = join(directory, "backup.age");
  const first = await backedUp(file);
  const secrets = first.secrets();
  // A header of each server, what each sign-in and each client has, and the kept passphrase.
  expect(Object.keys(secrets)).toHaveLength(2 + 4 + 2 + 1);

  const ownKey = someKey();
  const { restored, stays, notes } = await restoreOn("second", file, ownKey);
  expect(stays).toContain("The vault opens with the keys of this computer.");
  expect(notes).toEqual([]);
  const second = await Computer.open(restored, ownKey);
  expect(second.secrets()).toEqual(secrets);
  const ofFirst = first.slots().map(({ id }) => id);
  expect(second.slots()).toHaveLength(1);
  expect(second.slots().map(({ id }) => id)).not.toContain(ofFirst[0]);
  second.vault.lock();
  for (const provider of [first.key, passphraseProvider(PASSPHRASE)]) {
    if (provider === null) throw new Error("it has a key");
    await expect(second.vault.unlock(provider)).rejects.toMatchObject({ code: "vault_wrong_key" });
  }
  second.close();

  const without = await restoreOn("third", file, null);
  expect(without.notes.join(" ")).toContain("passphrase of the backup");
  const third = await Computer.open(without.restored, null);
  expect(third.slots().map(({ label }) => label)).toEqual(["Passphrase of a backup"]);
  await third.vault.unlock(passphraseProvider(PASSPHRASE));
  expect(third.secrets()).toEqual(secrets);
  third.close();
  first.close();
});
