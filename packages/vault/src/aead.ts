import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Node accepts shortened tags unless their length is pinned. */
const OPTIONS = { authTagLength: TAG_BYTES };

/** A key of {@link KEY_BYTES} bytes. */
type AesKey = Buffer | KeyObject;

/** Bytes of every key in this package: AES-256. */
export const KEY_BYTES = 32;

/**
 * Joins fields into bytes that no other list of fields gives: each is preceded by its length, so
 * ["ab", "c"] and ["a", "bc"] differ whatever characters a field holds.
 */
export const bind = (...fields: string[]): Buffer =>
  Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

/**
 * Encrypts with AES-256-GCM. Under one key no nonce may come twice with another text (NIST SP
 * 800-38D, 8).
 *
 * @returns nonce | ciphertext | tag
 */
export const sealBytes = (key: AesKey, nonce: Buffer, plain: Buffer, aad: Buffer): Buffer => {
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** Reverses {@link sealBytes}; null when the bytes are not exactly what it gave for this key and AAD. */
export const openBytes = (key: AesKey, bytes: Buffer, aad: Buffer): Buffer | null => {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const tagStart = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), OPTIONS)
    .setAAD(aad)
    .setAuthTag(bytes.subarray(tagStart));
  const plain = decipher.update(bytes.subarray(NONCE_BYTES, tagStart));
  try {
    decipher.final();
  } catch {
    // The one thing final() reports for GCM is that the tag does not fit.
    plain.fill(0);
    return null;
  }
  return plain;
};

/**
 * Encrypts under a fresh random nonce of 96 bits (NIST SP 800-38D, 8.2.2). Returns base64url(nonce |
 * ciphertext | tag): one line, since keyrings lose values with line breaks.
 */
export const encrypt = (key: Buffer, plain: Buffer, aad: Buffer): string =>
  sealBytes(key, randomBytes(NONCE_BYTES), plain, aad).toString("base64url");

/** Reverses {@link encrypt}; null when the text is not exactly what it gave for this key and AAD. */
export const decrypt = (key: Buffer, text: string, aad: Buffer): Buffer | null => {
  const bytes = fromBase64url(text);
  return bytes && openBytes(key, bytes, aad);
};

/** Decodes canonical base64url only. Node skips foreign characters and unused bits; we refuse them. */
export const fromBase64url = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
};
