import type { LogState } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { useNow } from "../servers/use-now.ts";
import { leftText } from "./recording-words.ts";

/** How far the words may lag behind, ms. */
const STEP_MS = 5_000;

/** Whether whole messages are recorded, for how long still, and how that is ended. */
export function useUncapped() {
  const { data: state } = useQuery(api.logs.state.queryOptions());
  const until = state?.uncappedUntil ?? null;
  const now = useNow(STEP_MS, until !== null);
  const stop = useMutation(
    api.logs.cap.mutationOptions({
      onSuccess: (next) => {
        keepLogState(next);
        announce("Long messages are cut off again.");
      },
    }),
  );
  return { left: until === null ? null : leftText(until, now), stop };
}

/** What an answer says of recording, without reading it again. */
export const keepLogState = (state: LogState): void => {
  queryClient.setQueryData(api.logs.state.queryKey(), state);
};
