import { setImmediate as nextTurn } from "node:timers/promises";
import {
  FAILED_OUTCOMES,
  formatLogTerm,
  LOG_NAME_KEYS,
  type LogFinding,
  type LogNameKey,
} from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import type { LogFiles, Names } from "./log-files.ts";

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
/** A server is slow of whose calls, where they are so many, 5 % take longer. */
const SLOW_MS = 5000;
const SLOW_CALLS = 20;

/** However much passes, so many of the newest rows are looked at and no more. */
const MAX_ROWS = 200_000;
const RECENT = `f.id > (SELECT max(id) - ${MAX_ROWS} FROM debug_log_facts) AND f.at > ?`;

const UPSTREAM = LOG_KINDS.indexOf("upstream");
const REQUEST = LOG_KINDS.indexOf("request");
const RUNNING = LOG_OUTCOMES.indexOf("running");
const FAILED = FAILED_OUTCOMES.map((outcome) => LOG_OUTCOMES.indexOf(outcome)).join(", ");

/** Where and since when is looked. */
interface Look {
  db: Connection;
  names: Names;
  now: number;
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
  { now, ofCatalog }: { now: number; ofCatalog: LogFinding[] },
  signal: AbortSignal,
): Promise<LogFinding[]> {
  const names = files.names();
  const dismissed = files.read(new Map<string, number>(), dismissals);
  const found: LogFinding[] = [];
  for (const look of LOOKS) {
    found.push(
      ...files.read([], (db) => {
        const at = { db, names, now };
        return look({ ...at, since: 0 }).flatMap((finding) => {
          const since = dismissed.get(finding.id);
          if (since === undefined) return finding;
          return look({ ...at, since }).filter(({ id }) => id === finding.id);
        });
      }),
    );
    // oxlint-disable-next-line no-await-in-loop -- others have their turn
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

function failingServers({ db, names, now, since }: Look): LogFinding[] {
  const failing = db
    .prepare<[number], FailingServer>(
      `WITH recent AS MATERIALIZED (
          SELECT s.value AS server, s.label, f.error, f.outcome, f.at
          FROM debug_log_facts f JOIN debug_log_terms s ON s.id = f.server
          WHERE ${RECENT} AND f.kind = ${UPSTREAM} AND f.outcome <> ${RUNNING}),
        calls AS (SELECT server, count(*) AS calls FROM recent GROUP BY server)
      SELECT r.server, r.label, e.value AS error, count(*) AS count, max(r.at) AS lastAt
      FROM recent r JOIN calls c ON c.server = r.server
        LEFT JOIN debug_log_terms e ON e.id = r.error
      WHERE r.outcome IN (${FAILED})
      GROUP BY r.server, r.error
      HAVING count(*) >= ${FAILURES} AND count(*) * 2 > c.calls`,
    )
    .all(Math.max(since, now - WINDOW_MS));
  return failing.map(({ server, label, error, count, lastAt }) => {
    const name = names.servers.get(server) ?? label;
    const how = error === null ? "in the same way" : `with “${error}”`;
    return {
      id: `server_failing:${server}:${error ?? ""}`,
      code: "server_failing",
      message: `${name} failed ${count} times in the last hour ${how}, more often than it did not.`,
      fix: `See what ${name} writes to its output, and check its settings.`,
      count,
      lastAt,
      filter: filterOf(
        { kind: "upstream", server: name, status: "error", code: error },
        "after:1h",
      ),
      server: name,
      profile: null,
    };
  });
}

function deadSessions({ db, now, since }: Look): LogFinding[] {
  const refused = db
    .prepare<[number], [client: string | null, at: number]>(
      `SELECT c.value, f.at FROM debug_log_facts f LEFT JOIN debug_log_terms c ON c.id = f.client
        WHERE ${RECENT} AND f.kind = ${REQUEST} AND f.error IN
          (${numbersOf("error", "session_not_found")})
        ORDER BY f.at`,
    )
    .raw()
    .all(Math.max(since, now - WINDOW_MS));
  const byClient = new Map<string | null, number[]>();
  for (const [client, at] of refused) byClient.set(client, [...(byClient.get(client) ?? []), at]);
  return [...byClient].flatMap(([client, times]): LogFinding[] => {
    const isOften = times.some((at, index) => {
      const enough = times[index + DEAD_SESSION_TIMES - 1];
      return enough !== undefined && enough - at <= DEAD_SESSION_MS;
    });
    if (!isOften) return [];
    const finding: LogFinding = {
      id: `dead_session:${client ?? ""}`,
      code: "dead_session",
      message: `${client ?? "A client"} goes on with a session that is over, though it was told ${times.length} times.`,
      fix: `Restart ${client ?? "the client"}, or connect it anew there.`,
      count: times.length,
      lastAt: times.at(-1) ?? null,
      filter: filterOf({ code: "session_not_found", client }, "after:1h"),
      server: null,
      profile: null,
    };
    return [finding];
  });
}

interface OversizedList {
  profile: string;
  label: string;
  bytes: number;
  count: number;
  lastAt: number;
}

function oversizedLists({ db, names, now, since }: Look): LogFinding[] {
  const lists = db
    .prepare<[number], OversizedList>(
      `SELECT p.value AS profile, p.label, max(f.response_bytes) AS bytes, count(*) AS count,
          max(f.at) AS lastAt
        FROM debug_log_facts f JOIN debug_log_terms p ON p.id = f.profile
        WHERE ${RECENT} AND f.kind = ${REQUEST} AND f.response_bytes > ${OVERSIZED_BYTES}
          AND f.method IN (${numbersOf("method", "tools/list")})
        GROUP BY p.value`,
    )
    .all(Math.max(since, now - LIST_WINDOW_MS));
  return lists.map(({ profile, label, bytes, count, lastAt }) => {
    const slug = names.profiles.get(profile) ?? label;
    return {
      id: `list_oversized:${profile}`,
      code: "list_oversized",
      message: `The list of tools of “${slug}” takes ${Math.round(bytes / 1024)} KB, which each client reads whole.`,
      fix: "Turn off tools in the profile that its clients do not need.",
      count,
      lastAt,
      filter: filterOf({ kind: "request", profile: slug, method: "tools/list" }, "after:24h"),
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

function slowServers({ db, names, now, since }: Look): LogFinding[] {
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
            AND f.method IN (${numbersOf("method", "tools/call")}))
      SELECT server, label, many AS count, duration_ms AS p95Ms, lastAt FROM calls
      WHERE many >= ${SLOW_CALLS} AND duration_ms > ${SLOW_MS} AND place = (many * 95 + 99) / 100`,
    )
    .all(Math.max(since, now - WINDOW_MS));
  return slow.map(({ server, label, count, p95Ms, lastAt }) => {
    const name = names.servers.get(server) ?? label;
    const took = `${(p95Ms / 1000).toFixed(1)} s`;
    return {
      id: `server_slow:${server}`,
      code: "server_slow",
      message: `Of ${count} calls of ${name} in the last hour one in twenty took ${took} or longer.`,
      fix: `See which of its tools take long, and whether ${name} waits for something itself.`,
      count,
      lastAt,
      filter: filterOf({ kind: "upstream", server: name }, `duration:>${SLOW_MS / 1000}s after:1h`),
      server: name,
      profile: null,
    };
  });
}

const numbersOf = (kind: string, value: string): string =>
  `SELECT id FROM debug_log_terms WHERE kind = '${kind}' AND value = '${value}'`;

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
