import type { LogSession } from "@local-mcp/contract";
import { LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import { all } from "./conditions.ts";
import type { LogFiles } from "./log-files.ts";
import type { Filter } from "./messages.ts";
import { rowsWhere } from "./rows.ts";
import { oneOf, Search } from "./search.ts";

/** The latest of them; who wants others says so in the filter. */
const MAX_SESSIONS = 200;
/** Ids that are looked through first: rows are put together by session. */
const ROWS_AT_ONCE = 2 ** 16;

/** Whatever else is an error, as it is in sums and metrics; a cancelled call too. */
const NO_ERRORS = [LOG_OUTCOMES.indexOf("ok"), LOG_OUTCOMES.indexOf("running")].join(", ");
const REQUEST = LOG_KINDS.indexOf("request");

/** What a session did, by the number of its name. */
interface Sum {
  session: number;
  firstAt: number;
  lastAt: number;
  /** The last request of a client in it, or whatever was the last; it says whose session it is. */
  lastId: number;
  requests: number;
  errors: number;
}

/** Sessions of rows that match, the latest first. */
export async function sessionsOf(
  files: LogFiles,
  filter: Filter,
  signal: AbortSignal,
): Promise<LogSession[]> {
  const search = new Search(files, filter, signal);
  const sums = new Map<number, Sum>();
  const walk = { from: 0, to: Infinity, newestFirst: true, width: ROWS_AT_ONCE };
  await search.walk(walk, (db, matching) => {
    const { sql, values } = all([matching, { sql: "f.session IS NOT NULL", values: [] }]);
    const some = db
      .prepare<(string | number)[], Sum>(
        `SELECT f.session, min(f.at) AS firstAt, max(f.at) AS lastAt,
          coalesce(max(iif(f.kind = ${REQUEST}, f.id, NULL)), max(f.id)) AS lastId,
          sum(f.kind = ${REQUEST}) AS requests,
          sum(f.kind = ${REQUEST} AND f.outcome NOT IN (${NO_ERRORS})) AS errors
          FROM debug_log_facts f WHERE ${sql} GROUP BY f.session`,
      )
      .iterate(...values);
    for (const sum of some) sums.set(sum.session, added(sums.get(sum.session), sum));
    return true;
  });

  const latest = [...sums.values()]
    .sort((one, other) => other.lastAt - one.lastAt)
    .slice(0, MAX_SESSIONS);
  const names = files.names();
  const rows = files.read([], (db) =>
    rowsWhere(db, names, oneOf(latest.map(({ lastId }) => lastId)).ids("f.id")),
  );
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return latest.flatMap(({ lastId, firstAt, lastAt, requests, errors }) => {
    const row = rowOf.get(lastId);
    if (!row?.session) return [];
    const { session, client, clientVersion, era, profile } = row;
    return { session, client, clientVersion, era, profile, firstAt, lastAt, requests, errors };
  });
}

/** @param newer rows that are newer than those of `older`, of the same session */
function added(newer: Sum | undefined, older: Sum): Sum {
  if (newer === undefined) return older;
  return {
    ...(newer.requests > 0 || older.requests === 0 ? newer : older),
    firstAt: Math.min(newer.firstAt, older.firstAt),
    lastAt: Math.max(newer.lastAt, older.lastAt),
    requests: newer.requests + older.requests,
    errors: newer.errors + older.errors,
  };
}
