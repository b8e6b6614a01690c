import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { GatewayError } from "@local-mcp/contract";
import type { RequestId } from "../jsonrpc.ts";
import { excerpt, formatBytes } from "../text.ts";
import { LineReader } from "./framing.ts";
import { OutputRing } from "./output-ring.ts";
import { PacedReading, type Worth } from "./paced-reading.ts";
import { parseJson } from "./parse-json.ts";
import { MESSAGES, TimeBudget } from "./time-budget.ts";
import type { Garbage, TransportEvents } from "./transport.ts";

/** What is only kept to be looked at may take this much. */
const NOISE = { burstMs: 100, share: 0.005 };
/** Characters of a bad line that are told, and that are kept beside stderr. */
const SHOWN_GARBAGE = 200;
const KEPT_GARBAGE = 2000;

/** What a process writes: messages on stdout, and lines to be looked at on stderr. */
export class StdioOutput {
  readonly #name: string;
  readonly #maxMessageBytes: number;
  readonly #ring = new OutputRing();
  readonly #readings: PacedReading[] = [];
  #garbage: Garbage = { lines: 0, last: null };
  #events: TransportEvents | null = null;
  /** So many bytes have been read. */
  bytesRead = 0;
  /** Of the bytes that are being read. */
  #worth: Worth = "part";

  constructor(name: string, maxMessageBytes: number) {
    this.#name = name;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Begins to read, and goes on until `stop`. */
  read({ stdout, stderr }: ChildProcess, events: TransportEvents): void {
    this.#events = events;
    const lines = new LineReader(this.#maxMessageBytes, {
      onLine: (line) => this.#onLine(line),
      onOversized: (bytes, id) => this.#onOversized(bytes, id),
    });
    this.#begin(stdout, MESSAGES, (bytes) => {
      this.bytesRead += bytes.length;
      this.#worth = "part";
      lines.push(bytes);
      return this.#worth;
    });
    this.#begin(stderr, NOISE, (bytes) => {
      this.bytesRead += bytes.length;
      this.#ring.push(bytes);
      return "part";
    });
  }

  /** The last lines of it that are not messages. */
  lines(): string[] {
    return this.#ring.lines();
  }

  garbage(): Garbage {
    return this.#garbage;
  }

  /** Adds a line of our own. */
  note(line: string): void {
    this.#ring.line(line);
  }

  /** The process has ended, so that what is left to be read is little. */
  hurry(): void {
    for (const reading of this.#readings) reading.hurry();
  }

  stop(): void {
    for (const reading of this.#readings) reading.stop();
  }

  #begin(
    stream: Readable | null,
    limits: { burstMs: number; share: number },
    read: (bytes: Buffer) => Worth,
  ): void {
    if (!stream) return;
    // A pipe breaks when the process ends; the exit says why, so the pipe's own error adds nothing.
    stream.on("error", () => {});
    const reading = new PacedReading(stream, { budget: new TimeBudget(limits), read });
    this.#readings.push(reading);
    reading.begin();
  }

  #onLine(line: string): void {
    const value = parseJson(line);
    const received = value === undefined ? "malformed" : this.#events?.onMessage(value, undefined);
    if (received === "malformed") this.#noteGarbage(line);
    this.#noteWorth(received === "answer");
  }

  /** An object that does not say what it answers may answer anything. */
  #onOversized(bytes: number, id: RequestId | null | undefined): void {
    const size = formatBytes(bytes);
    if (id === undefined) {
      this.#noteGarbage(`a line of ${size}`);
      this.#noteWorth(false);
      return;
    }
    const limit = formatBytes(this.#maxMessageBytes);
    const tooBig = new GatewayError("message_too_big", { server: this.#name, size, limit });
    this.#noteWorth(this.#events?.onRequestFailed(id, tooBig) === true);
  }

  #noteWorth(isAnswer: boolean): void {
    if (isAnswer || this.#worth === "part") this.#worth = isAnswer ? "answer" : "other";
  }

  #noteGarbage(line: string): void {
    this.#garbage = { lines: this.#garbage.lines + 1, last: excerpt(line, SHOWN_GARBAGE) };
    // Cut before it is put together: it may be as big as a message.
    this.#ring.line(`stdout: ${line.slice(0, KEPT_GARBAGE)}`);
  }
}
