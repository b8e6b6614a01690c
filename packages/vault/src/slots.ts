import type { SlotProvider } from "@local-mcp/contract";

/** What JSON can hold. */
type Json = string | number | boolean | null | Json[] | { [member: string]: Json };

/**
 * One way to open the vault. Nothing in it is secret without what its key provider knows.
 */
export interface SlotRecord {
  id: string;
  /** The data key that it gives; sealed values name it too. */
  keyId: string;
  provider: SlotProvider;
  /** For people, for example “Passphrase of Ada”. */
  label: string;
  /** The slot's own secret, wrapped by the provider: one line, in the provider's encoding. */
  wrapped: string;
  /** What the provider needs to unwrap it, for example a salt and a cost, or the keychain's name. */
  params: Record<string, Json>;
  /** Null in a slot of the first format, whose provider wraps the data key itself. */
  recipient: SlotRecipient | null;
  /** ms since 1970. */
  createdAt: number;
}

export interface SlotRecipient {
  /** X25519, base64url; its secret half is what the provider wraps. */
  publicKey: string;
  /** The data key, sealed to it. */
  sealedKey: string;
  /** Made with the data key over the slot's id, provider and public key. */
  mark: string;
}

/** A data key, by what can be known of it without having it. */
export interface DataKeyRecord {
  id: string;
  /** Key check value, hexadecimal: tells a wrong key before a value is opened with it. */
  check: string;
  /**
   * Null for the data key of the slots. Otherwise one that is being replaced, sealed with that one
   * until no value needs it.
   */
  sealed: string | null;
  /** ms since 1970. */
  createdAt: number;
}

/** What a key provider binds its wrapping to, so that it opens in its own slot only. */
export const boundTo = ({ recipient, keyId }: SlotRecord): string => recipient?.publicKey ?? keyId;

/** Where keys are kept. Synchronous: the gateway implements it over SQLite. */
export interface KeyStore {
  slots(): SlotRecord[];
  /** Over the slot of the same id, if there is one. */
  putSlot(slot: SlotRecord): void;
  deleteSlot(id: string): void;
  dataKeys(): DataKeyRecord[];
  /** Over the data key of the same id, if there is one. */
  putDataKey(key: DataKeyRecord): void;
  deleteDataKey(id: string): void;
  /**
   * Runs `work` so that no other writer comes between what it reads and what it writes, and undoes
   * its writes when it throws. It keeps a vault from being made twice and its last slot from being
   * removed, and makes each step of a rotation one.
   */
  transaction<T>(work: () => T): T;
}
