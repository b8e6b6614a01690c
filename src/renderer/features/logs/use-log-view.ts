import { useEffect, useMemo } from "react";
import { z } from "zod";
import { client } from "../../app/api.ts";
import { LogFeed } from "./log-feed.ts";
import { isAboutMessages } from "./log-filter.ts";
import type { LogSource } from "./log-rows.ts";
import { LogSearch } from "./log-search.ts";
import { type Bookmark, LogView } from "./log-view.ts";

const SOURCE: LogSource = {
  list: (query, signal) => client.logs.list(query, { signal }),
  count: (query, signal) => client.logs.count(query, { signal }),
  follow: (filter, signal) => client.logs.follow({ filter }, { signal }),
};

/** Where each step of the history was left; the steps themselves carry only a number. */
const bookmarks = new Map<number, Bookmark>();
const step = z.object({ step: z.number() });

/** The number of the step of the history that is shown. */
function currentStep(): number {
  const known = step.safeParse(window.history.state).data?.step;
  if (known !== undefined) return known;
  const next = Math.max(0, ...bookmarks.keys()) + 1;
  window.history.replaceState({ step: next }, "", window.location.href);
  return next;
}

/**
 * The rows that match a filter, read as long as they are shown. Back and forward come to where they
 * were left.
 *
 * @param opened the row whose details are shown
 */
export function useLogView(filter: string, opened: number | null): LogView {
  const view = useMemo(() => {
    const left = bookmarks.get(currentStep());
    const begin = left ?? (opened === null ? null : { follow: false, top: null, active: opened });
    const Rows = isAboutMessages(filter, Date.now()) ? LogSearch : LogFeed;
    return new LogView(new Rows(filter, SOURCE), begin);
    // What is opened later is found where it is.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [filter]);
  useEffect(() => view.start(), [view]);
  useEffect(() => view.onMoved(() => void bookmarks.set(currentStep(), view.bookmark)), [view]);
  return view;
}
