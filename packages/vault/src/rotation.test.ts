import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Place } from "./key-ring.ts";
import { passphraseProvider } from "./providers.ts";
import { createRecipient } from "./recipient.ts";
import type { KeyStore, SlotRecord } from "./slots.ts";
import {
  keychainProvider,
  memoryKeyStore,
  memoryValues,
  NOW,
  refusalOf,
  vaultOver,
} from "./test-kit.ts";
import { createVault, type Vault } from "./vault.ts";

const placeOf = (row: number): Place => ({
  table: "vault_secrets",
  column: "sealed",
  row: `${row}`,
});

/** A vault with two slots and so many values. */
const stage = async (count: number) => {
  const keyStore = memoryKeyStore();
  const values = memoryValues();
  const [first, second] = [keychainProvider(), keychainProvider()];
  const vault = vaultOver(keyStore, [], values);
  await vault.init(first, "First");
  await vault.addSlot(second, "Second");
  for (let row = 0; row < count; row += 1) {
    values.put(placeOf(row), vault.seal(`value ${row}`, placeOf(row)));
  }
  return { keyStore, values, vault, first, second };
};

const readAll = (vault: Vault, values: ReturnType<typeof memoryValues>): string[] =>
  values.all().map(({ place, sealed }) => vault.open(sealed, place));

const expected = (count: number): string[] =>
  Array.from({ length: count }, (_, row) => `value ${row}`);

test("gives every value a new key that the same slots open, and lets the old one go", async () => {
  const { keyStore, values, vault, first, second } = await stage(1000);
  const before = vault.key();
  const old = values.all();
  await vault.rotate();
  expect(vault.key()?.id).not.toBe(before?.id);
  expect(vault.key()?.check).not.toBe(before?.check);
  expect(keyStore.dataKeys()).toHaveLength(1);
  expect(vault.rotation()).toBeNull();
  expect(readAll(vault, values)).toEqual(expected(1000));
  for (const { sealed } of values.all()) expect(sealed).not.toContain(before?.id);
  // What somebody copied before opens with nothing of what is there now.
  for (const { place, sealed } of old.slice(0, 3)) {
    expect((await refusalOf(() => vault.open(sealed, place))).code).toBe("secret_damaged");
  }
  for (const provider of [first, second]) {
    const later = vaultOver(keyStore, [], values);
    await later.unlock(provider);
    expect(readAll(later, values)).toEqual(expected(1000));
  }
});

test("serves meanwhile: values are read and written while it goes on, and progress is told", async () => {
  const { values, vault } = await stage(1000);
  const rotating = vault.rotate();
  await turn();
  expect(vault.rotation()).toMatchObject({ total: 1000 });
  expect(readAll(vault, values)).toEqual(expected(1000));
  values.put(placeOf(7), vault.seal("changed", placeOf(7)));
  await rotating;
  expect(readAll(vault, values)).toEqual(expected(1000).with(7, "changed"));
});

test("interrupted after any batch, everything opens, and the next opening goes on with it", async () => {
  for (const steps of [0, 1, 2, 3, 4]) {
    const { keyStore, values, vault, second } = await stage(500);
    const rotating = vault.rotate();
    for (let step = 0; step < steps; step += 1) await turn();
    vault.lock();
    await rotating;

    const later = vaultOver(keyStore, [], values);
    await later.unlock(second);
    expect(readAll(later, values)).toEqual(expected(500));
    // Begun by the opening itself; a second rotation waits for it.
    await later.rotate();
    expect(keyStore.dataKeys()).toHaveLength(1);
    expect(readAll(later, values)).toEqual(expected(500));
  }
});

