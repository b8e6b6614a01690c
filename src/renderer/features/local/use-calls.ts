import { LOCAL_SERVER, type MetricKind } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";

/** Counting has no event of its own, ms. */
const AGAIN_MS = 30_000;
const MOST = 500;

/** Calls of the last 24 hours by name; null while that is not known. */
export function useCalls(kind: MetricKind): ReadonlyMap<string, number> | null {
  const { data } = useQuery(
    api.metrics.get.queryOptions({
      input: { kind, server: LOCAL_SERVER, top: MOST },
      refetchInterval: AGAIN_MS,
      select: ({ items }) => new Map(items.map(({ name, calls }) => [name, calls])),
    }),
  );
  return data ?? null;
}
