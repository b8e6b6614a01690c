import { GatewayError } from "@local-mcp/contract";

/** Deeper nesting than any configuration has. */
const MAX_DEPTH = 100;
/** More values than any has; to read them all would hold up everybody else. */
const MAX_VALUES = 500_000;

// Runs of characters are one step each: one by one, megabytes of them would be too many.
const SPACE = /[\s\uFEFF]*(?:(?:\/\/[^\n]*|\/\*[^]*?\*\/)[\s\uFEFF]*)*/y;
const STRING = /"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const FRAGMENT = /^[\s\uFEFF]*"/;

/**
 * Reads JSON as people write it into configuration files: with comments, with a comma after the last
 * entry, and as the bare entries of an object where somebody copied them without its braces.
 *
 * @throws GatewayError malformed_json with line and column; it quotes nothing of the text
 */
export function parseLenientJson(text: string): unknown {
  return FRAGMENT.test(text)
    ? new Reader(`{${text}\n}`, 1).document()
    : new Reader(text, 0).document();
}

class Reader {
  readonly #text: string;
  /** Characters at the beginning that nobody wrote. */
  readonly #added: number;
  #at = 0;
  #values = 0;

  constructor(text: string, added: number) {
    this.#text = text;
    this.#added = added;
  }

  document(): unknown {
    const value = this.#value(0);
    // What was cut out of a longer text often ends with the comma before the next entry.
    this.#skips(",");
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#problem();
    return value;
  }

  #value(depth: number): unknown {
    this.#values += 1;
    if (depth > MAX_DEPTH || this.#values > MAX_VALUES) throw this.#problem();
    if (this.#skips("{")) return this.#entries(depth);
    if (this.#skips("[")) return this.#elements(depth);
    if (this.#text[this.#at] === '"') return this.#string();
    const literal = this.#match(WORD) ?? this.#match(NUMBER);
    if (literal === null) throw this.#problem();
    return JSON.parse(literal);
  }

  #entries(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.#skips("}")) {
      const key = this.#string();
      if (!this.#skips(":")) throw this.#problem();
      entries.push([key, this.#value(depth + 1)]);
      if (!this.#skips(",") && !this.#sees("}")) throw this.#problem();
    }
    // Where a key is "__proto__" too, this makes an own property of it.
    return Object.fromEntries(entries);
  }

  #elements(depth: number): unknown[] {
    const elements: unknown[] = [];
    while (!this.#skips("]")) {
      elements.push(this.#value(depth + 1));
      if (!this.#skips(",") && !this.#sees("]")) throw this.#problem();
    }
    return elements;
  }

  #string(): string {
    const start = this.#at;
    try {
      return String(JSON.parse(this.#match(STRING) ?? ""));
    } catch {
      this.#at = start;
      throw this.#problem();
    }
  }

  #skips(sign: string): boolean {
    if (!this.#sees(sign)) return false;
    this.#at += 1;
    this.#match(SPACE);
    return true;
  }

  #sees(sign: string): boolean {
    this.#match(SPACE);
    return this.#text[this.#at] === sign;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }

  #problem(): GatewayError {
    const before = this.#text.slice(this.#added, Math.max(this.#at, this.#added)).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
    const written = this.#text.slice(0, this.#text.length - (this.#added === 0 ? 0 : 1));
    const detail = this.#at >= written.trimEnd().length ? `it ends too early, in ${place}` : place;
    return new GatewayError("malformed_json", { what: "text", detail });
  }
}
