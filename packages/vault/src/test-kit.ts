import { randomBytes } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt } from "./aead.ts";
import type { KeyProvider } from "./providers.ts";
import { wrongKey } from "./providers.ts";
import type { KeyStore, SlotRecord } from "./slots.ts";
import type { Vault } from "./vault.ts";
import { createVault } from "./vault.ts";

/** A key store in memory, with copies in and out as a database has them. */
export const memoryKeyStore = (initial: SlotRecord[] = []): KeyStore => {
  let rows = structuredClone(initial);
  return {
    slots: () => structuredClone(rows),
    insertSlots: (slots) => {
      rows = [...rows, ...structuredClone(slots)];
    },
    deleteSlot: (id) => {
      rows = rows.filter((row) => row.id !== id);
    },
    transaction: (work) => {
      const before = rows;
      try {
        return work();
      } catch (error) {
        rows = before;
        throw error;
      }
    },
  };
};

/** A provider as a keychain is one: it has a key already, so nothing is derived and it is fast. */
export const keychainProvider = (key = randomBytes(32)): KeyProvider => ({
  provider: "keychain",
  label: "Test keychain",
  wrap: async (dataKey, { slotId, keyId }) => ({
    wrapped: encrypt(key, dataKey, bind(slotId, keyId)),
    params: { backend: "test" },
  }),
  unwrap: async ({ id, keyId, wrapped }) => {
    const dataKey = decrypt(key, wrapped, bind(id, keyId));
    if (dataKey === null) throw wrongKey("keychain");
    return dataKey;
  },
});

/** Midnight at which every slot of the tests is made. */
export const NOW = 1_800_000_000_000;

export const vaultOver = (keyStore: KeyStore, ambient: KeyProvider[] = []): Vault =>
  createVault({ keyStore, ambient: () => ambient, now: () => NOW });

export const openVault = async (keyStore = memoryKeyStore()): Promise<Vault> => {
  const vault = vaultOver(keyStore);
  await vault.init(keychainProvider(), "Keychain");
  return vault;
};

/** The GatewayError that `work` throws or rejects with; anything else fails the test. */
export const refusalOf = async (work: () => unknown): Promise<GatewayError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("it was not refused");
};
