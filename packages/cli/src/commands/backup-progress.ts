import {
  BACKUP_PHASE_WORDS,
  type BackupJob,
  type BackupPhase,
  GatewayError,
} from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import type { Connection } from "../connect.ts";
import { followJob } from "../follow-job.ts";
import { progressLine, watching } from "./progress.ts";

const UNSTOPPABLE =
  "It cannot be stopped any more, and goes on. “backup undo” takes it back afterwards.";

/** The same line for what is said of a backup's phases. */
export const phaseLine = (
  cli: Cli,
): { show: (phase: BackupPhase, progress: number | null) => void; end: () => void } => {
  const { show, end } = progressLine(cli);
  return { show: (phase, progress) => show(BACKUP_PHASE_WORDS[phase], progress), end };
};

/** Where it can be seen how far something is, and where it can be ended. */
interface Jobs {
  job: () => Promise<{ job: BackupJob | null }>;
  cancel: () => Promise<unknown>;
}

/**
 * Shows how far `work` is, and cancels it where a person asks the command to stop; `work` then
 * rejects with what came of that.
 */
export const watched = async <T>(cli: Cli, jobs: Jobs, work: () => Promise<T>): Promise<T> => {
  if (cli.io.signal.aborted) throw new GatewayError("backup_cancelled");
  const look = async () => {
    const { job } = await jobs.job();
    if (job?.state !== "running") return null;
    return { phase: BACKUP_PHASE_WORDS[job.phase], progress: job.progress };
  };
  return watching(cli, { look, cancel: jobs.cancel }, work);
};

/**
 * Shows how far a restore is, to its end. Where a person asks the command to stop it is cancelled,
 * or they are told that it cannot be any more.
 *
 * @throws GatewayError what it failed with
 */
export const followed = async (
  cli: Cli,
  connection: Connection,
  { id }: BackupJob,
): Promise<BackupJob> => {
  const line = phaseLine(cli);
  try {
    return await followJob(connection, id, {
      onPhase: ({ phase, progress }) => line.show(phase, progress),
      signal: cli.io.signal,
      onUnstoppable: () => {
        cli.io.goOn?.();
        line.end();
        cli.io.stderr.write(`${UNSTOPPABLE}\n`);
      },
    });
  } finally {
    line.end();
  }
};
