import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import {
  GatewayError,
  type LogCleared,
  type LogLevel,
  type LogLevelChoice,
  type LogState,
  type Settings,
} from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { Events } from "../events.ts";
import { problemOf } from "../problem.ts";
import type { Asked } from "../traffic/thread.ts";
import type { Written } from "./entries.ts";
import type { Clock } from "./exchange.ts";
import { Levels, type LevelsOptions } from "./levels.ts";
import type { Recording as AskedOfRecording } from "./logs-service.ts";
import { Outbox } from "./outbox.ts";
import { Recorder } from "./recorder.ts";
import { Uncapped } from "./uncapped.ts";
import { Upkeep } from "./upkeep.ts";
import { LogWarnings } from "./warnings.ts";
import type { Retention, WriterTasks } from "./writer/messages.ts";

/** When, after the start, what is kept no longer is begun to be removed, ms. */
const SETTLED_MS = 5000;
/** How long what was asked of the size of the log is believed, ms. */
const SIZE_MS = 1000;

const NO_SIZE: WriterTasks["size"][1] = { rows: 0, bytes: 0, oldestAt: null };

export interface RecordingOptions extends Omit<LevelsOptions, "settings"> {
  writer: Asked<WriterTasks>;
  /** The file that it writes. */
  path: string;
  settings: () => Retention & Pick<Settings, "logLevel">;
  ownName: string;
  events: Pick<Events, "publish" | "on">;
  onWarning: () => void;
  /** Told of each batch that was stored. */
  onWritten: (written: Written) => void;
  onRemoved: () => void;
  log: Log;
  clock?: Clock;
}

/** What is recorded and how that goes: everything between the router and the thread that writes. */
export class Recording implements AskedOfRecording {
  readonly sink: Recorder;
  readonly #options: RecordingOptions;
  readonly #clock: Clock;
  readonly #levels: Levels;
  readonly #uncapped: Uncapped;
  readonly #outbox: Outbox;
  readonly #upkeep: Upkeep;
  readonly #warnings: LogWarnings;
  readonly #unwatch: () => void;
  /** What an earlier run left running is marked when the file is opened for writing. */
  #opened: Promise<void> | null = null;
  #size: { at: number; size: Promise<WriterTasks["size"][1]> } | null = null;
  #settled: NodeJS.Timeout | null = null;
  #retention: string;

