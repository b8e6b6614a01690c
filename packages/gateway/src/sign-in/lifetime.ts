/** How long before its end access is renewed, at most, ms. */
const AHEAD_MS = 5 * 60_000;
/** And as a part of its lifetime, where that is short. */
const AHEAD_PART = 0.2;
/** Access that is younger was given just now, ms. */
const FRESH_MS = 10_000;
const FRESH_PART = 0.25;
/** The longest time that a timer takes, ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * For how long an access token lives on. It is measured by two clocks, and what comes first counts:
 * the clock on the wall, which goes on while the computer sleeps, and the one that nobody sets.
 */
export class Lifetime {
  /** ms since 1970; null when nobody said. */
  #expiresAt: number | null = null;
  /** When it began by the clock that nobody sets; null where that was in another process. */
  #begunAt: number | null = null;
  #wholeMs: number | null = null;

  /** It was given just now. */
  begin(expiresAt: number | null): void {
    this.#expiresAt = expiresAt;
    this.#begunAt = performance.now();
    this.#wholeMs = expiresAt === null ? null : expiresAt - Date.now();
  }

  /** It was given to a process before this one. */
  recall(expiresAt: number | null): void {
    this.#expiresAt = expiresAt;
    this.#begunAt = null;
    this.#wholeMs = null;
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  get isEnding(): boolean {
    return this.#leftMs <= this.#aheadMs;
  }

  /** Whether it is so young that a refusal is about something else than its age. */
  get isFresh(): boolean {
    if (this.#begunAt === null) return false;
    const most = this.#wholeMs === null ? FRESH_MS : this.#wholeMs * FRESH_PART;
    return performance.now() - this.#begunAt < Math.min(FRESH_MS, most);
  }

  /** ms until it is time to renew it; null where nobody knows. */
  get endsSoonIn(): number | null {
    const left = this.#leftMs;
    if (left === Number.POSITIVE_INFINITY) return null;
    return Math.min(Math.max(0, left - this.#aheadMs), LONGEST_TIMER_MS);
  }

  get #leftMs(): number {
    if (this.#expiresAt === null) return Number.POSITIVE_INFINITY;
    const byWall = this.#expiresAt - Date.now();
    if (this.#begunAt === null || this.#wholeMs === null) return byWall;
    return Math.min(byWall, this.#begunAt + this.#wholeMs - performance.now());
  }

  get #aheadMs(): number {
    const part = (this.#wholeMs ?? AHEAD_MS) * AHEAD_PART;
    return Math.min(AHEAD_MS, part);
  }
}
