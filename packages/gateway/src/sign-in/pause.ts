/** A wait that can be cut short. */
export class Pause {
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};

  /** Resolves after so many ms, or when it is ended. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#wake();
  }
}
