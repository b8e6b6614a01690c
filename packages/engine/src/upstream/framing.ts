import type { RequestId } from "../jsonrpc.ts";

const NEWLINE = 0x0a;

export interface LineHandlers {
  onLine(line: string): void;
  /** A line over the cap ended. `id` is the top-level "id" found in it, if any. */
  onOversized(bytes: number, id: RequestId | undefined): void;
}

/**
 * Cuts a byte stream into lines (MCP stdio framing: one message a line). Keeps chunks in a list and
 * joins them once, since joining at each chunk costs the square of a message's size. A line over
 * `maxBytes` is read through without being kept; only its id is looked for.
 */
export class LineReader {
  #chunks: Buffer[] = [];
  #kept = 0;
  #scanner: TopLevelIdScanner | null = null;
  #discarded = 0;
  readonly #maxBytes: number;
  readonly #handlers: LineHandlers;

  constructor(maxBytes: number, handlers: LineHandlers) {
    this.#maxBytes = maxBytes;
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#append(chunk.subarray(start, end));
      this.#finishLine();
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
  }

  #append(part: Buffer): void {
    if (this.#scanner) {
      this.#scanner.push(part);
      this.#discarded += part.length;
      return;
    }
    this.#chunks.push(part);
    this.#kept += part.length;
    if (this.#kept <= this.#maxBytes) return;

    this.#scanner = new TopLevelIdScanner();
    for (const kept of this.#chunks) this.#scanner.push(kept);
    this.#discarded = this.#kept;
    this.#chunks = [];
    this.#kept = 0;
  }

  #finishLine(): void {
    if (this.#scanner) {
      const scanner = this.#scanner;
      const bytes = this.#discarded;
      this.#scanner = null;
      this.#discarded = 0;
      this.#handlers.onOversized(bytes, scanner.id);
      return;
    }
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#kept = 0;
    const line = (bytes ?? Buffer.alloc(0)).toString("utf8").trim();
    if (line !== "") this.#handlers.onLine(line);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** Longest id worth remembering; ours are short. */
const MAX_TOKEN = 64;

/**
 * Finds the value of the top-level key "id" in a JSON object while its bytes stream by, whatever
 * the order of its keys, without keeping them.
 */
export class TopLevelIdScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #token: number[] = [];
  #key = "";
  #afterColon = false;
  id: RequestId | undefined;

  push(bytes: Buffer): void {
    for (const byte of bytes) this.#step(byte);
  }

  #step(byte: number): void {
    if (this.#inString) {
      this.#remember(byte);
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return;
    }
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        this.#remember(byte);
        return;
      case 0x7b: // {
      case 0x5b: // [
        this.#depth += 1;
        return;
      case 0x7d: // }
      case 0x5d: // ]
        if (this.#depth === 1) this.#endMember();
        this.#depth -= 1;
        return;
      case COLON:
        if (this.#depth === 1) {
          this.#key = this.#takeToken();
          this.#afterColon = true;
        }
        return;
      case COMMA:
        if (this.#depth === 1) this.#endMember();
        return;
      default:
        this.#remember(byte);
    }
  }

  #remember(byte: number): void {
    if (this.#depth === 1 && this.#token.length < MAX_TOKEN) this.#token.push(byte);
  }

  #takeToken(): string {
    const token = Buffer.from(this.#token).toString("utf8").trim();
    this.#token = [];
    return token;
  }

  #endMember(): void {
    const value = this.#takeToken();
    if (this.#afterColon && this.#key === '"id"') {
      if (/^-?\d+$/.test(value)) this.id = Number(value);
      else if (/^"[^"\\]*"$/.test(value)) this.id = value.slice(1, -1);
    }
    this.#afterColon = false;
    this.#key = "";
  }
}
