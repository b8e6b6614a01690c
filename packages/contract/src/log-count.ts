import type { LogCount, LogCountQuery } from "./logs.ts";

/**
 * How many rows match, however long they have to be looked through. Whatever cannot be undone is
 * told by this and not by the first answer alone.
 *
 * @param count asks for it, as `logs.count` does
 * @throws whatever that throws
 */
export async function countLogs(
  count: (query: LogCountQuery) => Promise<LogCount>,
  filter: string,
): Promise<number> {
  let found = 0;
  let upTo: number | undefined;
  for (;;) {
    const { matches, searchedTo } = await count({ filter, upTo });
    found += matches;
    if (searchedTo === null || searchedTo <= 1) return found;
    upTo = searchedTo - 1;
  }
}
