import type { MetricsTotals } from "@local-mcp/contract";

/** Figures in the words of the seeds' gateway; seconds. */
export interface SeedTotals {
  total_executions: number;
  successful_executions: number;
  failed_executions: number;
  failure_rate: number;
  min_response_time: number | null;
  max_response_time: number | null;
  avg_response_time: number | null;
  /** ISO 8601. */
  last_execution_time: string | null;
}

export const seedTotals = ({
  calls,
  errors,
  minMs,
  maxMs,
  averageMs,
  lastAt,
}: MetricsTotals): SeedTotals => ({
  total_executions: calls,
  successful_executions: calls - errors,
  failed_executions: errors,
  failure_rate: calls === 0 ? 0 : errors / calls,
  min_response_time: seconds(minMs),
  max_response_time: seconds(maxMs),
  avg_response_time: seconds(averageMs),
  last_execution_time: lastAt === null ? null : new Date(lastAt).toISOString(),
});

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
