import { expect, test } from "vitest";
import { createDataKey, letGo, recordOf, type DataKey } from "./data-key.ts";
import type { Place } from "./key-ring.ts";
import { passphraseProvider } from "./providers.ts";
import { createSealer } from "./sealer.ts";
import type { KeyStore, SlotRecord } from "./slots.ts";
import {
  keychainProvider,
  memoryKeyStore,
  memoryValues,
  NOW,
  openVault,
  refusalOf,
  vaultOver,
} from "./test-kit.ts";
import { unlockKeys } from "./unlock-keys.ts";

const place: Place = { table: "oauth_tokens", column: "refresh_token", row: "1", owner: "github" };
const PASSPHRASE = "correct horse battery staple";

const storedIn = (keyStore: KeyStore) => ({
  slots: keyStore.slots(),
  dataKeys: keyStore.dataKeys(),
});

const record = (key: DataKey) => recordOf(key, NOW);

const withoutRecipient = (slot: SlotRecord): SlotRecord => ({ ...slot, recipient: null });

test("a slot for a backup opens the vault elsewhere, and is not stored here", async () => {
  const ofBackup = keychainProvider();
  const keyStore = memoryKeyStore();
  const vault = await openVault(keyStore);
  const slots = keyStore.slots();
  const slot = await vault.slotFor(ofBackup, "Key of a backup");
  expect(keyStore.slots()).toEqual(slots);
  expect(slot).toMatchObject({
    provider: "keychain",
    label: "Key of a backup",
    keyId: vault.key()?.id,
  });

  const sealed = vault.seal("secret", place);
  const backup = { slots: [slot], dataKeys: keyStore.dataKeys() };
  const keys = await unlockKeys(backup, ofBackup);
  const sealer = createSealer(keys);
  expect(sealer.open(sealed, place)).toBe("secret");
  expect(vault.open(sealer.seal("back", place), place)).toBe("back");
  const wrong = await refusalOf(() => unlockKeys(backup, keychainProvider()));
  expect(wrong.code).toBe("vault_wrong_key");
  letGo(keys);
  expect((await refusalOf(() => sealer.open(sealed, place))).code).toBe("secret_damaged");
  expect(vault.open(sealed, place)).toBe("secret");
});

test("a sealer with keys at hand refuses what is not whole as the vault does", async () => {
  const vault = await openVault();
  const sealer = createSealer({ current: createDataKey(), retiring: [] });
  const sealed = vault.seal("secret", place);
  const refused = await refusalOf(() => sealer.open(sealed, place));
  expect([refused.code, refused.params]).toEqual(["secret_damaged", { what: "github" }]);
  const own = sealer.seal("secret", place);
  const elsewhere = await refusalOf(() => sealer.open(own, { ...place, row: "2" }));
  expect(elsewhere.code).toBe("secret_damaged");
});

test("keys that a rotation was replacing are opened with the one that replaces them", async () => {
  const keyStore = memoryKeyStore();
  const values = memoryValues();
  const keychain = keychainProvider();
  const vault = vaultOver(keyStore, [], values);
  await vault.init(keychain);
  const old = vault.seal("old", place);
  for (let row = 0; row < 300; row += 1) values.put({ ...place, row: `${row}` }, old);
  const rotating = vault.rotate();
  const during = storedIn(keyStore);
  const copies = vault.copyKeys();
  expect(during.dataKeys).toHaveLength(2);
  const keys = await unlockKeys(during, keychain);
  expect(keys.retiring).toHaveLength(1);
  expect(createSealer(keys).open(old, place)).toBe("old");
  expect(copies).toEqual(keys);
  await rotating;
  // A copy is not zeroed with what it was made of.
  expect(vault.copyKeys()?.retiring).toEqual([]);
  expect(copies?.retiring[0]?.bytes.some((byte) => byte !== 0)).toBe(true);
});

test("what has no slot has no key, and neither has a vault that is locked", async () => {
  const none = await refusalOf(() => unlockKeys({ slots: [], dataKeys: [] }, keychainProvider()));
  expect(none.code).toBe("vault_missing");
  const vault = await openVault();
  vault.lock();
  expect(vault.copyKeys()).toBeNull();
  const refused = await refusalOf(() => vault.slotFor(keychainProvider()));
  expect(refused.code).toBe("vault_locked");
});

