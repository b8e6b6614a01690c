import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { bind, decrypt, encrypt, fromBase64url, KEY_BYTES } from "./aead.ts";

/**
 * The key pair of one slot. Its secret is what a key provider keeps; the data key is sealed to its
 * public half, so that a new data key reaches every slot while no provider but one is at hand.
 */
export interface Recipient {
  /** X25519 (RFC 7748), 32 bytes. */
  secret: Buffer;
  /** base64url. */
  publicKey: string;
}

const KIND = { kty: "OKP", crv: "X25519" } as const;
const SEALING = "local-mcp-gateway v1 data key";
const VOUCHING = "local-mcp-gateway v1 slot";

export const createRecipient = (): Recipient => {
  const { x, d } = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  if (x === undefined || d === undefined) throw new Error("X25519 gave no key pair");
  return { secret: Buffer.from(d, "base64url"), publicKey: x };
};

const publicOf = (x: string): KeyObject => createPublicKey({ key: { ...KIND, x }, format: "jwk" });

const derive = (privateKey: KeyObject, publicKey: KeyObject, salt: Buffer): Buffer =>
  Buffer.from(
    hkdfSync("sha256", diffieHellman({ privateKey, publicKey }), salt, SEALING, KEY_BYTES),
  );

/** Both public keys, as RFC 9180 (4.1) binds them into what is derived. */
const saltOf = (ephemeral: string, recipient: string): Buffer => bind(ephemeral, recipient);

/** `<base64url ephemeral public key>.<base64url(nonce | ciphertext | tag)>`, for one recipient. */
export const sealTo = (publicKey: string, plain: Buffer, aad: Buffer): string => {
  const ephemeral = generateKeyPairSync("x25519");
  const { x } = ephemeral.publicKey.export({ format: "jwk" });
  if (x === undefined) throw new Error("X25519 gave no public key");
  const key = derive(ephemeral.privateKey, publicOf(publicKey), saltOf(x, publicKey));
  const sealed = encrypt(key, plain, aad);
  key.fill(0);
  return `${x}.${sealed}`;
};

/** Reverses {@link sealTo}; null when the text is not exactly what it gave for this recipient. */
export const openAs = (
  { secret, publicKey }: Recipient,
  text: string,
  aad: Buffer,
): Buffer | null => {
  const [x, sealed, ...rest] = text.split(".");
  if (x === undefined || sealed === undefined || rest.length > 0) return null;
  if (!isKey(x) || !isKey(publicKey) || secret.length !== KEY_BYTES) return null;
  try {
    const own = { ...KIND, x: publicKey, d: secret.toString("base64url") };
    const privateKey = createPrivateKey({ key: own, format: "jwk" });
    const key = derive(privateKey, publicOf(x), saltOf(x, publicKey));
    const plain = decrypt(key, sealed, aad);
    key.fill(0);
    return plain;
  } catch {
    // A point of small order (RFC 7748, 6.1), or halves that do not belong together.
    return null;
  }
};

const isKey = (text: string): boolean => fromBase64url(text)?.length === KEY_BYTES;

/**
 * A mark that only a holder of the data key can make. Whoever can write the database but not open
 * the vault must not get the next data key sealed to a key of theirs.
 */
export const vouchFor = (dataKey: Buffer, ...fields: string[]): string => {
  const key = Buffer.from(hkdfSync("sha256", dataKey, Buffer.alloc(0), VOUCHING, KEY_BYTES));
  const mark = createHmac("sha256", key)
    .update(bind(...fields))
    .digest("base64url");
  key.fill(0);
  return mark;
};

export const isVouchedFor = (mark: string, dataKey: Buffer, ...fields: string[]): boolean => {
  const [given, expected] = [Buffer.from(mark), Buffer.from(vouchFor(dataKey, ...fields))];
  return given.length === expected.length && timingSafeEqual(given, expected);
};
