import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { LogNews, LogRow } from "@local-mcp/contract";
import type { Marked, Untold, Written } from "./entries.ts";

/** Shortest time between two things that one reader is told, ms. */
const EVERY_MS = 200;

/** Most rows of which it is remembered that they are others; with more, everything is. */
const MAX_CHANGED = 1000;

/** What was written since a reader was told. However slow the reader, it takes no more than this. */
class Unread extends EventTarget {
  #first: number | null = null;
  #last: number | null = null;
  readonly #changed = new Set<number>();
  /** As they were when the reader was told last, by id. */
  readonly #marked = new Map<number, Marked>();
  #removed = false;
  /** Rows that the reader was told of as they ended: that may have been stored, and not told here. */
  #over = new Set<number>();
  /** The newest row that is known to the reader. */
  #known = 0;

  add({ first, last, changed }: Written): void {
    if (first !== null && last !== null && last > this.#known) {
      this.#first ??= Math.max(first, this.#known + 1);
      this.#last = last;
    }
    for (const id of changed) {
      if (!this.#isMuch && !this.#over.has(id)) this.#changed.add(id);
    }
    if (this.#isSome) this.#ring();
  }

  addMarked(before: Marked): void {
    if (!this.#isMuch && !this.#marked.has(before.id)) this.#marked.set(before.id, before);
    this.#ring();
  }

  /** Rows up to this one were stored before the reader was told, and it was told of them. */
  knows(last: number): void {
    this.#known = Math.max(this.#known, last);
    if (this.#last === null || this.#first === null) return;
    if (this.#last <= this.#known) this.#first = this.#last = null;
    else this.#first = Math.max(this.#first, this.#known + 1);
  }

  /** The reader is told of these as they are stored now. */
  tells(rows: readonly LogRow[]): void {
    this.#over = new Set(rows.filter(({ outcome }) => outcome !== "running").map(({ id }) => id));
    for (const id of this.#over) this.#changed.delete(id);
  }

  addRemoved(): void {
    this.#removed = true;
    this.#ring();
  }

  /** Resolves when there is something to tell. @throws AbortError */
  async some(signal: AbortSignal): Promise<void> {
    if (!this.#isSome) await once(this, "news", { signal });
  }

  get #isSome(): boolean {
    const isOther = this.#changed.size + this.#marked.size > 0 || this.#removed;
    return this.#last !== null || isOther;
  }

  get #isMuch(): boolean {
    return this.#changed.size + this.#marked.size > MAX_CHANGED;
  }

  take(): { written: Untold; removed: boolean } {
    const changed = this.#isMuch ? [] : [...this.#changed];
    const marked = this.#isMuch ? [] : [...this.#marked.values()];
    const written = { first: this.#first, last: this.#last, changed, marked };
    // Rows that were removed are read anew, and so are these.
    const removed = this.#removed || this.#isMuch;
    this.#first = this.#last = null;
    this.#changed.clear();
    this.#marked.clear();
    this.#removed = false;
    return { written, removed };
  }

  #ring(): void {
    this.dispatchEvent(new Event("news"));
  }
}

type Reading = (written: Untold) => Promise<LogNews>;
interface Readings {
  begin: Reading;
  read: Reading;
}

/** Who is told of what is written, each at its own pace. */
export class Followers {
  readonly #all = new Set<Unread>();
  #closing = new AbortController();

  onWritten(written: Written): void {
    for (const unread of this.#all) unread.add(written);
  }

  /** @param before the row as it was marked until now */
  onMarked(before: Marked): void {
    for (const unread of this.#all) unread.addMarked(before);
  }

  onRemoved(): void {
    for (const unread of this.#all) unread.addRemoved();
  }

  /**
   * Begins with what tells nothing new, once nothing is missed any more. Ends when `signal` aborts,
   * all of it is closed, or has to be begun anew.
   *
   * @param read what of it concerns the reader; `begin` does so once all that was before is stored
   */
  async *follow(
    { begin, read }: Readings,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LogNews> {
    const closing = this.#closing.signal;
    const ended = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const unread = new Unread();
    this.#all.add(unread);
    try {
      const beginning = await begin({ first: null, last: null, changed: [], marked: [] });
      // What was stored meanwhile is told of already.
      unread.knows(beginning.last);
      yield beginning;
      let { last } = beginning;
      for (;;) {
        await unread.some(ended);
        const { written, removed } = unread.take();
        // Where nothing is new, what is stored already is not told of yet.
        last = written.last ?? last;
        const news = await read(written);
        unread.tells(news.rows);
        const isOther = removed || news.removed;
        if (isOther || news.added > 0 || news.changed.length > 0) {
          yield { ...news, last, removed: isOther };
        }
        await pause(EVERY_MS, undefined, { signal: ended });
      }
    } catch (error) {
      if (!ended.aborted) throw error;
    } finally {
      this.#all.delete(unread);
    }
  }

  /** Ends what is told to everybody, who can begin anew at once. */
  restart(): void {
    this.#closing.abort();
    this.#closing = new AbortController();
  }

  /** Ends what is told to everybody. */
  close(): void {
    this.#closing.abort();
  }
}
