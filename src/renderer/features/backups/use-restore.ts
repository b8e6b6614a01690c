import type { BackupJob } from "@local-mcp/contract";
import { useState } from "react";
import { useAttempt } from "../../components/use-attempt.ts";
import { jobBegun, useJob } from "./use-backups.ts";

/** Begins what replaces everything, and follows it through the moment in which nobody answers. */
export function useRestore() {
  const current = useJob();
  const [begun, setBegun] = useState<BackupJob | null>(null);
  const { isBusy: isAsking, error, attempt } = useAttempt();
  const begin = (ask: () => Promise<BackupJob>): Promise<void> =>
    attempt(async () => {
      const job = await ask();
      jobBegun(job);
      setBegun(job);
    });
  // Between its end and the next job it is the last one that is told of.
  const job = begun && current?.id === begun.id ? current : begun;
  return { job, error, isAsking, begin };
}
