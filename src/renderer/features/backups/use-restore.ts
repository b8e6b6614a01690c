import type { BackupJob } from "@local-mcp/contract";
import { useState } from "react";
import { jobBegun, useJob } from "./use-backups.ts";

/** Begins what replaces everything, and follows it through the moment in which nobody answers. */
export function useRestore() {
  const current = useJob();
  const [begun, setBegun] = useState<BackupJob | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const begin = async (ask: () => Promise<BackupJob>): Promise<void> => {
    setError(null);
    setAsking(true);
    try {
      const job = await ask();
      jobBegun(job);
      setBegun(job);
    } catch (problem) {
      setError(problem);
    } finally {
      setAsking(false);
    }
  };
  // Between its end and the next job it is the last one that is told of.
  const job = begun && current?.id === begun.id ? current : begun;
  return { job, error, isAsking, begin };
}
