const MINUTE_MS = 60_000;

/** Whether whole messages are kept, which ends by itself. Forgotten by a restart. */
export class Uncapped {
  readonly #onChange: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  #until: number | null = null;

  /** @param now ms since 1970 */
  constructor(onChange: () => void, now: () => number) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Until when, ms since 1970; null otherwise. A computer that slept may wake up after it. */
  get until(): number | null {
    return this.#until !== null && this.#until > this.#now() ? this.#until : null;
  }

  /** From now on; what was said before counts no more. */
  begin(minutes: number): void {
    this.close();
    const ms = minutes * MINUTE_MS;
    this.#until = this.#now() + ms;
    this.#timer = setTimeout(() => this.end(), ms).unref();
    this.#onChange();
  }

  end(): void {
    this.close();
    if (this.#until === null) return;
    this.#until = null;
    this.#onChange();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
