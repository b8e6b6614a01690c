import { randomBytes, randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt, KEY_BYTES } from "./aead.ts";
import type { KeyProvider } from "./providers.ts";
import { wrongKey } from "./providers.ts";
import type { KeyStore, SlotRecord } from "./slots.ts";

/** Where a sealed value is stored. It opens there and nowhere else. */
export interface Place {
  table: string;
  column: string;
  row: string;
  /** What a person calls the owner of the value; for error texts only, not part of the seal. */
  owner?: string;
}

/** Turns secrets into text that may be stored, and back. */
export interface Sealer {
  /**
   * `v1.<key id>.<base64url(nonce | ciphertext | tag)>`, on one line.
   * @throws GatewayError `vault_missing`, `vault_locked`, or `validation_failed` for text that is
   * not well-formed Unicode
   */
  seal(text: string, place: Place): string;
  /**
   * @throws GatewayError `vault_missing`, `vault_locked`, or `secret_damaged` when the value is not
   * exactly what was sealed for this place
   */
  open(sealed: string, place: Place): string;
}

/** The one data key of a data directory, and the slots that open it. */
export interface Vault extends Sealer {
  state(): "missing" | "locked" | "open";
  /** Makes the data key with its first slot, and leaves the vault open. Returns the slot's id. */
  init(provider: KeyProvider, label?: string): Promise<string>;
  /** Opens it with any slot that the provider unwraps. @throws GatewayError `vault_wrong_key` */
  unlock(provider: KeyProvider): Promise<void>;
  /**
   * Resolves when the vault is open, opening it with an ambient key provider if it must; that is
   * tried once, when first needed, however many wait for it. With `create` a missing vault is made
   * with the first ambient key that nobody has to remember: ask for it when a secret is about to be
   * stored.
   * @throws GatewayError `vault_missing`, `vault_locked`, `vault_wrong_key`
   */
  ready(options?: { create?: boolean }): Promise<void>;
  /** Forgets the data key. From here on only `unlock` opens the vault. */
  lock(): void;
  /** Another way to open the same vault, which has to be open. Returns the slot's id. */
  addSlot(provider: KeyProvider, label?: string): Promise<string>;
  /** @throws GatewayError `vault_slot_not_found`, `vault_last_slot` */
  removeSlot(id: string): void;
}

interface VaultOptions {
  keyStore: KeyStore;
  /** Key providers that can be used without asking anyone, best first. */
  ambient?: () => KeyProvider[];
  /** ms since 1970. */
  now: () => number;
}

interface DataKey {
  id: string;
  bytes: Buffer;
}

const VERSION = "v1";
const KEY_ID_BYTES = 9;

