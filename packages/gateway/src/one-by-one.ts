/** Carries out what must not overlap one after another, whatever comes of the one before. */
export class OneByOne {
  #latest: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#latest.then(work);
    this.#latest = done.catch(() => {});
    return done;
  }

  /** Resolves when all that was begun before is over. */
  async idle(): Promise<void> {
    await this.#latest;
  }
}
