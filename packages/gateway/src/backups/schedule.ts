import { GatewayError } from "@local-mcp/contract";
import { dueAt } from "./due.ts";

const MINUTE_MS = 60_000;
/** One that was missed is not made while everything else starts, ms. */
const AFTER_START_MS = 3 * MINUTE_MS;
/** Nor while the network comes back and clients ask, ms. */
const AFTER_SLEEP_MS = 2 * MINUTE_MS;
/** After a failure, ms. */
const RETRY_MS = 60 * MINUTE_MS;
/** While a backup or restore of a person's is under way, ms. */
const BUSY_MS = MINUTE_MS;
/** What was in the way has just been changed; more may follow, ms. */
const AFTER_CHANGE_MS = 10_000;
/** At least so often the clock is read anew: a timer stands still while the computer sleeps, ms. */
const LOOK_MS = 10 * MINUTE_MS;

export interface ScheduleOptions {
  /** ms since 1970. */
  now: () => number;
  /** HH:MM of this computer; null while none are to be made. */
  time: () => string | null;
  /** Reads anew when the last automatic one was made, ms since 1970; null for never. */
  last: () => Promise<number | null>;
  isBusy: () => boolean;
  make: () => Promise<void>;
  /** It failed, for a reason that is told in another way. */
  onFailure: (error: unknown) => void;
}

/** Makes a backup each day, a missed one as soon as it can be, one at a time. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #state: "new" | "started" | "closed" = "new";
  #last: number | null = null;
  /** None is made before, ms since 1970. */
  #earliest = 0;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** When the next one will be made, ms since 1970; null while none will. */
  get nextAt(): number | null {
    const time = this.#options.time();
    if (this.#state !== "started" || time === null) return null;
    return Math.max(dueAt(time, this.#last, this.#options.now()), this.#earliest);
  }

  /** Looks soon, and from then on; once. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "started";
    this.#earliest = this.#options.now() + AFTER_START_MS;
    this.#lookIn(0);
  }

  /** The computer has slept. */
  resumed(): void {
    if (this.#state !== "started") return;
    this.#earliest = Math.max(this.#earliest, this.#options.now() + AFTER_SLEEP_MS);
    this.#lookIn(0);
  }

  /** What it depends on was changed by a person: what failed before may work now. */
  changed(): void {
    if (this.#state !== "started") return;
    this.#earliest = Math.min(this.#earliest, this.#options.now() + AFTER_CHANGE_MS);
    this.#lookIn(0);
  }

  /** Makes none from here on. What is under way is ended by whoever ends the jobs. */
  async close(): Promise<void> {
    this.#state = "closed";
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#looking;
  }

  #lookIn(ms: number): void {
    if (this.#state !== "started") return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // Another look follows the one under way.
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
        this.#lookIn(this.#untilNext());
      });
    }, ms);
    this.#timer.unref();
  }

  #untilNext(): number {
    const { nextAt } = this;
    if (nextAt === null) return LOOK_MS;
    const wait = nextAt - this.#options.now();
    return Math.min(LOOK_MS, Math.max(wait, this.#options.isBusy() ? BUSY_MS : MIN_WAIT_MS));
  }

  async #look(): Promise<void> {
    const { now, last, isBusy, make, onFailure } = this.#options;
    try {
      this.#last = await last();
      const { nextAt } = this;
      if (nextAt === null || nextAt > now() || isBusy()) return;
      const begun = now();
      await make();
      // Not again at once, whatever the clock says by now.
      this.#earliest = begun + RETRY_MS;
      this.#last = await last();
    } catch (error) {
      // Somebody began something in the same moment: it is looked at again in a minute.
      const isBegun = error instanceof GatewayError && error.code === "backup_busy";
      if (isBegun || this.#state === "closed") return;
      this.#earliest = now() + RETRY_MS;
      onFailure(error);
    }
  }
}

/** Between two looks, whatever the clock says, ms. */
const MIN_WAIT_MS = 1000;