test("is told when it is over, and not where it was broken off", async () => {
  const { keyStore, values, first } = await stage(500);
  let told = 0;
  const open = async () => {
    const onRotated = () => void (told += 1);
    const vault = createVault({ keyStore, values, now: () => NOW, onRotated });
    await vault.unlock(first);
    return vault;
  };
  const vault = await open();
  const rotating = vault.rotate();
  await turn();
  vault.lock();
  await rotating;
  expect(told).toBe(0);
  // Its going on at the next opening is told too.
  const later = await open();
  while (later.rotation() !== null) await turn();
  await turn();
  expect(told).toBe(1);
});

test("a write that fails leaves every value readable, and it can be asked for again", async () => {
  const { keyStore, values, vault, first } = await stage(500);
  let failAt = 1;
  const failing: KeyStore = {
    ...keyStore,
    transaction: (work) => {
      if ((failAt -= 1) < 0) throw new Error("disk full");
      return keyStore.transaction(work);
    },
  };
  const later = vaultOver(failing, [], values);
  await later.unlock(first);
  await expect(later.rotate()).rejects.toThrow("disk full");
  expect(readAll(later, values)).toEqual(expected(500));
  expect(later.rotation()).toBeNull();
  failAt = 1000;
  await later.rotate();
  expect(keyStore.dataKeys()).toHaveLength(1);
  expect(readAll(later, values)).toEqual(expected(500));
  expect(vault.state()).toBe("open");
});

test("a damaged value keeps nothing back, and stays what it was", async () => {
  const { keyStore, values, vault } = await stage(3);
  const [, broken] = values.all();
  if (!broken) throw new Error("there are three");
  const damaged = `${broken.sealed.slice(0, -4)}AAAA`;
  values.put(broken.place, damaged);
  await vault.rotate();
  expect(keyStore.dataKeys()).toHaveLength(1);
  expect(values.all().map(({ sealed }) => sealed)).toContain(damaged);
  expect(vault.open(values.all()[0]?.sealed ?? "", placeOf(0))).toBe("value 0");
});

test("a slot that somebody put a key of theirs into gets no data key", async () => {
  const { keyStore, values, vault } = await stage(1);
  const before = vault.key();
  const [slot] = keyStore.slots();
  if (!slot?.recipient) throw new Error("it has one");
  const theirs = { ...slot.recipient, publicKey: createRecipient().publicKey };
  keyStore.putSlot({ ...slot, recipient: theirs });
  expect((await refusalOf(() => vault.rotate())).code).toBe("vault_damaged");
  expect(vault.key()).toEqual(before);
  expect(readAll(vault, values)).toEqual(["value 0"]);
});

/** As versions before the first rotation stored it: the provider wraps the data key itself. */
const olderSlot = async (
  provider: ReturnType<typeof keychainProvider>,
  id: string,
  dataKey: Buffer,
): Promise<SlotRecord> => ({
  id,
  keyId: "older-key-id",
  provider: "keychain",
  label: id,
  ...(await provider.wrap(dataKey, { slotId: id, boundTo: "older-key-id" })),
  recipient: null,
  createdAt: 1,
});

test("a slot of the first format opens, and is written anew by whoever opens it", async () => {
  const [used, unused] = [keychainProvider(), keychainProvider()];
  const dataKey = randomBytes(32);
  const keyStore = memoryKeyStore([
    await olderSlot(used, "used", dataKey),
    await olderSlot(unused, "unused", dataKey),
  ]);
  const vault = vaultOver(keyStore);
  await vault.unlock(used);
  const slot = (id: string) => keyStore.slots().find((one) => one.id === id);
  expect(slot("used")?.recipient).not.toBeNull();
  expect(slot("used")).toMatchObject({ label: "used", createdAt: 1, keyId: "older-key-id" });
  expect(slot("unused")?.recipient).toBeNull();

  const refused = await refusalOf(() => vault.rotate());
  expect([refused.code, refused.params]).toEqual(["vault_slot_older", { slot: "unused" }]);
  const sealed = vault.seal("secret", placeOf(1));
  const later = vaultOver(keyStore);
  await later.unlock(unused);
  expect(later.open(sealed, placeOf(1))).toBe("secret");
  await later.rotate();
  for (const provider of [used, unused]) await vaultOver(keyStore).unlock(provider);
});

