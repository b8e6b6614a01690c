import { GatewayError, type SlotProvider } from "@local-mcp/contract";
import {
  copyOf,
  createDataKey,
  type DataKey,
  type DataKeys,
  fitsCheck,
  recordOf,
  retiringUnder,
  sealDataKey,
} from "./data-key.ts";
import { KeyRing, ownerOf, type Place, sealedUnder } from "./key-ring.ts";
import type { KeyProvider } from "./providers.ts";
import { moveValues, type RotationProgress, type SealedValues } from "./rotation.ts";
import { openWith, type Sealer } from "./sealer.ts";
import { draftSlot, finishSlot, openSlot, reseatSlot, type SlotDraft } from "./slot-keys.ts";
import { freshSlots, reseatAll, type SlotsFor } from "./slots-for.ts";
import type { DataKeyRecord, KeyStore, SlotRecord } from "./slots.ts";
import { openAny } from "./unlock-keys.ts";

/** `lost`: secrets are stored, and there is no slot that would open them. */
export type VaultState = "missing" | "locked" | "open" | "lost";

/** The one data key of a data directory, and the slots that open it. */
export interface Vault extends Sealer {
  state(): VaultState;
  /** Makes the data key with its first slot, and leaves the vault open. Returns the slot's id. */
  init(provider: KeyProvider, label?: string): Promise<string>;
  /** Opens it with any slot that the provider unwraps. @throws GatewayError `vault_wrong_key` */
  unlock(provider: KeyProvider): Promise<void>;
  /**
   * Resolves when the vault is open, opening it with an ambient key provider if it must; that is
   * tried once, when first needed, however many wait for it. With `create` a missing vault is made
   * with the first ambient key that nobody has to remember: ask for it when a secret is about to be
   * stored. With `again` the keys at hand are tried although they were.
   * @throws GatewayError `vault_missing`, `vault_locked`, `vault_keys_missing`, or why the ambient
   * key did not open it
   */
  ready(options?: { create?: boolean; again?: boolean }): Promise<void>;
  /** Forgets the data key. From here on only `unlock` opens the vault. */
  lock(): void;
  /** Another way to open the same vault, which has to be open. Returns the slot's id. */
  addSlot(provider: KeyProvider, label?: string): Promise<string>;
  /** What opens a slot, changed: the same slot in one write. @throws GatewayError `vault_slot_not_found` */
  changeSlot(id: string, provider: KeyProvider): Promise<void>;
  /** @throws GatewayError `vault_slot_not_found`, `vault_last_slot` */
  removeSlot(id: string): void;
  /**
   * Gives every value a new data key, which the same slots open. Resolves when the last value has
   * it; where that is interrupted, it goes on when the vault is opened next.
   * @throws GatewayError `vault_slot_older`, `vault_damaged`, `vault_locked`
   */
  rotate(): Promise<void>;
  /** Null while no data key is being replaced. */
  rotation(): RotationProgress | null;
  /** The data key, as far as it may be shown; null where it was never open under this version. */
  key(): DataKeyRecord | null;
  /**
   * Another way to the present data key that is not stored: the one slot of a backup.
   * @throws GatewayError as `addSlot`
   */
  slotFor(provider: KeyProvider, label?: string): Promise<SlotRecord>;
  /**
   * How this computer opens another data key that is to be its own: by the slots that are stored,
   * where it is their key or the vault is open; otherwise by a new slot for each key at hand that
   * nobody has to remember. Stores nothing.
   */
  slotsFor(key: DataKey): Promise<SlotsFor>;
  /** Copies of the open keys, which the caller zeroes; null while it is not open. */
  copyKeys(): DataKeys | null;
  /** Why slots did not open when they were tried last, by their id. */
  refusals(): ReadonlyMap<string, GatewayError>;
  /** Forgets every key and every value. */
  reset(): void;
}

interface VaultOptions {
  keyStore: KeyStore;
  values: SealedValues;
  /** Key providers that can be used without asking anyone, best first. */
  ambient?: () => KeyProvider[];
  /** ms since 1970. */
  now: () => number;
  /** Told each secret that is sealed or opened, so that it can be kept out of what is shown. */
  onSecret?: (text: string, place: Place) => void;
  /** It was made with a key that was at hand: no person had asked for it. */
  onMade?: (provider: SlotProvider) => void;
  /** The last value has its new data key. */
  onRotated?: () => void;
  /** What went wrong beside what was asked for, such as a slot that could not be written anew. */
  onFailure?: (what: string, error: unknown) => void;
}

