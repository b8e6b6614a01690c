import { GatewayError, IMPORT_PHASE_WORDS, type ImportJob } from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import type { Api } from "../connect.ts";
import { watching } from "./progress.ts";

/** A gateway, as far as its imports are watched. */
interface Watched {
  transfer: Pick<Api["transfer"], "jobs" | "job" | "cancel">;
}

/** Shows how far the import of this file is, and cancels it where a person asks the command to stop. */
export const watchedImport = async <T>(
  cli: Cli,
  { transfer }: Watched,
  fileDigest: string,
  work: () => Promise<T>,
): Promise<T> => {
  const { signal } = cli.io;
  if (signal.aborted) throw new GatewayError("import_cancelled");
  let id: string | null = null;
  /** There is none before the gateway has begun with it; one of another file is not ours. */
  const running = async (): Promise<ImportJob | null> => {
    const job =
      id === null
        ? (await transfer.jobs()).find(
            (one) => one.state === "running" && one.fileDigest === fileDigest,
          )
        : await transfer.job({ job: id });
    id = job?.id ?? null;
    return job ?? null;
  };
  const cancel = async (): Promise<void> => {
    const job = await running();
    if (job !== null) await transfer.cancel({ job: job.id });
  };
  const look = async () => {
    // Asked to stop before there was anything to cancel.
    if (signal.aborted) await cancel();
    const job = await running();
    if (job?.state !== "running") return null;
    const { phase, processed, counts } = job;
    const progress = phase === "plan" && counts.total > 0 ? processed / counts.total : null;
    return { phase: IMPORT_PHASE_WORDS[phase], progress };
  };
  return watching(cli, { look, cancel }, work);
};
