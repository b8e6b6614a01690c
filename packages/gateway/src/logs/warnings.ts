import { GatewayError } from "@local-mcp/contract";
import type { Outbox } from "./outbox.ts";

/** Changes within this time are told together, ms. */
const TOGETHER_MS = 1000;
/** How long it is said that something was dropped, after the last of it, ms. */
const SAID_MS = 5 * 60_000;
const MB = 1024 ** 2;
/** A disk with more than that is not what is full: a quota may be, or a file that may not grow. */
const LITTLE_MB = 1024;

/** What a person should know of the recording. */
export class LogWarnings {
  readonly #outbox: () => Pick<Outbox, "problem" | "dropped">;
  readonly #free: () => number | null;
  readonly #onChange: () => void;
  #told: NodeJS.Timeout | null = null;
  #saidOfDrops: NodeJS.Timeout | null = null;
  #dropped = 0;

  /** @param free what the disk has left, bytes; null where that is not known */
  constructor(
    outbox: () => Pick<Outbox, "problem" | "dropped">,
    free: () => number | null,
    onChange: () => void,
  ) {
    this.#outbox = outbox;
    this.#free = free;
    this.#onChange = onChange;
  }

  /** Why nothing is recorded at the moment. */
  get stopped(): GatewayError | null {
    const { problem, dropped } = this.#outbox();
    return problem && new GatewayError("logs_stopped", { dropped, reason: this.#why(problem) });
  }

  #why({ code, message }: GatewayError): string {
    const free = code === "disk_full" ? this.#free() : null;
    const freeMb = free === null ? null : Math.floor(free / MB);
    return freeMb === null || freeMb >= LITTLE_MB ? message : `the disk has ${freeMb} MB left.`;
  }

  get all(): GatewayError[] {
    const { stopped } = this;
    if (stopped) return [stopped];
    const { dropped } = this.#outbox();
    return this.#saidOfDrops ? [new GatewayError("logs_dropped", { dropped })] : [];
  }

  /** The outbox has dropped something, or stores or stores not any more. */
  changed(): void {
    const { dropped } = this.#outbox();
    if (dropped > this.#dropped) {
      this.#dropped = dropped;
      this.#saidOfDrops ??= setTimeout(() => {
        this.#saidOfDrops = null;
        this.#onChange();
      }, SAID_MS).unref();
      this.#saidOfDrops.refresh();
    }
    this.#told ??= setTimeout(() => {
      this.#told = null;
      this.#onChange();
    }, TOGETHER_MS).unref();
  }

  close(): void {
    if (this.#told !== null) clearTimeout(this.#told);
    if (this.#saidOfDrops !== null) clearTimeout(this.#saidOfDrops);
  }
}
