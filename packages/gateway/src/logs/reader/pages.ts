import type { LogCount, LogsPage } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import type { Sql } from "./conditions.ts";
import type { LogFiles } from "./log-files.ts";
import type { ReaderTasks } from "./messages.ts";
import { rowsWhere } from "./rows.ts";
import { oneOf, Search, type Walk } from "./search.ts";

/** After so long what was found is shown, and the search goes on when more is asked for, ms. */
const PAGE_BUDGET_MS = 300;
const COUNT_BUDGET_MS = 1000;
/** So long it is looked whether there is more on the other side, ms; undecided is yes. */
const OTHER_SIDE_BUDGET_MS = 50;

type PageQuery = ReaderTasks["page"][0];

export async function pageOf(
  files: LogFiles,
  query: PageQuery,
  signal: AbortSignal,
): Promise<LogsPage> {
  const { before, after, index, limit } = query;
  const version = files.version();
  const search = new Search(files, query, signal);
  const found: Found =
    index !== undefined
      ? await atIndex(search, index, limit)
      : after !== undefined
        ? await newerThan(search, after, limit)
        : await olderThan(search, before, limit);
  const isAll = [before, after, index].every((place) => place === undefined) && !found.hasOlder;
  if (isAll && files.version() === version) {
    const conditions = JSON.stringify(search.conditions);
    files.remember({ conditions, version, matches: found.ids.length });
  }
  const names = files.names();
  const rows = files.read([], (db) => rowsWhere(db, names, oneOf(found.ids).ids("f.id")));
  const { hasOlder, hasNewer, searchedTo } = found;
  return { rows, hasOlder, hasNewer, searchedTo };
}

interface Found extends Omit<LogsPage, "rows"> {
  ids: number[];
}

/** Ids that match, one more than is wanted where there are more. */
export async function idsOf(
  search: Search,
  walk: Walk,
  limit: number,
): Promise<{ ids: number[]; hasMore: boolean; searchedTo: number | null }> {
  const ids: number[] = [];
  const order = walk.newestFirst ? "DESC" : "ASC";
  const budgetMs = search.isSlow ? walk.budgetMs : undefined;
  const searchedTo = await search.walk({ ...walk, budgetMs }, (db, { sql, values }) => {
    const more = db
      .prepare<(string | number)[], number>(
        `SELECT f.id FROM debug_log_facts f WHERE ${sql} ORDER BY f.id ${order} LIMIT ?`,
      )
      .pluck()
      .all(...values, limit + 1 - ids.length);
    ids.push(...more);
    return ids.length <= limit;
  });
  const hasMore = ids.length > limit || searchedTo !== null;
  return { ids: ids.slice(0, limit), hasMore, searchedTo };
}

async function olderThan(search: Search, before = Infinity, limit: number): Promise<Found> {
  const walk = { from: 0, to: before - 1, newestFirst: true, budgetMs: PAGE_BUDGET_MS };
  const { ids, hasMore, searchedTo } = await idsOf(search, walk, limit);
  const hasNewer = await hasAny(search, { from: before, to: Infinity, newestFirst: false });
  return { ids, hasOlder: hasMore, hasNewer, searchedTo };
}

async function newerThan(search: Search, after: number, limit: number): Promise<Found> {
  const walk = { from: after + 1, to: Infinity, newestFirst: false, budgetMs: PAGE_BUDGET_MS };
  const { ids, hasMore, searchedTo } = await idsOf(search, walk, limit);
  const hasOlder = await hasAny(search, { from: 0, to: after, newestFirst: true });
  return { ids, hasOlder, hasNewer: hasMore, searchedTo };
}

async function hasAny(search: Search, walk: Walk): Promise<boolean> {
  const { ids, searchedTo } = await idsOf(search, { ...walk, budgetMs: OTHER_SIDE_BUDGET_MS }, 1);
  return ids.length > 0 || searchedTo !== null;
}

/** Rows from so many after the oldest on. */
async function atIndex(search: Search, index: number, limit: number): Promise<Found> {
  const ids: number[] = [];
  let skip = index;
  await search.walk({ from: 0, to: Infinity, newestFirst: false }, (db, matching) => {
    const { sql, values } = matching;
    const more = db
      .prepare<(string | number)[], number>(
        `SELECT f.id FROM debug_log_facts f WHERE ${sql} ORDER BY f.id LIMIT ? OFFSET ?`,
      )
      .pluck()
      .all(...values, limit + 1 - ids.length, skip);
    // Where there is none, all of them are before the first that is wanted.
    if (more.length > 0) skip = 0;
    else if (skip > 0) skip -= countOf(db, matching);
    ids.push(...more);
    return ids.length <= limit;
  });
  return {
    ids: ids.slice(0, limit),
    hasOlder: index > 0 && search.rows.from <= search.rows.to,
    hasNewer: ids.length > limit,
    searchedTo: null,
  };
}

export const countOf = (db: Connection, { sql, values }: Sql): number =>
  db
    .prepare<(string | number)[], number>(`SELECT count(*) FROM debug_log_facts f WHERE ${sql}`)
    .pluck()
    .get(...values) ?? 0;

export async function countMatches(
  files: LogFiles,
  query: ReaderTasks["count"][0],
  signal: AbortSignal,
): Promise<LogCount> {
  const search = new Search(files, query, signal);
  const last = Math.min(query.upTo ?? Infinity, search.rows.to);
  const conditions = JSON.stringify(search.conditions);
  const counted =
    last < search.rows.to ? null : files.counted({ conditions, version: files.version() });
  if (counted !== null) return { matches: counted, last, searchedTo: null };
  let matches = 0;
  const budgetMs = search.isSlow ? COUNT_BUDGET_MS : undefined;
  const walk = { from: 0, to: last, newestFirst: true, budgetMs };
  const searchedTo = await search.walk(walk, (db, matching) => {
    matches += countOf(db, matching);
    return true;
  });
  return { matches, last, searchedTo };
}
