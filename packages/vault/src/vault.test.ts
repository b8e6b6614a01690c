import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { KeyProvider } from "./providers.ts";
import { environmentProvider, passphraseProvider, wrongKey } from "./providers.ts";
import {
  keychainProvider,
  memoryKeyStore,
  NOW,
  openVault,
  refusalOf,
  vaultOver,
} from "./test-kit.ts";

const place = { table: "mcp_servers", column: "env", row: "0001" };
const PASSPHRASE = "correct horse battery staple";
const slow = { timeout: 60_000 };

/** A provider whose every step waits until `release` is called, and which counts its steps. */
const held = (inner: KeyProvider) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const calls: string[] = [];
  const provider: KeyProvider = {
    provider: inner.provider,
    label: inner.label,
    wrap: async (...args) => {
      calls.push("wrap");
      await released;
      return inner.wrap(...args);
    },
    unwrap: async (slot) => {
      calls.push("unwrap");
      await released;
      return inner.unwrap(slot);
    },
  };
  return { provider, calls, release };
};

test("without a slot it is missing, and says so whatever is asked", async () => {
  const vault = vaultOver(memoryKeyStore());
  expect(vault.state()).toBe("missing");
  for (const work of [
    () => vault.seal("secret", place),
    () => vault.open("v1.a.b", place),
    () => vault.unlock(keychainProvider()),
    () => vault.addSlot(keychainProvider(), "Keychain"),
    () => vault.ready(),
    () => vault.ready({ create: true }),
  ]) {
    expect((await refusalOf(work)).code).toBe("vault_missing");
  }
});

test("init makes one slot, opens the vault, and happens once", async () => {
  const keyStore = memoryKeyStore();
  const vault = vaultOver(keyStore);
  const id = await vault.init(keychainProvider(), "Keychain of Ada");
  expect(vault.state()).toBe("open");
  expect(keyStore.slots()).toMatchObject([
    { id, provider: "keychain", label: "Keychain of Ada", createdAt: NOW },
  ]);
  const again = await refusalOf(() => vault.init(keychainProvider(), "Again"));
  expect(again.code).toBe("vault_exists");
  expect(keyStore.slots()).toHaveLength(1);
});

test("of two that make the vault at once, one wins", async () => {
  const keyStore = memoryKeyStore();
  const providers = [keychainProvider(), keychainProvider()];
  const vaults = [vaultOver(keyStore), vaultOver(keyStore)];
  const results = await Promise.allSettled(
    vaults.map((vault, index) => vault.init(providers[index]!, `Slot ${index}`)),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "vault_exists" },
  });
  expect(keyStore.slots()).toHaveLength(1);
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  expect(vaults[1 - winner]?.state()).toBe("locked");
  await vaults[1 - winner]?.unlock(providers[winner]!);
  const sealed = vaults[winner]!.seal("secret", place);
  expect(vaults[1 - winner]?.open(sealed, place)).toBe("secret");
});

test("a failed insert leaves no vault behind", async () => {
  const keyStore = memoryKeyStore();
  const full = {
    ...keyStore,
    putSlot: () => {
      throw new Error("disk full");
    },
  };
  const vault = vaultOver(full);
  await expect(vault.init(keychainProvider(), "Keychain")).rejects.toThrow("disk full");
  expect(vault.state()).toBe("missing");
});

test("a passphrase and the environment open the same vault in another process", slow, async () => {
  const keyStore = memoryKeyStore();
  const first = vaultOver(keyStore);
  await first.init(passphraseProvider(PASSPHRASE), "Passphrase");
  await first.addSlot(environmentProvider("a secret of the environment"), "Headless");
  const sealed = first.seal("secret", place);

  for (const provider of [
    passphraseProvider(PASSPHRASE),
    environmentProvider("a secret of the environment"),
  ]) {
    const vault = vaultOver(keyStore);
    expect(vault.state()).toBe("locked");
    await vault.unlock(provider);
    expect(vault.state()).toBe("open");
    expect(vault.open(sealed, place)).toBe("secret");
  }
  // What opens one slot is no way into the other.
  const vault = vaultOver(keyStore);
  const wrong = await refusalOf(() => vault.unlock(environmentProvider(PASSPHRASE)));
  expect(wrong.code).toBe("vault_wrong_key");
  expect(vault.state()).toBe("locked");
});

