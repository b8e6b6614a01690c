import { type GatewayStatus, LOCAL_SERVER } from "@local-mcp/contract";
import type { JobCount } from "../backups/jobs.ts";
import type { Stores } from "../stores.ts";
import { REMOVED } from "./call-row.ts";
import { BOUNDS_S, type Counters } from "./counters.ts";

/** The text format that Prometheus scrapes, version 0.0.4. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export interface ExpositionFacts {
  counters: Counters;
  /** Calls that could not be counted. */
  dropped: number;
  jobs: readonly JobCount[];
  /** How many imports ended in which way. */
  imports: ReadonlyMap<string, number>;
  status: GatewayStatus;
  stores: Pick<Stores, "servers" | "profiles">;
}

type Labels = Readonly<Record<string, string>>;
type Sample = [labels: Labels, value: number, suffix?: string];

/** All there is to scrape, as text. Counters begin anew with the gateway. */
export function exposition(facts: ExpositionFacts): string {
  const { counters, dropped, jobs, imports, status, stores } = facts;
  const servers = new Map(stores.servers.list().map(({ id, name }) => [id, name]));
  const profiles = new Map(stores.profiles.list().map(({ id, slug }) => [id, slug]));
  const nameIn = (names: ReadonlyMap<string, string>, id: string): string =>
    names.get(id) ?? (id === "other" ? id : REMOVED);
  const server = (id: string | null): string => (id === null ? LOCAL_SERVER : nameIn(servers, id));
  const profile = (id: string | null): string => (id === null ? "" : nameIn(profiles, id));

  const calls = merged(
    counters.calls().map(({ kind, name, serverId, profileId, outcome, count }): Sample => {
      const whose = { server: server(serverId), profile: profile(profileId) };
      return [{ kind, name, ...whose, outcome }, count];
    }),
  );
  const durations = merged(
    counters.durations().flatMap(({ kind, serverId, counts, count, sumSeconds }): Sample[] => {
      const labels = { kind, server: server(serverId) };
      let atMost = 0;
      const buckets = BOUNDS_S.map((bound, index): Sample => {
        atMost += counts[index] ?? 0;
        return [{ ...labels, le: String(bound) }, atMost, "_bucket"];
      });
      return [
        ...buckets,
        [{ ...labels, le: "+Inf" }, count, "_bucket"],
        [labels, sumSeconds, "_sum"],
        [labels, count, "_count"],
      ];
    }),
  );
  const states = status.servers.map(({ status: { state } }): Sample => [{ state }, 1]);
  return [
    ...family("up", "gauge", "Whether the gateway runs.", [[{}, 1]]),
    ...family("build_info", "gauge", "The version that runs.", [[{ version: status.version }, 1]]),
    ...family("start_time_seconds", "gauge", "When it was started, since 1970.", [
      [{}, status.startedAt / 1000],
    ]),
    ...family("sessions", "gauge", "Sessions of clients that are known.", [[{}, status.sessions]]),
    ...family("servers", "gauge", "Servers by state.", merged(states)),
    ...family("calls_total", "counter", "Calls since the start.", calls),
    ...family("call_duration_seconds", "histogram", "How long calls took.", durations),
    ...family("calls_dropped_total", "counter", "Calls that could not be counted.", [
      [{}, dropped],
    ]),
    ...family(
      "backups_total",
      "counter",
      "Backups and restores by how they ended.",
      jobs.map(({ kind, outcome, count }): Sample => [{ kind, outcome }, count]),
    ),
    ...family(
      "imports_total",
      "counter",
      "Imports of configuration by how they ended.",
      [...imports].map(([outcome, count]): Sample => [{ outcome }, count]),
    ),
    "",
  ].join("\n");
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string[] {
  const full = `local_mcp_gateway_${name}`;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...samples.map(
      ([labels, value, suffix = ""]) => `${full}${suffix}${labelled(labels)} ${value}`,
    ),
  ];
}

/** What is gone has one name, and a series may come but once. */
function merged(samples: readonly Sample[]): Sample[] {
  const sums = new Map<string, Sample>();
  for (const [labels, value, suffix = ""] of samples) {
    const key = suffix + labelled(labels);
    sums.set(key, [labels, (sums.get(key)?.[1] ?? 0) + value, suffix]);
  }
  return [...sums.values()];
}

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
