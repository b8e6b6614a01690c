import { setImmediate as nextTurn } from "node:timers/promises";
import { type Connection, openSqlite } from "@local-mcp/database";
import { type Payload, unpacked } from "../payload.ts";
import { partOf, partsOf, TextIndex, wordsTable } from "../writer/text-index.ts";
import { all, type Conditions, conditionsOf, type Sql } from "./conditions.ts";
import type { LogFiles } from "./log-files.ts";
import type { Filter } from "./messages.ts";

/** Rows from one id to another, both included. */
export interface Range {
  from: number;
  to: number;
}

export interface Walk extends Range {
  newestFirst: boolean;
  /** How many ids are looked through first; more or fewer then, as it takes time. */
  width?: number;
  /** Longest that is searched in one go, ms. */
  budgetMs?: number;
}

/** Ids that are looked through at once where facts alone decide; it takes some 40 ms. */
const MOST_AT_ONCE = 2 ** 20;
/** The first of those that are looked through by words, so that the newest are found at once. */
const WORDS_AT_ONCE = 2 ** 12;
/** More would open many parts of the index in one go. */
const MOST_WORDS_AT_ONCE = 2 ** 18;
/** SQLite takes 500: https://sqlite.org/limits.html#max_compound_select */
const MOST_TABLES = 400;
/** The first of those whose messages are read. */
const MESSAGES_AT_ONCE = 2 ** 8;
/** A slice that took less is followed by a wider one, and one that took more by a narrower, ms. */
const SHORT_MS = 8;
const LONG_MS = 40;

/** So few that match otherwise are looked up among the words one by one. */
const FEW = 200;
/** So many that match otherwise are put together with those that have the words. */
const SOME = 5000;

/**
 * Looks for rows that match a filter, a slice after the other: other tasks have their turn in
 * between, and no slice sees half of what is written at once.
 */
export class Search {
  readonly conditions: Conditions;
  /** The oldest and the newest row there is; from 1 to 0 where there is none. */
  readonly rows: Range;
  readonly #files: LogFiles;
  readonly #signal: AbortSignal;

  constructor(files: LogFiles, { filter, now }: Filter, signal: AbortSignal) {
    const names = files.names();
    this.#files = files;
    this.#signal = signal;
    const conditions = files.read(null, (db) => conditionsOf(db, { filter, now, names }));
    this.conditions = conditions ?? NO_CONDITIONS;
    this.rows = files.read(NO_ROWS, rowsOf);
  }

  /** Lets others have their turn. @throws what aborted it, when nobody waits any more */
  async turn(): Promise<void> {
    await nextTurn();
    this.#signal.throwIfAborted();
  }

  /** Whether it takes more than facts to know what matches, and so longer. */
  get isSlow(): boolean {
    return this.conditions.words !== null || this.conditions.parts.length > 0;
  }

  /**
   * @param use is given which rows of a slice match, as a condition of `f`; false ends the walk
   * @returns how far it came: the last id that was looked at; null when it saw all, or was ended
   */
  async walk(
    { from, to, newestFirst, width = this.#firstWidth(), budgetMs = Infinity }: Walk,
    use: (db: Connection, matching: Sql) => boolean,
  ): Promise<number | null> {
    const begun = performance.now();
    let left = { from: Math.max(from, this.rows.from), to: Math.min(to, this.rows.to) };
    const most = this.conditions.words === null ? MOST_AT_ONCE : MOST_WORDS_AT_ONCE;
    let ids = width;
    while (left.from <= left.to) {
      const sliceBegun = performance.now();
      const slice = newestFirst
        ? { from: Math.max(left.from, left.to - ids + 1), to: left.to }
        : { from: left.from, to: Math.min(left.to, left.from + ids - 1) };
      const goesOn = this.#files.read(false, (db) =>
        use(db, matching(db, this.conditions, between(slice))),
      );
      if (!goesOn) return null;
      left = newestFirst
        ? { from: left.from, to: slice.from - 1 }
        : { from: slice.to + 1, to: left.to };
      if (left.from > left.to) return null;
      const now = performance.now();
      if (now - begun > budgetMs) return newestFirst ? slice.from : slice.to;
      const tookMs = now - sliceBegun;
      if (tookMs < SHORT_MS) ids = Math.min(ids * 4, most);
      else if (tookMs > LONG_MS) ids = Math.max(Math.ceil(ids / 2), 1);
      await this.turn();
    }
    return null;
  }

  #firstWidth(): number {
    if (this.conditions.parts.length > 0) return MESSAGES_AT_ONCE;
    return this.conditions.words === null ? MOST_AT_ONCE : WORDS_AT_ONCE;
  }
}

/** Rows among which is looked. */
export interface Among {
  /** A condition of the column that has their ids. */
  ids: (column: string) => Sql;
  /** Whether words of them are in this part of the index. */
  hasPart: (part: number) => boolean;
}

const between = ({ from, to }: Range): Among => ({
  ids: (column) => ({ sql: `${column} BETWEEN ? AND ?`, values: [from, to] }),
  hasPart: (part) => part >= partOf(from) && part <= partOf(to),
});

export function oneOf(ids: readonly number[]): Among {
  const parts = new Set(ids.map(partOf));
  const list = JSON.stringify(ids);
  return {
    ids: (column) => ({ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [list] }),
    hasPart: (part) => parts.has(part),
  };
}

