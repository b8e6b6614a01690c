import { setTimeout as sleep } from "node:timers/promises";
import { type BackupJob, type ErrorCode, GatewayError } from "@local-mcp/contract";
import type { Api } from "./connect.ts";
import { errorOf, toGatewayError } from "./errors.ts";

/** The connection that began it, as far as it is needed. */
interface Asked {
  readonly api: { backups: Pick<Api["backups"], "job" | "cancel"> };
}

export interface FollowOptions {
  /** How far it is, each time it was asked. */
  onPhase?: (job: BackupJob) => void;
  /** Asks for an end; what follows is the job's own end, whichever that is. */
  signal?: AbortSignal;
  /** It was asked to end and cannot any more. */
  onUnstoppable?: () => void;
  /** How long a gateway that is being restored may leave us without an answer, ms. */
  patienceMs?: number;
  pollMs?: number;
}

const PATIENCE_MS = 60_000;
const POLL_MS = 250;

/** What is said by a gateway that has just stopped or has not quite started. */
const MEANWHILE: readonly string[] = [
  "gateway_unreachable",
  "restore_under_way",
  "shutting_down",
  "token_unknown",
];

/** What it means where it is said for too long. */
const FOR_EVER: ReadonlyMap<string, ErrorCode> = new Map([
  ["token_unknown", "restore_token_gone"],
  ["gateway_unreachable", "backup_interrupted"],
]);

/**
 * Follows a restore to its end, also through the moment in which the gateway it replaces is closed
 * and opened again at the same address.
 *
 * @returns the job, done
 * @throws GatewayError what it failed with; backup_cancelled; restore_token_gone,
 * backup_interrupted, restore_under_way where its end cannot be known
 */
export const followJob = async (
  connection: Asked,
  id: string,
  {
    onPhase = () => {},
    signal,
    onUnstoppable = () => {},
    patienceMs = PATIENCE_MS,
    pollMs = POLL_MS,
  }: FollowOptions = {},
): Promise<BackupJob> => {
  let answeredAt = performance.now();
  let isAsked = false;
  for (;;) {
    try {
      if (signal?.aborted === true && !isAsked) {
        isAsked = true;
        await cancel(connection, onUnstoppable);
      }
      const { job } = await connection.api.backups.job();
      answeredAt = performance.now();
      // One that was started anew knows nothing of what the one before it did.
      if (job?.id !== id) throw new GatewayError("backup_interrupted");
      onPhase(job);
      if (job.state === "done") return job;
      if (job.problem !== null) throw errorOf(job.problem);
    } catch (error) {
      const { code } = toGatewayError(error);
      if (!MEANWHILE.includes(code)) throw error;
      if (performance.now() - answeredAt >= patienceMs) {
        const end = FOR_EVER.get(code);
        throw end === undefined ? error : new GatewayError(end, {}, { cause: error });
      }
    }
    await sleep(pollMs);
  }
};

const cancel = async ({ api }: Asked, onUnstoppable: () => void): Promise<void> => {
  try {
    await api.backups.cancel();
  } catch (error) {
    // A gateway that does not answer is past the point from which it could.
    const { code } = toGatewayError(error);
    if (code !== "backup_not_cancellable" && !MEANWHILE.includes(code)) throw error;
    onUnstoppable();
  }
};
