import { atMost } from "./time.ts";

/** Servers that are being started at the same time. */
const MOST_STARTING = 8;
/** So long one of them may keep others waiting, ms. */
const LONGEST_PLACE_MS = 3000;

/**
 * Lets servers start a few at a time, so that fifty of them do not hold up everything else, and one
 * that hangs holds up no other for long. A server that a call needs is started past it.
 */
export class StartGate {
  readonly #waiting: (() => Promise<void>)[] = [];
  #starting = 0;
  #isYielding = false;

  /** Runs `start` when there is room; it resolves when the server does not start any more. */
  enter(start: () => Promise<void>): void {
    this.#waiting.push(start);
    this.#next();
  }

  /** Starts none of those that wait. */
  close(): void {
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#isYielding || this.#starting >= MOST_STARTING) return;
    const start = this.#waiting.shift();
    if (!start) return;
    this.#starting += 1;
    void atMost(LONGEST_PLACE_MS, start()).finally(() => {
      this.#starting -= 1;
      this.#next();
    });
    // Starting a process holds everything else up for some milliseconds: requests are let in.
    this.#isYielding = true;
    setImmediate(() => {
      this.#isYielding = false;
      this.#next();
    });
  }
}
