/** Carries out what must not overlap one after another, whatever comes of the one before. */
export class OneByOne {
  #latest: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#latest.then(work);
    // Without what came of it, which may be large, or a secret.
    this.#latest = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** Resolves when all that was begun before is over. */
  async idle(): Promise<void> {
    await this.#latest;
  }
}
