import type { LogNews } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import type { Untold, Written } from "../entries.ts";
import { AS_BEGUN, type Columns, type Conditions, conditionsOf, type Sql } from "./conditions.ts";
import type { LogFiles } from "./log-files.ts";
import type { Filter } from "./messages.ts";
import { countOf } from "./pages.ts";
import { rowsWhere } from "./rows.ts";
import { matching, matchingBegun, oneOf, Search } from "./search.ts";

/** New rows that are told of at once. */
const MAX_ROWS = 200;
/** Changed rows that are looked up at once: each may be in another part of the index. */
const MAX_CHANGED = 200;

/** What of it matches: new rows, those that match only since they changed, and others that did. */
export async function newsOf(
  files: LogFiles,
  { written, ...filter }: Filter & { written: Untold },
  signal: AbortSignal,
): Promise<LogNews> {
  const search = new Search(files, filter, signal);
  const names = files.names();
  const news = await newRows(search, written);
  const changes: Changes = { begun: [], changed: [], isOver: false };
  for (const before of statesBefore(written)) {
    const { begun, changed, isOver } = files.read(NO_CHANGES, (db) => {
      const { facts } = conditionsOf(db, { ...filter, names }, before.columns);
      return changesOf(db, search.conditions, { ...before, facts });
    });
    changes.begun.push(...begun);
    changes.changed.push(...changed);
    changes.isOver ||= isOver;
    await search.turn();
  }
  const rows = (ids: readonly number[]) =>
    files.read([], (db) => rowsWhere(db, names, oneOf(ids).ids("f.id")));
  return {
    rows: rows([...changes.begun, ...news.ids]),
    added: changes.begun.length + news.added,
    changed: rows(changes.changed),
    removed: changes.isOver,
    last: written.last ?? search.rows.to,
  };
}

/** Rows that are others now, with what was known of them before. */
interface Before {
  ids: readonly number[];
  columns: Columns;
  /** Whether they ran, so that there was no answer. */
  isBegun: boolean;
}

/** Of all that changed and was told of before. */
function* statesBefore({ first, last, changed, marked }: Untold): Generator<Before> {
  const isNew = (id: number): boolean => id >= (first ?? Infinity) && id <= (last ?? 0);
  const isMarked = new Set(marked.map(({ id }) => id));
  const ended = changed.filter((id) => !isNew(id) && !isMarked.has(id));
  for (let at = 0; at < ended.length; at += MAX_CHANGED) {
    yield { ids: ended.slice(at, at + MAX_CHANGED), columns: AS_BEGUN, isBegun: true };
  }
  for (const { id, pinned, hasNote } of marked) {
    if (isNew(id)) continue;
    const isBegun = changed.includes(id);
    const marks = { is_pinned: String(Number(pinned)), has_note: String(Number(hasNote)) };
    yield { ids: [id], columns: isBegun ? { ...AS_BEGUN, ...marks } : marks, isBegun };
  }
}

/** How many of them match, and the newest. */
async function newRows(
  search: Search,
  { first, last }: Written,
): Promise<{ ids: number[]; added: number }> {
  const ids: number[] = [];
  let added = 0;
  if (first === null || last === null) return { ids, added };
  await search.walk({ from: first, to: last, newestFirst: true }, (db, matching) => {
    added += countOf(db, matching);
    ids.push(...idsWhere(db, matching, MAX_ROWS - ids.length));
    return true;
  });
  return { ids, added };
}

interface Changes {
  /** Those that match only now. */
  begun: number[];
  /** Those that match as before. */
  changed: number[];
  /** Whether one matches no longer. */
  isOver: boolean;
}

const NO_CHANGES: Changes = { begun: [], changed: [], isOver: false };

/** @param before with what had to hold of their facts */
function changesOf(
  db: Connection,
  conditions: Conditions,
  { ids, facts, isBegun }: Before & { facts: Sql },
): Changes {
  const among = oneOf(ids);
  const asBefore = { ...conditions, facts };
  const now = idsWhere(db, matching(db, conditions, among), ids.length);
  const matched = isBegun ? matchingBegun(db, asBefore, among) : matching(db, asBefore, among);
  const before = new Set(idsWhere(db, matched, ids.length));
  const begun = now.filter((id) => !before.has(id));
  const changed = now.filter((id) => before.has(id));
  return { begun, changed, isOver: changed.length < before.size };
}

/** The newest. */
const idsWhere = (db: Connection, { sql, values }: Sql, limit: number): number[] =>
  db
    .prepare<(string | number)[], number>(
      `SELECT f.id FROM debug_log_facts f WHERE ${sql} ORDER BY f.id DESC LIMIT ?`,
    )
    .pluck()
    .all(...values, limit);
