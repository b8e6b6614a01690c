import type { MetricsView } from "@local-mcp/contract";
import { count } from "../../components/time.ts";

/** One interval as the charts draw it. Times are ms since 1970, durations ms. */
export interface Point {
  /** Its beginning, its middle and its end. */
  at: number;
  middle: number;
  until: number;
  ok: number;
  errors: number;
  /** Null where nothing was called: a gap, not a call that took no time. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export const pointsOf = ({ series, stepMs }: Pick<MetricsView, "series" | "stepMs">): Point[] =>
  series.map(({ at, calls, errors, p50Ms, p95Ms, p99Ms }) => ({
    at,
    middle: at + stepMs / 2,
    until: at + stepMs,
    ok: calls - errors,
    errors,
    p50: p50Ms,
    p95: p95Ms,
    p99: p99Ms,
  }));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Between marks of the time axis: seconds to hours of the local day, then whole days. */
const MARKS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 7].map((days) => days * DAY_MS),
];
const MOST_MARKS = 8;

/** Round local times between two moments, ms since 1970; a day of 23 or 25 hours counts as one. */
export function marksOf(from: number, to: number): number[] {
  const step =
    MARKS_MS.find((ms) => (to - from) / ms <= MOST_MARKS) ??
    Math.ceil((to - from) / MOST_MARKS / DAY_MS) * DAY_MS;
  const mark = new Date(from);
  if (step < HOUR_MS) mark.setMinutes(0, 0, 0);
  else mark.setHours(0, 0, 0, 0);
  const marks: number[] = [];
  for (; mark.getTime() <= to; forward(mark, step)) {
    if (mark.getTime() >= from) marks.push(mark.getTime());
  }
  return marks;
}

function forward(mark: Date, stepMs: number): void {
  if (stepMs >= DAY_MS) mark.setDate(mark.getDate() + stepMs / DAY_MS);
  else mark.setTime(mark.getTime() + stepMs);
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** Up to here marks are seconds apart. */
const IN_SECONDS_MS = (MOST_MARKS * MINUTE_MS) / 2;

/** “14:00” where the marks are of one day, “14:00:30” of a few minutes, else “Nov 21”. */
export function markText(at: number, from: number, to: number): string {
  if (to - from > 1.5 * DAY_MS) return day.format(at);
  return (to - from <= IN_SECONDS_MS ? seconds : clock).format(at);
}

/** “Nov 21, 14:00–14:15”, “Nov 21, 14:00:30–14:00:45”. */
export function spanText({ at, until }: Pick<Point, "at" | "until">): string {
  if (until - at >= DAY_MS)
    return `${day.format(at)}${until - at > DAY_MS ? `–${day.format(until - 1)}` : ""}`;
  const time = until - at < MINUTE_MS ? seconds : clock;
  return `${day.format(at)}, ${time.format(at)}–${time.format(until)}`;
}

/** “0.42 ms”, “12 ms”, “3.1 s”. */
export function latencyText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
}

/** A duration in a table; nothing where nothing was called. */
export const latencyCell = (ms: number | null): string => (ms === null ? "–" : latencyText(ms));

export const callsText = ({ ok, errors }: Pick<Point, "ok" | "errors">): string =>
  ok + errors === 0 ? "nothing called" : `${count(ok + errors, "call")}, ${count(errors, "error")}`;

export const latenciesText = ({ p50, p95, p99 }: Pick<Point, "p50" | "p95" | "p99">): string =>
  p50 === null || p95 === null || p99 === null
    ? "nothing called"
    : `p50 ${latencyText(p50)}, p95 ${latencyText(p95)}, p99 ${latencyText(p99)}`;

/** “Europe/Berlin, GMT+1”; a zone that is at Greenwich's time by its name alone. */
export function zoneText(at: number): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const offset = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  return offset === undefined || offset === "GMT" ? timeZone : `${timeZone}, ${offset}`;
}
