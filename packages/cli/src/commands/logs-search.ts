import type { LogRow } from "@local-mcp/contract";
import type { Api } from "../connect.ts";

/** A gateway, as far as its debug log is read. */
interface Searched {
  logs: Pick<Api["logs"], "list">;
}

/** The newest rows that match, oldest first, however long they have to be looked for. */
export const newestRows = async (
  { logs }: Searched,
  filter: string,
  limit: number,
): Promise<LogRow[]> => {
  const found: LogRow[] = [];
  let before: number | undefined;
  for (;;) {
    const { rows, searchedTo } = await logs.list({ filter, limit: limit - found.length, before });
    found.unshift(...rows);
    if (searchedTo === null || found.length >= limit) return found;
    before = searchedTo;
  }
};

/** Tells of the rows after one, some at a time. @param after 0 begins with the first */
export async function* rowsAfter(
  { logs }: Searched,
  filter: string,
  after: number,
): AsyncGenerator<LogRow[]> {
  for (let last = after; ;) {
    // Before the first row there is none to name.
    const place = last === 0 ? { index: 0 } : { after: last };
    const { rows, hasNewer, searchedTo } = await logs.list({ filter, limit: PAGE, ...place });
    yield rows;
    if (searchedTo === null && !hasNewer) return;
    last = searchedTo ?? rows.at(-1)?.id ?? last;
  }
}

/** Rows that are fetched at once. */
const PAGE = 500;
