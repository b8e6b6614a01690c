import { setImmediate as nextTurn } from "node:timers/promises";
import {
  FAILED_OUTCOMES,
  formatLogTerm,
  LOG_NAME_KEYS,
  type LogFinding,
  type LogLevel,
  logLevel,
  type LogNameKey,
} from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import { namesOfToday } from "./conditions.ts";
import type { LogFiles, Names } from "./log-files.ts";
import type { FindingsQuery } from "./messages.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What servers did longer ago is past. */
const WINDOW_MS = HOUR_MS;
/** Lists are asked for seldom. */
const LIST_WINDOW_MS = 24 * HOUR_MS;

/** A server fails that failed so often in the same way, and more often than it did not. */
const FAILURES = 5;
/** A client does not see that its session is over that was told so often within so long. */
const DEAD_SESSION_TIMES = 3;
const DEAD_SESSION_MS = 10 * MINUTE_MS;
/** A list that is larger takes much of what a model can read. */
const OVERSIZED_BYTES = 256 * 1024;
const LISTED: Readonly<Record<string, string>> = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
};
/** A server is slow of whose calls, where they are so many, 5 % take longer. */
const SLOW_MS = 5000;
const SLOW_CALLS = 20;

/** However much passes, so many of the newest rows are looked at and no more. */
const MAX_ROWS = 200_000;
const FIRST_ROW = `(SELECT max(id) - ${MAX_ROWS} FROM debug_log_facts)`;
const RECENT = `f.id > ${FIRST_ROW} AND f.at > ?`;

const UPSTREAM = LOG_KINDS.indexOf("upstream");
const REQUEST = LOG_KINDS.indexOf("request");
const RUNNING = LOG_OUTCOMES.indexOf("running");
const TOOL_ERROR = LOG_OUTCOMES.indexOf("tool_error");
/** Of the gateway, and so no failure of a server. */
const INTERRUPTED = LOG_OUTCOMES.indexOf("interrupted");
const FAILED = FAILED_OUTCOMES.map((outcome) => LOG_OUTCOMES.indexOf(outcome))
  .filter((outcome) => outcome !== INTERRUPTED)
  .join(", ");

/** Where and since when is looked. */
interface Look extends Omit<FindingsQuery, "ofCatalog"> {
  db: Connection;
  names: Names;
  /** What was before was dismissed, ms since 1970. */
  since: number;
}

const LOOKS = [failingServers, deadSessions, oversizedLists, slowServers];

/**
 * What rows show to be wrong, and what others found. What was dismissed is there again when all
 * that it takes was seen anew.
 */
export async function findingsOf(
  files: LogFiles,
  { ofCatalog, ...query }: FindingsQuery,
  signal: AbortSignal,
): Promise<LogFinding[]> {
  const names = files.names();
  const dismissed = files.read(new Map<string, number>(), dismissals);
  const found: LogFinding[] = [];
  for (const look of LOOKS) {
    found.push(
      ...files.read([], (db) => {
        const at = { db, names, ...query };
        return look({ ...at, since: 0 }).flatMap((finding) => {
          const since = dismissed.get(finding.id);
          if (since === undefined) return finding;
          return look({ ...at, since }).filter(({ id }) => id === finding.id);
        });
      }),
    );
    await nextTurn();
    signal.throwIfAborted();
  }
  return [...found, ...ofCatalog.filter(({ id }) => !dismissed.has(id))];
}

const dismissals = (db: Connection): Map<string, number> =>
  new Map(
    db
      .prepare<[], [string, number]>("SELECT finding, dismissed_at FROM debug_log_dismissals")
      .raw()
      .all(),
  );

interface FailingServer {
  server: string;
  label: string;
  error: string | null;
  count: number;
  lastAt: number;
}

