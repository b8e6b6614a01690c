const FIRST_BYTES = 4096;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Bytes that come piece by piece and are wanted as one. They are copied into a buffer that doubles:
 * a list of pieces would cost a hundred times their size where each is a single byte, and joining
 * at each piece the square of the whole.
 */
export class ByteCollector {
  #buffer = NOTHING;
  #length = 0;
  readonly #expected: number;

  /** @param expected how many are said to come, bytes; 0 where nobody says */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  get length(): number {
    return this.#length;
  }

  /** What one piece holds is not copied, so that nobody else may write into it. */
  push(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (this.#length === 0) {
      this.#buffer = piece;
      this.#length = length;
      return;
    }
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  /** All of it, and begins anew. */
  take(): Buffer {
    const all = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    return all;
  }

  #grow(least: number): void {
    const grown = Buffer.allocUnsafeSlow(
      Math.max(FIRST_BYTES, least, this.#expected, this.#buffer.length * 2),
    );
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
