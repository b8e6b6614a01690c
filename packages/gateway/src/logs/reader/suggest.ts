import type { Connection } from "@local-mcp/database";
import { namesOfToday, TERMS } from "./conditions.ts";
import type { Names } from "./log-files.ts";

const MAX_SUGGESTED = 50;
/** Rows that tell what is used now. */
const RECENT_ROWS = 20_000;

/** Names that begin with the prefix, those that were used last first; no more than can be read. */
export function suggest(
  db: Connection,
  names: Names,
  { key, prefix }: { key: string; prefix: string },
): string[] {
  if (!isTermKey(key)) return [];
  const { kind, column } = TERMS[key];
  const today = namesOfToday(names, kind);
  const start = prefix.toLowerCase();
  const terms = db
    .prepare<[string], [string, string]>(
      `SELECT t.value, t.label FROM debug_log_terms t
        LEFT JOIN (SELECT ${column} AS term, max(id) AS used FROM
          (SELECT id, ${column} FROM debug_log_facts ORDER BY id DESC LIMIT ${RECENT_ROWS})
          GROUP BY ${column}) ON term = t.id
        WHERE t.kind = ? ORDER BY used DESC NULLS LAST, t.id DESC`,
    )
    .raw();
  const suggested = new Set<string>();
  for (const [value, label] of terms.iterate(kind)) {
    const name = today === undefined ? value : (today.get(value) ?? label);
    if (name.toLowerCase().startsWith(start)) suggested.add(name);
    if (suggested.size >= MAX_SUGGESTED) break;
  }
  return [...suggested];
}

const isTermKey = (key: string): key is keyof typeof TERMS => Object.hasOwn(TERMS, key);
