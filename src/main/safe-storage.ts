/** The part of Electron's safeStorage that is used. Older Electrons have no asynchronous form. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  /** Linux only; what it says before the app is ready, or of a way it does not know, is no name. */
  getSelectedStorageBackend?(): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(encrypted: Buffer): Promise<Decrypted>;
}

export interface Decrypted {
  result: string;
  /** The system's own key was changed, or a better one came: the text should be encrypted anew. */
  shouldReEncrypt: boolean;
}

/** The keychain was asked and has not answered. */
export class KeychainSilent extends Error {}

/**
 * safeStorage by its asynchronous form where there is one, and each answer within `limitMs`: a
 * keychain may wait for a person who is not there. The synchronous form holds the app up while it
 * waits, which nothing can end; it goes away with Electron 46.
 */
export class KeychainAccess {
  readonly #storage: SafeStorage;
  readonly #limitMs: number;

  constructor(storage: SafeStorage, limitMs: number) {
    this.#storage = storage;
    this.#limitMs = limitMs;
  }

  /**
   * Whether it can be used now. Where it has no key of ours yet, asking makes one.
   * @throws KeychainSilent
   */
  async isAvailable(): Promise<boolean> {
    const storage = this.#storage;
    return storage.isAsyncEncryptionAvailable
      ? this.#within(storage.isAsyncEncryptionAvailable())
      : storage.isEncryptionAvailable();
  }

  /** @throws KeychainSilent, and whatever the system throws */
  async encrypt(text: string): Promise<Buffer> {
    const storage = this.#storage;
    return storage.encryptStringAsync
      ? this.#within(storage.encryptStringAsync(text))
      : storage.encryptString(text);
  }

  /** @throws KeychainSilent, and whatever the system throws */
  async decrypt(encrypted: Buffer): Promise<Decrypted> {
    const storage = this.#storage;
    return storage.decryptStringAsync
      ? this.#within(storage.decryptStringAsync(encrypted))
      : { result: storage.decryptString(encrypted), shouldReEncrypt: false };
  }

  #within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new KeychainSilent()), this.#limitMs);
      void answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** Whether the keychain answered that it cannot open this now, but may later. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("temporarily unavailable");

/** Backends of Linux that keep a key for us, with their names for people. */
const LINUX_NAMES: Record<string, string> = {
  gnome_libsecret: "GNOME Keyring",
  kwallet: "KWallet",
  kwallet5: "KWallet 5",
  kwallet6: "KWallet 6",
};

/** A keychain of Linux that is reached without being told which one it is. */
const UNNAMED = "secret_service";

const NAMES: Record<string, string> = {
  ...LINUX_NAMES,
  [UNNAMED]: "the keychain of this desktop",
  keychain: "Keychain",
  dpapi: "DPAPI",
};

/** For people. */
export const nameOf = (backend: string): string => NAMES[backend] ?? "another keychain";

/**
 * Which keychain this session has; null where it has none that keeps a secret. Linux offers a key
 * that every program knows as well, and calls that encryption.
 */
export const backendOf = (storage: SafeStorage, platform: NodeJS.Platform): string | null => {
  if (platform === "darwin") return "keychain";
  if (platform === "win32") return "dpapi";
  const told = storage.getSelectedStorageBackend?.() ?? "";
  if (told in LINUX_NAMES) return told;
  // The asynchronous form looks for a keychain by itself; what it encrypts says whether it found one.
  return told !== "basic_text" && storage.encryptStringAsync ? UNNAMED : null;
};

/** Whether what was sealed with `was` may be opened with `now`, as far as can be told. */
export const isSameBackend = (was: string, now: string): boolean =>
  was === now || (now === UNNAMED && was in LINUX_NAMES);

/**
 * Whether it was encrypted with the key that every Chromium on Linux knows: such text is marked
 * `v10`, that of a keyring `v11` (components/os_crypt of Chromium). Elsewhere the mark means nothing.
 */
export const isReadableByAnyone = (encrypted: Buffer, platform: NodeJS.Platform): boolean =>
  platform === "linux" && encrypted.subarray(0, 3).toString("latin1") === "v10";
