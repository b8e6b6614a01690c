import { existsSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { Asked, TaskTable, Thread } from "./thread.ts";

/** How often it is looked whether the file is still there, ms. */
const LOOK_EVERY_MS = 1000;

export interface TrafficFileOptions {
  path: string;
  /** The file that there was is gone: what it had is, and a new one counts from the beginning. */
  onGone: () => void;
  /** {@link TrafficFile.warning} is another now. */
  onSetAside: () => void;
  log: Log;
}

/** What a thread that has the file open does beside its work. */
type WithFile<Tasks> = TaskTable<Tasks> & { release: [null, null] };

/**
 * `traffic.db`, which several threads have open. Where one of them finds it damaged all of them let
 * go of it, it is kept under another name, and what was asked is tried once more on a new one. The
 * same holds where somebody removed it: what is written into a removed file is lost.
 */
export class TrafficFile {
  readonly #options: TrafficFileOptions;
  readonly #threads: Pick<Thread<WithFile<unknown>>, "ask" | "isStarted">[] = [];
  /** While it is set aside. */
  #change: Promise<void> | null = null;
  /** How many times it was. */
  #changes = 0;
  #isThere = false;
  #lookedAt = 0;
  #warning: GatewayError | null = null;

  constructor(options: TrafficFileOptions) {
    this.#options = options;
  }

  /** Where a damaged file is now. */
  get warning(): GatewayError | null {
    return this.#warning;
  }

  /** A thread that opens the file, as it is to be asked. */
  guard<Tasks extends WithFile<Tasks>>(thread: Thread<Tasks>): Asked<Tasks> {
    this.#threads.push(thread);
    return { ask: (...task) => this.#run(() => thread.ask(...task)) };
  }

  /** The work begins at once, so that the order in which a thread is asked is kept. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#look();
    if (this.#change) await this.#change;
    const changes = this.#changes;
    try {
      return await work();
    } catch (error) {
      if (!this.#isDamage(error)) throw error;
      if (changes === this.#changes) await (this.#change ??= this.#setAside());
      return work();
    }
  }

  /** The configuration, of which threads read, is no concern of this. */
  #isDamage(error: unknown): boolean {
    return (
      error instanceof GatewayError &&
      error.code === "database_damaged" &&
      error.params["path"] === this.#options.path
    );
  }

  #look(): void {
    const now = performance.now();
    if (this.#isThere && now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const wasThere = this.#isThere;
    this.#isThere = existsSync(this.#options.path);
    if (!wasThere || this.#isThere) return;
    void this.#release();
    this.#options.onGone();
  }

  async #release(): Promise<void> {
    const started = this.#threads.filter(({ isStarted }) => isStarted);
    // One that breaks has let go of it too.
    await Promise.allSettled(started.map((thread) => thread.ask("release", null)));
  }

  async #setAside(): Promise<void> {
    await this.#release();
    try {
      this.#rename();
      this.#changes += 1;
    } catch (error) {
      // What was asked then says what is wrong with it.
      this.#options.log.error("a damaged file cannot be set aside", { error: String(error) });
    }
    this.#change = null;
  }

  #rename(): void {
    const { path, log, onGone, onSetAside } = this.#options;
    // Windows allows no colon in a file's name.
    const time = new Date().toISOString().replaceAll(":", "-");
    const kept = join(dirname(path), `${basename(path, ".db")}-damaged-${time}.db`);
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${kept}${suffix}`);
    }
    this.#isThere = false;
    this.#warning = new GatewayError("traffic_set_aside", { path: kept });
    log.warn("the record of calls was damaged and is set aside", { path: kept });
    onGone();
    onSetAside();
  }
}
