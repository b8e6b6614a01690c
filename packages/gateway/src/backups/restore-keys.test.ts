import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StagedKeys } from "@local-mcp/backup";
import {
  createDb,
  createSealedValueQueries,
  createVaultQueries,
  type Db,
} from "@local-mcp/database";
import {
  createRecoveryKey,
  createVault,
  type KeyProvider,
  recoveryProvider,
  unlockKeys,
  type Vault,
} from "@local-mcp/vault";
import { afterEach, beforeEach, expect, test } from "vitest";
import { forgetKeys, keysForRestore } from "./restore-keys.ts";

let directory: string;
const open: Db[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-restore-keys-"));
});
afterEach(() => {
  for (const db of open.splice(0)) db.close();
  rmSync(directory, { recursive: true });
});

const someKey = (): KeyProvider => recoveryProvider(createRecoveryKey());

/** A vault of its own, over a database. */
const vaultWith = (ambient: KeyProvider[], file = "here.db"): Vault => {
  const db = createDb({ path: join(directory, file) });
  open.push(db);
  const { slots, dataKeys } = createVaultQueries(db);
  return createVault({
    keyStore: {
      slots: () => slots.list(),
      putSlot: (slot) => slots.put(slot),
      deleteSlot: (id) => void slots.delete(id),
      dataKeys: () => dataKeys.list(),
      putDataKey: (key) => dataKeys.put(key),
      deleteDataKey: (id) => dataKeys.delete(id),
      transaction: (work) => db.transaction(work),
    },
    values: createSealedValueQueries(db),
    ambient: () => ambient,
    now: () => 1,
  });
};

/** The vault of a backup, and its keys as a worker may hand them over: bytes between others. */
const backup = async () => {
  const vault = vaultWith([], "backup.db");
  await vault.init(someKey());
  const [keys, record] = [vault.copyKeys(), vault.key()];
  if (keys === null || record === null) throw new Error("it is open");
  const bytes = new Uint8Array(new ArrayBuffer(100), 50, 32);
  bytes.set(keys.current.bytes);
  const staged: StagedKeys = { current: { id: keys.current.id, bytes }, retiring: [] };
  return { staged, record };
};

test("a vault that a key at hand opens is opened, and its slots give the key of the backup", async () => {
  const { staged, record } = await backup();
  const key = someKey();
  await vaultWith([]).init(key, "Mine");
  const vault = vaultWith([key]);
  expect(vault.state()).toBe("locked");
  const { slots, liveKeys, leftOut } = await keysForRestore(vault, staged);
  expect(slots.map(({ label }) => label)).toEqual(["Mine"]);
  const { current } = await unlockKeys({ slots, dataKeys: [record] }, key);
  expect(current).toEqual({ id: record.id, bytes: Buffer.from(staged.current.bytes) });
  expect(liveKeys?.current.id).toBe(vault.key()?.id);
  expect(leftOut).toEqual([]);

  forgetKeys(liveKeys, null);
  expect(liveKeys?.current.bytes.every((byte) => byte === 0)).toBe(true);
  expect(vault.copyKeys()?.current.bytes.some((byte) => byte !== 0)).toBe(true);
});

test("one that a person locked stays locked: new slots with the keys at hand, and no key of now", async () => {
  const { staged } = await backup();
  const key = someKey();
  const vault = vaultWith([key]);
  await vault.init(key, "Mine");
  vault.lock();
  const { slots, liveKeys } = await keysForRestore(vault, staged);
  expect(vault.state()).toBe("locked");
  expect(liveKeys).toBeNull();
  expect(slots.map(({ label }) => label)).toEqual(["Recovery key"]);
});

test("without a vault, and for a backup whose keys are not known, there is no slot to make", async () => {
  const { staged } = await backup();
  const vault = vaultWith([]);
  const none = { slots: [], leftOut: [], liveKeys: null };
  expect(await keysForRestore(vault, staged)).toEqual(none);
  await vault.init(someKey());
  expect(await keysForRestore(vault, null)).toMatchObject({ slots: [], leftOut: [] });
});
