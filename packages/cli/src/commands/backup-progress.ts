import {
  BACKUP_PHASE_WORDS,
  type BackupJob,
  type BackupPhase,
  GatewayError,
} from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import type { Connection } from "../connect.ts";
import { followJob } from "../follow-job.ts";

/** ms between two looks at how far it is. */
const LOOK_MS = 200;

const UNSTOPPABLE =
  "It cannot be stopped any more, and goes on. “backup undo” takes it back afterwards.";

/** Says how far something is. */
interface PhaseLine {
  /** @param progress 0 to 1 within the phase, null where it cannot be known */
  show: (phase: BackupPhase, progress: number | null) => void;
  /** Leaves the cursor on a line of its own. */
  end: () => void;
}

/** A line per phase, for a person at a terminal; programs are spared it. */
export const phaseLine = (cli: Cli): PhaseLine => {
  const { stderr } = cli.io;
  if (stderr.isTTY !== true || cli.json) return { show: () => {}, end: () => {} };
  let shown: BackupPhase | null = null;
  let width = 0;
  const end = (): void => {
    if (shown !== null) stderr.write("\n");
    shown = null;
    width = 0;
  };
  return {
    show: (phase, progress) => {
      if (phase !== shown) end();
      shown = phase;
      const percent = progress === null ? "" : ` ${Math.round(progress * 100)} %`;
      const text = `${BACKUP_PHASE_WORDS[phase]}…${percent}`;
      stderr.write(`\r${text.padEnd(width)}`);
      width = text.length;
    },
    end,
  };
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
  const { signal } = cli.io;
  if (signal.aborted) throw new GatewayError("backup_cancelled");
  const line = phaseLine(cli);
  let over = false;
  const look = async (): Promise<void> => {
    const { job } = await jobs.job();
    if (job?.state === "running" && !over) line.show(job.phase, job.progress);
  };
  const timer = setInterval(() => {
    // What is wrong with the gateway is said by the work itself.
    look().catch(() => clearInterval(timer));
  }, LOOK_MS);
  // Where it is over already, or has come too far, the work tells, and is waited for.
  const cancel = (): void => void jobs.cancel().catch(() => cli.io.goOn?.());
  signal.addEventListener("abort", cancel);
  try {
    return await work();
  } finally {
    over = true;
    signal.removeEventListener("abort", cancel);
    clearInterval(timer);
    line.end();
  }
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
