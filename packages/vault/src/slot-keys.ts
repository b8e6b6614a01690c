import { randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { bind, KEY_BYTES } from "./aead.ts";
import { type DataKey, fitsCheck } from "./data-key.ts";
import type { KeyProvider } from "./providers.ts";
import { createRecipient, isVouchedFor, openAs, sealTo, vouchFor } from "./recipient.ts";
import type { DataKeyRecord, SlotRecipient, SlotRecord } from "./slots.ts";

/** A slot that a provider keeps the secret of, and that no data key was given to yet. */
export interface SlotDraft {
  slot: Omit<SlotRecord, "keyId" | "recipient">;
  publicKey: string;
}

/** Makes a slot's key pair and has the provider keep its secret. */
export const draftSlot = async (
  provider: KeyProvider,
  as: { id?: string; label?: string; createdAt: number },
): Promise<SlotDraft> => {
  const { secret, publicKey } = createRecipient();
  const id = as.id ?? randomUUID();
  try {
    const wrapping = await provider.wrap(secret, { slotId: id, boundTo: publicKey });
    return {
      slot: {
        id,
        provider: provider.provider,
        // A keychain knows which one it is once it was used.
        label: as.label ?? provider.label,
        ...wrapping,
        createdAt: as.createdAt,
      },
      publicKey,
    };
  } finally {
    secret.fill(0);
  }
};

/** The slot, with which its provider gets at the data key. */
export const finishSlot = ({ slot, publicKey }: SlotDraft, key: DataKey): SlotRecord => ({
  ...slot,
  keyId: key.id,
  recipient: {
    publicKey,
    sealedKey: sealTo(publicKey, key.bytes, binding(slot.id, key.id)),
    mark: vouchFor(key.bytes, slot.id, slot.provider, publicKey),
  },
});

/**
 * The same slot for another data key, without its provider.
 *
 * @throws GatewayError vault_slot_older; vault_damaged where the slot is not as the holder of the
 * present data key left it
 */
export const reseatSlot = (slot: SlotRecord, from: DataKey, to: DataKey): SlotRecord => {
  const { recipient, ...rest } = slot;
  if (recipient === null) throw new GatewayError("vault_slot_older", { slot: slot.label });
  refuseForeign(slot, recipient, from);
  return finishSlot({ slot: rest, publicKey: recipient.publicKey }, to);
};

export interface OpenedSlot {
  key: DataKey;
  /** It should be written anew: its provider asks for it, or its format is an older one. */
  stale: boolean;
}

/**
 * The data key that a slot gives, checked against what is known of that key.
 *
 * @throws GatewayError what the provider says, and vault_damaged
 */
export const openSlot = async (
  provider: KeyProvider,
  slot: SlotRecord,
  known: readonly DataKeyRecord[],
): Promise<OpenedSlot> => {
  const { secret, stale } = await provider.unwrap(slot);
  const record = known.find(({ id }) => id === slot.keyId);
  const refuse = (): never => {
    secret.fill(0);
    throw new GatewayError("vault_damaged", { slot: slot.label });
  };
  const { recipient } = slot;
  if (recipient === null) {
    const key = { id: slot.keyId, bytes: secret };
    return record && !fitsCheck(key, record) ? refuse() : { key, stale: true };
  }
  const { publicKey, sealedKey } = recipient;
  const bytes = openAs({ secret, publicKey }, sealedKey, binding(slot.id, slot.keyId));
  if (bytes?.length !== KEY_BYTES) return refuse();
  const key = { id: slot.keyId, bytes };
  if (!record || !fitsCheck(key, record)) return refuse();
  secret.fill(0);
  refuseForeign(slot, recipient, key);
  return { key, stale };
};

const refuseForeign = (slot: SlotRecord, recipient: SlotRecipient, { bytes }: DataKey): void => {
  if (!isVouchedFor(recipient.mark, bytes, slot.id, slot.provider, recipient.publicKey)) {
    throw new GatewayError("vault_damaged", { slot: slot.label });
  }
};

const binding = (slotId: string, keyId: string): Buffer =>
  bind("lmg", "v1", "data-key", slotId, keyId);
