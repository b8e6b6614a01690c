import { randomBytes, scrypt } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
// By the author of age: format, checks and MAC are the original's. Pinned to one version. Its own
// scrypt and stream are JavaScript, a quarter and a tenth as fast as OpenSSL's; those are ours.
import { Decrypter, Encrypter, Stanza } from "age-encryption";
import { chacha, TAG_BYTES } from "./chacha.ts";
import { NONCE_BYTES } from "./stream.ts";

/** The 16 random bytes that everything behind a header is encrypted with. Opens this file alone. */
export type FileKey = Uint8Array;

/**
 * How hard a passphrase is to try: scrypt with N = 2^17, the OWASP minimum and what the vault takes,
 * 128 MiB and half a second. One more would be 256 MiB, beside all that the gateway holds.
 */
const WORK_FACTOR = 17;
/** More is refused before anything is derived: at 2^20 it is one gigabyte and a few seconds. */
const MAX_WORK_FACTOR = 20;

const FILE_KEY_BYTES = 16;
const SALT_BYTES = 16;
const SALT_LABEL = "age-encryption.org/v1/scrypt";
const EMPTY_PAYLOAD_BYTES = NONCE_BYTES + TAG_BYTES;
/** Of ChaCha20-Poly1305, all zero: the wrapping key has a salt of its own and is used once. */
const WRAPPING_NONCE = new Uint8Array(12);

/** What a file begins with, and the key that it keeps. */
export interface Header {
  bytes: Uint8Array;
  key: FileKey;
}

/** A new file key, and the header that keeps it under a passphrase. */
export const makeHeader = async (passphrase: string, logN = WORK_FACTOR): Promise<Header> => {
  const made: FileKey[] = [];
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    async wrapFileKey(fileKey) {
      made.push(fileKey);
      const salt = randomBytes(SALT_BYTES);
      const wrapping = await derive(passphrase, salt, logN);
      const body = chacha.seal(wrapping, WRAPPING_NONCE, fileKey);
      return [new Stanza(["scrypt", base64(salt), String(logN)], body)];
    },
  });
  // The library gives a header only in front of a payload: an empty one, which is left off.
  const file = await encrypter.encrypt(new Uint8Array());
  const [key] = made;
  if (!key) throw new Error("age-encryption did not ask for a header");
  return { bytes: file.subarray(0, file.length - EMPTY_PAYLOAD_BYTES), key };
};

/**
 * The file key, from a header alone. A header that was changed and a passphrase that does not fit
 * are one error: it tells nothing about which of the two it was.
 *
 * @throws GatewayError backup_wrong_passphrase, backup_damaged, backup_not_ours, backup_refused
 */
export const openHeader = async (
  header: Uint8Array,
  name: string,
  passphrase: string,
): Promise<FileKey> => {
  const { salt, logN, body } = passphraseStanza(await stanzasOf(header, name), name);
  const key = chacha.open(await derive(passphrase, salt, logN), WRAPPING_NONCE, body);
  if (key === null || !(await fitsHeader(header, key))) {
    throw new GatewayError("backup_wrong_passphrase");
  }
  return key;
};

/** Whether a header is the one that keeps this key, unchanged: its MAC is made with it. */
export const fitsHeader = async (header: Uint8Array, key: FileKey): Promise<boolean> => {
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: () => key });
  try {
    await decrypter.decryptHeader(header);
    return true;
  } catch {
    // It was parsed before, or is about to be refused: what is told here is that it does not fit.
    return false;
  }
};

const stanzasOf = async (header: Uint8Array, name: string): Promise<Stanza[]> => {
  const found: Stanza[] = [];
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey(stanzas) {
      found.push(...stanzas);
      return null;
    },
  });
  // It always throws, as this identity opens nothing. What it was asked is the answer.
  await decrypter.decryptHeader(header).catch(() => undefined);
  if (found.length === 0) throw malformed(name);
  return found;
};

const passphraseStanza = (stanzas: Stanza[], name: string) => {
  const [stanza, ...others] = stanzas;
  if (!stanzas.some(({ args }) => args[0] === "scrypt")) {
    const reason = "it is encrypted to a key, not with a passphrase";
    throw new GatewayError("backup_not_ours", { name, reason });
  }
  const [type, salt = "", logN = "", ...rest] = stanza?.args ?? [];
  const bytes = Buffer.from(salt, "base64");
  if (
    // What can be opened without the passphrase is not known to come from one who knows it.
    others.length > 0 ||
    rest.length > 0 ||
    type !== "scrypt" ||
    bytes.length !== SALT_BYTES ||
    base64(bytes) !== salt ||
    !/^[1-9][0-9]*$/.test(logN) ||
    // First of all its length, so that no body fits more than one passphrase.
    stanza?.body.length !== FILE_KEY_BYTES + TAG_BYTES
  ) {
    throw malformed(name);
  }
  if (Number(logN) > MAX_WORK_FACTOR) {
    const reason = `to try a passphrase on it takes 2^${excerpt(logN)} steps, and at most 2^${MAX_WORK_FACTOR} are made`;
    throw new GatewayError("backup_refused", { name, reason });
  }
  return { salt: bytes, logN: Number(logN), body: stanza.body };
};

const excerpt = (digits: string): string => (digits.length > 4 ? `${digits.slice(0, 4)}…` : digits);

const malformed = (name: string): GatewayError =>
  new GatewayError("backup_damaged", { name, reason: "its header is not as age writes one" });

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/**
 * scrypt (RFC 7914) on libuv's thread pool. The passphrase is taken byte by byte as it was typed,
 * in UTF-8: the age command does not normalise it either, and has to open the same file.
 */
const derive = (passphrase: string, salt: Buffer, logN: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const N = 2 ** logN;
    const r = 8;
    // Node's default of 32 MiB is too little. This is what OpenSSL counts for p = 1.
    const maxmem = 128 * r * (N + 3);
    const salted = Buffer.concat([Buffer.from(SALT_LABEL), salt]);
    scrypt(passphrase, salted, 32, { N, r, p: 1, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
