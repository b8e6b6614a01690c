import type { MetricsTotals } from "@local-mcp/contract";
import { bucketOf, valueOf } from "./histogram.ts";

/** What a number of calls comes to. */
export class Tally {
  calls = 0;
  errors = 0;
  #totalMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;
  #lastAt = 0;
  readonly #buckets = new Map<number, number>();

  /** @param bucket that of the duration, for whoever counts it twice */
  add(durationMs: number, ok: boolean, at: number, bucket = bucketOf(durationMs)): void {
    this.calls += 1;
    if (!ok) this.errors += 1;
    this.#spread(durationMs, durationMs, durationMs, at);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  /** Calls of which only the buckets of their durations are known. */
  addCounted(histogram: Readonly<Record<string, number>>, errors: number, lastAt: number): void {
    this.errors += errors;
    for (const [key, calls] of Object.entries(histogram)) {
      const bucket = Number(key);
      const ms = valueOf(bucket);
      this.calls += calls;
      this.#spread(ms, ms, ms * calls, lastAt);
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + calls);
    }
  }

  merge(other: Tally): void {
    this.calls += other.calls;
    this.errors += other.errors;
    this.#spread(other.#minMs, other.#maxMs, other.#totalMs, other.#lastAt);
    for (const [bucket, calls] of other.#buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + calls);
    }
  }

  totals(): MetricsTotals {
    const { calls, errors } = this;
    const [p50Ms = null, p95Ms = null, p99Ms = null] = this.#percentiles([0.5, 0.95, 0.99]);
    return {
      calls,
      errors,
      minMs: calls === 0 ? null : shown(this.#minMs),
      maxMs: calls === 0 ? null : shown(this.#maxMs),
      averageMs: calls === 0 ? null : shown(this.#totalMs / calls),
      p50Ms,
      p95Ms,
      p99Ms,
      lastAt: calls === 0 ? null : this.#lastAt,
    };
  }

  #spread(minMs: number, maxMs: number, totalMs: number, lastAt: number): void {
    this.#totalMs += totalMs;
    this.#minMs = Math.min(this.#minMs, minMs);
    this.#maxMs = Math.max(this.#maxMs, maxMs);
    this.#lastAt = Math.max(this.#lastAt, lastAt);
  }

  /** @param parts rising; none where nothing was called */
  #percentiles(parts: readonly number[]): number[] {
    const found: number[] = [];
    const sorted = [...this.#buckets].sort(([one], [other]) => one - other);
    let counted = 0;
    for (const [bucket, calls] of sorted) {
      counted += calls;
      while (found.length < parts.length && counted >= rank(parts[found.length] ?? 1, this.calls)) {
        found.push(shown(Math.min(Math.max(valueOf(bucket), this.#minMs), this.#maxMs)));
      }
    }
    return found;
  }
}

/** Which of so many, in order, a percentile is: the nearest rank. */
export const rank = (part: number, of: number): number => Math.max(1, Math.ceil(part * of));

/** To the microsecond. */
const shown = (ms: number): number => Math.round(ms * 1000) / 1000;
