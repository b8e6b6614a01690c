import { hkdfSync } from "node:crypto";
import { type Chacha, chacha, TAG_BYTES } from "./chacha.ts";

/** Bytes of plaintext in every chunk but the last, and what they take when sealed. */
export const CHUNK_BYTES = 64 * 1024;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** How many are read, sealed or opened, and written as one. */
export const CHUNKS_AT_ONCE = 16;
/** Random bytes between header and chunks. */
export const NONCE_BYTES = 16;

/** The payload of an age file (https://age-encryption.org/v1, “Payload”), chunk by chunk. */
export interface Payload {
  seal(index: number, isLast: boolean, plain: Uint8Array): Uint8Array;
  /** Null where this is not what was sealed at this place. */
  open(index: number, isLast: boolean, sealed: Uint8Array): Uint8Array | null;
}

/**
 * @param fileKey the 16 bytes that the header keeps
 * @param nonce the 16 bytes behind the header
 */
export const payloadOf = (
  fileKey: Uint8Array,
  nonce: Uint8Array,
  cipher: Chacha = chacha,
): Payload => {
  const key = new Uint8Array(hkdfSync("sha256", fileKey, nonce, "payload", 32));
  return {
    seal: (index, isLast, plain) => cipher.seal(key, chunkNonce(index, isLast), plain),
    open: (index, isLast, sealed) => cipher.open(key, chunkNonce(index, isLast), sealed),
  };
};

/** Eleven bytes of counter and a mark of the last one, so that no chunk fits another place. */
const chunkNonce = (index: number, isLast: boolean): Uint8Array => {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
};

/** What `bytes` of plaintext take as chunks. Nothing at all is one empty chunk. */
export const sealedBytesOf = (bytes: number): number => bytes + chunksOf(bytes) * TAG_BYTES;

export const chunksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / CHUNK_BYTES));

/** How much plaintext so many bytes of chunks hold; null where no plaintext gives that many. */
export const plainBytesOf = (sealed: number): number | null => {
  const plain = sealed - Math.ceil(sealed / SEALED_CHUNK_BYTES) * TAG_BYTES;
  return sealed >= TAG_BYTES && sealedBytesOf(plain) === sealed ? plain : null;
};
