import type { ServerUsage, ServerUsageRow } from "@local-mcp/contract";

const MIB = 1024 * 1024;

/** “142 MB”, “1.4 GB”. */
export function memoryText(bytes: number): string {
  const megabytes = Math.round(bytes / MIB);
  return megabytes < 1024 ? `${megabytes} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** “1 %”; “…” until it has been measured over some time. */
export const cpuText = (percent: number | null): string =>
  percent === null ? "…" : `${Math.round(percent)} %`;

/** “Processes 3 · 142 MB · 1 %”. */
export const usageText = ({ processes, memoryBytes, cpuPercent }: ServerUsage): string =>
  `Processes ${processes} · ${memoryText(memoryBytes)} · ${cpuText(cpuPercent)}`;

/** What the figures mean. */
export const USAGE_MEANING =
  "Memory and CPU of the server's process and of all that it started, together. 100 % is one core that is busy all the time.";

/** Two looks that are close together measure nothing; what was measured before stays. */
export const withLastCpu = (
  before: readonly ServerUsageRow[],
  now: readonly ServerUsageRow[],
): ServerUsageRow[] =>
  now.map((row) => {
    const last = before.find(({ serverId }) => serverId === row.serverId);
    const cpuPercent = row.usage.cpuPercent ?? last?.usage.cpuPercent ?? null;
    return { ...row, usage: { ...row.usage, cpuPercent } };
  });
