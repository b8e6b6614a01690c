import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

const LINE_FEED = 0x0a;

/**
 * The lines of a byte stream, without their ends. MCP over stdio ends a message with a line feed
 * and nothing else; node:readline would also split at U+2028, which JSON may contain.
 */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  const taken = (): string => {
    const line = Buffer.concat(pending).toString("utf8").replace(/\r$/, "");
    pending = [];
    return line;
  };
  for await (const chunk of input) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      pending.push(rest.subarray(0, end));
      yield taken();
      rest = rest.subarray(end + 1);
    }
    pending.push(rest);
  }
  const last = taken();
  if (last !== "") yield last;
}

/** Writes lines as fast as they are read; where nobody reads any more, it stops everything. */
export class LineWriter {
  readonly #output: Writable;
  readonly #stopping: AbortController;
  #room: Promise<unknown> | null = null;

  constructor(output: Writable, stopping: AbortController) {
    this.#output = output;
    this.#stopping = stopping;
    output.on("error", () => stopping.abort());
    output.on("close", () => stopping.abort());
  }

  /** Resolves when there is room for the next line. */
  async write(line: string): Promise<void> {
    await this.#room;
    if (this.#output.destroyed || this.#output.write(`${line}\n`)) return;
    this.#room ??= once(this.#output, "drain", { signal: this.#stopping.signal })
      // Stopped: nobody waits for room any more.
      .catch(() => {})
      .finally(() => {
        this.#room = null;
      });
    await this.#room;
  }
}
