import type { MetricKind } from "@local-mcp/contract";

/** One call, as it is counted. */
export interface CallRow {
  kind: MetricKind;
  /** As its server calls it. */
  name: string;
  profileId: string | null;
  /** Null for what the gateway defines itself. */
  serverId: string | null;
  /** When it ended, ms since 1970. */
  at: number;
  durationMs: number;
  ok: boolean;
  /** A word of ours for how it failed. */
  error: string | null;
}

export const HOUR_MS = 3_600_000;

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

interface Table {
  raw: string;
  hourly: string;
  /** The column of the name. */
  name: string;
}

/** Where calls of a kind are kept: in `traffic.db`, and summed up in the configuration database. */
export const TABLES: Readonly<Record<MetricKind, Table>> = {
  tool: { raw: "tool_metrics", hourly: "tool_metrics_hourly", name: "tool_name" },
  prompt: { raw: "prompt_metrics", hourly: "prompt_metrics_hourly", name: "prompt_name" },
  resource: { raw: "resource_metrics", hourly: "resource_metrics_hourly", name: "resource_uri" },
};

export const KINDS = ["tool", "prompt", "resource"] as const satisfies readonly MetricKind[];

/** The name of a server or profile that is gone. */
export const REMOVED = "(removed)";