test("any slot of a provider opens; removing one leaves the others", async () => {
  const keyStore = memoryKeyStore();
  const [ada, grace] = [keychainProvider(), keychainProvider()];
  const vault = vaultOver(keyStore);
  const first = await vault.init(ada, "Ada");
  const second = await vault.addSlot(grace, "Grace");
  const sealed = vault.seal("secret", place);

  const later = vaultOver(keyStore);
  await later.unlock(grace);
  expect(later.open(sealed, place)).toBe("secret");

  later.removeSlot(first);
  expect(keyStore.slots().map(({ id }) => id)).toEqual([second]);
  expect((await refusalOf(() => vaultOver(keyStore).unlock(ada))).code).toBe("vault_wrong_key");
  const last = vaultOver(keyStore);
  await last.unlock(grace);
  expect(last.open(sealed, place)).toBe("secret");

  const refused = await refusalOf(() => last.removeSlot(second));
  expect(refused.code).toBe("vault_last_slot");
  expect(refused.message).toContain("“Grace”");
  expect((await refusalOf(() => last.removeSlot(first))).code).toBe("vault_slot_not_found");
  expect(keyStore.slots()).toHaveLength(1);
});

test("a wrong key leaves an open vault open and a locked one locked", async () => {
  const keyStore = memoryKeyStore();
  const right = keychainProvider();
  const vault = vaultOver(keyStore);
  await vault.init(right, "Keychain");
  const sealed = vault.seal("secret", place);
  expect((await refusalOf(() => vault.unlock(keychainProvider()))).code).toBe("vault_wrong_key");
  expect(vault.open(sealed, place)).toBe("secret");
  await vault.unlock(right);
  expect(vault.open(sealed, place)).toBe("secret");
});

test("what goes wrong in a provider is not mistaken for a wrong key", async () => {
  const keyStore = memoryKeyStore();
  await vaultOver(keyStore).init(keychainProvider(), "Keychain");
  const broken = {
    ...keychainProvider(),
    unwrap: () => Promise.reject(new Error("no session bus")),
  };
  await expect(vaultOver(keyStore).unlock(broken)).rejects.toThrow("no session bus");
  await expect(vaultOver(keyStore, [broken]).ready()).rejects.toThrow("no session bus");
});

test("a locked vault refuses and zeroes its key", async () => {
  const keyStore = memoryKeyStore();
  const inner = keychainProvider();
  const keys: Buffer[] = [];
  const spying: KeyProvider = {
    ...inner,
    unwrap: async (slot) => {
      const unwrapped = await inner.unwrap(slot);
      keys.push(unwrapped.secret);
      return unwrapped;
    },
  };
  await vaultOver(keyStore).init(inner, "Keychain");
  const vault = vaultOver(keyStore, [inner]);
  await vault.unlock(spying);
  const sealed = vault.seal("secret", place);
  // What the provider gave is needed no longer than it takes to get at the data key.
  expect(keys).toEqual([Buffer.alloc(32)]);
  vault.lock();
  expect(vault.state()).toBe("locked");
  for (const work of [
    () => vault.seal("secret", place),
    () => vault.open(sealed, place),
    () => vault.addSlot(keychainProvider(), "Another"),
    // An ambient key would open it, but somebody locked it.
    () => vault.ready(),
  ]) {
    expect((await refusalOf(work)).code).toBe("vault_locked");
  }
  await vault.unlock(inner);
  expect(vault.open(sealed, place)).toBe("secret");
});

test("a key that arrives after a lock is not kept", async () => {
  const keyStore = memoryKeyStore();
  const inner = keychainProvider();
  await vaultOver(keyStore).init(inner, "Keychain");
  const { provider, release } = held(inner);
  const vault = vaultOver(keyStore);
  const unlocking = refusalOf(() => vault.unlock(provider));
  vault.lock();
  release();
  expect((await unlocking).code).toBe("vault_locked");
  expect(vault.state()).toBe("locked");
});

test("a slot that is being added while the vault is locked still opens it", async () => {
  const keyStore = memoryKeyStore();
  const vault = await openVault(keyStore);
  const sealed = vault.seal("secret", place);
  const inner = keychainProvider();
  const { provider, release } = held(inner);
  const adding = vault.addSlot(provider, "Another");
  vault.lock();
  release();
  await adding;
  await vault.unlock(inner);
  expect(vault.open(sealed, place)).toBe("secret");
});

