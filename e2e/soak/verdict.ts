import { median, percentile } from "../../bench/stats.ts";
import type { ProbeCalls, Timed } from "./clients.ts";
import type { Counts, Sample } from "./sample.ts";
import { type Slope, slopeOf } from "./slope.ts";

const HOUR_MS = 3_600_000;
/** Of memory, beyond which it grows: MB per hour by the lower limit of the slope, and MB in all. */
const GROWS_PER_HOUR = 4;
const GROWS_IN_ALL = 8;
/** Until caches and the allocator have what they need, hours; what is shorter is not judged. */
const SETTLED_AFTER = 0.25;
/** The slowest calls of the last fifth in relation to those of the first. */
const SLOWER = 1.2;
/** What a heap at rest may have more than before as caches filled, MB. */
const HEAP_AT_REST = 6;
const FIFTHS = 5;
/** Of each fifth. */
const PARTS = 6;
const MEMORY = ["heap", "external", "pss", "rss"] as const;

export interface Judgement {
  figures: [what: string, value: string][];
  faults: string[];
}

/**
 * SQLite closes no handle of a file while another connection of the process has locks on it, and takes
 * it for the next one (unixClose in its os_unix.c, https://sqlite.org/howtocorrupt.html §2.2): of each
 * database there may be so many more, however long it goes on.
 */
const KEPT_HANDLES = 2;

const mayHave = (kind: string, before: number): number =>
  kind === "handles" || kind.endsWith(".db") ? before + KEPT_HANDLES : before;

/** Kinds of things that were open before and are more now. What is fewer is no leak. */
export const moreThan = (before: Counts, after: Counts): string[] => {
  const flat = ({ handles, sockets, children, threads, sessions, files, active }: Counts) => ({
    handles,
    sockets,
    children,
    threads,
    sessions,
    ...files,
    ...active,
  });
  const known: Record<string, number> = flat(before);
  return Object.entries(flat(after))
    .filter(([kind, count]) => count > mayHave(kind, known[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${known[kind] ?? 0}, then ${count}`);
};

/** What there is at rest after the traffic, in relation to a rest before it. */
export const judgeRest = (before: Sample, after: Sample): Judgement => {
  const pair = (one: number, other: number): string => `${one}, ${other}`;
  const mb = (read: (sample: Sample) => number): string =>
    pair(Number(read(before).toFixed(1)), Number(read(after).toFixed(1)));
  const kinds = ["handles", "sockets", "children", "threads", "sessions"] as const;
  const faults = moreThan(before, after).map(
    (kind) => `more is held at rest than before (${kind})`,
  );
  const grown = after.heap - before.heap;
  if (grown > HEAP_AT_REST) faults.push(`the heap at rest has ${grown.toFixed(1)} MB more`);
  return {
    figures: [
      ...kinds.map((kind): [string, string] => [
        `at rest, before and after: ${kind}`,
        pair(before[kind], after[kind]),
      ]),
      ["at rest, before and after: heap, MB", mb(({ heap }) => heap)],
      ["at rest, before and after: PSS, MB", mb(({ pss }) => pss)],
      ["at rest, before and after: RSS, MB", mb(({ rss }) => rss)],
    ],
    faults,
  };
};

/**
 * Whether memory grows while the same is done all the time. A run that is not twice as long as memory
 * takes to settle has its slopes, and no fault for them.
 */
export const judgeSlopes = (all: readonly Sample[]): Judgement => {
  const figures: [string, string][] = [];
  const faults: string[] = [];
  const hoursOf = (samples: readonly Sample[]): number =>
    ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / HOUR_MS;
  const isLong = hoursOf(all) >= 2 * SETTLED_AFTER;
  const settled = (all[0]?.at ?? 0) + SETTLED_AFTER * HOUR_MS;
  const samples = isLong ? all.filter(({ at }) => at >= settled) : all;
  const hours = hoursOf(samples);
  for (const kind of MEMORY) {
    const points = samples.map((sample) => ({ x: sample.at / HOUR_MS, y: sample[kind] }));
    const slope = slopeOf(points);
    figures.push([
      `slope of ${kind}${isLong ? "" : ", too short to judge"}, MB/h (95 %)`,
      inWords(slope),
    ]);
    if (isLong && slope.low > GROWS_PER_HOUR && slope.low * hours > GROWS_IN_ALL) {
      faults.push(`${kind} grows by ${inWords(slope)} MB/h`);
    }
  }
  return { figures, faults };
};

export const inWords = ({ slope, low, high }: Slope): string =>
  `${slope.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;

/**
 * Whether calls at the end are as fast as at the beginning. Of each fifth it is the usual p99 of its
 * parts, so that no short burst of a neighbour decides, beside what a request without the gateway took.
 *
 * @param from by performance.now()
 */
export const judgeTimes = (
  { times, control }: ProbeCalls,
  { from, until }: { from: number; until: number },
): Judgement => {
  const part = (until - from) / (FIFTHS * PARTS);
  const within = (all: readonly Timed[], index: number): number[] =>
    all
      .filter(({ at }) => at >= from + index * part && at < from + (index + 1) * part)
      .map(({ ms }) => ms);
  const perFifth = (all: readonly Timed[], share: number): number[] =>
    Array.from({ length: FIFTHS }, (_, fifth) => {
      const parts = Array.from({ length: PARTS }, (_, index) =>
        within(all, fifth * PARTS + index),
      ).filter(({ length }) => length > 0);
      return median(parts.map((values) => percentile(values, share)));
    });
  const slowest = perFifth(times, 0.99);
  const beside = perFifth(control, 0.99);
  const ratio = lastToFirst(slowest);
  const ofMachine = Math.max(1, lastToFirst(beside));
  const list = (values: number[]): string => values.map((value) => value.toFixed(1)).join(", ");
  const isSlower = ratio / ofMachine > SLOWER;
  return {
    figures: [
      ["probe p50 of each fifth, ms", list(perFifth(times, 0.5))],
      ["probe p99 of each fifth, ms", list(slowest)],
      ["without the gateway, p99 of each fifth, ms", list(beside)],
      ["p99, last fifth to first", ratio.toFixed(2)],
      ["the same without the gateway", lastToFirst(beside).toFixed(2)],
    ],
    faults: isSlower ? [`calls got slower: p99 of the last fifth is ${ratio.toFixed(2)}`] : [],
  };
};

const lastToFirst = (values: number[]): number => (values.at(-1) ?? 0) / (values[0] ?? 1);
