import { GatewayError } from "@local-mcp/contract";
import { type DataKey, recordOf } from "./data-key.ts";
import type { KeyProvider } from "./providers.ts";
import { draftSlot, finishSlot, openSlot, reseatSlot } from "./slot-keys.ts";
import type { SlotRecord } from "./slots.ts";

/** Slots of this computer for a data key that came from elsewhere. */
export interface SlotsFor {
  slots: SlotRecord[];
  /** Labels of those that could not be given the key. */
  leftOut: string[];
}

/** Each slot for another data key: the same providers open it. One that is not whole is left out. */
export const reseatAll = (slots: readonly SlotRecord[], from: DataKey, to: DataKey): SlotsFor => {
  const result: SlotsFor = { slots: [], leftOut: [] };
  for (const slot of slots) {
    try {
      result.slots.push(reseatSlot(slot, from, to));
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      result.leftOut.push(slot.label);
    }
  }
  return result;
};

/**
 * A new slot for each key that is at hand and that nobody has to remember. A passphrase opens what
 * was made with it; it is not agreed to by being there.
 *
 * @param createdAt ms since 1970
 */
export const freshSlots = async (
  key: DataKey,
  providers: readonly KeyProvider[],
  createdAt: number,
): Promise<SlotsFor> => {
  const result: SlotsFor = { slots: [], leftOut: [] };
  for (const provider of providers.filter(({ provider }) => provider !== "passphrase")) {
    try {
      const slot = finishSlot(await draftSlot(provider, { createdAt }), key);
      // Read back, since it may become the only one.
      const opened = await openSlot(provider, slot, [recordOf(key, createdAt)]);
      opened.key.bytes.fill(0);
      result.slots.push(slot);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      result.leftOut.push(provider.label);
    }
  }
  return result;
};
