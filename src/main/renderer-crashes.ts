/** A second crash within this time is no accident, ms. */
const SOON_MS = 60_000;

/** What is done about a page that has crashed: loaded again once, and then a person is asked. */
export class RendererCrashes {
  readonly #now: () => number;
  #last: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  next(): "reload" | "ask" {
    const now = this.#now();
    const again = this.#last !== null && now - this.#last < SOON_MS;
    this.#last = now;
    return again ? "ask" : "reload";
  }
}
