/** How long is waited before each time that something is asked again, ms. A minute in all. */
export const ASK_AGAIN_MS: readonly number[] = [1000, 2000, 4000, 8000, 15_000, 30_000];

/** Asks again after growing pauses, what has not been answered well. */
export class Patience {
  readonly #ask: (isLast: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;

  /** `isLast` is true when a minute has passed; further pauses are all of the longest kind. */
  constructor(ask: (isLast: boolean) => void) {
    this.#ask = ask;
  }

  /** Asks once more, later; nothing where that is planned already. */
  again(): void {
    if (this.#timer !== undefined) return;
    const step = Math.min(this.#asked, ASK_AGAIN_MS.length - 1);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#asked = step + 1;
      this.#ask(this.#asked === ASK_AGAIN_MS.length);
    }, ASK_AGAIN_MS[step]);
  }

  /** All is well, or nobody is there to be asked. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = 0;
  }
}
