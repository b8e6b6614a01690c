import { GatewayError } from "@local-mcp/contract";
import { type DataKeys, retiringUnder } from "./data-key.ts";
import { type KeyProvider, wrongKey } from "./providers.ts";
import { type OpenedSlot, openSlot } from "./slot-keys.ts";
import type { DataKeyRecord, SlotRecord } from "./slots.ts";

/** What a vault stores of its keys; nothing in it is secret without a key provider. */
export interface StoredKeys {
  slots: readonly SlotRecord[];
  dataKeys: readonly DataKeyRecord[];
}

/** Of several slots, what a key that fits one has to say is more than that it does not fit another. */
const weightOf = ({ code }: GatewayError): number =>
  code === "vault_newer_format" ? 0 : code === "vault_wrong_key" ? 1 : 2;

/**
 * Opens the first slot that the provider unwraps.
 *
 * @param known the data keys, asked for anew with each slot since an unwrapping takes its time
 * @param onRefused told of each slot that did not open
 * @throws GatewayError the one that says most of why no slot opened, else vault_wrong_key
 */
export const openAny = async (
  provider: KeyProvider,
  slots: readonly SlotRecord[],
  known: () => readonly DataKeyRecord[],
  onRefused: (slot: SlotRecord, why: GatewayError) => void = () => {},
): Promise<OpenedSlot & { slot: SlotRecord }> => {
  let refused = wrongKey(provider.provider);
  for (const slot of slots.filter((slot) => slot.provider === provider.provider)) {
    try {
      return { slot, ...(await openSlot(provider, slot, known())) };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      onRefused(slot, error);
      if (weightOf(error) >= weightOf(refused)) refused = error;
    }
  }
  throw refused;
};

/**
 * The data keys of a vault that is not the one of this data directory, such as a backup's. They are
 * the caller's, who zeroes them.
 *
 * @throws GatewayError vault_missing where there is no slot, and as `Vault.unlock`
 */
export const unlockKeys = async (
  { slots, dataKeys }: StoredKeys,
  provider: KeyProvider,
): Promise<DataKeys> => {
  if (slots.length === 0) throw new GatewayError("vault_missing");
  const { key } = await openAny(provider, slots, () => dataKeys);
  return { current: key, retiring: retiringUnder(key, dataKeys) };
};
