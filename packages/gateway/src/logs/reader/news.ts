import type { LogNews } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import type { Written } from "../entries.ts";
import { all, AS_BEGUN, conditionsOf, type Sql } from "./conditions.ts";
import type { LogFiles } from "./log-files.ts";
import type { Filter } from "./messages.ts";
import { countOf } from "./pages.ts";
import { rowsWhere } from "./rows.ts";
import { matching, oneOf, Search } from "./search.ts";

/** New rows that are told of at once. */
const MAX_ROWS = 200;
/** Changed rows that are looked up at once: each may be in another part of the index. */
const MAX_CHANGED = 200;

/** What of it matches: new rows, those that match only since they ended, and others that changed. */
export async function newsOf(
  files: LogFiles,
  { written, ...filter }: Filter & { written: Written },
  signal: AbortSignal,
): Promise<LogNews> {
  const search = new Search(files, filter, signal);
  const names = files.names();
  const news = await newRows(search, written);
  const changes: Changes = { begun: [], changed: [], isOver: false };
  for (let at = 0; at < written.changed.length; at += MAX_CHANGED) {
    const ids = written.changed.slice(at, at + MAX_CHANGED);
    const { begun, changed, isOver } = files.read(NO_CHANGES, (db) => {
      const before = conditionsOf(db, { ...filter, names }, AS_BEGUN);
      return changesOf(db, search, before.facts, ids);
    });
    changes.begun.push(...begun);
    changes.changed.push(...changed);
    changes.isOver ||= isOver;
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
  /** Whether one matches no longer, or it is not known whether it did. */
  isOver: boolean;
}

const NO_CHANGES: Changes = { begun: [], changed: [], isOver: false };

/** @param factsBefore what had to hold of a row before it ended */
function changesOf(
  db: Connection,
  search: Search,
  factsBefore: Sql,
  ids: readonly number[],
): Changes {
  const among = oneOf(ids);
  const now = idsWhere(db, matching(db, search.conditions, among), ids.length);
  // With its end come its words, and with a pin or a note itself.
  if (search.isSlow || search.conditions.hasMarks) {
    return { begun: [], changed: now, isOver: now.length > 0 || search.conditions.hasMarks };
  }
  const before = new Set(idsWhere(db, all([among.ids("f.id"), factsBefore]), ids.length));
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
