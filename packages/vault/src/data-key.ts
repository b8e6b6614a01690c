import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { bind, decrypt, encrypt, KEY_BYTES } from "./aead.ts";
import type { DataKeyRecord } from "./slots.ts";

/** A key that seals values. Its bytes are zeroed when it is let go. */
export interface DataKey {
  id: string;
  bytes: Buffer;
}

/** The keys that open the values of one vault. */
export interface DataKeys {
  /** The one that seals. */
  current: DataKey;
  /** Those that it replaces, until no value needs them. */
  retiring: DataKey[];
}

const ID_BYTES = 9;
const CHECK_BYTES = 16;

export const createDataKey = (): DataKey => ({
  id: randomBytes(ID_BYTES).toString("base64url"),
  bytes: randomBytes(KEY_BYTES),
});

/** Hexadecimal. Tells one data key from another, and nothing about either. */
const checkOf = ({ id, bytes }: DataKey): string => {
  const info = "local-mcp-gateway v1 key check";
  const key = Buffer.from(hkdfSync("sha256", bytes, Buffer.alloc(0), info, KEY_BYTES));
  const check = createHmac("sha256", key).update(bind(id)).digest();
  key.fill(0);
  return check.subarray(0, CHECK_BYTES).toString("hex");
};

export const fitsCheck = (key: DataKey, { check }: DataKeyRecord): boolean => {
  const [given, expected] = [Buffer.from(check), Buffer.from(checkOf(key))];
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** What may be shown of a key that the slots hold. @param createdAt ms since 1970 */
export const recordOf = (key: DataKey, createdAt: number): DataKeyRecord => ({
  id: key.id,
  check: checkOf(key),
  sealed: null,
  createdAt,
});

/**
 * A key of its own: the other may be zeroed. Its memory is its own too, not of Node's pool, which
 * would go along to another thread as a whole.
 */
export const copyOf = ({ id, bytes }: DataKey): DataKey => {
  const copy = Buffer.alloc(bytes.length);
  copy.set(bytes);
  return { id, bytes: copy };
};

interface AnyKeys {
  current: { bytes: Uint8Array };
  retiring: readonly { bytes: Uint8Array }[];
}

/** Zeroes them. */
export const letGo = ({ current, retiring }: AnyKeys): void => {
  for (const { bytes } of [current, ...retiring]) bytes.fill(0);
};

const binding = (keyId: string, underId: string): Buffer =>
  bind("lmg", "v1", "retiring-key", keyId, underId);

/** A data key that is being replaced, under the one that replaces it. */
export const sealDataKey = (key: DataKey, under: DataKey): string =>
  encrypt(under.bytes, key.bytes, binding(key.id, under.id));

const openDataKey = (record: DataKeyRecord, under: DataKey): DataKey | null => {
  const bytes = decrypt(under.bytes, record.sealed ?? "", binding(record.id, under.id));
  if (bytes?.length !== KEY_BYTES) return null;
  const key = { id: record.id, bytes };
  return fitsCheck(key, record) ? key : null;
};

/** Those keys that `key` replaces, as far as it opens them. */
export const retiringUnder = (key: DataKey, records: readonly DataKeyRecord[]): DataKey[] =>
  records
    .filter(({ sealed }) => sealed !== null)
    .flatMap((record) => openDataKey(record, key) ?? []);
