import type { MetricsQuery } from "@local-mcp/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, client } from "../../app/api.ts";
import { useIsSeen } from "../../components/use-is-seen.ts";

/** No event says that something was counted, so it is read again while somebody sees it, ms. */
const READ_AGAIN_MS = 10_000;

/** What was called in the last `lastMs`, up to the moment it is read. */
export function useMetrics(
  lastMs: number,
  filter: Pick<MetricsQuery, "profile" | "server" | "top">,
) {
  return useQuery({
    queryKey: [...api.metrics.get.key(), lastMs, filter],
    queryFn: () => client.metrics.get({ ...filter, from: Date.now() - lastMs }),
    placeholderData: keepPreviousData,
    enabled: useIsSeen(),
    staleTime: READ_AGAIN_MS,
    refetchInterval: READ_AGAIN_MS,
  });
}
