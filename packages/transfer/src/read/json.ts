import { GatewayError, type ImportProblem, MAX_IMPORT_BYTES } from "@local-mcp/contract";
import { pointerTo } from "../pointer.ts";

/** Levels of objects and lists in each other. */
const MOST_NESTED = 64;
/** How many problems of a file's keys are told. */
const MOST_TOLD = 100;
/** A small file can hold so much that to check it takes all memory and minutes. */
const MOST = { values: 2_000_000, listed: 100_000, keys: 10_000 };

const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** An object or list that is being read. */
interface Open {
  /** Of an object; null of a list. */
  keys: Set<string> | null;
  /** Where in it the reader is. */
  at: string | number;
}

export interface ParsedJson {
  value: unknown;
  /** Keys that are there twice, or that no file has for good reason. */
  problems: ImportProblem[];
}

/** @throws GatewayError import_too_big */
export function refuseTooBig(text: string, name: string): void {
  if (text.length <= MAX_IMPORT_BYTES && Buffer.byteLength(text) <= MAX_IMPORT_BYTES) return;
  throw new GatewayError("import_too_big", { name, limit: `${MAX_IMPORT_BYTES / 2 ** 20} MiB` });
}

/**
 * JSON that somebody else wrote. What is wrong is said by its place: the parser of the platform would
 * quote the text, which may hold a secret.
 *
 * @throws GatewayError import_unreadable, import_too_big
 */
export function parseJson(text: string, name: string): ParsedJson {
  const json = text.replace(/^\uFEFF/, "");
  const scan = new Scan(json, name);
  scan.run();
  const value: unknown = JSON.parse(json);
  return { value, problems: scan.problems };
}

/** Goes through the text without recursion, however deep it is nested. */
class Scan {
  readonly problems: ImportProblem[] = [];
  readonly #text: string;
  readonly #name: string;
  readonly #open: Open[] = [];
  #at = 0;
  #values = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  /** @throws GatewayError import_unreadable, import_too_big */
  run(): void {
    this.#space();
    if (this.#at === this.#text.length) this.#fail("it is empty");
    let isOver = false;
    while (!isOver) {
      this.#space();
      const isInside = this.#value() && this.#begin();
      isOver = !isInside && this.#end();
    }
    this.#space();
    if (this.#at < this.#text.length) this.#failHere();
  }

  /** @returns whether an object or list with something in it begins */
  #value(): boolean {
    const first = this.#text[this.#at];
    if (first === '"') this.#string();
    else if (first === "{" || first === "[") return this.#enter(first);
    else this.#literal();
    return false;
  }

  #enter(first: string): boolean {
    if (this.#open.length === MOST_NESTED) {
      this.#fail(`it is nested deeper than ${MOST_NESTED} levels at ${this.#place()}`);
    }
    this.#at += 1;
    this.#space();
    const isEmpty = this.#text[this.#at] === (first === "{" ? "}" : "]");
    if (isEmpty) this.#at += 1;
    else this.#open.push({ keys: first === "{" ? new Set() : null, at: -1 });
    return !isEmpty;
  }

  /** Goes to the next value of the innermost that is open. */
  #begin(): true {
    const inner = this.#open.at(-1);
    if (inner === undefined) return true;
    this.#values += 1;
    if (this.#values > MOST.values) this.#tooMany(MOST.values, "values");
    if (inner.keys === null) {
      inner.at = Number(inner.at) + 1;
      if (inner.at === MOST.listed) this.#tooMany(MOST.listed, "entries in one list");
      return true;
    }
    if (this.#text[this.#at] !== '"') this.#failHere();
    const key = this.#string();
    const isTwice = inner.keys.has(key);
    inner.at = key;
    inner.keys.add(key);
    if (inner.keys.size > MOST.keys) this.#tooMany(MOST.keys, "fields in one object");
    if (isTwice) this.#problem("It is there twice.");
    if (this.#isDangerous(key)) this.#problem("No field is called so.");
    this.#space();
    this.#take(":");
    return true;
  }

  /** After a value. @returns whether it was the last of the text */
  #end(): boolean {
    for (;;) {
      this.#space();
      const inner = this.#open.at(-1);
      if (inner === undefined) return true;
      const next = this.#text[this.#at];
      if (next === ",") {
        this.#at += 1;
        this.#space();
        this.#begin();
        return false;
      }
      this.#take(inner.keys === null ? "]" : "}");
      this.#open.pop();
    }
  }

  #string(): string {
    const start = this.#at;
    let hasEscape = false;
    this.#at += 1;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        hasEscape = true;
        ESCAPE.lastIndex = this.#at;
        if (!ESCAPE.test(this.#text)) this.#failHere();
        this.#at = ESCAPE.lastIndex;
      } else if (code >= 0x20) this.#at += 1;
      else this.#failHere();
    }
    this.#at += 1;
    const inner = this.#text.slice(start + 1, this.#at - 1);
    return hasEscape ? String(JSON.parse(`"${inner}"`)) : inner;
  }

  #literal(): void {
    LITERAL.lastIndex = this.#at;
    if (!LITERAL.test(this.#text)) this.#failHere();
    this.#at = LITERAL.lastIndex;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #take(sign: string): void {
    if (this.#text[this.#at] !== sign) this.#failHere();
    this.#at += 1;
  }

  /**
   * What would change every object, where it were copied by name, and what would so in the outer
   * parts. Further inside, names are of a person's own: of variables, headers and arguments.
   */
  #isDangerous(key: string): boolean {
    if (key === "__proto__") return true;
    const isOuter = this.#open.length <= 4 && this.#open[0]?.at !== "metadata";
    return isOuter && (key === "constructor" || key === "prototype");
  }

  #problem(message: string): void {
    if (this.problems.length >= MOST_TOLD) return;
    this.problems.push({ pointer: pointerTo("", ...this.#open.map(({ at }) => at)), message });
  }

  #tooMany(most: number, what: string): never {
    const limit = `${most.toLocaleString("en")} ${what}`;
    throw new GatewayError("import_too_big", { name: this.#name, limit });
  }

  #failHere(): never {
    if (this.#text.startsWith("<<<<<<<", this.#at)) {
      this.#fail(`git left a merge conflict in it, at ${this.#place()}`);
    }
    const isEnd = !(this.#at < this.#text.length);
    this.#fail(
      isEnd ? `it ends too early, at ${this.#place()}` : `it is no JSON at ${this.#place()}`,
    );
  }

  #fail(detail: string): never {
    throw new GatewayError("import_unreadable", { name: this.#name, detail });
  }

  #place(): string {
    let line = 1;
    let start = 0;
    for (;;) {
      const end = this.#text.indexOf("\n", start);
      if (end === -1 || end >= this.#at) return `line ${line}, column ${this.#at - start + 1}`;
      line += 1;
      start = end + 1;
    }
  }
}
