import type { BackupJob } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, client, queryClient } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";

/** How often a job is asked after, ms. */
const EVERY_MS = 250;

export const useBackups = () => useQuery(api.backups.list.queryOptions());

/** Something was done to them here that nobody has told of yet. */
export const readBackups = (): void =>
  void queryClient.invalidateQueries({ queryKey: api.backups.list.key() });

/**
 * The backup or restore under way, or the last one. While one runs it is asked again and again, also
 * where nobody answers: a restore closes the gateway and opens another.
 */
export function useJob(): BackupJob | null {
  const { data, error } = useQuery(
    api.backups.job.queryOptions({
      refetchInterval: ({ state }) => (state.data?.job?.state === "running" ? EVERY_MS : false),
    }),
  );
  const job = data?.job ?? null;
  if (job?.state !== "running" || !error || problemOf(error).code !== "restore_under_way")
    return job;
  // Nobody answers between the commit point and the opening of what was restored.
  return { ...job, phase: "commit", progress: null, cancellable: false };
}

/** Once everything was replaced, all that the window has read is of before. */
export function useReadAnewAfterRestore(): void {
  const job = useJob();
  const isReplacing = job?.state === "running" && (job.kind === "restore" || job.kind === "undo");
  const was = useRef(isReplacing);
  useEffect(() => {
    if (was.current && !isReplacing) void queryClient.invalidateQueries();
    was.current = isReplacing;
  }, [isReplacing]);
}

/** Shows a job that was begun here before anybody has asked after it. */
export const jobBegun = (job: BackupJob): void => {
  queryClient.setQueryData(api.backups.job.queryKey(), { job });
};

/** A job is under way that somebody here has begun and not heard of yet. */
export const askAfterJob = (): void =>
  void queryClient.invalidateQueries({ queryKey: api.backups.job.key() });

/** Where it cannot be cancelled any more the next look says so. */
export const cancelJob = async (): Promise<void> => {
  await client.backups.cancel().catch(() => undefined);
  askAfterJob();
};
