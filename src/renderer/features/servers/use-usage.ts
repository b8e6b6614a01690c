import type { ServerUsage, ServerUsageRow } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api, client, queryClient } from "../../app/api.ts";
import { useIsSeen } from "../../components/use-is-seen.ts";
import { withLastCpu } from "./usage.ts";

/** No event says that a figure moved, so they are read again while somebody sees them, ms. */
const READ_AGAIN_MS = 3000;

type UsageByServer = ReadonlyMap<string, ServerUsage>;

const NONE: UsageByServer = new Map();

const byServer = (rows: readonly ServerUsageRow[]): UsageByServer =>
  new Map(rows.map(({ serverId, usage }) => [serverId, usage]));

/**
 * What the processes of the servers take, by the server's id; a server without processes is not in
 * it. Read while the component that uses it is there and the window can be seen, and not otherwise;
 * what was read last stays.
 */
export function useUsage(): UsageByServer {
  const queryKey = api.servers.usage.queryKey();
  const { data } = useQuery({
    queryKey,
    queryFn: async () =>
      withLastCpu(queryClient.getQueryData(queryKey) ?? [], await client.servers.usage()),
    select: byServer,
    enabled: useIsSeen(),
    staleTime: READ_AGAIN_MS,
    refetchInterval: READ_AGAIN_MS,
  });
  return data ?? NONE;
}
