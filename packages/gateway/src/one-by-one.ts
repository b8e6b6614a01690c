/** Carries out what must not overlap one after another, whatever comes of the one before. */
export class OneByOne {
  #latest: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#latest.then(work);
    this.#latest = over(done);
    return done;
  }

  /** Resolves when all that was begun before is over. */
  async idle(): Promise<void> {
    await this.#latest;
  }
}

/** Without what came of it, which may be large, or a secret. */
async function over(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // Whoever asked for it is told.
  }
}
