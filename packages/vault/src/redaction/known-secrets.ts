import { formsOf, isParticular, MIN_LENGTH, partsOf } from "./forms.ts";
import type { Finder } from "./ranges.ts";

/** A place of the text is looked at closer where this many characters are as in a secret. */
const SEEN = 4;
/** Each character moves the ones before it by so many bits, the fifth-last out of the number. */
const SHIFT = 5;
const KEY_BITS = SEEN * SHIFT;
/** So much of a secret that the end of a line cuts off is known for one. */
const MIN_CUT = 8;
/**
 * A longer secret is known by its parts of this length: to compare all of a long one at each place of
 * a text that is like it takes minutes.
 */
const MAX_PART = 1024;

/** Where a line ends, or was cut. */
const LINE_END = /[\r\n…]/g;

/**
 * The secrets that are in use, by exact match and in the forms of {@link formsOf}. In memory only.
 *
 * A filter over the first characters passes by what begins no secret; the secrets that begin alike
 * are sorted, so that a place of the text costs the same however many are known.
 */
export class KnownSecrets {
  readonly #values = new Set<string>();
  /** Of those, what has not been made ready to be looked for; that takes a moment for each. */
  readonly #waiting = new Set<string>();
  readonly #buckets = new Map<string, Bucket>();
  #filter: Uint8Array | null = null;

  /** What is no secret by itself ({@link isParticular}) is not taken. */
  add(value: string): void {
    if (this.#values.has(value)) return;
    this.#values.add(value);
    this.#waiting.add(value);
  }

  /** How many are known. */
  get size(): number {
    return this.#values.size;
  }

  /** In the order in which they became known. */
  values(): Iterable<string> {
    return this.#values;
  }

  clear(): void {
    this.#values.clear();
    this.#waiting.clear();
    this.#buckets.clear();
    this.#filter?.fill(0);
  }

  /** Finds each, and the beginning of one that its line cuts off. */
  readonly find: Finder = (text, add) => {
    this.#prepare();
    const filter = this.#filter;
    if (filter === null) return;
    let start = 0;
    let end = 0;
    let lineEnd = -1;
    let key = 0;
    for (let next = 0; next + MIN_LENGTH - SEEN < text.length; next += 1) {
      key = keyWith(key, text.charCodeAt(next));
      if (((filter[key >>> 3] ?? 0) & (1 << (key & 7))) === 0) continue;
      const at = next + 1 - SEEN;
      if (at < 0) continue;
      const bucket = this.#buckets.get(text.slice(at, at + MIN_LENGTH));
      if (!bucket) continue;
      if (lineEnd < at) {
        LINE_END.lastIndex = at;
        lineEnd = LINE_END.exec(text)?.index ?? text.length;
      }
      const length = bucket.lengthAt(text, at, lineEnd);
      if (length === 0) continue;
      if (at > end) {
        if (end > start) add({ start, end, what: "secret" });
        start = at;
      }
      end = Math.max(end, at + length);
    }
    if (end > start) add({ start, end, what: "secret" });
  };

  #prepare(): void {
    for (const value of this.#waiting) {
      for (const part of partsOf(value)) {
        if (!isParticular(part)) continue;
        for (const form of formsOf(part)) for (const piece of piecesOf(form)) this.#addForm(piece);
      }
    }
    this.#waiting.clear();
  }

  #addForm(form: string): void {
    const key = form.slice(0, MIN_LENGTH);
    const bucket = this.#buckets.get(key) ?? new Bucket();
    this.#buckets.set(key, bucket);
    bucket.add(form);
    this.#filter ??= new Uint8Array(1 << (KEY_BITS - 3));
    let first = 0;
    for (let at = 0; at < SEEN; at += 1) first = keyWith(first, form.charCodeAt(at));
    this.#filter[first >>> 3] = (this.#filter[first >>> 3] ?? 0) | (1 << (first & 7));
  }
}

/** So many of the latest are known at least, and twice as many at most. */
const LATEST = 500;

/**
 * Secrets that follow one another, such as tokens that are renewed: the latest are known, however
 * many there were.
 */
export class LatestSecrets {
  #latest = new KnownSecrets();
  #former = new KnownSecrets();

  add(value: string): void {
    if (this.#latest.size >= LATEST) {
      this.#former = this.#latest;
      this.#latest = new KnownSecrets();
    }
    this.#latest.add(value);
  }

  /** In the order in which they became known. */
  *values(): Iterable<string> {
    yield* this.#former.values();
    yield* this.#latest.values();
  }

  clear(): void {
    this.#latest.clear();
    this.#former.clear();
  }

  readonly find: Finder = (text, add) => {
    this.#latest.find(text, add);
    this.#former.find(text, add);
  };
}

/** A number for the last few characters, of the one before and the next character. */
const keyWith = (key: number, code: number): number =>
  ((key << SHIFT) ^ code) & ((1 << KEY_BITS) - 1);

/** All of it, in parts of which none is short. */
function* piecesOf(form: string): Generator<string> {
  let at = 0;
  for (; form.length - at > MAX_PART; at += MAX_PART) yield form.slice(at, at + MAX_PART);
  yield form.slice(at === 0 ? 0 : -MAX_PART);
}

/** Secrets that begin alike. */
class Bucket {
  readonly #forms = new Set<string>();
  #sorted: string[] | null = null;
  #longest = 0;

  add(form: string): void {
    this.#forms.add(form);
    this.#longest = Math.max(this.#longest, form.length);
    this.#sorted = null;
  }

  /** The length of the longest that stands at a place of a text, or of what its line cuts off; or 0. */
  lengthAt(text: string, at: number, lineEnd: number): number {
    this.#sorted ??= [...this.#forms].toSorted();
    const rest = text.slice(at, at + this.#longest);
    const whole = longestPrefix(this.#sorted, rest);
    const cut = lineEnd - at;
    if (whole >= cut || cut < MIN_CUT || cut >= this.#longest) return whole;
    const line = text.slice(at, lineEnd);
    // What begins with the line follows it directly.
    const next = this.#sorted[lastUpTo(this.#sorted, line) + 1];
    return next?.startsWith(line) ? cut : whole;
  }
}

/** The length of the longest of sorted texts that another one begins with, or 0. */
function longestPrefix(sorted: readonly string[], text: string): number {
  let bound = text;
  for (;;) {
    const form = sorted[lastUpTo(sorted, bound)];
    if (form === undefined) return 0;
    if (text.startsWith(form)) return form.length;
    // What `text` begins with is no longer than what the two have in common.
    const common = commonLength(form, text);
    if (common < MIN_LENGTH) return 0;
    bound = text.slice(0, common);
  }
}

/** The place of the last of sorted texts that is not behind `bound`, or -1. */
function lastUpTo(sorted: readonly string[], bound: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") <= bound) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How many characters two texts begin with alike; by halves, since comparing is quick. */
function commonLength(one: string, other: string): number {
  let low = 0;
  let high = Math.min(one.length, other.length);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (other.startsWith(one.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}