/** The vault over a store of slots. Touches nothing until it is asked. */
export const createVault = (options: VaultOptions): Vault => {
  const { keyStore, values, ambient = () => [], now } = options;
  const { onSecret = () => {}, onMade = () => {} } = options;
  const { onRotated = () => {}, onFailure = () => {} } = options;
  let ring: KeyRing | null = null;
  /** How often it was locked: a key that arrives after a lock is not kept. */
  let locks = 0;
  let opening: Promise<GatewayError | null> | null = null;
  let creating: Promise<void> | null = null;
  let moving: { keys: KeyRing; done: Promise<void> } | null = null;
  let progress: RotationProgress | null = null;
  const refusals = new Map<string, GatewayError>();

  const state = (): VaultState => {
    if (ring !== null) return "open";
    if (keyStore.slots().length > 0) return "locked";
    return values.count() > 0 ? "lost" : "missing";
  };

  const refusal = (what = "this data directory"): GatewayError => {
    switch (state()) {
      case "missing":
        return new GatewayError("vault_missing");
      case "lost":
        return new GatewayError("vault_keys_missing");
      default:
        return new GatewayError("vault_locked", { what, way: WAY_IN });
    }
  };

  const openRing = (what?: string): KeyRing => {
    if (ring === null) throw refusal(what);
    return ring;
  };

  const hold = (key: DataKey, locksBefore: number): void => {
    if (locks !== locksBefore) {
      key.bytes.fill(0);
      throw refusal();
    }
    // A rotation may have replaced it while it was unwrapped: every slot gives the same one.
    const isPresent = keyStore.slots().some(({ keyId }) => keyId === key.id);
    if (ring === null && !isPresent) throw refusal();
    if (!isPresent || ring?.current.id === key.id) {
      key.bytes.fill(0);
      return;
    }
    ring?.destroy();
    const records = keyStore.dataKeys();
    if (!records.some(({ id }) => id === key.id)) keyStore.putDataKey(recordOf(key, now()));
    const retiring = retiringUnder(key, records);
    ring = new KeyRing(key, retiring);
    if (retiring.length > 0) {
      move(ring).catch((error: unknown) => onFailure("secrets keep their old data key", error));
    }
  };

  /** A slot that is being made gets the data key that is the vault's when it is stored. */
  const storeSlot = (draft: SlotDraft, copy: DataKey): void =>
    keyStore.transaction(() => {
      const key = ring?.current ?? copy;
      const current = keyStore.dataKeys().find(({ sealed }) => sealed === null);
      if (key.id !== current?.id) throw refusal();
      keyStore.putSlot(finishSlot(draft, key));
      refusals.delete(draft.slot.id);
    });

  /** A copy of its own: the vault may be locked, and its key zeroed, while a provider is at work. */
  const withCopy = async <T>(work: (key: DataKey) => Promise<T>): Promise<T> => {
    const copy = copyOf(openRing().current);
    try {
      return await work(copy);
    } finally {
      copy.bytes.fill(0);
    }
  };

  /** Written, and read back, before the slot that it replaces is let go. */
  const renewSlot = (provider: KeyProvider, slot: SlotRecord): Promise<void> =>
    withCopy(async (copy) => {
      const draft = await draftSlot(provider, slot);
      const { key } = await openSlot(provider, finishSlot(draft, copy), [recordOf(copy, now())]);
      key.bytes.fill(0);
      // Whoever removed or changed it meanwhile wants the old key to open nothing any more.
      const present = keyStore.slots().find(({ id }) => id === slot.id);
      if (present?.wrapped === slot.wrapped) storeSlot(draft, copy);
    });

  const refuseSecond = (): void => {
    if (state() === "lost") throw refusal();
    if (keyStore.slots().length > 0) throw new GatewayError("vault_exists");
  };

  const init = async (provider: KeyProvider, label?: string): Promise<string> => {
    refuseSecond();
    const locksBefore = locks;
    const key = createDataKey();
    try {
      const draft = await draftSlot(provider, { label, createdAt: now() });
      keyStore.transaction(() => {
        refuseSecond();
        // Of a vault that was forgotten.
        for (const { id } of keyStore.dataKeys()) keyStore.deleteDataKey(id);
        keyStore.putDataKey(recordOf(key, now()));
        keyStore.putSlot(finishSlot(draft, key));
      });
      hold(key, locksBefore);
      return draft.slot.id;
    } catch (error) {
      key.bytes.fill(0);
      throw error;
    }
  };

  const unlock = async (provider: KeyProvider): Promise<void> => {
    const slots = keyStore.slots();
    if (slots.length === 0) throw refusal();
    const locksBefore = locks;
    const known = () => keyStore.dataKeys();
    const { slot, key, stale } = await openAny(provider, slots, known, ({ id }, why) => {
      refusals.set(id, why);
    });
    hold(key, locksBefore);
    forgetGuesses(slot.id);
    if (!stale) return;
    await renewSlot(provider, slot).catch((error: unknown) =>
      onFailure(`the key “${slot.label}” could not be written anew`, error),
    );
  };

  /** Who opened it at last made no statement on the slots that a passphrase did not fit. */
  const forgetGuesses = (opened: string): void => {
    for (const [id, { code }] of refusals) {
      if (id === opened || code === "vault_wrong_key") refusals.delete(id);
    }
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
    return reason;
  };

  const createWithAmbient = async (): Promise<void> => {
    // A passphrase at hand opens what was made with it; it is not agreed to by being there.
    const provider = ambient().find(({ provider }) => provider !== "passphrase");
    if (provider === undefined) throw new GatewayError("vault_missing");
    try {
      await init(provider);
      onMade(provider.provider);
    } catch (error) {
      // Somebody made it meanwhile: then it is opened like any other.
      if (!(error instanceof GatewayError && error.code === "vault_exists")) throw error;
    }
  };

  const carryOut = async (keys: KeyRing): Promise<void> => {
    let isWhole = false;
    try {
      isWhole = await moveValues({
        ring: keys,
        keyStore,
        values,
        prefixOf: sealedUnder,
        goesOn: () => ring === keys,
        onProgress: (now) => {
          progress = now;
        },
      });
    } finally {
      if (moving?.keys === keys) {
        moving = null;
        progress = null;
      }
    }
    // Where it was broken off, the database may be closed by now.
    if (isWhole) onRotated();
  };

  /** Moves every value of a retiring key to the current one, once however many wait for it. */
  const move = (keys: KeyRing): Promise<void> => {
    if (moving?.keys !== keys) moving = { keys, done: carryOut(keys) };
    return moving.done;
  };

  const lock = (): void => {
    locks += 1;
    ring?.destroy();
    ring = null;
    opening = Promise.resolve(null);
  };

  /** From here on new values get the new key; one write, since every slot gives exactly one key. */
  const replaceKey = (keys: KeyRing): KeyRing => {
    const next = createDataKey();
    keyStore.transaction(() => {
      const slots = keyStore.slots().map((slot) => reseatSlot(slot, keys.current, next));
      const known = keyStore.dataKeys().find(({ id }) => id === keys.current.id);
      const old = {
        ...(known ?? recordOf(keys.current, now())),
        sealed: sealDataKey(keys.current, next),
      };
      keyStore.putDataKey(old);
      keyStore.putDataKey(recordOf(next, now()));
      for (const slot of slots) keyStore.putSlot(slot);
    });
    return new KeyRing(next, [keys.current]);
  };

  return {
    state,
    init,
    unlock,
    async ready({ create = false, again = false } = {}) {
      if (create && state() === "missing") {
        creating ??= createWithAmbient().finally(() => {
          creating = null;
        });
        await creating;
      }
      if (state() === "open") return;
      if (state() !== "locked") throw refusal();
      if (again) opening = null;
      opening ??= openWithAmbient();
      const reason = await opening;
      if (ring === null) throw reason ?? refusal();
    },
    lock,
    addSlot: (provider, label) =>
      withCopy(async (copy) => {
        const draft = await draftSlot(provider, { label, createdAt: now() });
        storeSlot(draft, copy);
        return draft.slot.id;
      }),
    changeSlot: (id, provider) =>
      withCopy(async (copy) => {
        const { label } = slotOf(keyStore, id);
        const draft = await draftSlot(provider, { id, label, createdAt: now() });
        // Somebody may have removed it meanwhile.
        slotOf(keyStore, id);
        storeSlot(draft, copy);
      }),
    removeSlot(id) {
      keyStore.transaction(() => {
        const slot = slotOf(keyStore, id);
        if (keyStore.slots().length === 1) {
          throw new GatewayError("vault_last_slot", { slot: slot.label });
        }
        keyStore.deleteSlot(id);
      });
    },
    async rotate() {
      const keys = openRing();
      // One that was interrupted is finished first, so that there is never a third key.
      if (keys.retiring.length > 0) await move(keys);
      if (ring !== keys) throw refusal();
      ring = replaceKey(keys);
      await move(ring);
    },
    rotation: () => progress,
    key: () => keyStore.dataKeys().find(({ sealed }) => sealed === null) ?? null,
    slotFor: (provider, label) =>
      withCopy(async (copy) =>
        finishSlot(await draftSlot(provider, { label, createdAt: now() }), copy),
      ),
    async slotsFor(key) {
      const slots = keyStore.slots();
      const known = keyStore.dataKeys().find(({ id, sealed }) => id === key.id && sealed === null);
      if (known && fitsCheck(key, known)) return { slots, leftOut: [] };
      if (ring !== null) return reseatAll(slots, ring.current, key);
      return freshSlots(key, ambient(), now());
    },
    copyKeys: () => ring && { current: copyOf(ring.current), retiring: ring.retiring.map(copyOf) },
    refusals: () => refusals,
    reset() {
      lock();
      keyStore.transaction(() => {
        for (const { id } of keyStore.slots()) keyStore.deleteSlot(id);
        for (const { id } of keyStore.dataKeys()) keyStore.deleteDataKey(id);
        values.forget();
      });
      refusals.clear();
      opening = null;
    },
    seal(text, place) {
      const sealed = openRing(ownerOf(place)).seal(text, place);
      onSecret(text, place);
      return sealed;
    },
    open(sealed, place) {
      const text = openWith(openRing(ownerOf(place)), sealed, place);
      onSecret(text, place);
      return text;
    },
  };
};

/** Where nothing is known of who asks and of the slots' providers. */
const WAY_IN = "“local-mcp-gateway vault status” says which keys open it.";

/** @throws GatewayError vault_slot_not_found */
const slotOf = (keyStore: KeyStore, id: string): SlotRecord => {
  const slot = keyStore.slots().find((slot) => slot.id === id);
  if (slot === undefined) throw new GatewayError("vault_slot_not_found", { slot: id });
  return slot;
};
