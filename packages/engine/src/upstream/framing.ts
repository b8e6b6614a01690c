import type { RequestId } from "../jsonrpc.ts";
import { ByteCollector } from "./byte-collector.ts";

const NEWLINE = 0x0a;

export interface LineHandlers {
  onLine(line: string): void;
  /**
   * A line over the cap ended. `id` is the top-level "id" found in it, null for an object in which
   * none was found, undefined for what is no object.
   */
  onOversized(bytes: number, id: RequestId | null | undefined): void;
}

/**
 * Cuts a byte stream into lines (MCP stdio framing: one message a line). A line over `maxBytes` is
 * read through without being kept; only its id is looked for.
 */
export class LineReader {
  readonly #begun = new ByteCollector();
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
      this.#finishLine(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
  }

  #append(part: Buffer): void {
    if (this.#scanner) this.#discard(this.#scanner, part);
    else if (this.#begun.length + part.length > this.#maxBytes) {
      this.#scanner = new TopLevelIdScanner();
      this.#discard(this.#scanner, this.#begun.take());
      this.#discard(this.#scanner, part);
    } else this.#begun.push(part);
  }

  #discard(scanner: TopLevelIdScanner, part: Buffer): void {
    scanner.push(part);
    this.#discarded += part.length;
  }

  #finishLine(end: Buffer): void {
    const isWhole = this.#begun.length === 0 && !this.#scanner && end.length <= this.#maxBytes;
    if (!isWhole) this.#append(end);
    if (this.#scanner) {
      const { id, isObject } = this.#scanner;
      const bytes = this.#discarded;
      this.#scanner = null;
      this.#discarded = 0;
      this.#handlers.onOversized(bytes, id ?? (isObject ? null : undefined));
      return;
    }
    const line = (isWhole ? end : this.#begun.take()).toString("utf8").trim();
    if (line !== "") this.#handlers.onLine(line);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const BRACE = 0x7b;
const isBlank = (byte = 0): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
/** Brackets and braces differ in one bit alone. */
const isOpening = (byte: number): boolean => (byte | 0x20) === 0x7b;
const isClosing = (byte: number): boolean => (byte | 0x20) === 0x7d;
/** From here on a search, which costs a call, is quicker than a look at each byte. */
const LONG_STRING = 64;

/** Where the next character of a string is that means more than itself. */
function nextSpecial(bytes: Buffer, from: number): number {
  const quote = bytes.indexOf(QUOTE, from);
  const end = quote === -1 ? bytes.length : quote;
  const backslash = bytes.subarray(from, end).indexOf(BACKSLASH);
  return backslash === -1 ? end : from + backslash;
}

/** Longest id worth remembering; ours are short. */
const MAX_TOKEN = 64;

/**
 * Finds the value of the top-level key "id" in a JSON object while its bytes stream by, whatever
 * the order of its keys, without keeping them.
 */
export class TopLevelIdScanner {
  #depth = 0;
  /** What is no object has no key, and after its end none follows. */
  #isOver = false;
  #inString = false;
  #escaped = false;
  #token: number[] = [];
  #key = "";
  #afterColon = false;
  id: RequestId | undefined;
  isObject = false;

  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#isOver) {
      if (this.#inString) at = this.#readString(bytes, at);
      else if (this.#depth === 0) at = this.#readBeginning(bytes, at);
      else if (this.#depth === 1) at = this.#readTopLevel(bytes, at);
      else at = this.#skipStructure(bytes, at);
    }
  }

  /** Each of these four returns the place where another one of them goes on. */
  #readBeginning(bytes: Buffer, from: number): number {
    let at = from;
    while (isBlank(bytes[at])) at += 1;
    if (at === bytes.length) return at;
    this.isObject = bytes[at] === BRACE;
    if (this.isObject) this.#depth = 1;
    else this.#isOver = true;
    return at + 1;
  }

  #readString(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#escaped) at += 1;
    this.#escaped = false;
    while (at < bytes.length) {
      if (bytes[at] === BACKSLASH) at += 2;
      else if (bytes[at] === QUOTE) {
        this.#inString = false;
        at += 1;
        break;
      } else if (at - from === LONG_STRING) at = nextSpecial(bytes, at);
      else at += 1;
    }
    this.#escaped = at > bytes.length;
    const end = Math.min(at, bytes.length);
    this.#remember(bytes, from, end);
    return end;
  }

  #skipStructure(bytes: Buffer, from: number): number {
    let at = from;
    let depth = this.#depth;
    for (; at < bytes.length && depth > 1 && !this.#inString; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) this.#inString = true;
      else if (isOpening(byte)) depth += 1;
      else if (isClosing(byte)) depth -= 1;
    }
    this.#depth = depth;
    return at;
  }

  #readTopLevel(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === COLON) {
        this.#key = this.#takeToken();
        this.#afterColon = true;
      } else if (byte === COMMA) this.#endMember();
      else if (isOpening(byte)) {
        this.#depth = 2;
        return at + 1;
      } else if (isClosing(byte)) {
        this.#endMember();
        this.#isOver = true;
        return at + 1;
      } else {
        this.#remember(bytes, at, at + 1);
        if (byte === QUOTE) {
          this.#inString = true;
          return at + 1;
        }
      }
    }
    return bytes.length;
  }

  #remember(bytes: Buffer, from: number, end: number): void {
    if (this.#depth !== 1) return;
    const room = MAX_TOKEN - this.#token.length;
    this.#token.push(...bytes.subarray(from, Math.min(end, from + room)));
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
