import type { Connection } from "@local-mcp/database";
import type { SlotRecord } from "@local-mcp/vault";
import { z } from "zod";
import type { State } from "./live-state.ts";
import { putRow, readRows, type Row } from "./rows.ts";

/**
 * By what a restored vault opens. `given`: slots that were made for it here. `here`: the slots of
 * this computer, which open its data key already. `none`: there is no vault on either side. `came`:
 * what it came with.
 */
export type Opening = "given" | "here" | "none" | "came";

/**
 * Gives a staged database the slots that open it on this computer, and takes away all others. To be
 * run in a transaction.
 *
 * @param live what is here now; null where that cannot be read
 * @param slots made for its data key; none where its keys are not known, or nothing here can open it
 */
export const seatVault = (
  staged: Connection,
  live: Pick<State, "slots" | "dataKeys"> | null,
  slots: readonly SlotRecord[],
): Opening => {
  if (slots.length > 0) {
    replaceSlots(staged, slots.map(toRow));
    return "given";
  }
  const { current, hasSlots } = vaultIn(staged);
  if (current === undefined && !hasSlots) {
    // Without any secret, it goes on with the vault of this computer.
    for (const key of live?.dataKeys ?? []) putRow(staged, "vault_data_keys", key);
    replaceSlots(staged, live?.slots ?? []);
    return (live?.slots.length ?? 0) > 0 ? "here" : "none";
  }
  const own = live?.dataKeys.find(({ sealed }) => sealed === null);
  if (live && own && own.id === current?.id && own.key_check === current.key_check) {
    replaceSlots(staged, live.slots);
    return "here";
  }
  return "came";
};

const vaultIn = (staged: Connection) => {
  const shape = { id: z.string(), key_check: z.string(), sealed: z.string().nullable() };
  const keys = readRows(staged, "vault_data_keys", shape);
  return {
    current: keys.find(({ sealed }) => sealed === null),
    hasSlots: readRows(staged, "vault_keys", {}).length > 0,
  };
};

const replaceSlots = (staged: Connection, rows: readonly Row[]): void => {
  staged.prepare("DELETE FROM vault_keys").run();
  for (const row of rows) putRow(staged, "vault_keys", row);
};

/** A slot as the database stores it. */
export const toRow = (slot: SlotRecord): Row => ({
  id: slot.id,
  key_id: slot.keyId,
  provider: slot.provider,
  label: slot.label,
  wrapped: slot.wrapped,
  params: JSON.stringify(slot.params),
  recipient: slot.recipient && JSON.stringify(slot.recipient),
  created_at: slot.createdAt,
});
