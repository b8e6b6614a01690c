import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";

/** Long enough that a log of a million rows is not looked through again and again, ms. */
const BELIEVED_MS = 60_000;

const NONE: ReadonlySet<string> = new Set();

/** Ids of the sessions that debug logs have rows of; none until that is known. */
export function useLoggedSessions(): ReadonlySet<string> {
  const { data } = useQuery(
    api.logs.sessions.queryOptions({
      input: { filter: "" },
      staleTime: BELIEVED_MS,
      select: (sessions): ReadonlySet<string> => new Set(sessions.map(({ session }) => session)),
    }),
  );
  return data ?? NONE;
}
