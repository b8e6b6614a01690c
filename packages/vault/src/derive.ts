import { scrypt } from "node:crypto";
import { KEY_BYTES } from "./aead.ts";

/** What scrypt (RFC 7914) costs, and its salt. */
export interface ScryptParameters {
  /** A power of two. */
  N: number;
  r: number;
  p: number;
  salt: Buffer;
}

/**
 * scrypt on libuv's thread pool, so that requests are served meanwhile. The secret is normalised to
 * NFC: keyboards of different systems spell “é” with one code point or with two.
 *
 * @returns 32 bytes, in a buffer that the caller owns
 */
export const deriveSecret = (
  secret: string,
  { N, r, p, salt }: ScryptParameters,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Node's default of 32 MiB refuses N = 2^17. This is what OpenSSL counts, and BoringSSL allows.
    const maxmem = 128 * r * (N + p + 2);
    scrypt(secret.normalize("NFC"), salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
