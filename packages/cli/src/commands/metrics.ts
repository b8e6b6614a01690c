import {
  metricKind,
  type MetricKind,
  type MetricsQuery,
  type MetricsTotals,
  type MetricsView,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { integer, usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { dateTime, plural, table } from "../output.ts";
import { askYes } from "../prompt.ts";
import { CALL_FIGURES, callFigures } from "./call-figures.ts";

const HOUR_MS = 3_600_000;
const RANGES: ReadonlyMap<string, number> = new Map([
  ["1h", HOUR_MS],
  ["24h", 24 * HOUR_MS],
  ["7d", 7 * 24 * HOUR_MS],
  ["30d", 30 * 24 * HOUR_MS],
]);

interface ShowOptions extends Pick<MetricsQuery, "kind" | "profile" | "server"> {
  last?: number;
  top?: number;
}
interface ResetOptions {
  tool?: string[];
  server?: string;
  yes?: boolean;
}

const range = (text: string): number => {
  const ms = RANGES.get(text);
  if (ms === undefined) {
    throw usage(`--last is one of ${[...RANGES.keys()].join(", ")}, not “${text}”.`);
  }
  return ms;
};

const kind = (text: string): MetricKind => {
  const { data } = metricKind.safeParse(text);
  if (data) return data;
  throw usage(`--kind is one of ${metricKind.options.join(", ")}, not “${text}”.`);
};

const figures = ({ lastAt, ...totals }: MetricsTotals): string[] => [
  ...callFigures(totals),
  lastAt === null ? "" : dateTime(lastAt),
];
const FIGURES = [...CALL_FIGURES, "LAST"];

const viewText = (cli: Cli, { totals, items, servers, recording }: MetricsView): string => {
  const off = recording ? [] : ["Calls are not counted now."];
  if (totals.calls === 0) return ["Nothing was called in this range.", ...off].join("\n");
  const named = items.map(({ kind: what, name, server, ...of }) => [
    what,
    name,
    server,
    ...figures(of),
  ]);
  const whole = servers.map(({ server, ...of }) => [server, ...figures(of)]);
  return [
    table(["KIND", "NAME", "SERVER", ...FIGURES], named, cli.width),
    "",
    table(["SERVER", ...FIGURES], [...whole, ["all", ...figures(totals)]], cli.width),
    ...off,
  ].join("\n");
};

const show = (cli: Cli, { last = 24 * HOUR_MS, ...filter }: ShowOptions): Outcome =>
  cli.use(async (api) => {
    const view = await api.metrics.get({ ...filter, from: Date.now() - last });
    cli.answer(view, viewText(cli, view));
  });

const reset = (cli: Cli, { tool, server, yes }: ResetOptions): Outcome =>
  cli.use(async (api) => {
    const of = server === undefined ? "" : ` of ${server}`;
    const what = `what was counted of ${tool === undefined ? "calls" : tool.join(", ")}${of}`;
    if (yes !== true) {
      if (!isInteractive(cli.io))
        throw usage("Without a terminal to ask on, --yes has to be there.");
      if (!(await askYes(cli.io, `Forget ${what}?`))) return;
    }
    const scopes = tool?.map((name) => ({ kind: "tool" as const, name, server })) ?? [{ server }];
    let calls = 0;
    for (const scope of scopes) calls += (await api.metrics.reset(scope)).calls;
    cli.answer({ calls }, `${plural(calls, "call")} forgotten.`);
  });

export const addMetricsCommands = (program: Command, act: Act): void => {
  const metrics = program
    .command("metrics")
    .description("how often what was called, and how long it took");

  metrics
    .command("show", { isDefault: true })
    .description("the most used tools, prompts and resources, and each server")
    .option("--last <range>", "1h, 24h, 7d or 30d (24h)", range)
    .option("--profile <profile>", "calls in this profile")
    .option("--server <server>", "calls of this server; (local) is the gateway itself")
    .option("--kind <kind>", "tool, prompt or resource", kind)
    .option("--top <number>", "how many of the most used, up to 500 (20)", integer("--top", 1, 500))
    .action(act(show));

  metrics
    .command("reset")
    .description("forget what was counted")
    .option("--tool <name...>", "of these tools only, by their servers' names for them")
    .option("--server <server>", "of this server only; (local) is the gateway itself")
    .option("--yes", "do not ask")
    .action(act(reset));
};
