/** So much of the client's input may wait to be sent before no more of it is read, bytes. */
const MOST_UNSENT = 4 * 1024 * 1024;

/** What was read from the client and has not left yet; bounds how far reading runs ahead. */
export class Unsent {
  readonly #most: number;
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(most = MOST_UNSENT) {
    this.#most = most;
  }

  /** Counts a text until the returned function is called; calling it again changes nothing. */
  add(text: string): () => void {
    let bytes = Buffer.byteLength(text);
    this.#bytes += bytes;
    return () => {
      this.#bytes -= bytes;
      bytes = 0;
      if (this.#bytes <= this.#most) for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (this.#bytes <= this.#most) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
