import { randomBytes } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt } from "./aead.ts";
import type { Place } from "./key-ring.ts";
import type { KeyProvider } from "./providers.ts";
import { wrongKey } from "./providers.ts";
import type { SealedValues } from "./rotation.ts";
import { boundTo, type DataKeyRecord, type KeyStore, type SlotRecord } from "./slots.ts";
import type { Vault } from "./vault.ts";
import { createVault } from "./vault.ts";

const keyOf = ({ table, column, row }: Place): string => [table, column, row].join("/");

/** Sealed values in memory, with a way to put some in and look at them. */
export const memoryValues = () => {
  let values = new Map<string, { place: Place; sealed: string }>();
  return {
    put: (place: Place, sealed: string): void => {
      values.set(keyOf(place), { place, sealed });
    },
    all: () => [...values.values()],
    count: () => values.size,
    beginningWith: (prefix: string) =>
      [...values.values()].filter(({ sealed }) => sealed.startsWith(prefix)),
    replace: ({ place, sealed: before }: { place: Place; sealed: string }, sealed: string) => {
      if (values.get(keyOf(place))?.sealed === before) values.set(keyOf(place), { place, sealed });
    },
    forget: () => {
      values = new Map();
    },
  } satisfies SealedValues & Record<string, unknown>;
};

/** A key store in memory, with copies in and out as a database has them. */
export const memoryKeyStore = (initial: SlotRecord[] = []): KeyStore => {
  let rows = structuredClone(initial);
  let keys: DataKeyRecord[] = [];
  return {
    slots: () => structuredClone(rows),
    putSlot: (slot) => {
      const others = rows.filter(({ id }) => id !== slot.id);
      rows = [...others, structuredClone(slot)];
    },
    deleteSlot: (id) => {
      rows = rows.filter((row) => row.id !== id);
    },
    dataKeys: () => structuredClone(keys),
    putDataKey: (key) => {
      keys = [...keys.filter(({ id }) => id !== key.id), structuredClone(key)];
    },
    deleteDataKey: (id) => {
      keys = keys.filter((key) => key.id !== id);
    },
    transaction: (work) => {
      const before = { rows, keys };
      try {
        return work();
      } catch (error) {
        ({ rows, keys } = before);
        throw error;
      }
    },
  };
};

/** A provider as a keychain is one: it has a key already, so nothing is derived and it is fast. */
export const keychainProvider = (key = randomBytes(32)): KeyProvider => ({
  provider: "keychain",
  label: "Test keychain",
  wrap: async (secret, { slotId, boundTo }) => ({
    wrapped: encrypt(key, secret, bind(slotId, boundTo)),
    params: { backend: "test" },
  }),
  unwrap: async (slot) => {
    const secret = decrypt(key, slot.wrapped, bind(slot.id, boundTo(slot)));
    if (secret === null) throw wrongKey("keychain");
    return { secret, stale: false };
  },
});

/** Midnight at which every slot of the tests is made. */
export const NOW = 1_800_000_000_000;

export const vaultOver = (
  keyStore: KeyStore,
  ambient: KeyProvider[] = [],
  values: SealedValues = memoryValues(),
): Vault => createVault({ keyStore, values, ambient: () => ambient, now: () => NOW });

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
