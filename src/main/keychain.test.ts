import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { createKeychain } from "./keychain.ts";
import type { SafeStorage } from "./safe-storage.ts";

type Told = SafeStorage & { plain: string[]; asked: number };

/** A keychain as each system is one, with a key of its own. */
const systemKeychain = (backend = "gnome_libsecret", mark = "v11"): Told => {
  const key = `${mark}${randomBytes(8).toString("hex")}`;
  const told: Told = {
    plain: [],
    asked: 0,
    isEncryptionAvailable: () => {
      told.asked += 1;
      return true;
    },
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => {
      told.plain.push(text);
      return Buffer.from(`${key}${text}`);
    },
    decryptString: (encrypted) => {
      told.asked += 1;
      const text = encrypted.toString();
      if (!text.startsWith(key)) throw new Error("Error while decrypting the ciphertext");
      return text.slice(key.length);
    },
  };
  return told;
};

const asynchronous = (storage: SafeStorage, shouldReEncrypt = false): SafeStorage => ({
  ...storage,
  encryptString: () => expect.unreachable("the synchronous form goes away"),
  decryptString: () => expect.unreachable("the synchronous form goes away"),
  isEncryptionAvailable: () => expect.unreachable("the synchronous form goes away"),
  isAsyncEncryptionAvailable: async () => storage.isEncryptionAvailable(),
  encryptStringAsync: async (text) => storage.encryptString(text),
  decryptStringAsync: async (encrypted) => ({
    result: storage.decryptString(encrypted),
    shouldReEncrypt,
  }),
});

const open = (storage: SafeStorage, platform: NodeJS.Platform = "linux", account = "ada") =>
  createKeychain({
    safeStorage: () => storage,
    platform,
    whenReady: async () => {},
    account: () => account,
  });
const context = { slotId: "slot", boundTo: "public-key" };
const secret = randomBytes(32);
const recipient = { publicKey: "public-key", sealedKey: "", mark: "" };
const wrap = async (storage: SafeStorage, platform?: NodeJS.Platform) => {
  const { wrapped, params } = await open(storage, platform).provider.wrap(secret, context);
  const slot = { id: "slot", keyId: "key", provider: "keychain" as const, label: "Mine" };
  return { ...slot, recipient, createdAt: 0, wrapped, params };
};

test.each([
  ["synchronous", systemKeychain()],
  ["asynchronous", asynchronous(systemKeychain())],
])("the %s keychain keeps the secret and gives it back", async (_, storage) => {
  const slot = await wrap(storage);
  expect(slot.params).toEqual({ backend: "gnome_libsecret", account: "ada", format: 1 });
  expect(slot.wrapped).not.toContain(secret.toString("base64"));
  expect(await open(storage).provider.unwrap(slot)).toEqual({ secret, stale: false });
});

test("a slot of the first format, which says its backend alone, opens", async () => {
  const storage = systemKeychain();
  const { wrapped } = await open(storage).provider.wrap(secret, { ...context, boundTo: "key" });
  const slot = { ...(await wrap(storage)), wrapped, recipient: null };
  const params = { backend: "gnome_libsecret" };
  expect(await open(storage).provider.unwrap({ ...slot, params })).toMatchObject({ secret });
});

test("where the system has a new key of its own, the slot is to be written anew", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  const turned = asynchronous(storage, true);
  expect(await open(turned).provider.unwrap(slot)).toEqual({ secret, stale: true });
});

test("what it is given and what is stored is one line", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  expect(storage.plain).toHaveLength(1);
  expect(storage.plain.join()).not.toMatch(/[\r\n]/);
  expect(slot.wrapped).toMatch(/^[A-Za-z0-9+/]+=*$/);
});

test.each([
  ["basic_text", systemKeychain("basic_text")],
  ["basic_text, asynchronous", asynchronous(systemKeychain("basic_text"))],
  ["unknown", systemKeychain("unknown")],
  ["a new name", systemKeychain("something_new")],
  ["a key that everybody knows", systemKeychain("gnome_libsecret", "v10")],
  ["the fallback of the asynchronous form", asynchronous(systemKeychain("unknown", "v10"))],
])("%s is no keychain: nothing is kept, and the reason is told", async (_, storage) => {
  const keychain = open(storage);
  await expect(keychain.provider.wrap(secret, context)).rejects.toMatchObject({
    code: "vault_no_keychain",
    message: expect.stringContaining("readable on disk"),
  });
  expect(keychain.problem()).toContain("no keychain");
  const slot = await wrap(systemKeychain());
  await expect(open(systemKeychain("basic_text")).provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_keychain_weak",
    message: expect.stringMatching(/GNOME Keyring.*no keychain/),
  });
});

test("without a name of its backend the asynchronous form is trusted by the mark it leaves", async () => {
  const storage = systemKeychain("");
  const slot = await wrap(asynchronous(storage));
  expect(await open(asynchronous(storage)).provider.unwrap(slot)).toMatchObject({ secret });
  // A later Electron that no longer names it opens what an earlier one sealed.
  const named = { ...slot, params: { backend: "gnome_libsecret" } };
  expect(await open(asynchronous(storage)).provider.unwrap(named)).toMatchObject({ secret });
});

