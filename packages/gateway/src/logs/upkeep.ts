import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "@local-mcp/engine";
import type { Asked } from "../traffic/thread.ts";
import type { Retention, WriterTasks } from "./writer/messages.ts";

/** How often it is looked what has to go while rows come, ms. */
const LOOK_EVERY_MS = 60_000;
/** How long others have the thread between two slices of removing, ms. */
const PAUSE_MS = 20;

export interface UpkeepOptions {
  writer: Asked<WriterTasks>;
  retention: () => Retention;
  /** Rows went, or none are left to go. */
  onRemoved: () => void;
  log: Log;
  /** ms since 1970. */
  now: () => number;
}

/** Removes what is kept no longer, and what was cleared: some at a time, so that what is recorded meanwhile does not wait. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #isDue = false;
  #isClearing = false;
  #work: Promise<void> | null = null;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Rows are being removed that somebody cleared, or will be once that is possible. */
  get isClearing(): boolean {
    return this.#isClearing;
  }

  /** Rows come. */
  keep(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.prune();
    }, LOOK_EVERY_MS).unref();
  }

  /** Removes what the settings say, now. */
  prune(): void {
    this.#isDue = true;
    this.#begin();
  }

  /** Removes what was hidden by a clear. */
  clear(): void {
    this.#isClearing = true;
    this.#begin();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#work;
  }

  #begin(): void {
    if (!this.#ended.signal.aborted) this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (await this.#some()) await delay(PAUSE_MS, undefined, this.#ended);
      this.#work = null;
    } catch (error) {
      this.#work = null;
      if (!this.#ended.signal.aborted) this.#failed(error);
      return;
    }
    if (this.#isClearing || this.#isDue) this.#begin();
  }

  /** It is tried again with the next look, for which no row has to come. */
  #failed(error: unknown): void {
    this.#options.log.warn("debug logs stay longer", { error: String(error) });
    this.keep();
  }

  /** @returns whether there is more to do */
  async #some(): Promise<boolean> {
    const { writer, retention, onRemoved, now } = this.#options;
    if (this.#isClearing) {
      this.#isClearing = (await writer.ask("clearSome", null)).more;
      if (!this.#isClearing) onRemoved();
    } else if (this.#isDue) {
      const { rows, more } = await writer.ask("prune", { retention: retention(), now: now() });
      this.#isDue = more;
      if (rows > 0) onRemoved();
    }
    return this.#isClearing || this.#isDue;
  }
}