test("a stale slot is wrapped anew, read back, and only then replaced", async () => {
  const { keyStore, values, vault, first } = await stage(1);
  expect(vault.state()).toBe("open");
  const before = keyStore.slots().find(({ label }) => label === "First");
  const stale = {
    ...first,
    unwrap: async (slot: SlotRecord) => ({ ...(await first.unwrap(slot)), stale: true }),
  };
  const forgetful = {
    ...stale,
    wrap: async () => ({ wrapped: "lost", params: {} }),
  };
  await vaultOver(keyStore, [], values).unlock(forgetful);
  expect(keyStore.slots().find(({ label }) => label === "First")).toEqual(before);

  await vaultOver(keyStore, [], values).unlock(stale);
  const after = keyStore.slots().find(({ label }) => label === "First");
  expect(after).toMatchObject({ id: before?.id, createdAt: before?.createdAt });
  expect(after?.wrapped).not.toBe(before?.wrapped);
  const later = vaultOver(keyStore, [], values);
  await later.unlock(first);
  expect(readAll(later, values)).toEqual(["value 0"]);
});

test("a key that does not fit its check value is refused by name", async () => {
  const { keyStore, first } = await stage(1);
  const [record] = keyStore.dataKeys();
  if (!record) throw new Error("there is one");
  keyStore.putDataKey({ ...record, check: "00".repeat(16) });
  const vault = vaultOver(keyStore);
  const refused = await refusalOf(() => vault.unlock(first));
  expect([refused.code, refused.params]).toEqual(["vault_damaged", { slot: "First" }]);
  const why = [...vault.refusals().values()].map(({ code }) => code);
  expect(why).toEqual(["vault_damaged", "vault_wrong_key"]);
});

test("a passphrase is changed in one write", { timeout: 60_000 }, async () => {
  const { keyStore, values, vault, first } = await stage(2);
  const id = await vault.addSlot(passphraseProvider("the passphrase before"), "Ada");
  await vault.changeSlot(id, passphraseProvider("the passphrase after"));
  expect(keyStore.slots().map(({ label }) => label)).toEqual(["First", "Second", "Ada"]);
  const later = vaultOver(keyStore, [], values);
  const before = await refusalOf(() => later.unlock(passphraseProvider("the passphrase before")));
  expect(before.code).toBe("vault_wrong_key");
  expect([...later.refusals().keys()]).toContain(id);
  await later.unlock(passphraseProvider("the passphrase after"));
  expect([...later.refusals()]).toEqual([]);
  expect(readAll(later, values)).toEqual(expected(2));
  await vaultOver(keyStore).unlock(first);
  expect((await refusalOf(() => vault.changeSlot("nowhere", first))).code).toBe(
    "vault_slot_not_found",
  );
});

test("without a slot, what is stored is lost and not built over, until somebody says so", async () => {
  const { keyStore, values } = await stage(2);
  for (const { id } of keyStore.slots()) keyStore.deleteSlot(id);
  const provider = keychainProvider();
  const vault = vaultOver(keyStore, [provider], values);
  expect(vault.state()).toBe("lost");
  for (const work of [
    () => vault.init(provider),
    () => vault.ready({ create: true }),
    () => vault.unlock(provider),
    () => vault.seal("more", placeOf(9)),
  ]) {
    expect((await refusalOf(work)).code).toBe("vault_keys_missing");
  }
  expect(values.count()).toBe(2);
  vault.reset();
  expect([vault.state(), values.count(), keyStore.dataKeys()]).toEqual(["missing", 0, []]);
  await vault.ready({ create: true });
  expect(vault.open(vault.seal("anew", placeOf(9)), placeOf(9))).toBe("anew");
});
