const MAX_LINES = 200;
const MAX_LINE_LENGTH = 2000;
/** What is kept of it all, bytes. */
const MAX_BYTES = 256 * 1024;
const FIRST_BYTES = 4096;
/** Where the beginning of a line is missing, so much more is left out: it may end a secret. */
const MAX_SECRET_LENGTH = 4096;

const NEWLINE = 0x0a;

/**
 * The last lines a server wrote to stderr. Kept as bytes and read as text only when somebody wants
 * to see them, so that a server that never stops writing costs a copy of what can survive, however
 * its lines are, and no memory beyond.
 */
export class OutputRing {
  /** The newest byte is before `#end`, the oldest at it once all of this is full. */
  #bytes = Buffer.alloc(0);
  #end = 0;
  #isFull = false;

  push(chunk: Buffer): void {
    const tail = chunk.subarray(-MAX_BYTES);
    if (!this.#isFull && this.#end + tail.length > this.#bytes.length) this.#grow(tail.length);
    const fits = Math.min(tail.length, this.#bytes.length - this.#end);
    tail.copy(this.#bytes, this.#end, 0, fits);
    tail.copy(this.#bytes, 0, fits);
    if (fits < tail.length || tail.length < chunk.length) this.#isFull = true;
    this.#end = fits < tail.length ? tail.length - fits : this.#end + fits;
  }

  /** A line of our own. */
  line(text: string): void {
    const begun = this.#end > 0 && this.#bytes[this.#end - 1] !== NEWLINE;
    this.push(Buffer.from(`${begun ? "\n" : ""}${text.slice(0, MAX_LINE_LENGTH)}\n`));
  }

  lines(): string[] {
    const newer = this.#bytes.subarray(0, this.#end);
    const all = this.#isFull ? [this.#bytes.subarray(this.#end), newer] : [newer];
    const lines = Buffer.concat(all).toString("utf8").split(/\r?\n/);
    // Its beginning has been overwritten.
    if (this.#isFull && lines[0] !== undefined) lines[0] = `…${lines[0].slice(MAX_SECRET_LENGTH)}`;
    return lines
      .filter((line) => line.trim() !== "")
      .slice(-MAX_LINES)
      .map((line) => line.slice(0, MAX_LINE_LENGTH));
  }

  /** Up to its full size only for who writes so much. */
  #grow(more: number): void {
    const wanted = Math.max(FIRST_BYTES, this.#bytes.length * 2, this.#end + more);
    const grown = Buffer.alloc(Math.min(MAX_BYTES, wanted));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }
}
