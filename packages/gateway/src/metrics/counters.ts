import type { MetricKind } from "@local-mcp/contract";
import type { CallRow } from "./call-row.ts";

/** Series that are told apart; whatever comes further is counted as `other`. */
const MAX_SERIES = 2000;
const OTHER = "other";

/** Upper bounds, seconds. */
export const BOUNDS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;

export interface CallSeries extends Pick<CallRow, "kind" | "name" | "serverId" | "profileId"> {
  outcome: string;
  count: number;
}

export interface DurationSeries {
  kind: MetricKind;
  /** Null for the gateway itself, `other` where there are too many. */
  serverId: string | null;
  /** How many were at most so long, by {@link BOUNDS_S}, without those of the bounds before. */
  counts: number[];
  count: number;
  sumSeconds: number;
}

/** Calls since the start, as a scraper wants them: numbers that only grow. */
export class Counters {
  readonly #calls = new Map<string, CallSeries>();
  readonly #durations = new Map<string, DurationSeries>();

  add({ kind, name, serverId, profileId, error, durationMs }: CallRow): void {
    const outcome = error ?? "ok";
    const key = JSON.stringify([kind, name, serverId, profileId, outcome]);
    const series =
      this.#calls.get(key) ??
      (this.#calls.size < MAX_SERIES
        ? put(this.#calls, key, { kind, name, serverId, profileId, outcome, count: 0 })
        : this.#otherCalls(kind, outcome));
    series.count += 1;
    this.#addDuration(kind, serverId, durationMs / 1000);
  }

  calls(): readonly CallSeries[] {
    return [...this.#calls.values()];
  }

  durations(): readonly DurationSeries[] {
    return [...this.#durations.values()];
  }

  #otherCalls(kind: MetricKind, outcome: string): CallSeries {
    const key = JSON.stringify([kind, outcome]);
    const other = { kind, name: OTHER, serverId: OTHER, profileId: OTHER, outcome, count: 0 };
    return this.#calls.get(key) ?? put(this.#calls, key, other);
  }

  #addDuration(kind: MetricKind, serverId: string | null, seconds: number): void {
    const known = this.#durations.get(`${kind} ${serverId}`);
    const isNew = known === undefined && this.#durations.size < MAX_SERIES / BOUNDS_S.length;
    const whose = known !== undefined || isNew ? serverId : OTHER;
    const key = `${kind} ${whose}`;
    const counts = BOUNDS_S.map(() => 0);
    const series =
      this.#durations.get(key) ??
      put(this.#durations, key, { kind, serverId: whose, counts, count: 0, sumSeconds: 0 });
    const bound = BOUNDS_S.findIndex((most) => seconds <= most);
    if (bound !== -1) series.counts[bound] = (series.counts[bound] ?? 0) + 1;
    series.count += 1;
    series.sumSeconds += seconds;
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.set(key, value);
  return value;
}