function failingServers(look: Look): LogFinding[] {
  const { db, names, now, since } = look;
  const failing = db
    .prepare<[number], FailingServer>(
      `WITH recent AS MATERIALIZED (
          SELECT s.value AS server, s.label, f.error, f.outcome, f.at
          FROM debug_log_facts f JOIN debug_log_terms s ON s.id = f.server
          WHERE ${RECENT} AND f.kind = ${UPSTREAM} AND f.outcome NOT IN (${RUNNING}, ${INTERRUPTED})
            AND ${allRecorded(look)}),
        calls AS (SELECT server, count(*) AS calls FROM recent GROUP BY server)
      SELECT r.server, r.label, e.value AS error, count(*) AS count, max(r.at) AS lastAt
      FROM recent r JOIN calls c ON c.server = r.server
        LEFT JOIN debug_log_terms e ON e.id = r.error
      WHERE r.outcome IN (${FAILED}) AND (r.error IS NOT NULL OR r.outcome = ${TOOL_ERROR})
      GROUP BY r.server, r.error
      HAVING count(*) >= ${FAILURES} AND count(*) * 2 > c.calls`,
    )
    .all(Math.max(since, now - WINDOW_MS));
  const span = spanOf(look);
  return failing.map(({ server, label, error, count, lastAt }) => {
    const name = names.servers.get(server) ?? label;
    // What a tool says has no code; it may be another thing each time.
    const how = error === null ? "with errors of its tools" : `with “${error}”`;
    const where = error === null ? "what its tools say" : `what ${name} writes to its output`;
    return {
      id: `server_failing:${server}:${error ?? ""}`,
      code: "server_failing",
      message: `${name} failed ${count} times ${span} ${how}, more often than it did not.`,
      fix: `See ${where}, and check its settings.`,
      count,
      lastAt,
      filter: filterOf(
        {
          kind: "upstream",
          server: name,
          status: error === null ? "tool_error" : "error",
          code: error,
        },
        "after:1h",
      ),
      server: name,
      profile: null,
    };
  });
}

interface Refused {
  /** Its name, and the number of that. */
  session: string;
  term: number;
  at: number;
}

function deadSessions({ db, now, since }: Look): LogFinding[] {
  const refused = db
    .prepare<[number], Refused>(
      `SELECT s.value AS session, s.id AS term, f.at
        FROM debug_log_facts f JOIN debug_log_terms s ON s.id = f.session
        WHERE ${RECENT} AND f.kind = ${REQUEST} AND f.error IN
          (${numbersOf("error", "session_not_found")})
        ORDER BY f.at`,
    )
    .all(Math.max(since, now - WINDOW_MS));
  // Who is refused is not known by name, as long as the session was.
  const nameOf = db
    .prepare<[number], string>(
      `SELECT (SELECT value FROM debug_log_terms WHERE id = f.client) FROM debug_log_facts f
        WHERE f.session = ? AND f.kind = ${REQUEST} AND f.client IS NOT NULL
        ORDER BY f.id DESC LIMIT 1`,
    )
    .pluck();
  const bySession = new Map<string, Refused[]>();
  for (const one of refused) {
    bySession.set(one.session, [...(bySession.get(one.session) ?? []), one]);
  }
  return [...bySession].flatMap(([session, times]): LogFinding[] => {
    const isOften = times.some(({ at }, index) => {
      const enough = times[index + DEAD_SESSION_TIMES - 1];
      return enough !== undefined && enough.at - at <= DEAD_SESSION_MS;
    });
    const last = times.at(-1);
    if (!isOften || last === undefined) return [];
    const client = nameOf.get(last.term);
    const finding: LogFinding = {
      id: `dead_session:${session}`,
      code: "dead_session",
      message: `${client ?? "A client"} goes on with a session that is over, though it was told ${times.length} times.`,
      fix: `Restart ${client ?? "the client"}, or connect it anew there.`,
      count: times.length,
      lastAt: last.at,
      filter: filterOf({ code: "session_not_found", session }, "after:1h"),
      server: null,
      profile: null,
    };
    return [finding];
  });
}

interface OversizedList {
  method: string;
  profile: string;
  label: string;
  bytes: number;
  count: number;
  lastAt: number;
}

function oversizedLists({ db, names, now, since }: Look): LogFinding[] {
  const lists = db
    .prepare<[number], OversizedList>(
      `SELECT m.value AS method, p.value AS profile, p.label, max(f.response_bytes) AS bytes,
          count(*) AS count, max(f.at) AS lastAt
        FROM debug_log_facts f JOIN debug_log_terms p ON p.id = f.profile
          JOIN debug_log_terms m ON m.id = f.method
        WHERE ${RECENT} AND f.kind = ${REQUEST} AND f.response_bytes > ${OVERSIZED_BYTES}
          AND f.method IN (${numbersOf("method", ...Object.keys(LISTED))})
        GROUP BY p.value, m.value`,
    )
    .all(Math.max(since, now - LIST_WINDOW_MS));
  return lists.map(({ method, profile, label, bytes, count, lastAt }) => {
    const slug = names.profiles.get(profile) ?? label;
    const what = LISTED[method];
    return {
      id: `list_oversized:${profile}:${what}`,
      code: "list_oversized",
      message: `The list of ${what} of “${slug}” takes ${Math.round(bytes / 1024)} KB, which each client reads whole.`,
      fix: `Turn off ${what} in the profile that its clients do not need.`,
      count,
      lastAt,
      filter: filterOf({ kind: "request", profile: slug, method }, "after:24h"),
      server: null,
      profile: slug,
    };
  });
}

