import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError, type ServerUsage, type ServerUsageRow } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { bytes, duration, table } from "../output.ts";

/** How far two samples are apart, of which the second says how busy a server is, ms. */
const APART_MS = 1000;

const percent = (cpuPercent: number | null): string =>
  cpuPercent === null ? "–" : `${Math.round(cpuPercent)} %`;

/** What a server takes, on one line. */
export const usageText = ({ processes, memoryBytes, cpuPercent }: ServerUsage): string =>
  [
    String(processes),
    bytes(memoryBytes),
    ...(cpuPercent === null ? [] : [`${percent(cpuPercent)} of a core`]),
  ].join(" · ");

const usageTable = (cli: Cli, rows: readonly ServerUsageRow[]): string =>
  table(
    ["SERVER", "PROCESSES", "MEMORY", "CPU", "CPU TIME"],
    rows.map(({ name, usage }) => [
      name,
      String(usage.processes),
      bytes(usage.memoryBytes),
      percent(usage.cpuPercent),
      duration(usage.cpuMs),
    ]),
    cli.width,
  );

/**
 * What servers take now, the largest first: one of them, or all that have processes. Takes a second
 * where there are any, since CPU is told since the sample before, which may have been long ago.
 */
export const measureUsage = async (
  cli: Cli,
  api: Api,
  serverId: string | null,
): Promise<ServerUsageRow[]> => {
  const sample = async (): Promise<ServerUsageRow[]> =>
    (await api.servers.usage())
      .filter((row) => serverId === null || row.serverId === serverId)
      .toSorted((a, b) => b.usage.memoryBytes - a.usage.memoryBytes);
  const first = await sample();
  if (first.length === 0) return first;
  await sleep(APART_MS, undefined, { signal: cli.io.signal });
  return sample();
};

const usage = (cli: Cli, name: string | undefined): Outcome =>
  cli.use(async (api, { running }) => {
    if (!running) throw new GatewayError("gateway_not_running");
    const serverId = name === undefined ? null : (await api.servers.get({ server: name })).id;
    const rows = await measureUsage(cli, api, serverId);
    const nothing =
      name === undefined
        ? "No server has a process on this computer."
        : `“${name}” has no process on this computer.`;
    cli.answer(rows, rows.length === 0 ? nothing : usageTable(cli, rows));
  });

export const addUsageCommand = (servers: Command, act: Act): void => {
  servers
    .command("usage [name]")
    .description("memory and CPU of the servers of the running gateway, largest first")
    .action(act(usage));
};
