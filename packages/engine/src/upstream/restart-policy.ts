import type { StatusReason } from "@local-mcp/contract";
import type { NextAttempt } from "./observation.ts";

/** First wait after a failure, ms; doubled at each further one. */
export const FIRST_DELAY_MS = 250;
export const MAX_DELAY_MS = 30_000;
/** So long without a failure and the count starts anew, ms. */
export const HEALTHY_MS = 60_000;
const CRASH_LOOP_FAILURES = 5;
export const CRASH_LOOP_WINDOW_MS = 5 * 60_000;

export type Verdict =
  | { kind: "retry"; delayMs: number; attempt: NextAttempt }
  | { kind: "give_up"; failures: number };

/**
 * When to try again after a failure: exponential back-off with jitter. A process that fails five
 * times in five minutes is left stopped for a person; a remote server is tried for ever, since its
 * network comes back by itself.
 */
export class RestartPolicy {
  #failures: number[] = [];
  #streak = 0;
  #readySince: number | null = null;
  readonly #givesUp: boolean;
  readonly #random: () => number;

  constructor(options: { givesUp: boolean; random?: () => number }) {
    this.#givesUp = options.givesUp;
    this.#random = options.random ?? Math.random;
  }

  ready(now: number): void {
    this.#readySince = now;
  }

  failed(now: number): Verdict {
    if (this.#readySince !== null && now - this.#readySince >= HEALTHY_MS) this.reset();
    this.#readySince = null;
    this.#streak += 1;
    this.#failures = [...this.#failures, now].filter((at) => now - at < CRASH_LOOP_WINDOW_MS);
    if (this.#givesUp && this.#failures.length >= CRASH_LOOP_FAILURES) {
      return { kind: "give_up", failures: this.#failures.length };
    }
    const full = Math.min(FIRST_DELAY_MS * 2 ** (this.#streak - 1), MAX_DELAY_MS);
    // Between three quarters and all of it: enough to spread servers that failed together.
    const delayMs = Math.round(full * (0.75 + this.#random() * 0.25));
    const attempt = this.#givesUp
      ? { number: this.#failures.length + 1, of: CRASH_LOOP_FAILURES }
      : { number: this.#streak + 1, of: null };
    return { kind: "retry", delayMs, attempt };
  }

  reset(): void {
    this.#failures = [];
    this.#streak = 0;
    this.#readySince = null;
  }
}

/** Why a server was left stopped. */
export const crashLoop = (name: string, failures: number, last: StatusReason): StatusReason => ({
  code: "crash_loop",
  message: `${name} failed ${failures} times in 5 minutes and was left stopped. Last: ${last.message}`,
  detail: last.detail,
});