interface SlowServer {
  server: string;
  label: string;
  count: number;
  p95Ms: number;
  lastAt: number;
}

function slowServers(look: Look): LogFinding[] {
  const { db, names, now, since } = look;
  const slow = db
    .prepare<[number], SlowServer>(
      // Of so many calls in order, the first that is no longer among the quickest 95 %.
      `WITH calls AS (
          SELECT s.value AS server, s.label, f.at, f.duration_ms,
            row_number() OVER (PARTITION BY s.value ORDER BY f.duration_ms) AS place,
            count(*) OVER (PARTITION BY s.value) AS many,
            max(f.at) OVER (PARTITION BY s.value) AS lastAt
          FROM debug_log_facts f JOIN debug_log_terms s ON s.id = f.server
          WHERE ${RECENT} AND f.kind = ${UPSTREAM} AND f.duration_ms IS NOT NULL
            AND f.method IN (${numbersOf("method", "tools/call")}) AND ${allRecorded(look)})
      SELECT server, label, many AS count, duration_ms AS p95Ms, lastAt FROM calls
      WHERE many >= ${SLOW_CALLS} AND duration_ms > ${SLOW_MS} AND place = (many * 95 + 99) / 100`,
    )
    .all(Math.max(since, now - WINDOW_MS));
  const span = spanOf(look);
  return slow.map(({ server, label, count, p95Ms, lastAt }) => {
    const name = names.servers.get(server) ?? label;
    const took = `${(p95Ms / 1000).toFixed(1)} s`;
    return {
      id: `server_slow:${server}`,
      code: "server_slow",
      message: `Of ${count} calls of ${name} ${span} one in twenty took ${took} or longer.`,
      fix: `See which of its tools take long, and whether ${name} waits for something itself.`,
      count,
      lastAt,
      filter: filterOf({ kind: "upstream", server: name }, `duration:>${SLOW_MS / 1000}s after:1h`),
      server: name,
      profile: null,
    };
  });
}

/** What was looked at of the last hour, in words. */
function spanOf({ db, now }: Look): string {
  const [before] = db
    .prepare<[], number>(
      `SELECT at FROM debug_log_facts WHERE id <= ${FIRST_ROW} ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .all();
  if (before === undefined || before <= now - WINDOW_MS) return "in the last hour";
  return `in the newest ${MAX_ROWS.toLocaleString("en-US")} rows`;
}

/**
 * Rows `f` of what is recorded whatever comes of it: where only what fails is, most of it failed.
 * Decided as by `Levels`: the lesser one of a profile and a server, or the setting.
 */
function allRecorded({ db, names, levels, standard }: Look): string {
  const rank = (level: LogLevel): number => logLevel.options.indexOf(level);
  const rankOf = (kind: "profile" | "server"): string => {
    const today = namesOfToday(names, kind);
    const own = db
      .prepare<[string], [id: number, value: string]>(
        "SELECT id, value FROM debug_log_terms WHERE kind = ?",
      )
      .raw()
      .all(kind)
      .flatMap(([id, value]) => {
        const name = today?.get(value);
        const choice = levels.find((one) => name !== undefined && one[kind] === name);
        return choice === undefined ? [] : [`WHEN ${id} THEN ${rank(choice.level)}`];
      });
    return own.length === 0 ? "NULL" : `CASE f.${kind} ${own.join(" ")} END`;
  };
  const [ofProfile, ofServer] = [rankOf("profile"), rankOf("server")];
  const level = `coalesce(min(${ofProfile}, ${ofServer}), ${ofProfile}, ${ofServer}, ${rank(standard)})`;
  return `${level} <> ${rank("errors")}`;
}

const numbersOf = (kind: string, ...values: string[]): string =>
  `SELECT id FROM debug_log_terms WHERE kind = '${kind}'
    AND value IN (${values.map((value) => `'${value}'`).join(", ")})`;

/** @param names what there is none of is left out */
function filterOf(names: Partial<Record<LogNameKey, string | null>>, more: string): string {
  const terms = Object.entries(names).flatMap(([key, value]) =>
    isNameKey(key) && value !== null
      ? [formatLogTerm({ not: false, type: "name", key, values: [value] })]
      : [],
  );
  return [...terms, more].join(" ");
}

const isNameKey = (key: string): key is LogNameKey => LOG_NAME_KEYS.some((one) => one === key);
