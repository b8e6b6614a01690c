import type { SlotProvider } from "@local-mcp/contract";

/** What JSON can hold. */
type Json = string | number | boolean | null | Json[] | { [member: string]: Json };

/**
 * One way to open the vault: the data key, wrapped by one key provider. Nothing in it is secret
 * without what the provider knows.
 */
export interface SlotRecord {
  id: string;
  /** The data key that is wrapped here; sealed values name it too. */
  keyId: string;
  provider: SlotProvider;
  /** For people, for example “Passphrase of Ada”. */
  label: string;
  /** One line, in the provider's own encoding. */
  wrapped: string;
  /** What the provider needs to unwrap it, for example a salt and a cost, or the keychain's name. */
  params: Record<string, Json>;
  /** ms since 1970. */
  createdAt: number;
}

/** Where slots are kept. Synchronous: the gateway implements it over SQLite. */
export interface KeyStore {
  slots(): SlotRecord[];
  insertSlots(slots: SlotRecord[]): void;
  deleteSlot(id: string): void;
  /**
   * Runs `work` so that no other writer comes between what it reads and what it writes, and undoes
   * its writes when it throws. It keeps a vault from being made twice and its last slot from being
   * removed.
   */
  transaction<T>(work: () => T): T;
}
