import { randomBytes, scrypt } from "node:crypto";
import type { SlotProvider } from "@local-mcp/contract";
import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt, fromBase64url, KEY_BYTES } from "./aead.ts";
import type { SlotRecord } from "./slots.ts";

/** What a wrapped key is bound to, so that it opens in its own slot only. */
export interface WrapContext {
  slotId: string;
  keyId: string;
}

/** Something that can keep a data key: a passphrase, a secret of the environment, a keychain. */
export interface KeyProvider {
  provider: SlotProvider;
  /** What a person calls it; names the slot of a vault that is made with it unasked. */
  label: string;
  /** Wraps a copy of the data key; leaves the buffer as it is. */
  wrap(dataKey: Buffer, context: WrapContext): Promise<Pick<SlotRecord, "wrapped" | "params">>;
  /**
   * The data key, in a buffer that the caller owns.
   * @throws GatewayError `vault_wrong_key` when this provider does not open the slot
   */
  unwrap(slot: SlotRecord): Promise<Buffer>;
}

const PROVIDER_WORDS: Record<SlotProvider, string> = {
  passphrase: "passphrase",
  environment: "secret in AUTH_ENCRYPTION_SECRET",
  keychain: "keychain of this system",
};

/** The refusal of a key. One error for every reason, so that it tells nothing about the reason. */
export const wrongKey = (provider: SlotProvider): GatewayError =>
  new GatewayError("vault_wrong_key", { provider: PROVIDER_WORDS[provider] });

/** Opens the vault with a passphrase that a person knows. */
export const passphraseProvider = (passphrase: string): KeyProvider =>
  derivedProvider("passphrase", "Passphrase", passphrase);

/** Opens the vault with AUTH_ENCRYPTION_SECRET, for machines where nobody can be asked. */
export const environmentProvider = (secret: string): KeyProvider =>
  derivedProvider("environment", "AUTH_ENCRYPTION_SECRET", secret);

const MIN_SECRET_LENGTH = 12;
const SALT_BYTES = 16;
/** The OWASP minimum for scrypt: N = 2^17, r = 8, p = 1; about a quarter of a second. */
const COST = { logN: 17, r: 8, p: 1 };
/** What a slot may ask of this machine: at 2^20 one gigabyte and a few seconds. */
const LIMITS = { logN: 20, r: 8, p: 4 };

interface Derivation {
  logN: number;
  r: number;
  p: number;
  salt: Buffer;
}

const derivedProvider = (
  provider: "passphrase" | "environment",
  label: string,
  secret: string,
): KeyProvider => ({
  provider,
  label,
  async wrap(dataKey, context) {
    if (secret.length < MIN_SECRET_LENGTH) {
      throw new GatewayError("validation_failed", {
        detail: `The ${PROVIDER_WORDS[provider]} has less than ${MIN_SECRET_LENGTH} characters.`,
      });
    }
    const derivation = { ...COST, salt: randomBytes(SALT_BYTES) };
    const key = await derive(secret, derivation);
    const wrapped = encrypt(key, dataKey, slotBinding(provider, context));
    key.fill(0);
    return {
      wrapped,
      params: { kdf: "scrypt", ...COST, salt: derivation.salt.toString("base64url") },
    };
  },
  async unwrap(slot) {
    const derivation = readDerivation(slot.params);
    if (derivation === null) throw wrongKey(provider);
    const key = await derive(secret, derivation);
    const context = { slotId: slot.id, keyId: slot.keyId };
    const dataKey = decrypt(key, slot.wrapped, slotBinding(slot.provider, context));
    key.fill(0);
    if (dataKey?.length !== KEY_BYTES) throw wrongKey(provider);
    return dataKey;
  },
});

const slotBinding = (provider: SlotProvider, { slotId, keyId }: WrapContext): Buffer =>
  bind("lmg", "v1", "slot", slotId, keyId, provider);

/** Null for anything outside the limits: a slot may come from a file that somebody else wrote. */
const readDerivation = ({ kdf, logN, r, p, salt }: SlotRecord["params"]): Derivation | null => {
  if (kdf !== "scrypt" || r !== LIMITS.r || typeof salt !== "string") return null;
  if (!isWithin(logN, LIMITS.logN) || !isWithin(p, LIMITS.p)) return null;
  const bytes = fromBase64url(salt);
  return bytes?.length === SALT_BYTES ? { logN, r, p, salt: bytes } : null;
};

const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= limit;

/**
 * scrypt (RFC 7914) on libuv's thread pool, so that requests are served meanwhile. The secret is
 * normalised to NFC: keyboards of different systems spell “é” with one code point or with two.
 */
const derive = (secret: string, { logN, r, p, salt }: Derivation): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const N = 2 ** logN;
    // Node's default of 32 MiB refuses N = 2^17. This is what OpenSSL counts: 128 r (N + p + 2).
    const maxmem = Math.max(256 * 1024 * 1024, 128 * r * (N + p + 2));
    scrypt(secret.normalize("NFC"), salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
