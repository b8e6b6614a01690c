/** The longest time that a timer of Node can wait, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The time that a request may take. It starts anew at every sign of life, and stands still while
 * the server waits for an answer of ours: a person may take longer to answer than a server.
 */
export class TimeLimit {
  readonly #ms: number | null;
  readonly #onReached: () => void;
  #timer: NodeJS.Timeout | undefined;
  #holds = 0;

  /** Null waits for ever. */
  constructor(ms: number | null, onReached: () => void) {
    this.#ms = ms;
    this.#onReached = onReached;
  }

  /** Counts from now on, `pauseMs` later. */
  restart(pauseMs = 0): void {
    clearTimeout(this.#timer);
    if (this.#ms === null || this.#holds > 0) return;
    this.#timer = setTimeout(this.#onReached, Math.min(this.#ms + pauseMs, LONGEST_MS));
  }

  /** Stands still until `release` has been called as often. */
  hold(): void {
    this.#holds += 1;
    clearTimeout(this.#timer);
  }

  release(): void {
    this.#holds -= 1;
    this.restart();
  }

  clear(): void {
    // Held for good, so that a late release does not start it again.
    this.#holds = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }
}
