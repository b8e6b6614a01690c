const MAX_LINES = 200;
const MAX_LINE_LENGTH = 2000;

/**
 * The last lines a server wrote to stderr, bounded in number and length, so that a server that
 * never stops writing costs no memory.
 */
export class OutputRing {
  #lines: string[] = [];
  #partial = "";
  readonly #decoder = new TextDecoder();

  push(chunk: Buffer): void {
    const pieces = (this.#partial + this.#decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    this.#partial = (pieces.pop() ?? "").slice(0, MAX_LINE_LENGTH);
    // Only the tail can survive, so the rest of a flood is not even stored.
    for (const line of pieces.slice(-MAX_LINES)) this.line(line);
  }

  line(text: string): void {
    if (text.trim() === "") return;
    this.#lines.push(text.slice(0, MAX_LINE_LENGTH));
    if (this.#lines.length > MAX_LINES) this.#lines.splice(0, this.#lines.length - MAX_LINES);
  }

  lines(): string[] {
    return this.#partial.trim() === "" ? [...this.#lines] : [...this.#lines, this.#partial];
  }
}
