import { bucketOf } from "./histogram.ts";
import { rank } from "./tally.ts";

/** What the calls of one hour come to, for one name of a server in a profile. */
export interface HourRow {
  profileId: string | null;
  profileSlug: string;
  mcpServerId: string | null;
  /** "" for the gateway itself. */
  serverName: string;
  /** Of a tool or prompt the name, of a resource the URI; "" for the server as a whole. */
  name: string;
  successCount: number;
  failureCount: number;
  minMs: number;
  maxMs: number;
  totalMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Counts by bucket. */
  histogram: Record<string, number>;
}

/** An hour, ready to be stored. */
export interface HourSum {
  /** Its start, ms since 1970. */
  hour: number;
  tool: HourRow[];
  prompt: HourRow[];
  resource: HourRow[];
  server: HourRow[];
}

type Called = Pick<HourRow, "profileId" | "profileSlug" | "mcpServerId" | "serverName" | "name">;

/** The durations of one name in one hour, until they are summed up. */
export class HourCell {
  readonly #called: Called;
  readonly #durations: number[] = [];
  #failures = 0;

  constructor(called: Called) {
    this.#called = called;
  }

  add(durationMs: number, ok: boolean): void {
    this.#durations.push(durationMs);
    if (!ok) this.#failures += 1;
  }

  row(): HourRow {
    const sorted = Float64Array.from(this.#durations).sort();
    const calls = sorted.length;
    const at = (part: number): number => Math.round(sorted[rank(part, calls) - 1] ?? 0);
    const histogram: Record<string, number> = {};
    for (const ms of sorted) histogram[bucketOf(ms)] = (histogram[bucketOf(ms)] ?? 0) + 1;
    return {
      ...this.#called,
      successCount: calls - this.#failures,
      failureCount: this.#failures,
      minMs: Math.round(sorted[0] ?? 0),
      maxMs: Math.round(sorted[calls - 1] ?? 0),
      totalMs: Math.round(sorted.reduce((sum, ms) => sum + ms, 0)),
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      histogram,
    };
  }
}
