import type { ImportJob } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api, client, queryClient } from "../../app/api.ts";

/** How often one under way is asked after, ms. */
const EVERY_MS = 250;

/** Every import that is remembered, newest first; those under way are followed. */
export const useImports = () =>
  useQuery(
    api.transfer.jobs.queryOptions({
      refetchInterval: ({ state }) =>
        state.data?.some((job) => job.state === "running") ? EVERY_MS : false,
    }),
  );

/** The import under way; null where there is none. */
export const useRunningImport = (): ImportJob | null =>
  useImports().data?.find(({ state }) => state === "running") ?? null;

/** One was begun or ended here that nobody has told of yet. */
export const readImports = (): void =>
  void queryClient.invalidateQueries({ queryKey: api.transfer.jobs.key() });

/** Where it cannot be cancelled any more the next look says so. */
export const cancelImport = async (job: string): Promise<void> => {
  await client.transfer.cancel({ job }).catch(() => undefined);
  readImports();
};
