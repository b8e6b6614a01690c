import { GatewayError } from "@local-mcp/contract";
import { type Connection, sealedColumns } from "@local-mcp/database";
import { createSealer, type DataKey, type Place, type Sealer } from "@local-mcp/vault";
import { z } from "zod";
import { type Row, readRows } from "./rows.ts";
import type { KeyBytes, StagedKeys } from "./types.ts";

/** Tables of which rows are carried with what is sealed in them. */
type SealedTable = "oauth_tokens" | "oauth_client_registrations" | "vault_secrets";

/** A row for another database, with its values sealed by a key of that; null where none can be. */
export type MoveRow = (table: SealedTable, row: Row & { id: string }) => Row | null;

const keyOf = ({ id, bytes }: KeyBytes): DataKey => ({
  id,
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

/** Seals with keys that came from another thread; their bytes stay where they are. */
export const sealerOf = ({ current, retiring }: StagedKeys): Sealer =>
  createSealer({ current: keyOf(current), retiring: retiring.map(keyOf) });

/**
 * Carries rows from one database to another. A value whose data key is the same in both is carried
 * as it is, with no key at hand.
 */
export const rowMover = (
  staged: Connection,
  keys: { live: StagedKeys | null; staged: StagedKeys | null },
): MoveRow => {
  const known = readRows(staged, "vault_data_keys", { id: z.string() }).map(({ id }) => id);
  const from = keys.live && sealerOf(keys.live);
  const to = keys.staged && sealerOf(keys.staged);

  const isKnown = (sealed: string): boolean => known.includes(sealed.split(".")[1] ?? "");

  const sealAnew = (sealed: string, place: Place): string | null => {
    try {
      if (isKnown(sealed)) {
        // Where a key is at hand, a value that was damaged here is not carried.
        (to ?? from)?.open(sealed, place);
        return sealed;
      }
      return from && to && to.seal(from.open(sealed, place), place);
    } catch (error) {
      if (error instanceof GatewayError && error.code === "secret_damaged") return null;
      throw error;
    }
  };

  return (table, row) => {
    const moved: Row = { ...row };
    for (const { column } of sealedColumns.filter((one) => one.table === table)) {
      const sealed = row[column];
      if (typeof sealed !== "string") continue;
      const anew = sealAnew(sealed, { table, column, row: row.id });
      if (anew === null) return null;
      moved[column] = anew;
    }
    return moved;
  };
};