  constructor(options: RecordingOptions) {
    const { writer, settings, events, log, ownName } = options;
    this.#options = options;
    this.#retention = this.#readRetention();
    const clock = options.clock ?? { now: () => performance.now(), date: Date.now };
    this.#clock = clock;
    this.#levels = new Levels(options);
    this.#uncapped = new Uncapped(() => this.#changed(), clock.date);
    this.#warnings = new LogWarnings(
      () => this.#outbox,
      () => freeOn(dirname(options.path)),
      () => this.#tellOfProblem(),
    );
    this.#outbox = new Outbox({
      write: (parcel) => writer.ask("write", parcel),
      probe: () => writer.ask("probe", null),
      bodyBytes: () => (this.#uncapped.until === null ? settings().logBodyBytes : null),
      onWritten: (written) => {
        this.#upkeep.keep();
        options.onWritten(written);
      },
      onProblem: () => this.#warnings.changed(),
      now: clock.now,
    });
    this.#upkeep = new Upkeep({
      writer,
      retention: settings,
      onRemoved: () => {
        this.#size = null;
        options.onRemoved();
        if (!this.#upkeep.isClearing) this.#changed();
      },
      log,
      now: clock.date,
    });
    this.sink = new Recorder({ outbox: this.#outbox, levels: this.#levels, ownName, clock });
    this.#unwatch = events.on(({ type }) => {
      if (type === "profiles.changed" || type === "servers.changed") this.#levels.forget();
      if (type === "settings.changed") this.#settingsChanged();
    });
  }

  get warnings(): GatewayError[] {
    return this.#warnings.all;
  }

  /** Marks what a crash interrupted, and begins to remove what is kept no longer. */
  start(): void {
    if (!existsSync(this.#options.path)) return;
    void this.#open();
    this.#settled ??= setTimeout(() => {
      // A clear may have been interrupted too.
      this.#upkeep.clear();
      this.#upkeep.prune();
    }, SETTLED_MS).unref();
  }

  async flush(): Promise<void> {
    await this.#outbox.flush();
    await this.#open();
  }

  async state(): Promise<LogState> {
    const { settings } = this.#options;
    const { size, problem } = await this.#sizeNow();
    const stopped = this.#warnings.stopped ?? problem;
    return {
      ...size,
      level: settings().logLevel,
      uncappedUntil: this.#uncapped.until,
      dropped: this.#outbox.dropped,
      problem: stopped && problemOf(stopped),
      clearing: this.#upkeep.isClearing,
    };
  }

  levels(): LogLevelChoice[] {
    return this.#levels.list();
  }

  setLevel(change: Omit<LogLevelChoice, "level"> & { level: LogLevel | null }): void {
    this.#levels.set(change);
  }

  async tryAgain(): Promise<void> {
    await this.#outbox.tryAgain();
    this.#size = null;
  }

  uncap(minutes: number): void {
    this.#uncapped.begin(minutes);
  }

  cap(): void {
    this.#uncapped.end();
  }

  async clear(filter: string): Promise<LogCleared> {
    const asked = { filter, now: this.#clock.date() };
    try {
      const { rows } = await this.#options.writer.ask("clear", asked);
      return { rows };
    } finally {
      // Some may be hidden also where not all could be.
      this.#size = null;
      this.#upkeep.clear();
    }
  }

  /** Hands on what waits; resolves when it is stored. */
  async close(): Promise<void> {
    this.#unwatch();
    this.#uncapped.close();
    this.#warnings.close();
    if (this.#settled !== null) clearTimeout(this.#settled);
    await Promise.all([this.#outbox.close(), this.#upkeep.close()]);
  }

  #open(): Promise<void> {
    if (this.#opened === null && !existsSync(this.#options.path)) return Promise.resolve();
    return (this.#opened ??= this.#openNow());
  }

  async #openNow(): Promise<void> {
    try {
      await this.#options.writer.ask("size", null);
    } catch {
      // Whoever reads is told what is wrong with the file.
      this.#opened = null;
    }
  }

  async #sizeNow(): Promise<{ size: WriterTasks["size"][1]; problem: GatewayError | null }> {
    const { writer, path } = this.#options;
    if (!existsSync(path)) return { size: NO_SIZE, problem: null };
    const now = this.#clock.now();
    if (this.#size === null || now - this.#size.at > SIZE_MS) {
      this.#size = { at: now, size: writer.ask("size", null) };
    }
    try {
      return { size: await this.#size.size, problem: null };
    } catch (error) {
      this.#size = null;
      const problem = error instanceof GatewayError ? error : new GatewayError("internal");
      return { size: NO_SIZE, problem };
    }
  }

  #settingsChanged(): void {
    const before = this.#retention;
    this.#retention = this.#readRetention();
    if (before !== this.#retention && existsSync(this.#options.path)) this.#upkeep.prune();
    this.#changed();
  }

  #readRetention(): string {
    const { logKeepDays, logKeepMb, logKeepRows } = this.#options.settings();
    return `${logKeepDays} ${logKeepMb} ${logKeepRows}`;
  }

  #changed(): void {
    this.#options.events.publish({ type: "logs.changed" });
  }

  #tellOfProblem(): void {
    const { log, onWarning } = this.#options;
    const { problem, dropped } = this.#outbox;
    if (problem) log.warn("debug logs are not recorded", { error: problem.message, dropped });
    else if (dropped > 0) log.warn("messages were not recorded", { dropped });
    this.#changed();
    onWarning();
  }
}

/** What is free on the disk of a folder, bytes; null where that cannot be told. */
function freeOn(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
