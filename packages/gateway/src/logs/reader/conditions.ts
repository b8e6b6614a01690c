import {
  LOG_KIND_VALUES,
  type LogNameKey,
  type LogTerm,
  outcomesOf,
  parseLogQuery,
} from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { LOG_ERAS, LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import type { Names } from "./log-files.ts";

/** A filter as it is asked of the tables. All of it has to hold. */
export interface Conditions {
  /** Of a row of `debug_log_facts`, called `f`; `1` for all of them. */
  facts: Sql;
  /** Of the words of its messages; null for any. */
  words: { match: string; not: boolean } | null;
  /** Of its messages as they are, each in one of several ways; in small letters. */
  parts: readonly Part[];
  /** Whether it says which kinds of rows it wants. */
  hasKind: boolean;
}

interface Part {
  texts: readonly string[];
  not: boolean;
}

export interface Sql {
  sql: string;
  values: readonly (string | number)[];
}

/** Columns that another value is looked for in than what they hold: as a row was before. */
export type Columns = Readonly<Record<string, string>>;

/** Of a request that begins a session only its answer tells whose it is. */
const beforeSession = (column: string): string =>
  `iif(f.kind = ${LOG_KINDS.indexOf("request")} AND f.method IN
    (SELECT id FROM debug_log_terms WHERE kind = 'method' AND value = 'initialize'),
    NULL, f.${column})`;

/** What is not known of a row while it runs. */
export const AS_BEGUN: Columns = {
  session: beforeSession("session"),
  client: beforeSession("client"),
  era: beforeSession("era"),
  outcome: String(LOG_OUTCOMES.indexOf("running")),
  duration_ms: "NULL",
  response_bytes: "NULL",
  http_status: "NULL",
  error: "NULL",
};

/** @param filter one that was checked; what cannot be understood of it is left out */
export function conditionsOf(
  db: Connection,
  { filter, now, names }: { filter: string; now: number; names: Names },
  columns: Columns = {},
): Conditions {
  const { terms } = parseLogQuery(filter, now);
  const column = (name: string): string => columns[name] ?? `f.${name}`;
  const facts = terms.flatMap((term): Sql[] => {
    if (term.type === "name") return [signed(term, nameCondition(db, term, names, column))];
    return term.type === "range" ? [signed(term, rangeCondition(term, column))] : [];
  });
  return {
    facts: all(facts),
    words: wordsOf(terms),
    parts: terms.flatMap(({ not, ...term }) =>
      term.type === "contains" ? [{ texts: waysToWrite(term.text.toLowerCase()), not }] : [],
    ),
    hasKind: hasKey(terms, "kind", "linked"),
  };
}

/** As it is, and as it is in a string of JSON, where quotes, backslashes and line ends are escaped. */
const waysToWrite = (text: string): string[] => [
  ...new Set([text, JSON.stringify(text).slice(1, -1)]),
];

const hasKey = (terms: readonly LogTerm[], ...keys: LogNameKey[]): boolean =>
  terms.some((term) => term.type === "name" && keys.includes(term.key));

/** All of them have to hold. */
export const all = (conditions: readonly Sql[]): Sql => ({
  sql: conditions.map(({ sql }) => `(${sql})`).join(" AND ") || "1",
  values: conditions.flatMap(({ values }) => values),
});

const signed = ({ not }: LogTerm, { sql, values }: Sql): Sql =>
  not ? { sql: `(${sql}) IS NOT TRUE`, values } : { sql, values };

type NameTerm = Extract<LogTerm, { type: "name" }>;
type RangeTerm = Extract<LogTerm, { type: "range" }>;

function nameCondition(
  db: Connection,
  { key, values }: NameTerm,
  names: Names,
  column: (name: string) => string,
): Sql {
  switch (key) {
    case "status": {
      const outcomes = new Set(values.flatMap((value) => outcomesOf(value)));
      return among(
        column("outcome"),
        [...outcomes].map((one) => LOG_OUTCOMES.indexOf(one)),
      );
    }
    case "kind":
      return among(
        column("kind"),
        LOG_KIND_VALUES.filter((kind) => values.includes(kind)).map((kind) =>
          LOG_KINDS.indexOf(kind),
        ),
      );
    case "era":
      return among(
        column("era"),
        LOG_ERAS.flatMap((era, index) => (values.includes(era) ? [index] : [])),
      );
    case "http":
      return { sql: values.map((value) => statusRange(value, column)).join(" OR "), values: [] };
    case "pinned":
      return flag(column("is_pinned"), values);
    case "note":
      return flag(column("has_note"), values);
    case "linked": {
      const ids = `SELECT id FROM debug_logs WHERE correlation_id IN (${values.map(() => "?").join(", ")})`;
      return { sql: `f.id IN (${ids})`, values };
    }
    default: {
      const { kind, column: name } = TERMS[key];
      // Any there is, for which no term has to be looked up.
      if (values.includes("*")) return { sql: `${column(name)} IS NOT NULL`, values: [] };
      return among(column(name), termsOf(db, kind, values, names));
    }
  }
}

/** Keys whose values are numbers of `debug_log_terms`: their kind there, and the column. */
export const TERMS = {
  profile: { kind: "profile", column: "profile" },
  server: { kind: "server", column: "server" },
  method: { kind: "method", column: "method" },
  tool: { kind: "name", column: "name" },
  client: { kind: "client", column: "client" },
  session: { kind: "session", column: "session" },
  code: { kind: "error", column: "error" },
} as const satisfies Partial<Record<LogNameKey, { kind: string; column: string }>>;

type TermKind = (typeof TERMS)[keyof typeof TERMS]["kind"];

/** What those of a kind are called now, by their ids; undefined where they have none. */
export function namesOfToday(
  names: Names,
  kind: TermKind,
): ReadonlyMap<string, string> | undefined {
  if (kind === "profile") return names.profiles;
  return kind === "server" ? names.servers : undefined;
}

/** Numbers of the terms that one of the values stands for, by what they are called now and were. */
function termsOf(
  db: Connection,
  kind: TermKind,
  values: readonly string[],
  names: Names,
): number[] {
  const patterns = values.map(pattern);
  const today = namesOfToday(names, kind);
  const fits = (name: string | undefined): boolean => {
    const small = name?.toLowerCase();
    return small !== undefined && patterns.some((one) => one(small));
  };
  const found: number[] = [];
  const rows = db
    .prepare<[string], [number, string, string]>(
      "SELECT id, value, label FROM debug_log_terms WHERE kind = ?",
    )
    .raw();
  for (const [id, value, label] of rows.iterate(kind)) {
    // The label of a client is its version, by which nobody looks for it.
    const isNamed = today !== undefined && (fits(label) || fits(today.get(value)));
    if (isNamed || fits(value)) found.push(id);
  }
  return found;
}

/** Whether a name in small letters is the value, or begins with it where that ends in `*`. */
function pattern(value: string): (name: string) => boolean {
  const small = value.toLowerCase();
  if (!small.endsWith("*")) return (name) => name === small;
  const start = small.slice(0, -1);
  return (name) => name.startsWith(start);
}

/** So many stand in the statement itself; more are given to it as a list. */
const MAX_INLINE = 50;

function among(column: string, numbers: readonly number[]): Sql {
  if (numbers.length <= MAX_INLINE)
    return { sql: `${column} IN (${numbers.join(", ")})`, values: [] };
  const list = JSON.stringify(numbers);
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, values: [list] };
}

