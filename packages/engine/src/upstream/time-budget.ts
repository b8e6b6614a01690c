export interface TimeBudgetOptions {
  /** What may be spent at once after a quiet time, ms. */
  burstMs: number;
  /** Which part of the time that goes by may be spent in the long run. */
  share: number;
  /** ms; only differences count. */
  now?: () => number;
}

/** For messages of a server that nobody waits for. */
export const MESSAGES = { burstMs: 250, share: 0.02 } as const;

/** Working time for one server: plenty at first, and a share of the time that goes by after that. */
export class TimeBudget {
  readonly #burstMs: number;
  readonly #share: number;
  readonly #now: () => number;
  #left: number;
  #filledAt: number;

  constructor({ burstMs, share, now = () => performance.now() }: TimeBudgetOptions) {
    this.#burstMs = burstMs;
    this.#share = share;
    this.#now = now;
    this.#left = burstMs;
    this.#filledAt = now();
  }

  /**
   * More may be spent than there is; it has to be waited for then. A negative time is given back.
   * What one thing costs is bounded: a computer may have slept while it was measured.
   */
  spend(ms: number): void {
    this.#fill();
    this.#left = Math.max(-this.#burstMs, Math.min(this.#burstMs, this.#left - ms));
  }

  /** How long nothing may be spent, ms; 0 while something is left. */
  get waitMs(): number {
    this.#fill();
    return this.#left > 0 ? 0 : Math.ceil(-this.#left / this.#share) + 1;
  }

  #fill(): void {
    const now = this.#now();
    const filled = this.#left + (now - this.#filledAt) * this.#share;
    this.#left = Math.min(this.#burstMs, filled);
    this.#filledAt = now;
  }
}
