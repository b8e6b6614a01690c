import type { FinishInput, StagedKeys } from "@local-mcp/backup";
import { GatewayError } from "@local-mcp/contract";
import { letGo, type SlotsFor, type Vault } from "@local-mcp/vault";

/** What a restore needs of the keys of this computer. */
export interface RestoreKeys extends Pick<FinishInput, "liveKeys" | "slots"> {
  /** Labels of ways to open the vault that do not open what is restored. */
  leftOut: string[];
}

/** The part of the vault that a restore needs. */
export type RestoreVault = Pick<Vault, "ready" | "slotsFor" | "copyKeys">;

/**
 * How this computer will open what is restored, and the keys to what is newer here. A vault that is
 * locked is opened first, as far as a key at hand opens it. `liveKeys` are copies: see
 * {@link forgetKeys}.
 *
 * @param staged null where the backup holds no secret, or none that could be opened
 */
export const keysForRestore = async (
  vault: RestoreVault,
  staged: StagedKeys | null,
): Promise<RestoreKeys> => {
  try {
    await vault.ready();
  } catch (error) {
    // Then it stays locked, missing or lost, which the slots are made by.
    if (!(error instanceof GatewayError)) throw error;
  }
  const seats = staged === null ? NONE : await slotsOf(vault, staged);
  return { liveKeys: vault.copyKeys(), ...seats };
};

const NONE: SlotsFor = { slots: [], leftOut: [] };

const slotsOf = (vault: RestoreVault, { current: { id, bytes } }: StagedKeys): Promise<SlotsFor> =>
  vault.slotsFor({ id, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });

/** Zeroes what is not needed any more. */
export const forgetKeys = (...all: (StagedKeys | null)[]): void => {
  for (const keys of all) if (keys) letGo(keys);
};
