import type { AuditEntry, AuditFilter } from "@local-mcp/contract";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";

/** Entries of one page. */
export const PAGE = 100;

/**
 * The audit log as it was when it was opened, and older pages of it as they are asked for. What is
 * recorded meanwhile is counted, and comes into the list when somebody wants it there: nothing
 * moves while it is read.
 */
export function useAuditLog(filter: AuditFilter) {
  const log = useInfiniteQuery(
    api.audit.list.infiniteOptions({
      input: (before: string | undefined) => ({ ...filter, before, limit: PAGE }),
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next ?? undefined,
      placeholderData: keepPreviousData,
      refetchOnMount: "always",
    }),
  );
  // Read again at every event (app/live.ts).
  const newest = useQuery(
    api.audit.list.queryOptions({ input: { ...filter, limit: PAGE }, refetchOnMount: "always" }),
  );
  const entries = log.data?.pages.flatMap((page) => page.entries);
  return {
    entries,
    error: log.error,
    retry: (): void => void log.refetch(),
    /** How many there are that the list does not show; at most {@link PAGE} are counted. */
    unseen: entries ? unseenOf(entries, newest.data?.entries ?? []) : 0,
    showNew: (): Promise<unknown> => log.refetch(),
    hasOlder: log.hasNextPage,
    isReadingOlder: log.isFetchingNextPage,
    showOlder: (): Promise<unknown> => log.fetchNextPage(),
  };
}

/** Ids grow, so that the highest one that is shown tells what is new. */
const unseenOf = (shown: readonly AuditEntry[], newest: readonly AuditEntry[]): number => {
  const last = Math.max(-1, ...shown.slice(0, PAGE).map(({ id }) => id));
  return newest.filter(({ id }) => id > last).length;
};
