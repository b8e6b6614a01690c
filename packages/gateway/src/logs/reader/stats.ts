import type { LogStats, LogTotals } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { rank } from "../../metrics/tally.ts";
import { LOG_KINDS, LOG_OUTCOMES } from "../facts.ts";
import { all, type Sql } from "./conditions.ts";
import type { LogFiles, Names } from "./log-files.ts";
import type { Filter } from "./messages.ts";
import { Search } from "./search.ts";

/** Points of the series, at most. */
const MAX_STEPS = 60;
/** Tools and servers, each. */
const MAX_GROUPS = 50;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 30].map((days) => days * DAY_MS),
];

/** Ids that are looked through first: every call is read. */
const CALLS_AT_ONCE = 2 ** 15;
/** Calls that are counted before others have their turn. */
const COUNTED_AT_ONCE = 2 ** 17;

/** When, duration, whether it went well, numbers of its server and of its tool. */
type Call = [
  at: number,
  durationMs: number | null,
  isOk: number,
  server: number | null,
  tool: number | null,
];

interface Span {
  from: number;
  to: number;
}

/** In order. Columns and no array for each call, which of a million takes a hundred megabytes. */
class Calls {
  readonly #at: number[] = [];
  /** NaN and not null, so that V8 holds eight bytes of each. */
  readonly #durationMs: number[] = [];
  readonly #isOk: number[] = [];
  /** 0 and not null likewise: names are numbered from 1. */
  readonly #server: number[] = [];
  readonly #tool: number[] = [];

  add([at, durationMs, isOk, server, tool]: Call): void {
    this.#at.push(at);
    this.#durationMs.push(durationMs ?? Number.NaN);
    this.#isOk.push(isOk);
    this.#server.push(server ?? 0);
    this.#tool.push(tool ?? 0);
  }

