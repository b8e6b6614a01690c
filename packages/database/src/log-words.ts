import type { SchemaEntry } from "./schema-entries.ts";
import { openSqlite } from "./sqlite.ts";

const PREFIX = "debug_log_words_";

/**
 * The FTS5 table of a part of the full text of debug logs. It is made when the part has its first
 * row, not by a migration: a row per debug log that has messages, its `rowid` the id.
 */
export const logWordsTable = (part: number): string => `${PREFIX}${part}`;

/** Nothing but words is kept, and rows can still be removed: https://sqlite.org/fts5.html#contentless_delete_tables */
export const createLogWords = (part: number): string =>
  `CREATE VIRTUAL TABLE ${logWordsTable(part)} USING fts5(words, content='', contentless_delete=1, tokenize='unicode61')`;

/** The part whose table has this name. */
export const logWordsPart = (name: string): number => Number(name.slice(PREFIX.length));

const NAME = new RegExp(`^(${PREFIX}(?:0|[1-9]\\d{0,9}))(?:_[a-z]+)?$`);

/** What SQLite makes of one part, by name without its number. */
let known: Map<string, string | null> | null = null;

const entriesOfOne = (): Map<string, string | null> => {
  const connection = openSqlite(":memory:");
  try {
    connection.exec(createLogWords(0));
    const entries = connection
      .prepare<[], [string, string | null]>("SELECT name, sql FROM sqlite_schema")
      .raw();
    return new Map(entries.all());
  } finally {
    connection.close();
  }
};

/** Whether it is such a table word for word, or one that SQLite has for it. */
export const isOfLogWords = ({ type, name, tbl_name, sql }: SchemaEntry): boolean => {
  const [, table] = NAME.exec(name) ?? [];
  if (table === undefined || type !== "table" || tbl_name !== name) return false;
  const first = logWordsTable(0);
  known ??= entriesOfOne();
  const wanted = known.get(name.replace(table, first));
  return wanted !== undefined && sql === (wanted?.replaceAll(first, table) ?? null);
};