test("ready opens with an ambient key, once for all who wait", async () => {
  const keyStore = memoryKeyStore();
  const inner = keychainProvider();
  await vaultOver(keyStore).init(inner, "Keychain");
  const { provider, calls, release } = held(inner);
  const vault = vaultOver(keyStore, [environmentProvider("of no slot at all"), provider]);
  expect(vault.state()).toBe("locked");
  const waiting = Promise.all([vault.ready(), vault.ready({ create: true }), vault.ready()]);
  await turn();
  release();
  await waiting;
  await vault.ready();
  expect(vault.state()).toBe("open");
  expect(calls).toEqual(["unwrap"]);
});

test("an ambient key that does not fit is tried once and named", async () => {
  const keyStore = memoryKeyStore();
  const right = keychainProvider();
  await vaultOver(keyStore).init(right, "Keychain");
  const { provider, calls, release } = held(keychainProvider());
  release();
  const vault = vaultOver(keyStore, [provider]);
  for (const create of [false, true, false]) {
    const refused = await refusalOf(() => vault.ready({ create }));
    expect(refused.message).toBe(wrongKey("keychain").message);
  }
  expect(calls).toEqual(["unwrap"]);
  await vault.unlock(right);
  await vault.ready();
});

test("no ambient key: ready says that it is locked", async () => {
  const keyStore = memoryKeyStore();
  await vaultOver(keyStore).init(keychainProvider(), "Keychain");
  const vault = vaultOver(keyStore, [environmentProvider("of no slot at all")]);
  expect((await refusalOf(() => vault.ready())).code).toBe("vault_locked");
});

test("a missing vault is made with the environment's secret, only on request", slow, async () => {
  const keyStore = memoryKeyStore();
  const { provider, calls, release } = held(environmentProvider("a secret of the environment"));
  release();
  const vault = vaultOver(keyStore, [passphraseProvider("a passphrase at hand"), provider]);
  expect((await refusalOf(() => vault.ready())).code).toBe("vault_missing");
  expect(keyStore.slots()).toEqual([]);

  await Promise.all([vault.ready({ create: true }), vault.ready({ create: true })]);
  expect(calls).toEqual(["wrap"]);
  expect(keyStore.slots()).toMatchObject([
    { provider: "environment", label: "AUTH_ENCRYPTION_SECRET" },
  ]);
  const sealed = vault.seal("secret", place);

  const later = vaultOver(keyStore, [environmentProvider("a secret of the environment")]);
  await later.ready({ create: true });
  expect(later.open(sealed, place)).toBe("secret");
  expect(keyStore.slots()).toHaveLength(1);
});

test("a missing vault is made with a keychain, and never with a passphrase", slow, async () => {
  const passphrase = passphraseProvider("a passphrase at hand");
  const none = vaultOver(memoryKeyStore(), [passphrase]);
  expect((await refusalOf(() => none.ready({ create: true }))).code).toBe("vault_missing");
  expect(none.state()).toBe("missing");

  const keyStore = memoryKeyStore();
  const environment = environmentProvider("a secret of the environment");
  const vault = vaultOver(keyStore, [passphrase, keychainProvider(), environment]);
  await vault.ready({ create: true });
  expect(keyStore.slots()).toMatchObject([{ provider: "keychain", label: "Test keychain" }]);
});

test("a vault made by hand meanwhile is used, not refused", slow, async () => {
  const keyStore = memoryKeyStore();
  const { provider, release } = held(environmentProvider("a secret of the environment"));
  const vault = vaultOver(keyStore, [provider]);
  const ready = vault.ready({ create: true });
  await vault.init(keychainProvider(), "Keychain");
  release();
  await ready;
  expect(vault.state()).toBe("open");
  expect(keyStore.slots()).toMatchObject([{ label: "Keychain" }]);
});

test("creating that failed can be tried again", slow, async () => {
  const keyStore = memoryKeyStore();
  const providers = [environmentProvider("too short")];
  const vault = vaultOver(keyStore, providers);
  expect((await refusalOf(() => vault.ready({ create: true }))).code).toBe("validation_failed");
  expect(vault.state()).toBe("missing");
  providers[0] = environmentProvider("long enough for a key");
  await vault.ready({ create: true });
  expect(vault.state()).toBe("open");
});
