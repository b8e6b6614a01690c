/** The keychain as the vault of a gateway uses it. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { expect, onTestFinished, test } from "vitest";
import { createKeychain } from "./keychain.ts";
import type { SafeStorage } from "./safe-storage.ts";

/** A keyring whose own key can be turned over, as the asynchronous form of Electron has it. */
class Keyring {
  backend = "gnome_libsecret";
  readonly opened: string[] = [];
  #keys: string[] = [];

  constructor() {
    this.turn();
  }

  turn(): void {
    this.#keys.unshift(`v11${randomBytes(6).toString("hex")}`);
  }

  /** Forgets all but the newest. */
  forgetOld(): void {
    this.#keys.length = 1;
  }

  get storage(): SafeStorage {
    return {
      isEncryptionAvailable: () => expect.unreachable("there is an asynchronous form"),
      encryptString: () => expect.unreachable("there is an asynchronous form"),
      decryptString: () => expect.unreachable("there is an asynchronous form"),
      getSelectedStorageBackend: () => this.backend,
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async (text) => Buffer.from(`${this.#keys[0]}${text}`),
      decryptStringAsync: async (encrypted) => {
        const text = encrypted.toString();
        const at = this.#keys.findIndex((key) => text.startsWith(key));
        const key = this.#keys[at];
        if (key === undefined) throw new Error("Error while decrypting the ciphertext");
        this.opened.push(text);
        return { result: text.slice(key.length), shouldReEncrypt: at > 0 };
      },
    };
  }
}

const ownDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "lmg-keychain-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const start = (dataDir: string, keyring: Keyring) =>
  createGateway({
    dataDir,
    env: {},
    kind: "app",
    log: () => {},
    keychain: createKeychain({
      safeStorage: () => keyring.storage,
      platform: "linux",
      whenReady: async () => {},
      account: () => "ada",
    }),
  });

/** A server with a secret; refused where that cannot be sealed. */
const withSecret = (name: string) => ({
  name,
  config: {
    transport: "http" as const,
    url: "http://127.0.0.1:9/",
    headers: { "x-key": "a secret that is sealed" },
  },
});

test("what the system wants sealed anew is sealed anew, read back, and only then replaced", async () => {
  const dataDir = ownDirectory();
  const keyring = new Keyring();
  const first = await start(dataDir, keyring);
  await first.api.servers.create(withSecret("one"));
  await first.close();

  keyring.turn();
  const second = await start(dataDir, keyring);
  expect(await second.api.vault.status()).toMatchObject({ state: "open", slots: [{}] });
  await second.close();
  const [old, fresh] = keyring.opened.slice(-2);
  // The last that was opened is what was written, before the old one went.
  expect(fresh).not.toBe(old);

  keyring.forgetOld();
  const third = await start(dataDir, keyring);
  expect(await third.api.vault.status()).toMatchObject({ state: "open", problem: null });
  expect(keyring.opened.at(-1)).toBe(fresh);
  await third.close();
});

test("in a session with another keychain nothing is made anew and nothing is stored", async () => {
  const dataDir = ownDirectory();
  const keyring = new Keyring();
  const first = await start(dataDir, keyring);
  await first.api.servers.create(withSecret("one"));
  const { slots, key } = await first.api.vault.status();
  const { recoveryKey } = await first.api.vault.addRecoveryKey({});
  await first.close();

  keyring.backend = "kwallet6";
  const elsewhere = await start(dataDir, keyring);
  const { vault, servers } = elsewhere.api;
  const locked = await vault.status();
  expect(locked).toMatchObject({ state: "locked", key, problem: { code: "keychain_changed" } });
  expect(locked.problem?.message).toMatch(/GNOME Keyring.*KWallet 6/);
  await expect(servers.create(withSecret("two"))).rejects.toMatchObject({
    data: { code: "vault_keychain_changed" },
  });
  expect((await vault.status()).slots.map(({ id }) => id)).toContain(slots[0]?.id);
  expect((await vault.status()).slots).toHaveLength(2);

  // The way out: the recovery key, and then this keychain as well.
  expect(await vault.unlock({ recoveryKey })).toMatchObject({ state: "open", key });
  expect(await vault.addKeychain({})).toMatchObject({ slots: [{}, {}, { label: "KWallet 6" }] });
  await elsewhere.close();

  for (const backend of ["kwallet6", "gnome_libsecret"]) {
    keyring.backend = backend;
    const again = await start(dataDir, keyring);
    expect([backend, await again.api.vault.status()]).toMatchObject([
      backend,
      { state: "open", key },
    ]);
    await again.close();
  }
});
