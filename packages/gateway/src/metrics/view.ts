import { LOCAL_SERVER, type MetricKind, type MetricsView } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { HOUR_MS, hourOf, KINDS, REMOVED, TABLES } from "./call-row.ts";
import { bucketOf } from "./histogram.ts";
import { Tally } from "./tally.ts";
import type { Names, TrafficStore } from "./traffic-store.ts";

export interface ViewQuery {
  from: number;
  to: number;
  profileId?: string | undefined;
  /** Null for the gateway itself. */
  serverId?: string | null | undefined;
  kind?: MetricKind | undefined;
  top: number;
}

/** More points nobody can tell apart. */
const MAX_POINTS = 120;

/** Rows that are read for the sake of finer intervals, where sums would do for whole hours. */
const MAX_FOR_DETAIL = 200_000;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 7, 30].map((days) => days * DAY_MS),
];

/** Intervals begin at multiples of their length, so that a later query has the same ones. */
function stepsOf({ from, to }: Range, least: number) {
  const count = (stepMs: number): number => Math.ceil(to / stepMs) - Math.floor(from / stepMs);
  const stepMs =
    STEPS_MS.find((one) => one >= least && count(one) <= MAX_POINTS) ?? longest(from, to);
  return { stepMs, first: Math.floor(from / stepMs) * stepMs, count: count(stepMs) };
}

/** Whole days. */
const longest = (from: number, to: number): number =>
  Math.ceil((to - from) / (MAX_POINTS - 1) / DAY_MS) * DAY_MS;

interface Group {
  kind: MetricKind;
  name: string;
  server: string;
  profile: string;
  tally: Tally;
}

/**
 * What was called, from the rows of hours that are not summed up yet and the sums of the others: an
 * hour is read from one of the two, never from both.
 */
export function viewOf(store: TrafficStore, query: ViewQuery): Omit<MetricsView, "recording"> {
  const { from, to, top } = query;
  const { stepMs, first, count } = stepsOf(query, leastStep(store, query));
  const series = Array.from({ length: count }, () => new Tally());
  const interval = (at: number): Tally | undefined =>
    series[Math.max(0, Math.floor((at - first) / stepMs))];
  const groups = new Groups(store.names());
  const raw = rawHours(store, query, stepMs);
  const kinds = query.kind === undefined ? KINDS : ([query.kind] as const);

  for (const kind of kinds) {
    store.read((db) => {
      for (const range of rangesOf(raw, query)) {
        for (const [at, ms, ok, profileId, serverId, name] of rawRows(db, kind, range, query)) {
          const bucket = bucketOf(ms);
          interval(at)?.add(ms, ok === 1, at, bucket);
          groups.of(kind, name, { profileId, serverId }).add(ms, ok === 1, at, bucket);
        }
      }
    });
    store.configuration((db) => {
      for (const hour of summedRows(db, kind, query)) {
        if (raw.has(hour.start)) continue;
        const histogram: unknown = JSON.parse(hour.histogram);
        if (!isHistogram(histogram)) continue;
        const lastAt = Math.min(hour.start + HOUR_MS, to) - 1;
        interval(hour.start)?.addCounted(histogram, hour.failures, lastAt);
        groups.of(kind, hour.name, hour).addCounted(histogram, hour.failures, lastAt);
      }
    });
  }

  const total = new Tally();
  for (const tally of series) total.merge(tally);
  return {
    from,
    to,
    totals: total.totals(),
    stepMs,
    series: series.map((tally, index) => {
      const { calls, errors, p50Ms, p95Ms, p99Ms } = tally.totals();
      return { at: first + index * stepMs, calls, errors, p50Ms, p95Ms, p99Ms };
    }),
    items: groups
      .by(({ kind, name, server }) => JSON.stringify([kind, name, server]))
      .slice(0, top)
      .map(({ group: { kind, name, server }, tally }) => ({
        kind,
        name,
        server,
        ...tally.totals(),
      })),
    servers: groups
      .by(({ server }) => server)
      .map(({ group: { server }, tally }) => ({ server, ...tally.totals() })),
    profiles: groups
      .by(({ profile }) => profile)
      .map(({ group: { profile }, tally }) => ({ profile, ...tally.totals() })),
  };
}

/** Whose calls they were: by id, and by the name that was written down with a sum. */
interface Whose {
  profileId: string | null;
  serverId: string | null;
  profileSlug?: string;
  serverName?: string;
}

/** The calls of one name of one server in one profile, by the names that they have now. */
class Groups {
  readonly #names: Names;
  readonly #groups = new Map<string, Group>();
  /** By ids, since making a key for each of a million rows takes as long as all the rest. */
  readonly #byIds = new Map<
    MetricKind,
    Map<string | null, Map<string | null, Map<string, Tally>>>
  >();

  constructor(names: Names) {
    this.#names = names;
  }

