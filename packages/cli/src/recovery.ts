import { GatewayError } from "@local-mcp/contract";
import type { RecoveryMode, Redactor } from "@local-mcp/gateway";
import { optionsHere, type Place } from "./connect.ts";
import type { Io } from "./io.ts";
import { loadGateway } from "./load-gateway.ts";
import { dateTime } from "./output.ts";

/** Why a database does not open; a backup may take its place. */
const REPLACEABLE: readonly string[] = ["database_damaged", "database_newer"];

/** The error that a database does not open, or null for any other. */
export const replaceable = (error: unknown): GatewayError | null =>
  error instanceof GatewayError && REPLACEABLE.includes(error.code) ? error : null;

/** Runs `work` on a data directory whose database does not open, and lets go of it. */
export const recovering = async <T>(
  io: Io,
  place: Place,
  redactor: Redactor,
  work: (recovery: RecoveryMode) => Promise<T>,
): Promise<T> => {
  const { openRecovery } = await loadGateway(place, io.env);
  const recovery = await openRecovery(optionsHere(io, place, redactor));
  try {
    return await work(recovery);
  } finally {
    await recovery.close();
  }
};

/**
 * What to say where the database does not open: the way back to the last good backup, where there
 * is one.
 *
 * @param restore the command that restores the backup of this name
 */
export const withWayBack = async (
  problem: GatewayError,
  recovery: RecoveryMode,
  restore: (backup: string) => string,
): Promise<GatewayError> => {
  const backups = await recovery.backups();
  const good = backups.find(({ state }) => state === "verified");
  if (good === undefined) return problem;
  return new GatewayError(
    "database_restorable",
    { problem: problem.message, time: dateTime(good.createdAt), command: restore(good.name) },
    { cause: problem },
  );
};
