import type { Readable } from "node:stream";
import type { TimeBudget } from "./time-budget.ts";

/** Bytes that are read before others get their turn. Some hundred short messages. */
const SLICE_BYTES = 8 * 1024;
/** A chunk of this size is all that one read can bring, so that more is surely waiting. */
const FULL_CHUNK_BYTES = 64 * 1024;
/** How long one stream may keep all others waiting, ms. */
const TURN_MS = 1;
/** What it costs to be given a chunk and to keep or drop it, ms. Measured. */
const CHUNK_MS = 0.05;

/**
 * What a slice of a stream was good for: it held an answer that somebody waits for; it held
 * something else; or it was only a part of something.
 */
export type Worth = "answer" | "other" | "part";

export interface PacedReadingOptions {
  budget: TimeBudget;
  /** Given everything in order, cut anywhere. */
  read: (bytes: Buffer) => Worth;
}

/**
 * Reads a stream of a server without letting it take the event loop from all others: in slices,
 * with everybody else's turn in between, and no longer than its budget allows. Answers that
 * somebody waits for are free, so that only what nobody asked for is ever slowed; a server that
 * writes faster is held back by its own full pipe. It is read for ever, so that none blocks for good.
 */
export class PacedReading {
  readonly #stream: Readable;
  readonly #budget: TimeBudget;
  readonly #read: (bytes: Buffer) => Worth;
  #timer: NodeJS.Timeout | undefined;
  #isHurried = false;
  /** What the chunks have cost that a message came in which is not finished, ms. */
  #partMs = 0;

  constructor(stream: Readable, { budget, read }: PacedReadingOptions) {
    this.#stream = stream;
    this.#budget = budget;
    this.#read = read;
  }

  /** Goes on until the stream is over. */
  begin(): void {
    this.#stream.on("data", (chunk: Buffer) => this.#onChunk(chunk));
    this.#stream.once("close", () => clearTimeout(this.#timer));
  }

  /** Nothing more will be written; what is left is read without waiting. */
  hurry(): void {
    this.#isHurried = true;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#goOn();
  }

  /** Nothing is read any more, and what still comes has nowhere to go. */
  stop(): void {
    this.#stream.destroy();
  }

  #onChunk(chunk: Buffer): void {
    const began = performance.now();
    this.#budget.spend(CHUNK_MS);
    this.#partMs += CHUNK_MS;
    let at = 0;
    let last = began;
    do {
      const worth = this.#read(chunk.subarray(at, at + SLICE_BYTES));
      const now = performance.now();
      this.#account(worth, now - last);
      last = now;
      at += SLICE_BYTES;
    } while (at < chunk.length && last - began < TURN_MS && this.#waitMs() === 0);

    const isAllRead = at >= chunk.length && chunk.length < FULL_CHUNK_BYTES;
    if ((isAllRead && this.#waitMs() === 0) || this.#stream.destroyed) return;
    this.#stream.pause();
    // Given back to the stream, so that its end does not come before all of it has been read.
    if (at < chunk.length) this.#stream.unshift(chunk.subarray(at));
    setImmediate(() => this.#goOn());
  }

  #waitMs(): number {
    return this.#isHurried ? 0 : this.#budget.waitMs;
  }

  #account(worth: Worth, ms: number): void {
    if (worth === "part") return;
    this.#budget.spend(worth === "answer" ? -this.#partMs : ms);
    this.#partMs = 0;
  }

  #goOn(): void {
    this.#timer = undefined;
    if (this.#stream.destroyed) return;
    const waitMs = this.#waitMs();
    // Asked again after it: another stream of the server may have spent it meanwhile.
    if (waitMs > 0) this.#timer = setTimeout(() => this.#goOn(), waitMs);
    else this.#stream.resume();
  }
}
