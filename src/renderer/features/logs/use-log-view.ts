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

/** Where it was scrolled to is written down when it rests, ms: the browser takes only so many. */
const REST_MS = 300;

/** What a step of the history knows of the list that was shown there. */
const step = z.object({
  logs: z.object({
    follow: z.boolean(),
    top: z.object({ id: z.number(), offset: z.number() }).nullable(),
    active: z.number().nullable(),
  }),
});

/** Where this step of the history was left; null where it was never. */
function readBookmark(): Bookmark | null {
  return step.safeParse(window.history.state).data?.logs ?? null;
}

function writeBookmark(logs: Bookmark): void {
  window.history.replaceState({ logs }, "", window.location.href);
}

/**
 * The rows that match a filter, read as long as they are shown. Back and forward come to where they
 * were left.
 *
 * @param opened the row whose details are shown
 */
export function useLogView(filter: string, opened: number | null): LogView {
  const view = useMemo(() => {
    const left = readBookmark();
    const begin = left ?? (opened === null ? null : { follow: false, top: null, active: opened });
    const Rows = isAboutMessages(filter, Date.now()) ? LogSearch : LogFeed;
    return new LogView(new Rows(filter, SOURCE), begin);
    // What is opened later is found where it is.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [filter]);
  useEffect(() => view.start(), [view]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let written = "";
    const write = (): void => {
      timer = null;
      const text = JSON.stringify(view.bookmark);
      if (text !== written) writeBookmark(view.bookmark);
      written = text;
    };
    const leave = view.onMoved(() => {
      timer ??= setTimeout(write, REST_MS);
    });
    return () => {
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  }, [view]);
  return view;
}