function flag(column: string, values: readonly string[]): Sql {
  return among(column, [
    ...(values.includes("yes") ? [1] : []),
    ...(values.includes("no") ? [0] : []),
  ]);
}

/** Of `404`, `40*` and `4*`. */
function statusRange(value: string, column: (name: string) => string): string {
  const digits = value.replace("*", "");
  const [low, high] = [digits.padEnd(3, "0"), digits.padEnd(3, "9")];
  return `${column("http_status")} BETWEEN ${Number(low)} AND ${Number(high)}`;
}

function rangeCondition(
  { key, from, to, isStrict }: RangeTerm,
  column: (name: string) => string,
): Sql {
  const value = {
    duration: () => column("duration_ms"),
    size: () =>
      `coalesce(${column("request_bytes")}, 0) + coalesce(${column("response_bytes")}, 0)`,
    time: () => column("at"),
  }[key]();
  const equal = isStrict ? "" : "=";
  return all([
    ...(from === null ? [] : [{ sql: `${value} >${equal} ?`, values: [from] }]),
    ...(to === null ? [] : [{ sql: `${value} <${equal} ?`, values: [to] }]),
  ]);
}

/** In the language of https://sqlite.org/fts5.html#full_text_query_syntax */
function wordsOf(terms: readonly LogTerm[]): Conditions["words"] {
  const phrases = (not: boolean): string[] =>
    terms.flatMap((term) => (term.type === "text" && term.not === not ? [phrase(term.text)] : []));
  const wanted = phrases(false).join(" AND ");
  const unwanted = phrases(true).join(" OR ");
  if (wanted === "") return unwanted === "" ? null : { match: unwanted, not: true };
  return { match: unwanted === "" ? wanted : `(${wanted}) NOT (${unwanted})`, not: false };
}

/** Whatever is in it, it is looked for and says nothing. */
function phrase(text: string): string {
  const isStart = text.endsWith("*");
  // SQLite's text ends at a zero.
  const words = text.replaceAll("\0", " ").replaceAll('"', '""');
  return `"${words}"${isStart ? " *" : ""}`;
}
