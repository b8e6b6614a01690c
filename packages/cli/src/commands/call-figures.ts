import type { LogTotals } from "@local-mcp/contract";

/** `0.42 ms`, `12 ms`, `3.1 s`; nothing where there is none. */
export const took = (ms: number | null): string => {
  if (ms === null) return "";
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`;
};

export const CALL_FIGURES = ["CALLS", "ERRORS", "P50", "P95", "P99"];

/** Under these heads, how often something was called and how long it took. */
export const callFigures = ({ calls, errors, p50Ms, p95Ms, p99Ms }: LogTotals): string[] => [
  String(calls),
  String(errors),
  took(p50Ms),
  took(p95Ms),
  took(p99Ms),
];