/** Which of these rows match, as a condition of `f`. */
export function matching(db: Connection, conditions: Conditions, among: Among): Sql {
  const byWords = matchingWords(db, conditions, among);
  const { parts } = conditions;
  if (parts.length === 0) return byWords;
  const messages = db
    .prepare<(string | number)[], [number, Payload | null, Payload | null]>(
      `SELECT f.id, l.request_payload, l.response_payload
        FROM debug_log_facts f JOIN debug_logs l ON l.id = f.id WHERE ${byWords.sql}`,
    )
    .raw();
  const found: number[] = [];
  for (const [id, ...payloads] of messages.iterate(...byWords.values)) {
    if (holdsParts(payloads, parts)) found.push(id);
  }
  return oneOf(found).ids("f.id");
}

/**
 * Which of these rows matched before they ended: of their messages there was the request alone.
 * @param conditions with facts as they were then
 */
export function matchingBegun(
  db: Connection,
  { facts, words, parts }: Conditions,
  among: Among,
): Sql {
  const byFacts = all([among.ids("f.id"), facts]);
  if (words === null && parts.length === 0) return byFacts;
  const begun = openSqlite(":memory:");
  try {
    const index = new TextIndex(begun);
    const requests = db
      .prepare<(string | number)[], [number, Payload | null]>(
        `SELECT f.id, l.request_payload FROM debug_log_facts f JOIN debug_logs l ON l.id = f.id
          WHERE ${byFacts.sql}`,
      )
      .raw();
    const found: number[] = [];
    for (const [id, request] of requests.iterate(...byFacts.values)) {
      if (!holdsParts([request], parts)) continue;
      found.push(id);
      if (words !== null && request !== null) index.insert(id, [unpacked(request)]);
    }
    if (words === null) return oneOf(found).ids("f.id");
    const hasWords = lookup(begun, words.match);
    return oneOf(found.filter((id) => hasWords(id) !== words.not)).ids("f.id");
  } finally {
    begun.close();
  }
}

/** Those that match but for the parts of their messages. */
function matchingWords(db: Connection, { facts, words }: Conditions, among: Among): Sql {
  const byFacts = facts.sql === "1" ? among.ids("f.id") : all([among.ids("f.id"), facts]);
  if (words === null) return byFacts;
  const some = facts.sql === "1" ? null : someOf(db, byFacts);
  if (some?.length === 0) return { sql: "0", values: [] };
  if (some !== null && some.length <= FEW) {
    const hasWords = lookup(db, words.match);
    return oneOf(some.filter((id) => hasWords(id) !== words.not)).ids("f.id");
  }
  const left = some === null ? byFacts : oneOf(some).ids("f.id");
  const hits = hitsIn(db, words.match, among);
  const byHits = words.not ? { sql: `NOT (${hits.sql})`, values: hits.values } : hits;
  return all([left, byHits]);
}

/** Of a file that is not there. */
const NO_CONDITIONS: Conditions = {
  facts: { sql: "0", values: [] },
  words: null,
  parts: [],
  hasKind: false,
};
const NO_ROWS: Range = { from: 1, to: 0 };

function rowsOf(db: Connection): Range {
  // Each of the two for itself is found at once, both together by looking at every row.
  const end = (which: "min" | "max") =>
    db.prepare<[], number | null>(`SELECT ${which}(id) FROM debug_log_facts`).pluck().get();
  return { from: end("min") ?? NO_ROWS.from, to: end("max") ?? NO_ROWS.to };
}

/** Null where there are more than some. */
function someOf(db: Connection, { sql, values }: Sql): number[] | null {
  const ids = db
    .prepare<(string | number)[], number>(
      `SELECT f.id FROM debug_log_facts f WHERE ${sql} LIMIT ${SOME + 1}`,
    )
    .pluck()
    .all(...values);
  return ids.length > SOME ? null : ids;
}

/** Tells of one row whether its words match, by its own part of the index. */
function lookup(db: Connection, match: string): (id: number) => boolean {
  const known = new Set(partsOf(db));
  const hits = new Map<number, (id: number) => boolean>();
  const inPart = (part: number): ((id: number) => boolean) => {
    if (!known.has(part)) return () => false;
    const table = wordsTable(part);
    // Of `rowid = ?` SQLite 3.54.1 finds any row of that id, whatever its words are.
    const hit = db
      .prepare<[string, number, number], number>(
        `SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid BETWEEN ? AND ?`,
      )
      .pluck();
    return (id) => hit.get(match, id, id) !== undefined;
  };
  return (id) => {
    const part = partOf(id);
    const isHit = hits.get(part) ?? inPart(part);
    hits.set(part, isHit);
    return isHit(id);
  };
}

/** Those whose words match. */
function hitsIn(db: Connection, match: string, among: Among): Sql {
  const { sql, values } = among.ids("rowid");
  const tables = partsOf(db).filter(among.hasPart).map(wordsTable);
  const asked: string[] = [];
  for (let at = 0; at < tables.length; at += MOST_TABLES) {
    const some = tables.slice(at, at + MOST_TABLES);
    const hits = some.map(
      (table) => `SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND ${sql}`,
    );
    asked.push(`f.id IN (${hits.join(" UNION ALL ")})`);
  }
  return { sql: asked.join(" OR ") || "0", values: tables.flatMap(() => [match, ...values]) };
}

/**
 * Whether each part is in one of the messages, and none that is not to be.
 * @param parts in small letters
 */
function holdsParts(payloads: readonly (Payload | null)[], parts: Conditions["parts"]): boolean {
  const texts = payloads.flatMap((payload) =>
    payload === null ? [] : unpacked(payload).toLowerCase(),
  );
  const holds = (part: string): boolean => texts.some((one) => one.includes(part));
  return parts.every(({ texts: ways, not }) => ways.some(holds) !== not);
}
