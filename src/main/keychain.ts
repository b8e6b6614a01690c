import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { Keychain } from "@local-mcp/gateway";
import { z } from "zod";

type KeyProvider = Keychain["provider"];

/** The part of Electron's safeStorage that is used. Older Electrons have no asynchronous form. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  getSelectedStorageBackend?(): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(encrypted: Buffer): Promise<{ result: string }>;
}

const LINUX_NAMES: Record<string, string> = {
  gnome_libsecret: "GNOME Keyring",
  kwallet: "KWallet",
  kwallet5: "KWallet 5",
  kwallet6: "KWallet 6",
};

const NO_KEYCHAIN =
  "This system has no keychain, so secrets would be readable on disk. None has been stored.";

/**
 * The keychain of the system as one of the keys of the vault. It is asked when the vault is, never
 * at the start of the app: a keychain may ask a person, and before the app is ready it has no
 * answer. Until then it counts as usable.
 *
 * What it keeps is one line of base64, since a keyring has lost everything over a newline.
 */
export function createKeychain(options: {
  safeStorage: () => SafeStorage;
  platform: NodeJS.Platform;
  whenReady: () => Promise<unknown>;
}): Keychain {
  const { safeStorage, platform, whenReady } = options;
  let known: { backend: string; problem: string | null } | null = null;

  const examine = async (): Promise<{ backend: string; problem: string | null }> => {
    await whenReady();
    const storage = safeStorage();
    const backend = backendOf(storage, platform);
    // Linux offers a key that every program knows, and calls that encryption.
    const weak = platform === "linux" && !(backend in LINUX_NAMES);
    const usable = !weak && (await isAvailable(storage));
    known = {
      backend,
      problem: usable ? null : weak ? NO_KEYCHAIN : `${nameOf(backend)} does not answer.`,
    };
    return known;
  };

  const provider: KeyProvider = {
    provider: "keychain",
    get label() {
      return known === null ? "Keychain" : nameOf(known.backend);
    },
    async wrap(dataKey, { slotId, keyId }) {
      const { backend, problem } = await examine();
      if (problem !== null) throw new GatewayError("vault_no_keychain", { reason: problem });
      const line = [slotId, keyId, dataKey.toString("base64")].join(" ");
      const encrypted = await encrypt(safeStorage(), line);
      return { wrapped: encrypted.toString("base64"), params: { backend } };
    },
    async unwrap(slot) {
      const { backend, problem } = await examine();
      const sealedWith = z.string().catch("").parse(slot.params["backend"]);
      // Another keychain has another key. Asking it would only make a new one.
      if (sealedWith !== backend) {
        throw refused(
          `${nameOf(backend)} of this session (the vault was sealed with ${nameOf(sealedWith)})`,
        );
      }
      if (problem !== null) throw refused(`${nameOf(backend)} of this session`);
      const line = await decryptOrNull(safeStorage(), Buffer.from(slot.wrapped, "base64"));
      const [slotId, keyId, dataKey] = line?.split(" ") ?? [];
      if (!dataKey || !same(slotId, slot.id) || !same(keyId, slot.keyId)) {
        throw refused(nameOf(backend));
      }
      return Buffer.from(dataKey, "base64");
    },
  };
  return { provider, problem: () => known?.problem ?? null };
}

const refused = (provider: string): GatewayError =>
  new GatewayError("vault_wrong_key", { provider });

const backendOf = (storage: SafeStorage, platform: NodeJS.Platform): string => {
  if (platform === "darwin") return "keychain";
  if (platform === "win32") return "dpapi";
  return storage.getSelectedStorageBackend?.() ?? "unknown";
};

/** For people. */
const nameOf = (backend: string): string => {
  if (backend === "keychain") return "Keychain";
  if (backend === "dpapi") return "DPAPI";
  return LINUX_NAMES[backend] ?? "keychain";
};

const isAvailable = async (storage: SafeStorage): Promise<boolean> =>
  storage.isAsyncEncryptionAvailable
    ? storage.isAsyncEncryptionAvailable()
    : storage.isEncryptionAvailable();

const encrypt = async (storage: SafeStorage, text: string): Promise<Buffer> =>
  storage.encryptStringAsync ? storage.encryptStringAsync(text) : storage.encryptString(text);

/** Null for what this keychain did not encrypt, and where a person refuses to let it. */
const decryptOrNull = async (storage: SafeStorage, encrypted: Buffer): Promise<string | null> => {
  try {
    return storage.decryptStringAsync
      ? (await storage.decryptStringAsync(encrypted)).result
      : storage.decryptString(encrypted);
  } catch {
    return null;
  }
};

const same = (a: string | undefined, b: string): boolean =>
  a !== undefined && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
