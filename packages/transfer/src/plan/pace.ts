import { setImmediate as nextTurn } from "node:timers/promises";

/** For how long one piece of work keeps everything else waiting, ms. */
const SLICE_MS = 8;

/** Long work in slices: others have their turn in between, and it ends where it is told to. */
export class Pace {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** To be awaited before each piece. @throws the reason of the signal */
  async step(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (performance.now() - this.#since < SLICE_MS) return;
    await nextTurn();
    this.#since = performance.now();
    this.#signal?.throwIfAborted();
  }
}
