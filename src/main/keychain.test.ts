import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { createKeychain, type SafeStorage } from "./keychain.ts";

/** A keychain as each system is one, with a key of its own. */
const systemKeychain = (backend = "gnome_libsecret"): SafeStorage & { plain: string[] } => {
  const key = randomBytes(8).toString("hex");
  const plain: string[] = [];
  return {
    plain,
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => {
      plain.push(text);
      return Buffer.from(`${key}${text}`);
    },
    decryptString: (encrypted) => {
      const text = encrypted.toString();
      if (!text.startsWith(key)) throw new Error("Error while decrypting the ciphertext");
      return text.slice(key.length);
    },
  };
};
const asynchronous = (storage: SafeStorage): SafeStorage => ({
  ...storage,
  encryptString: () => expect.unreachable("the synchronous form goes away"),
  decryptString: () => expect.unreachable("the synchronous form goes away"),
  isEncryptionAvailable: () => expect.unreachable("the synchronous form goes away"),
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => storage.encryptString(text),
  decryptStringAsync: async (encrypted) => ({ result: storage.decryptString(encrypted) }),
});

const open = (storage: SafeStorage, platform: NodeJS.Platform = "linux") =>
  createKeychain({ safeStorage: () => storage, platform, whenReady: async () => {} });
const context = { slotId: "slot", keyId: "key" };
const dataKey = randomBytes(32);
const wrap = async (storage: SafeStorage, platform?: NodeJS.Platform) => {
  const { wrapped, params } = await open(storage, platform).provider.wrap(dataKey, context);
  const slot = { id: "slot", keyId: "key", provider: "keychain" as const, label: "", createdAt: 0 };
  return { ...slot, wrapped, params };
};

test.each([
  ["synchronous", systemKeychain()],
  ["asynchronous", asynchronous(systemKeychain())],
])("the %s keychain keeps the key and gives it back", async (_, storage) => {
  const slot = await wrap(storage);
  expect(slot.params).toEqual({ backend: "gnome_libsecret" });
  expect(slot.wrapped).not.toContain(dataKey.toString("base64"));
  expect(await open(storage).provider.unwrap(slot)).toEqual(dataKey);
});

test("what it is given is one line", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  expect(storage.plain).toHaveLength(1);
  expect(storage.plain.join()).not.toMatch(/[\r\n]/);
  expect(slot.wrapped).not.toMatch(/[\r\n]/);
});

test.each(["basic_text", "unknown", "something_new"])(
  "%s is no keychain: nothing is kept, and the reason is told",
  async (backend) => {
    const storage = systemKeychain(backend);
    const keychain = open(storage);
    await expect(keychain.provider.wrap(dataKey, context)).rejects.toMatchObject({
      code: "vault_no_keychain",
      message: expect.stringContaining("readable on disk"),
    });
    expect(storage.plain).toEqual([]);
    expect(keychain.problem()).toContain("no keychain");
  },
);

test("a keychain that is away is told of by its name", async () => {
  const keychain = open({ ...systemKeychain(), isEncryptionAvailable: () => false });
  await expect(keychain.provider.wrap(dataKey, context)).rejects.toMatchObject({
    code: "vault_no_keychain",
  });
  expect(keychain.problem()).toBe("GNOME Keyring does not answer.");
});

test("the keychain of another desktop is never asked, and both are named", async () => {
  const slot = await wrap(systemKeychain("kwallet6"));
  const storage = systemKeychain("gnome_libsecret");
  const decrypt = vi.spyOn(storage, "decryptString");
  await expect(open(storage).provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_wrong_key",
    message: expect.stringMatching(/GNOME Keyring.*KWallet 6/),
  });
  expect(decrypt).not.toHaveBeenCalled();
  expect(storage.plain).toEqual([]);
});

test("a key that is gone makes no new one", async () => {
  const slot = await wrap(systemKeychain());
  const emptied = systemKeychain();
  await expect(open(emptied).provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_wrong_key",
  });
  expect(emptied.plain).toEqual([]);
});

test("a wrapped key opens in its own slot only", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  for (const other of [{ id: "sloT" }, { keyId: "kez" }, { id: "longer slot" }]) {
    await expect(open(storage).provider.unwrap({ ...slot, ...other })).rejects.toMatchObject({
      code: "vault_wrong_key",
    });
  }
});

test("it is asked when it is needed and the app is ready, not before", async () => {
  let ready: () => void = () => {};
  const safeStorage = vi.fn<() => SafeStorage>(() => systemKeychain());
  const keychain = createKeychain({
    safeStorage,
    platform: "linux",
    whenReady: () =>
      new Promise<void>((resolve) => {
        ready = resolve;
      }),
  });
  expect(keychain.problem()).toBeNull();
  const wrapped = keychain.provider.wrap(dataKey, context);
  expect(safeStorage).not.toHaveBeenCalled();
  ready();
  await wrapped;
  expect(keychain.provider.label).toBe("GNOME Keyring");
});

test.each([
  ["darwin", "Keychain", "keychain"],
  ["win32", "DPAPI", "dpapi"],
] as const)("on %s it is the %s", async (platform, label, backend) => {
  const storage = systemKeychain("basic_text");
  expect((await wrap(storage, platform)).params).toEqual({ backend });
  const keychain = open(storage, platform);
  await keychain.provider.wrap(dataKey, context);
  expect(keychain.provider.label).toBe(label);
});
