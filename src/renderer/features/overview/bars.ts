import type { MetricsView } from "@local-mcp/contract";

/** Calls of a series in so many equal parts, in order; the last part ends with the series. */
export function barsOf(series: MetricsView["series"], parts: number): number[] {
  const bars = Array.from({ length: parts }, () => 0);
  for (const [index, { calls }] of series.entries()) {
    const part = Math.floor((index * parts) / series.length);
    bars[part] = (bars[part] ?? 0) + calls;
  }
  return bars;
}