  /** When the first and the last began; null where there is none. */
  span(): Span | null {
    if (this.#at.length === 0) return null;
    let [from, to] = [Infinity, -Infinity];
    for (const at of this.#at) {
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
    return { from, to };
  }

  *[Symbol.iterator](): Generator<Call> {
    for (const [index, at] of this.#at.entries()) {
      const durationMs = this.#durationMs[index] ?? Number.NaN;
      yield [
        at,
        Number.isNaN(durationMs) ? null : durationMs,
        this.#isOk[index] ?? 0,
        this.#server[index] || null,
        this.#tool[index] || null,
      ];
    }
  }
}

/** How many calls match, how many of them did not end well, and how long they took, exactly. */
export async function statsOf(
  files: LogFiles,
  filter: Filter,
  signal: AbortSignal,
): Promise<LogStats> {
  const search = new Search(files, filter, signal);
  const calls = await callsOf(search);
  const names = files.names();
  const nameOf = files.read(new Map<number, string>(), (db) => namesOf(db, names));
  const span = calls.span();
  const stepMs = stepOf(span);

  const total = new Tally();
  const series = new Map<number, Tally>();
  const servers = new Map<string, Tally>();
  const tools = new Map<string, Map<string | null, Tally>>();
  for (const [at, durationMs, isOk, serverTerm, toolTerm] of calls) {
    if (total.calls % COUNTED_AT_ONCE === 0) await search.turn();
    const server = nameOf.get(serverTerm ?? 0) ?? null;
    const tool = nameOf.get(toolTerm ?? 0) ?? null;
    const tallies = [total, within(series, Math.floor(at / stepMs), () => new Tally())];
    if (server !== null) tallies.push(within(servers, server, () => new Tally()));
    if (tool !== null) {
      const ofTool = within(tools, tool, () => new Map<string | null, Tally>());
      tallies.push(within(ofTool, server, () => new Tally()));
    }
    for (const tally of tallies) tally.add(durationMs, isOk === 1);
  }
  await search.turn();
  const none = new Tally();
  const steps = span === null ? [] : stepsBetween(span, stepMs);
  return {
    totals: total.totals(),
    from: span?.from ?? null,
    to: span?.to ?? null,
    stepMs,
    series: steps.map((step) => ({
      at: step * stepMs,
      ...(series.get(step) ?? none).totals(),
    })),
    tools: mostCalled(
      [...tools].flatMap(([name, ofTool]) =>
        [...ofTool].map(([server, tally]) => ({ name, server, tally })),
      ),
    ),
    servers: mostCalled([...servers].map(([server, tally]) => ({ server, tally }))),
  };
}

/** Every call that matches, in order. */
async function callsOf(search: Search): Promise<Calls> {
  const isCall: Sql = {
    sql: `f.outcome <> ${LOG_OUTCOMES.indexOf("running")} AND ${
      search.conditions.hasKind
        ? `f.kind <> ${LOG_KINDS.indexOf("notification")}`
        : `f.kind = ${LOG_KINDS.indexOf("request")}`
    }`,
    values: [],
  };
  const calls = new Calls();
  const walk = { from: 0, to: Infinity, newestFirst: false, width: CALLS_AT_ONCE };
  await search.walk(walk, (db, matching) => {
    const { sql, values } = all([matching, isCall]);
    const rows = db
      .prepare<(string | number)[], Call>(
        `SELECT f.at, f.duration_ms, f.outcome = ${LOG_OUTCOMES.indexOf("ok")}, f.server,
          iif(f.method IN (${CALL_METHOD}), f.name, NULL)
          FROM debug_log_facts f WHERE ${sql} ORDER BY f.id`,
      )
      .raw();
    for (const call of rows.iterate(...values)) calls.add(call);
    return true;
  });
  return calls;
}

const CALL_METHOD = "SELECT id FROM debug_log_terms WHERE kind = 'method' AND value = 'tools/call'";

/** What servers are called now, or were, and tools, by their numbers. */
function namesOf(db: Connection, names: Names): Map<number, string> {
  const terms = db
    .prepare<[], [number, string, string, string]>(
      "SELECT id, kind, value, label FROM debug_log_terms WHERE kind IN ('server', 'name')",
    )
    .raw()
    .all();
  return new Map(
    terms.map(([id, kind, value, label]) => [
      id,
      kind === "name" ? value : (names.servers.get(value) ?? label),
    ]),
  );
}

/** The shortest of which there are not too many. */
function stepOf(span: Span | null): number {
  const [shortest = SECOND_MS] = STEPS_MS;
  if (span === null) return shortest;
  const { from, to } = span;
  const fits = (stepMs: number): boolean =>
    Math.floor(to / stepMs) - Math.floor(from / stepMs) < MAX_STEPS;
  const longest = Math.ceil((to - from) / (MAX_STEPS - 1) / DAY_MS) * DAY_MS;
  return STEPS_MS.find(fits) ?? longest;
}

/** Steps begin at multiples of their length, so that a later query has the same ones. */
function stepsBetween({ from, to }: Span, stepMs: number): number[] {
  const first = Math.floor(from / stepMs);
  return Array.from({ length: Math.floor(to / stepMs) - first + 1 }, (_, index) => first + index);
}

class Tally {
  calls = 0;
  #errors = 0;
  readonly #durations: number[] = [];

  /** @param durationMs null where it is not known, since the gateway ended */
  add(durationMs: number | null, isOk: boolean): void {
    this.calls += 1;
    if (!isOk) this.#errors += 1;
    if (durationMs !== null) this.#durations.push(durationMs);
  }

  totals(): LogTotals {
    const sorted = Float64Array.from(this.#durations).sort();
    const at = (part: number): number | null => sorted[rank(part, sorted.length) - 1] ?? null;
    return {
      calls: this.calls,
      errors: this.#errors,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
    };
  }
}

function mostCalled<Group extends { tally: Tally }>(
  groups: Group[],
): (Omit<Group, "tally"> & LogTotals)[] {
  return groups
    .sort((one, other) => other.tally.calls - one.tally.calls)
    .slice(0, MAX_GROUPS)
    .map(({ tally, ...group }) => ({ ...group, ...tally.totals() }));
}

function within<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