test("a copy of the keys holds no more memory than their bytes", async () => {
  const keys = (await openVault()).copyKeys();
  expect(keys?.current.bytes.buffer.byteLength).toBe(keys?.current.bytes.byteLength);
});

test("an open vault gives another data key to each of its slots", async () => {
  const keyStore = memoryKeyStore();
  const [first, second] = [keychainProvider(), keychainProvider()];
  const vault = vaultOver(keyStore);
  await vault.init(first, "First");
  await vault.addSlot(second, "Ada");
  const key = createDataKey();
  const { slots, leftOut } = await vault.slotsFor(key);
  expect(leftOut).toEqual([]);
  const names = (all: SlotRecord[]) => all.map(({ id, label }) => [id, label]);
  expect(names(slots)).toEqual(names(keyStore.slots()));

  const restored = memoryKeyStore(slots);
  restored.putDataKey(record(key));
  const sealed = createSealer({ current: key, retiring: [] }).seal("secret", place);
  for (const provider of [first, second]) {
    const there = vaultOver(restored);
    await there.unlock(provider);
    expect(there.open(sealed, place)).toBe("secret");
  }
});

test("a slot that cannot be given another key is named, and so is one of a stranger", async () => {
  const keyStore = memoryKeyStore();
  const vault = vaultOver(keyStore);
  await vault.init(keychainProvider(), "First");
  await vault.addSlot(keychainProvider(), "Old");
  await vault.addSlot(keychainProvider(), "Strange");
  const [, old, strange] = keyStore.slots();
  if (!old || !strange?.recipient) throw new Error("there are three");
  keyStore.putSlot(withoutRecipient(old));
  const mark = Buffer.alloc(32).toString("base64url");
  keyStore.putSlot({ ...strange, recipient: { ...strange.recipient, mark } });
  const { slots, leftOut } = await vault.slotsFor(createDataKey());
  expect(slots.map(({ label }) => label)).toEqual(["First"]);
  expect(leftOut.toSorted()).toEqual(["Old", "Strange"]);
});

test("for the data key that it has, its slots stay as they are, locked or not", async () => {
  const keyStore = memoryKeyStore();
  const vault = await openVault(keyStore);
  const key = vault.copyKeys()?.current;
  if (!key) throw new Error("it is open");
  vault.lock();
  expect(await vault.slotsFor(key)).toEqual({ slots: keyStore.slots(), leftOut: [] });
  // Another key that only claims to be the same one gets slots of its own.
  const other = { ...createDataKey(), id: key.id };
  expect(await vault.slotsFor(other)).toEqual({ slots: [], leftOut: [] });
});

test("one that is missing, locked or lost makes slots with the keys at hand", async () => {
  const [keychain, passphrase] = [keychainProvider(), passphraseProvider(PASSPHRASE)];
  const refusing = {
    ...keychainProvider(),
    label: "Refusing keychain",
    wrap: async () => {
      throw await refusalOf(() => vaultOver(memoryKeyStore()).seal("x", place));
    },
  };
  const forgetful = {
    ...keychainProvider(),
    label: "Forgetful keychain",
    wrap: async () => ({ wrapped: "lost", params: {} }),
  };
  const locked = memoryKeyStore();
  (await openVault(locked)).lock();
  const lost = memoryValues();
  lost.put(place, "v1.a.b");
  const key = createDataKey();
  for (const [keyStore, values] of [
    [memoryKeyStore(), memoryValues()],
    [locked, memoryValues()],
    [memoryKeyStore(), lost],
  ] as const) {
    const before = keyStore.slots();
    const vault = vaultOver(keyStore, [passphrase, refusing, forgetful, keychain], values);
    const { slots, leftOut } = await vault.slotsFor(key);
    expect(slots.map(({ provider }) => provider)).toEqual(["keychain"]);
    expect(leftOut).toEqual(["Refusing keychain", "Forgetful keychain"]);
    expect(keyStore.slots()).toEqual(before);
    const keys = await unlockKeys({ slots, dataKeys: [record(key)] }, keychain);
    expect(keys.current).toEqual(key);
  }
  expect(await vaultOver(memoryKeyStore(), [passphrase]).slotsFor(key)).toEqual({
    slots: [],
    leftOut: [],
  });
});
