import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { bind, KEY_BYTES, NONCE_BYTES, openBytes, sealBytes } from "./aead.ts";
import { SCRYPT_COST } from "./cost.ts";
import { deriveSecret } from "./derive.ts";

// The secrets of an export file. Their key comes from something that a person chose or keeps
// elsewhere, never from this computer's vault, so that the file opens anywhere. What is sealed
// depends on the secret, the salt, the place and the value alone: a file that is kept in git
// changes only where a value has changed.

/** How the key of a file is derived (scrypt, RFC 7914). */
export interface ExportDerivation {
  /** Base64 of 16 bytes. */
  salt: string;
  N: number;
  r: number;
  p: number;
}

/** What a file may ask of this computer: at 2^20 and 8 one gigabyte and a few seconds. */
const LIMITS = { N: 2 ** 20, r: 16, p: 4, bytes: 2 ** 30 };
const SALT_BYTES = 16;
const CHECK_BYTES = 16;
/** Tells what is sealed from any other text; the last byte is the version. */
const MAGIC = Buffer.from([...Buffer.from("lmg", "ascii"), 1]);
/** Base64 of the magic without its version, so that a later version is known for what it is. */
const MARK = "bG1n";
const NO_BASE64 = /[^A-Za-z0-9+/=]/;

/** A derivation with a salt of its own. */
export const newExportDerivation = (): ExportDerivation => {
  const { logN, r, p } = SCRYPT_COST;
  return { salt: randomBytes(SALT_BYTES).toString("base64"), N: 2 ** logN, r, p };
};

/** Whether a derivation is within what a file may ask of this computer. */
export function isUsableDerivation({ salt, N, r, p }: ExportDerivation): boolean {
  const isWithin = (value: number, limit: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= limit;
  return (
    fromBase64(salt)?.length === SALT_BYTES &&
    isWithin(N, LIMITS.N) &&
    N >= 2 &&
    (N & (N - 1)) === 0 &&
    isWithin(r, LIMITS.r) &&
    isWithin(p, LIMITS.p) &&
    128 * r * N <= LIMITS.bytes
  );
}

/** Seals and opens the secrets of one file. */
export interface ExportKey {
  /** Base64; the same for the same secret and derivation, and tells nothing of either. */
  check: string;
  /** @param place what the value is bound to: it opens nowhere else */
  seal(value: string, place: readonly string[]): string;
  /** Null where it is not exactly what {@link seal} gave for this place. */
  open(sealed: string, place: readonly string[]): string | null;
}

/**
 * Takes a quarter of a second or more, off the main thread.
 *
 * @param derivation one that {@link isUsableDerivation}
 */
export async function deriveExportKey(
  secret: string,
  derivation: ExportDerivation,
): Promise<ExportKey> {
  const { N, r, p } = derivation;
  const salt = Buffer.from(derivation.salt, "base64");
  const root = await deriveSecret(secret, { N, r, p, salt });
  // A file has thousands of values: made once, a key object costs a third of a buffer at each.
  const subkey = (use: string): KeyObject =>
    createSecretKey(
      Buffer.from(hkdfSync("sha256", root, salt, `local-mcp-gateway export v1 ${use}`, KEY_BYTES)),
    );
  const keys = { encrypt: subkey("encrypt"), nonce: subkey("nonce"), check: subkey("check") };
  root.fill(0);
  return {
    check: createHmac("sha256", keys.check)
      .update(bind("local-mcp-gateway export", "1", "check"))
      .digest()
      .subarray(0, CHECK_BYTES)
      .toString("base64"),
    seal: (value, place) => sealed(keys, Buffer.from(value, "utf8"), aadOf(place)),
    open: (text, place) => opened(keys, text, aadOf(place)),
  };
}

/** Whether a text says of itself that it was sealed for an export file. */
export const isExportSealed = (text: string): boolean =>
  text.startsWith(MARK) && text.length > MARK.length && !NO_BASE64.test(text);

interface Keys {
  encrypt: KeyObject;
  nonce: KeyObject;
}

const aadOf = (place: readonly string[]): Buffer => bind("local-mcp-gateway export", "1", ...place);

/**
 * The nonce is a synthetic one: equal only where key, place and value are, and then the whole text
 * is, so a pair of key and nonce is never used for two texts.
 */
function nonceOf({ nonce }: Keys, plain: Buffer, aad: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(aad.length);
  return createHmac("sha256", nonce)
    .update(length)
    .update(aad)
    .update(plain)
    .digest()
    .subarray(0, NONCE_BYTES);
}

function sealed(keys: Keys, plain: Buffer, aad: Buffer): string {
  const bytes = sealBytes(keys.encrypt, nonceOf(keys, plain, aad), plain, aad);
  return Buffer.concat([MAGIC, bytes]).toString("base64");
}

function opened(keys: Keys, text: string, aad: Buffer): string | null {
  const bytes = fromBase64(text);
  if (bytes === null || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const body = bytes.subarray(MAGIC.length);
  const plain = openBytes(keys.encrypt, body, aad);
  if (plain === null) return null;
  const nonce = body.subarray(0, NONCE_BYTES);
  return timingSafeEqual(nonceOf(keys, plain, aad), nonce) ? plain.toString("utf8") : null;
}

/** Decodes canonical base64 only. Node skips foreign characters and unused bits; we refuse them. */
const fromBase64 = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
};
