import { hkdfSync, randomBytes } from "node:crypto";
import type { SlotProvider } from "@local-mcp/contract";
import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt, fromBase64url, KEY_BYTES } from "./aead.ts";
import { SCRYPT_COST } from "./cost.ts";
import { deriveSecret } from "./derive.ts";
import { readRecoveryKey } from "./recovery-key.ts";
import { boundTo, type SlotRecord } from "./slots.ts";

/** What a wrapped secret is bound to, so that it opens in its own slot only. */
export interface WrapContext {
  slotId: string;
  /** See `boundTo` of a slot. */
  boundTo: string;
}

export interface Unwrapped {
  /** 32 bytes, in a buffer that the caller owns. */
  secret: Buffer;
  /** The provider asks that it be wrapped anew, for example since the system changed its own key. */
  stale: boolean;
}

/** Something that keeps the secret of a slot: a passphrase, a recovery key, a keychain. */
export interface KeyProvider {
  provider: SlotProvider;
  /** What a person calls it; names the slot of a vault that is made with it unasked. */
  label: string;
  /** Wraps a copy of 32 secret bytes; leaves the buffer as it is. */
  wrap(secret: Buffer, context: WrapContext): Promise<Pick<SlotRecord, "wrapped" | "params">>;
  /**
   * @throws GatewayError `vault_wrong_key` when this provider does not open the slot, and what else
   * a keychain has to say: `vault_keychain_changed`, `vault_keychain_weak`,
   * `vault_keychain_refused`, `vault_keychain_lost`, `vault_newer_format`
   */
  unwrap(slot: SlotRecord): Promise<Unwrapped>;
}

const PROVIDER_WORDS: Record<SlotProvider, string> = {
  passphrase: "passphrase",
  environment: "secret in AUTH_ENCRYPTION_SECRET",
  keychain: "keychain of this system",
  recovery: "recovery key",
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

/** Of a passphrase, or a secret of the environment: characters. */
export const MIN_SECRET_LENGTH = 12;
const SALT_BYTES = 16;
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
  async wrap(plain, context) {
    if (secret.length < MIN_SECRET_LENGTH) {
      throw new GatewayError("validation_failed", {
        detail: `The ${PROVIDER_WORDS[provider]} has less than ${MIN_SECRET_LENGTH} characters.`,
      });
    }
    const derivation = { ...SCRYPT_COST, salt: randomBytes(SALT_BYTES) };
    const key = await derive(secret, derivation);
    const wrapped = encrypt(key, plain, slotBinding(provider, context));
    key.fill(0);
    return {
      wrapped,
      params: { kdf: "scrypt", ...SCRYPT_COST, salt: derivation.salt.toString("base64url") },
    };
  },
  async unwrap(slot) {
    refuseUnknown(slot, "scrypt");
    const derivation = readDerivation(slot.params);
    if (derivation === null) throw wrongKey(provider);
    return unwrapWith(await derive(secret, derivation), slot, provider);
  },
});

/**
 * Opens the vault with a key that was printed when it was made. It is random enough that nothing
 * has to be slowed down: HKDF (RFC 5869) gives the wrapping key at once.
 *
 * @throws GatewayError validation_failed where it is not as one was printed
 */
export const recoveryProvider = (typed: string): KeyProvider => {
  const printed = Buffer.from(readRecoveryKey(typed));
  const deriveFrom = (salt: Buffer): Buffer =>
    Buffer.from(hkdfSync("sha256", printed, salt, "local-mcp-gateway v1 recovery", KEY_BYTES));
  return {
    provider: "recovery",
    label: "Recovery key",
    async wrap(plain, context) {
      const salt = randomBytes(SALT_BYTES);
      const key = deriveFrom(salt);
      const wrapped = encrypt(key, plain, slotBinding("recovery", context));
      key.fill(0);
      return { wrapped, params: { kdf: "hkdf", salt: salt.toString("base64url") } };
    },
    async unwrap(slot) {
      refuseUnknown(slot, "hkdf");
      const salt = readSalt(slot.params["salt"]);
      if (salt === null) throw wrongKey("recovery");
      return unwrapWith(deriveFrom(salt), slot, "recovery");
    },
  };
};

/** @throws GatewayError vault_newer_format */
const refuseUnknown = ({ params, label }: SlotRecord, known: string): void => {
  const { kdf } = params;
  if (typeof kdf === "string" && kdf !== known) {
    throw new GatewayError("vault_newer_format", { slot: label });
  }
};

const unwrapWith = (key: Buffer, slot: SlotRecord, provider: SlotProvider): Unwrapped => {
  const context = { slotId: slot.id, boundTo: boundTo(slot) };
  const secret = decrypt(key, slot.wrapped, slotBinding(slot.provider, context));
  key.fill(0);
  if (secret?.length !== KEY_BYTES) throw wrongKey(provider);
  return { secret, stale: false };
};

const slotBinding = (provider: SlotProvider, { slotId, boundTo }: WrapContext): Buffer =>
  bind("lmg", "v1", "slot", slotId, boundTo, provider);

/** Null for anything outside the limits: a slot may come from a file that somebody else wrote. */
const readDerivation = ({ kdf, logN, r, p, salt }: SlotRecord["params"]): Derivation | null => {
  if (kdf !== "scrypt" || r !== LIMITS.r) return null;
  if (!isWithin(logN, LIMITS.logN) || !isWithin(p, LIMITS.p)) return null;
  const bytes = readSalt(salt);
  return bytes && { logN, r, p, salt: bytes };
};

const readSalt = (salt: unknown): Buffer | null => {
  const bytes = typeof salt === "string" ? fromBase64url(salt) : null;
  return bytes?.length === SALT_BYTES ? bytes : null;
};

const isWithin = (value: unknown, limit: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= limit;

const derive = (secret: string, { logN, ...parameters }: Derivation): Promise<Buffer> =>
  deriveSecret(secret, { N: 2 ** logN, ...parameters });
