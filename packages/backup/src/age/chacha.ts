import { createCipheriv, createDecipheriv, getCiphers } from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

/** ChaCha20-Poly1305 (RFC 8439) without associated data: 32 bytes of key, 12 of nonce. */
export interface Chacha {
  /** Ciphertext, and behind it the tag of {@link TAG_BYTES}. */
  seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Null where the tag does not fit; nothing of what it might have been is given out. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

export const TAG_BYTES = 16;

const ALGORITHM = "chacha20-poly1305";
/** Node accepts shortened tags unless their length is pinned. */
const OPTIONS = { authTagLength: TAG_BYTES };

/** By OpenSSL: about a gigabyte a second. */
export const systemChacha: Chacha = {
  seal(key, nonce, plain) {
    const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  open(key, nonce, sealed) {
    const tagStart = sealed.length - TAG_BYTES;
    if (tagStart < 0) return null;
    const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS);
    decipher.setAuthTag(sealed.subarray(tagStart));
    const plain = decipher.update(sealed.subarray(0, tagStart));
    try {
      decipher.final();
    } catch {
      // The one thing final() reports here is that the tag does not fit.
      plain.fill(0);
      return null;
    }
    return plain;
  },
};

/** In JavaScript: a tenth as fast, and the same everywhere. */
export const portableChacha: Chacha = {
  seal: (key, nonce, plain) => chacha20poly1305(key, nonce).encrypt(plain),
  open(key, nonce, sealed) {
    if (sealed.length < TAG_BYTES) return null;
    const cipher = chacha20poly1305(key, nonce);
    try {
      return cipher.decrypt(sealed);
    } catch {
      // Key and nonce were taken above: what is left to refuse is the tag.
      return null;
    }
  },
};

/** The faster one that is there: Electron's BoringSSL does not offer this cipher to Node. */
export const chacha: Chacha = getCiphers().includes(ALGORITHM) ? systemChacha : portableChacha;
