import { keepPreviousData } from "@tanstack/react-query";
import { useIsSeen } from "../../components/use-is-seen.ts";

/** Rows come without an event, so what is made of them is read again, ms. */
const READ_AGAIN_MS = 10_000;

/** Options of a query over rows: read again as long as somebody sees it, the old until the new is there. */
export const useReadAgain = () => ({
  placeholderData: keepPreviousData,
  enabled: useIsSeen(),
  staleTime: 0,
  refetchInterval: READ_AGAIN_MS,
});