  of(kind: MetricKind, name: string, whose: Whose): Tally {
    if (whose.serverName !== undefined) return this.#group(kind, name, whose);
    const ofKind = within(this.#byIds, kind, () => new Map());
    const ofProfile = within(ofKind, whose.profileId, () => new Map());
    const ofServer = within(ofProfile, whose.serverId, () => new Map());
    return within(ofServer, name, () => this.#group(kind, name, whose));
  }

  /** Merged by a key, the most called first. */
  by(keyOf: (group: Group) => string): { group: Group; tally: Tally }[] {
    const merged = new Map<string, { group: Group; tally: Tally }>();
    for (const group of this.#groups.values()) {
      within(merged, keyOf(group), () => ({ group, tally: new Tally() })).tally.merge(group.tally);
    }
    return [...merged.values()].sort(
      (one, other) =>
        other.tally.calls - one.tally.calls || compare(keyOf(one.group), keyOf(other.group)),
    );
  }

  #group(kind: MetricKind, name: string, whose: Whose): Tally {
    const { profileId, serverId, profileSlug, serverName } = whose;
    const { profiles, servers } = this.#names;
    const goneProfile = profileSlug ?? (profileId === null ? "" : REMOVED);
    const profile = profiles.get(profileId ?? "") ?? goneProfile;
    const goneServer = serverName ?? (serverId === null ? "" : REMOVED);
    const server = servers.get(serverId ?? "") ?? (goneServer === "" ? LOCAL_SERVER : goneServer);
    const key = JSON.stringify([kind, name, server, profile]);
    return within(this.#groups, key, () => ({ kind, name, server, profile, tally: new Tally() }))
      .tally;
  }
}

function within<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** However much was called, a query reads so many rows that are summed up and no more. */
function leastStep(store: TrafficStore, { from, to }: Range): number {
  let rows = 0;
  for (const [hour, { state, rows: more }] of store.hours()) {
    if (state === "both" && hour >= from && hour + HOUR_MS <= to) rows += more;
  }
  return rows > MAX_FOR_DETAIL ? HOUR_MS : 0;
}

/** The hours that are read from their rows. */
function rawHours(
  store: TrafficStore,
  { from, to }: ViewQuery,
  stepMs: number,
): ReadonlySet<number> {
  const hours = [...store.hours()].filter(([hour, { state }]) => {
    if (hour + HOUR_MS <= from || hour >= to || state === "left") return false;
    const isCut = hour < from || hour + HOUR_MS > to;
    return state === "open" || isCut || stepMs < HOUR_MS;
  });
  return new Set(hours.map(([hour]) => hour));
}

interface Range {
  from: number;
  to: number;
}

/** Hours that follow each other are read at once. */
function rangesOf(hours: ReadonlySet<number>, { from, to }: ViewQuery): Range[] {
  const ranges: Range[] = [];
  for (const hour of [...hours].sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last?.to === hour) last.to = hour + HOUR_MS;
    else ranges.push({ from: hour, to: hour + HOUR_MS });
  }
  return ranges.map((range) => ({ from: Math.max(range.from, from), to: Math.min(range.to, to) }));
}

/** When, duration, success, profile, server, name. */
type RawRow = [number, number, number, string | null, string | null, string];

function rawRows(
  db: Connection,
  kind: MetricKind,
  range: Range,
  { profileId, serverId }: ViewQuery,
): IterableIterator<RawRow> {
  const { raw, name } = TABLES[kind];
  const conditions = [
    "created_at >= ? AND created_at < ?",
    ...(profileId === undefined ? [] : ["profile_id = ?"]),
    ...(serverId === undefined ? [] : ["mcp_server_id IS ?"]),
  ];
  const given = [profileId, serverId].filter((one) => one !== undefined);
  return db
    .prepare<(string | number | null)[], RawRow>(
      `SELECT created_at, duration_ms, is_success, profile_id, mcp_server_id, ${name} FROM ${raw} WHERE ${conditions.join(" AND ")}`,
    )
    .raw()
    .iterate(range.from, range.to, ...given);
}

interface SummedRow extends Required<Whose> {
  start: number;
  failures: number;
  histogram: string;
  name: string;
}

function summedRows(
  db: Connection,
  kind: MetricKind,
  { from, to, profileId, serverId }: ViewQuery,
): IterableIterator<SummedRow> {
  const { hourly, name } = TABLES[kind];
  const ofServer =
    serverId === null ? "mcp_server_id IS NULL AND server_name = ''" : "mcp_server_id = ?";
  const conditions = [
    "hour_start >= ? AND hour_start < ?",
    ...(profileId === undefined ? [] : ["profile_id = ?"]),
    ...(serverId === undefined ? [] : [ofServer]),
  ];
  const given = [profileId, serverId].filter((one) => typeof one === "string");
  return db
    .prepare<(string | number)[], SummedRow>(
      `SELECT hour_start AS start, failure_count AS failures, histogram, profile_id AS profileId,
        mcp_server_id AS serverId, profile_slug AS profileSlug, server_name AS serverName,
        ${name} AS name FROM ${hourly} WHERE ${conditions.join(" AND ")}`,
    )
    .iterate(hourOf(from), to, ...given);
}

const isHistogram = (value: unknown): value is Record<string, number> =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((count) => Number.isInteger(count));
