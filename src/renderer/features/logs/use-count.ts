import { countLogs } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { api, client } from "../../app/api.ts";

interface Counted {
  /** Undefined while it is not known. */
  rows: number | undefined;
  isCounting: boolean;
  error: Error | null;
}

/** How many rows match, all of them; where messages have to be looked through that takes a while. */
export function useCount(filter: string): Counted {
  const { data, isPending, error } = useQuery({
    queryKey: [...api.logs.count.key(), "whole", filter],
    queryFn: ({ signal }) => countLogs((query) => client.logs.count(query, { signal }), filter),
    staleTime: 0,
    gcTime: 0,
  });
  return { rows: data, isCounting: isPending, error };
}
