import { existsSync } from "node:fs";
import {
  GatewayError,
  LOCAL_SERVER,
  type MetricsQuery,
  type MetricsReset,
  type MetricsView,
  type Settings,
} from "@local-mcp/contract";
import type { Exchange, Log } from "@local-mcp/engine";
import type { Paths } from "@local-mcp/database";
import { OneByOne } from "../one-by-one.ts";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { Stores } from "../stores.ts";
import type { Thread } from "../traffic/thread.ts";
import type { TrafficFile } from "../traffic/traffic-file.ts";
import { type CallRow, hourOf } from "./call-row.ts";
import { Counters } from "./counters.ts";
import { exposition, type ExpositionFacts } from "./exposition.ts";
import { Recorder } from "./recorder.ts";
import { GRACE_MS, tidy } from "./upkeep.ts";
import { createMetricsThread, type MetricsThread } from "./worker-client.ts";
import type { MetricsTasks } from "./worker-messages.ts";

const DAY_MS = 86_400_000;
/** Further back nothing is kept. */
const LONGEST_MS = 3650 * DAY_MS;
/** How often it is looked at what has to be summed up or removed, ms. */
const TIDY_EVERY_MS = 60_000;
/** Longest that a name is kept; further text tells nobody more. */
const MAX_NAME = 500;

export interface MetricsOptions {
  paths: Pick<Paths, "traffic" | "database">;
  file: Pick<TrafficFile, "guard">;
  stores: Stores;
  settings: () => Pick<Settings, "metrics" | "metricsRawDays" | "metricsKeepDays">;
  servers: Pick<ServersService, "find">;
  profiles: Pick<ProfilesService, "find">;
  /** Takes secrets out of a text. */
  redact(text: string): string;
  /** {@link MetricsService.warnings} are others now. */
  onWarning(): void;
  log: Log;
  now?: () => number;
}

/**
 * How often what was called, and how long it took. A call is counted after it was answered, and
 * nothing of a call waits for it.
 */
export class MetricsService {
  readonly #options: MetricsOptions;
  readonly #thread: Thread<MetricsTasks>;
  readonly #worker: MetricsThread;
  readonly #recorder: Recorder;
  readonly #counters = new Counters();
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  /** What changes the sums comes one after another. */
  readonly #changes = new OneByOne();
  /** How many calls were told of. */
  #told = 0;
  /** What all was tidy for when it was last looked at. */
  #tidyFor: string | null = null;
  #closed = false;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#thread = createMetricsThread(options.paths, {
      onBroken: (error) =>
        options.log.error("the thread that counts calls broke", { error: error.message }),
    });
    this.#worker = options.file.guard(this.#thread);
    this.#recorder = new Recorder({
      worker: this.#worker,
      onProblem: () => {
        const { problem } = this.#recorder;
        if (problem) options.log.warn("calls are not counted", { error: problem.message });
        else options.log.info("calls are counted again", { dropped: this.#recorder.dropped });
        options.onWarning();
      },
    });
  }

  /** What a person should know. */
  get warnings(): GatewayError[] {
    const { problem, dropped } = this.#recorder;
    return problem
      ? [new GatewayError("metrics_stopped", { reason: problem.message, dropped })]
      : [];
  }

  /** How many calls could not be counted since the start. */
  get dropped(): number {
    return this.#recorder.dropped;
  }

  /** All there is to scrape, as text. */
  exposition(others: Pick<ExpositionFacts, "jobs" | "imports" | "status">): string {
    const { stores } = this.#options;
    return exposition({ ...others, stores, counters: this.#counters, dropped: this.dropped });
  }

  /** Sums up what an earlier run has left. */
  start(): void {
    if (existsSync(this.#options.paths.traffic)) this.#keepTidy();
  }

  onExchange(exchange: Exchange): void {
    if (exchange.item === null || this.#closed || !this.#options.settings().metrics) return;
    const row = this.#rowOf(exchange, exchange.item);
    this.#counters.add(row);
    this.#recorder.add(row);
    this.#told += 1;
    this.#keepTidy();
  }

  /** @throws GatewayError server_not_found, profile_not_found, and what SQLite says of the file */
  async get({ server, profile, kind, top, ...range }: MetricsQuery): Promise<MetricsView> {
    // What ended just now is in it.
    const to = range.to ?? this.#now() + 1;
    const from = range.from ?? to - DAY_MS;
    if (from >= to) {
      const detail = "“from” has to be before “to”.";
      throw new GatewayError("validation_failed", { detail });
    }
    const query = {
      from: Math.max(from, to - LONGEST_MS),
      to,
      profileId: profile === undefined ? undefined : this.#options.profiles.find(profile).id,
      serverId: this.#serverId(server),
      kind,
      top,
    };
    this.#recorder.flush();
    const view = await this.#worker.ask("view", query);
    return { ...view, recording: this.#options.settings().metrics && !this.#recorder.problem };
  }

  /** Forgets calls. @returns how many. @throws GatewayError as `get` */
  async reset({ kind, name, server }: MetricsReset): Promise<{ calls: number }> {
    const scope = { kind, name, serverId: this.#serverId(server) };
    this.#recorder.flush();
    return this.#changes.run(async () => {
      const calls = await this.#worker.ask("reset", scope);
      return { calls: calls + this.#options.stores.metrics.reset(scope) };
    });
  }

  /** Sums up hours that are over, and removes what was kept long enough. */
  tidy(): Promise<void> {
    const { stores, settings } = this.#options;
    return this.#changes.run(() =>
      tidy({ worker: this.#worker, store: stores.metrics, settings }, this.#now()),
    );
  }

  /** Stores what was counted, and lets go of the files. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#recorder.flush();
    await this.#thread.close();
    await this.#changes.idle();
  }

  #keepTidy(): void {
    if (this.#timer !== null) return;
    const { log } = this.#options;
    this.#timer = setInterval(() => {
      this.#lookAfter().catch((error: unknown) => {
        if (!this.#closed) log.warn("calls are not summed up", { error: String(error) });
      });
    }, TIDY_EVERY_MS).unref();
  }

  /** What is tidy stays so until a call comes, an hour is over or a setting changes: nobody is woken for it. */
  async #lookAfter(): Promise<void> {
    const { metricsRawDays, metricsKeepDays } = this.#options.settings();
    const hour = hourOf(this.#now() - GRACE_MS);
    const state = [this.#told, hour, metricsRawDays, metricsKeepDays].join(" ");
    if (state === this.#tidyFor) return;
    await this.tidy();
    this.#tidyFor = state;
  }

  /** Null for the gateway itself, undefined where none is asked for. */
  #serverId(server: string | undefined): string | null | undefined {
    if (server === undefined) return undefined;
    return server === LOCAL_SERVER ? null : this.#options.servers.find(server).id;
  }

  #rowOf(
    { profileId, startedAt, durationMs, outcome }: Exchange,
    { kind, name, serverId }: NonNullable<Exchange["item"]>,
  ): CallRow {
    // An address may hold what its server takes for a password.
    const known = kind === "resource" ? this.#options.redact(name) : name;
    return {
      kind,
      name: known.slice(0, MAX_NAME),
      profileId,
      serverId: serverId === LOCAL_SERVER ? null : serverId,
      at: Math.floor(startedAt + durationMs),
      durationMs: Math.round(durationMs * 1000) / 1000,
      ok: outcome === "ok",
      error: outcome === "ok" ? null : outcome,
    };
  }
}
