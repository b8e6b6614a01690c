import type { LogStats } from "@local-mcp/contract";
import { type Point, pointsOf } from "../metrics/points.ts";

/** Fewer intervals than this would fill a chart with one bar, or with none. */
const LEAST = 12;

const NOTHING = { calls: 0, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null };

/**
 * The intervals of a summary; a few before them where there are few, in which nothing matches. None
 * after them: what comes then is not known yet.
 */
export function summaryPoints({ series, stepMs }: Pick<LogStats, "series" | "stepMs">): Point[] {
  const first = series[0]?.at ?? 0;
  const lacking = Math.max(0, LEAST - series.length);
  const before = Array.from({ length: lacking }, (_, index) => ({
    at: first - (lacking - index) * stepMs,
    ...NOTHING,
  }));
  return pointsOf({ series: [...before, ...series], stepMs });
}