test("a keychain that is locked is told of by its name, and is asked again when it is open", async () => {
  let locked = true;
  const storage = { ...systemKeychain(), isEncryptionAvailable: () => !locked };
  const keychain = open(storage);
  await expect(keychain.provider.wrap(secret, context)).rejects.toMatchObject({
    code: "vault_no_keychain",
  });
  expect(keychain.problem()).toMatch(/^GNOME Keyring cannot be used: it is locked/);
  locked = false;
  const { wrapped, params } = await keychain.provider.wrap(secret, context);
  expect(keychain.problem()).toBeNull();
  const slot = { ...(await wrap(storage)), wrapped, params };
  locked = true;
  await expect(keychain.provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_keychain_refused",
    message: expect.stringContaining("GNOME Keyring did not give the key of the vault: it is lock"),
  });
  locked = false;
  expect(await keychain.provider.unwrap(slot)).toMatchObject({ secret });
});

test.each([
  ["says so", async () => expect.fail("decryptStringAsync is temporarily unavailable. Please try")],
  ["does not answer", () => new Promise<never>(() => {})],
])("a keychain that is busy and %s refuses for now, and loses nothing", async (_, decrypt) => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  const busy: SafeStorage = { ...asynchronous(storage), decryptStringAsync: decrypt };
  const keychain = createKeychain({
    safeStorage: () => busy,
    platform: "linux",
    whenReady: async () => {},
    account: () => "ada",
    answerMs: 20,
  });
  await expect(keychain.provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_keychain_refused",
  });
  expect(keychain.problem()).toContain("GNOME Keyring");
  busy.decryptStringAsync = async (encrypted: Buffer) => ({
    result: storage.decryptString(encrypted),
    shouldReEncrypt: false,
  });
  expect(await keychain.provider.unwrap(slot)).toMatchObject({ secret });
});

test("the keychain of another desktop is never asked, and both are named", async () => {
  const slot = await wrap(systemKeychain("kwallet6"));
  const storage = systemKeychain("gnome_libsecret");
  await expect(open(storage).provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_keychain_changed",
    message: expect.stringMatching(/KWallet 6.*GNOME Keyring/),
  });
  expect(storage).toMatchObject({ asked: 0, plain: [] });
});

test("a key that is gone makes no new one, and names whose it was", async () => {
  const slot = await wrap(systemKeychain());
  for (const storage of [systemKeychain(), asynchronous(systemKeychain())]) {
    await expect(open(storage, "linux", "eve").provider.unwrap(slot)).rejects.toMatchObject({
      code: "vault_keychain_lost",
      message: expect.stringContaining("“ada”"),
    });
  }
});

test("what another key happens to make of it is no secret", async () => {
  const slot = await wrap(systemKeychain());
  const noise = {
    ...systemKeychain(),
    decryptString: () => "\u0000\ufffd \u0007 not a line of ours",
  };
  await expect(open(noise).provider.unwrap(slot)).rejects.toMatchObject({
    code: "vault_keychain_lost",
  });
});

test("a wrapped secret opens in its own slot only, and none that anybody could have written", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  const moved = { ...recipient, publicKey: "other-key" };
  for (const other of [{ id: "sloT" }, { recipient: moved }, { id: "longer slot" }]) {
    await expect(open(storage).provider.unwrap({ ...slot, ...other })).rejects.toMatchObject({
      code: "vault_wrong_key",
    });
  }
  const line = ["slot", "public-key", secret.toString("base64")].join(" ");
  const planted = Buffer.from(`v10${line}`).toString("base64");
  const gullible = { ...storage, decryptString: () => line };
  const { provider } = open(gullible);
  await expect(provider.unwrap({ ...slot, wrapped: planted })).rejects.toMatchObject({
    code: "vault_wrong_key",
  });
});

test("a slot of a newer version is left alone", async () => {
  const storage = systemKeychain();
  const slot = await wrap(storage);
  const { asked } = storage;
  const params = { ...slot.params, format: 2 };
  await expect(open(storage).provider.unwrap({ ...slot, params })).rejects.toMatchObject({
    code: "vault_newer_format",
    message: expect.stringContaining("“Mine”"),
  });
  expect(storage.asked).toBe(asked);
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
    account: () => "ada",
  });
  expect(keychain.problem()).toBeNull();
  const wrapped = keychain.provider.wrap(secret, context);
  expect(safeStorage).not.toHaveBeenCalled();
  ready();
  await wrapped;
  expect(keychain.provider.label).toBe("GNOME Keyring");
});

test.each([
  ["darwin", "Keychain", "keychain"],
  ["win32", "DPAPI", "dpapi"],
] as const)("on %s it is the %s", async (platform, label, backend) => {
  // There the mark v10 is that of the keychain.
  const storage = systemKeychain("basic_text", "v10");
  const slot = await wrap(storage, platform);
  expect(slot.params).toMatchObject({ backend });
  const keychain = open(storage, platform);
  expect(await keychain.provider.unwrap(slot)).toMatchObject({ secret });
  expect(keychain.provider.label).toBe(label);
});
