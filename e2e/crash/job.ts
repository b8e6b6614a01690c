import { setTimeout as pause } from "node:timers/promises";
import { type BackupJob, GatewayError } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";

/** Longest that a job may take, also on a busy machine, ms. */
const LIMIT_MS = 30_000;

/** A job has failed, and says why. */
class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Until the job under way has ended well. @throws Error with the code of what it failed with */
export async function jobDone(gateway: Gateway): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    const job = await currentJob(gateway);
    if (job?.state === "done") return;
    if (job?.problem) throw new Refused(job.problem.code);
    await pause(5);
  }
  throw new Error("the job does not end");
}

/** Null for the moment in which there is nobody to ask. */
async function currentJob(gateway: Gateway): Promise<BackupJob | null> {
  try {
    return (await gateway.api.backups.job({})).job;
  } catch (error) {
    if (error instanceof GatewayError && error.code === "restore_under_way") return null;
    throw error;
  }
}
