import { expect, test } from "vitest";
import type { Place } from "./key-ring.ts";
import type { KeyProvider } from "./providers.ts";
import { keychainProvider, memoryKeyStore, memoryValues, vaultOver } from "./test-kit.ts";

const PLACE: Place = { table: "vault_secrets", column: "sealed", row: "1" };

/** A provider that gives its answer when it is told to, as a slow derivation or a keychain does. */
const held = (provider: KeyProvider): { provider: KeyProvider; release: () => void } => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    provider: {
      ...provider,
      unwrap: async (slot) => {
        const unwrapped = await provider.unwrap(slot);
        await gate;
        return unwrapped;
      },
    },
    release,
  };
};

test.each([1, 2])(
  "a key that was replaced while it was unwrapped opens nothing (%i)",
  async (rotations) => {
    const keyStore = memoryKeyStore();
    const values = memoryValues();
    const provider = keychainProvider();
    const vault = vaultOver(keyStore, [], values);
    await vault.init(provider);
    values.put(PLACE, vault.seal("before", PLACE));

    const slow = held(provider);
    const unlocked = vault.unlock(slow.provider);
    for (let count = 0; count < rotations; count += 1) await vault.rotate();
    const current = vault.key();
    slow.release();
    await unlocked;

    expect(vault.key()).toEqual(current);
    expect(keyStore.dataKeys()).toEqual([current]);
    expect(values.all().map(({ place, sealed }) => vault.open(sealed, place))).toEqual(["before"]);
    // What is sealed now has the key that every slot gives.
    expect(vault.seal("after", PLACE)).toContain(current?.id);
    await vault.addSlot(keychainProvider());
  },
);

test("a key that was removed while it was written anew is not put back", async () => {
  const keyStore = memoryKeyStore();
  const vault = vaultOver(keyStore);
  const kept = keychainProvider();
  await vault.init(kept);
  const stale = keychainProvider();
  const removed = await vault.addSlot(stale);
  const { provider, release } = held({
    ...stale,
    unwrap: async (slot) => ({ ...(await stale.unwrap(slot)), stale: true }),
  });
  const later = vaultOver(keyStore);
  await later.unlock(kept);
  const unlocked = later.unlock(provider);
  later.removeSlot(removed);
  release();
  await unlocked;
  expect(keyStore.slots().map(({ id }) => id)).not.toContain(removed);
});

test("the same while the values are still being moved", async () => {
  const keyStore = memoryKeyStore();
  const values = memoryValues();
  const provider = keychainProvider();
  const vault = vaultOver(keyStore, [], values);
  await vault.init(provider);
  for (let row = 0; row < 500; row += 1) {
    const place = { ...PLACE, row: `${row}` };
    values.put(place, vault.seal("before", place));
  }
  const slow = held(provider);
  const unlocked = vault.unlock(slow.provider);
  const rotated = vault.rotate();
  slow.release();
  await Promise.all([unlocked, rotated]);
  expect(keyStore.dataKeys()).toEqual([vault.key()]);
  for (const { place, sealed } of values.all()) expect(vault.open(sealed, place)).toBe("before");
});