/** The vault over a store of slots. Touches nothing until it is asked. */
export const createVault = ({ keyStore, ambient = () => [], now }: VaultOptions): Vault => {
  let dataKey: DataKey | null = null;
  /** How often it was locked: a key that arrives after a lock is not kept. */
  let locks = 0;
  let opening: Promise<GatewayError | null> | null = null;
  let creating: Promise<void> | null = null;

  const state = () => {
    if (dataKey !== null) return "open";
    return keyStore.slots().length > 0 ? "locked" : "missing";
  };

  const refusal = (what: string): GatewayError =>
    state() === "missing"
      ? new GatewayError("vault_missing")
      : new GatewayError("vault_locked", { what });

  const keyFor = (what: string): DataKey => {
    if (dataKey === null) throw refusal(what);
    return dataKey;
  };

  const keep = (key: DataKey, locksBefore: number): void => {
    if (locks !== locksBefore) {
      key.bytes.fill(0);
      throw refusal("this data directory");
    }
    dataKey?.bytes.fill(0);
    dataKey = key;
  };

  const makeSlot = async (
    key: DataKey,
    provider: KeyProvider,
    label: string | undefined,
  ): Promise<SlotRecord> => {
    const slotId = randomUUID();
    const wrapping = await provider.wrap(key.bytes, { slotId, keyId: key.id });
    return {
      id: slotId,
      keyId: key.id,
      provider: provider.provider,
      // A keychain knows which one it is once it was used.
      label: label ?? provider.label,
      ...wrapping,
      createdAt: now(),
    };
  };

  const refuseSecond = (): void => {
    if (keyStore.slots().length > 0) throw new GatewayError("vault_exists");
  };

  const init = async (provider: KeyProvider, label?: string): Promise<string> => {
    refuseSecond();
    const locksBefore = locks;
    const key = {
      id: randomBytes(KEY_ID_BYTES).toString("base64url"),
      bytes: randomBytes(KEY_BYTES),
    };
    try {
      const slot = await makeSlot(key, provider, label);
      keyStore.transaction(() => {
        refuseSecond();
        keyStore.insertSlots([slot]);
      });
      keep(key, locksBefore);
      return slot.id;
    } catch (error) {
      key.bytes.fill(0);
      throw error;
    }
  };

  const unlock = async (provider: KeyProvider): Promise<void> => {
    const slots = keyStore.slots();
    if (slots.length === 0) throw new GatewayError("vault_missing");
    const locksBefore = locks;
    let refused = wrongKey(provider.provider);
    for (const slot of slots.filter((slot) => slot.provider === provider.provider)) {
      const opened = await tryToUnwrap(provider, slot);
      if (Buffer.isBuffer(opened)) return keep({ id: slot.keyId, bytes: opened }, locksBefore);
      refused = opened;
    }
    throw refused;
  };

  /** Null when it is open afterwards, otherwise why the last ambient key did not open it. */
  const openWithAmbient = async (): Promise<GatewayError | null> => {
    const provided = new Set(keyStore.slots().map((slot) => slot.provider));
    let reason: GatewayError | null = null;
    for (const provider of ambient().filter(({ provider }) => provided.has(provider))) {
      try {
        await unlock(provider);
        return null;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        reason = error;
      }
    }
    return reason ?? refusal("this data directory");
  };

  const createWithAmbient = async (): Promise<void> => {
    // A passphrase at hand opens what was made with it; it is not agreed to by being there.
    const provider = ambient().find(({ provider }) => provider !== "passphrase");
    if (provider === undefined) throw new GatewayError("vault_missing");
    try {
      await init(provider);
    } catch (error) {
      // Somebody made it meanwhile: then it is opened like any other.
      if (!(error instanceof GatewayError && error.code === "vault_exists")) throw error;
    }
  };

  return {
    state,
    init,
    unlock,
    async ready({ create = false } = {}) {
      if (create && state() === "missing") {
        creating ??= createWithAmbient().finally(() => {
          creating = null;
        });
        await creating;
      }
      if (state() === "missing") throw new GatewayError("vault_missing");
      if (state() === "open") return;
      opening ??= openWithAmbient();
      const reason = await opening;
      if (dataKey === null) throw reason ?? refusal("this data directory");
    },
    lock() {
      locks += 1;
      dataKey?.bytes.fill(0);
      dataKey = null;
      opening = Promise.resolve(null);
    },
    async addSlot(provider, label) {
      const { id, bytes } = keyFor("this data directory");
      // A copy: the vault may be locked, and its key zeroed, while the provider is at work.
      const copy = { id, bytes: Buffer.from(bytes) };
      try {
        const slot = await makeSlot(copy, provider, label);
        keyStore.insertSlots([slot]);
        return slot.id;
      } finally {
        copy.bytes.fill(0);
      }
    },
    removeSlot(id) {
      keyStore.transaction(() => {
        const slots = keyStore.slots();
        const slot = slots.find((slot) => slot.id === id);
        if (slot === undefined) throw new GatewayError("vault_slot_not_found", { slot: id });
        if (slots.length === 1) throw new GatewayError("vault_last_slot", { slot: slot.label });
        keyStore.deleteSlot(id);
      });
    },
    seal(text, place) {
      const { id, bytes } = keyFor(ownerOf(place));
      const plain = Buffer.from(text, "utf8");
      // A lone surrogate would come back as another character.
      if (plain.toString("utf8") !== text) {
        throw new GatewayError("validation_failed", {
          detail: `The secret of ${ownerOf(place)} is not well-formed Unicode.`,
        });
      }
      return `${VERSION}.${id}.${encrypt(bytes, plain, binding(place, id))}`;
    },
    open(sealed, place) {
      const { id, bytes } = keyFor(ownerOf(place));
      const [version, keyId, payload, ...rest] = sealed.split(".");
      const plain =
        version === VERSION && keyId === id && payload !== undefined && rest.length === 0
          ? decrypt(bytes, payload, binding(place, id))
          : null;
      if (plain === null) throw new GatewayError("secret_damaged", { what: ownerOf(place) });
      return plain.toString("utf8");
    },
  };
};

const ownerOf = ({ table, row, owner }: Place): string => owner ?? `${table} ${row}`;

const binding = ({ table, column, row }: Place, keyId: string): Buffer =>
  bind("lmg", VERSION, table, column, row, keyId);

/** The data key, or the provider's word on why this slot is not its own. */
const tryToUnwrap = async (
  provider: KeyProvider,
  slot: SlotRecord,
): Promise<Buffer | GatewayError> => {
  try {
    return await provider.unwrap(slot);
  } catch (error) {
    if (error instanceof GatewayError && error.code === "vault_wrong_key") return error;
    throw error;
  }
};
