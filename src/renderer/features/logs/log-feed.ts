import type { LogCount, LogNews, LogRow } from "@local-mcp/contract";
import { LogPages, PAGE_ROWS } from "./log-pages.ts";
import { LogRows } from "./log-rows.ts";

/** Whatever is asked for at the same time. */
const AT_ONCE = 2;
/** A request for rows that nobody sees any more may take so long before it is given up, ms. */
const GIVEN_UP_MS = 100;
/** Removed rows are made up for at most once in this time, ms, and in no more than a part of it. */
const REMOVED_MS = 1000;
const REMOVED_SHARE = 5;

interface Asked {
  page: number;
  at: number;
  abort: AbortController;
}

/** News that came while it was counted, and the newest row of the news before. */
interface Waiting {
  news: LogNews;
  after: number;
}

/** Rows of a filter whose matches are counted at once: however many, only those in sight are here. */
export class LogFeed extends LogRows {
  readonly search = null;
  readonly #pages = new LogPages();
  readonly #asked = new Set<Asked>();
  /** Rows as they became while older states of them may be on their way, by id. */
  readonly #late = new Map<number, LogRow>();
  /** News that came while it was counted. */
  #waiting: Waiting[] | null = null;
  #wanted = { first: 0, end: 0 };
  #count = 0;
  #isCounted = false;
  /** The newest row that the count takes into account. */
  #last = 0;
  /** The newest row that the last news took into account. */
  #heard = 0;
  /** It was asked for while it was counted, maybe for what that count does not see. */
  #isAgain = false;
  #tookMs = 0;
  #removedTimer: ReturnType<typeof setTimeout> | null = null;

  get count(): number {
    return this.#count;
  }

  get isCounted(): boolean {
    return this.#isCounted;
  }

  at(index: number): LogRow | undefined {
    return index < this.#count ? this.#pages.at(index) : undefined;
  }

  override stop(): void {
    super.stop();
    if (this.#removedTimer !== null) clearTimeout(this.#removedTimer);
    this.#removedTimer = null;
    this.#giveUpAll();
  }

  want(first: number, end: number): void {
    this.#wanted = { first, end };
    this.#ask();
  }

  update(row: LogRow): void {
    this.#pages.update(row);
    this.tell();
  }

  async find(id: number): Promise<number> {
    const here = this.#pages.find(id);
    if (here !== null) return here;
    const { matches } = await this.source.count({ filter: this.filter, upTo: id }, this.signal);
    return Math.max(0, matches - 1);
  }

  async idAt(index: number): Promise<number | null> {
    const here = this.at(index);
    if (here) return here.id;
    const { rows } = await this.source.list({ filter: this.filter, index, limit: 1 }, this.signal);
    return rows[0]?.id ?? null;
  }

  /** There is none: it is counted at once. */
  cancel(): void {}

  async recount(): Promise<void> {
    this.#isAgain = this.#waiting !== null;
    if (this.#isAgain) return;
    const begun = performance.now();
    try {
      await this.#recount();
    } catch (error) {
      this.fail(error);
    }
    this.#tookMs = performance.now() - begun;
    if (this.#isAgain && !this.signal.aborted) await this.recount();
  }

  protected hear(news: LogNews): void {
    if (this.#waiting !== null) this.#waiting.push({ news, after: this.#heard });
    else this.#apply(news);
    this.#heard = news.last;
  }

  #apply(news: LogNews): void {
    if (news.removed) this.#makeUpForRemoved();
    if (this.isPaused) this.addUnseen(news.added);
    else {
      this.#add(news);
      for (const row of news.changed) {
        if (this.#asked.size > 0) this.#late.set(row.id, row);
        this.#pages.update(row);
      }
    }
    this.tell();
  }

  #add({ rows, added, last }: LogNews): void {
    const fresh = rows.filter(({ id }) => id > this.#last);
    const late = rows.filter(({ id }) => id <= this.#last);
    // A running row begins to match when its end is known, somewhere among the others.
    for (const row of late) this.#insert(row);
    const before = added - rows.length;
    this.#count += before + fresh.length;
    this.#pages.put(this.#count - fresh.length, fresh);
    this.addUnseen(added);
    this.#last = Math.max(this.#last, last);
    this.fillPlaces();
    if (before > 0) this.#ask();
  }

  #insert(row: LogRow): void {
    if (this.#pages.find(row.id) !== null) return;
    const index = this.#pages.placeFor(row.id, this.#count);
    if (index === null) {
      this.#makeUpForRemoved();
      return;
    }
    this.#pages.insert(index, row);
    this.#count += 1;
    this.shift(index, 1);
  }

  /** Places have moved, nobody knows by how much: all is counted again, soon. */
  #makeUpForRemoved(): void {
    const read = (): void => {
      this.#removedTimer = null;
      void this.recount();
    };
    this.#removedTimer ??= setTimeout(read, Math.max(REMOVED_MS, REMOVED_SHARE * this.#tookMs));
  }

  /** Counts anew, finds the places that are held on to again, and reads around the one on top. */
  async #recount(): Promise<void> {
    this.#waiting = [];
    try {
      const { filter, signal } = this;
      const upTo = this.isPaused ? { upTo: this.#last } : {};
      const held = this.places.flatMap(([name, { id }]) => (id === null ? [] : [{ name, id }]));
      const [counted, ...found] = await Promise.all([
        this.source.count({ filter, ...upTo }, signal),
        ...held.map(({ id }) => this.source.count({ filter, upTo: id }, signal)),
      ]);
      const top = this.place("top")?.index ?? 0;
      held.forEach(({ name, id }, at) =>
        this.move(name, { id, index: Math.max(0, (found[at]?.matches ?? 0) - 1) }),
      );
      await this.#readAround(counted, (this.place("top")?.index ?? 0) - top);
      this.#settle(counted);
    } finally {
      const heard = this.#waiting ?? [];
      this.#waiting = null;
      for (const one of heard) this.#catchUp(one);
    }
    this.#ask();
  }

  /** The rows that are seen come with the new places, so that nothing is blank in between. */
  async #readAround({ matches }: LogCount, moved: number): Promise<void> {
    const rows = this.#wanted.end - this.#wanted.first;
    const first = Math.max(0, this.#wanted.first + moved);
    this.#giveUpAll();
    const isEmpty = rows === 0 || first >= matches;
    const { rows: read } = isEmpty
      ? { rows: [] }
      : await this.source.list(
          { filter: this.filter, index: first, limit: Math.min(rows, 500) },
          this.signal,
        );
    this.#pages.clear();
    this.#pages.put(first, read);
    this.#wanted = { first, end: first + rows };
  }

  #settle({ matches, last }: LogCount): void {
    this.#count = matches;
    this.#isCounted = true;
    this.succeed();
    if (!this.isPaused) {
      this.#last = last;
      this.#late.clear();
    }
    this.fillPlaces();
    this.tell();
  }

  /** News that came while it was counted: what was counted already is left out. */
  #catchUp({ news, after }: Waiting): void {
    const rows = news.rows.filter(({ id }) => id > this.#last);
    const isWhole = rows.length === news.rows.length && news.last > this.#last;
    this.#apply({ ...news, rows, added: isWhole ? news.added : rows.length });
    // Whether rows that began to match only now were counted, nobody knows.
    if (news.rows.some(({ id }) => id <= after)) this.#makeUpForRemoved();
  }

  #ask(): void {
    if (!this.#isCounted || this.#waiting !== null || this.signal.aborted) return;
    const end = Math.min(this.#wanted.end, this.#count);
    const missing = this.#pages.missing(this.#wanted.first, end);
    const isAsked = (page: number): boolean => [...this.#asked].some((one) => one.page === page);
    for (const page of missing) {
      if (isAsked(page)) continue;
      if (this.#asked.size >= AT_ONCE) this.#giveUp(missing);
      if (this.#asked.size >= AT_ONCE) return;
      void this.#read(page);
    }
  }

  /** Rows that were scrolled past make room for those that are seen. */
  #giveUp(missing: readonly number[]): void {
    for (const one of this.#asked) {
      if (missing.includes(one.page) || performance.now() - one.at < GIVEN_UP_MS) continue;
      one.abort.abort();
      this.#asked.delete(one);
      return;
    }
  }

  #giveUpAll(): void {
    for (const { abort } of this.#asked) abort.abort();
    this.#asked.clear();
  }

  async #read(page: number): Promise<void> {
    const abort = new AbortController();
    const asked = { page, at: performance.now(), abort };
    this.#asked.add(asked);
    const index = page * PAGE_ROWS;
    try {
      const { rows } = await this.source.list(
        { filter: this.filter, index, limit: PAGE_ROWS },
        abort.signal,
      );
      if (abort.signal.aborted) return;
      this.#asked.delete(asked);
      this.#take(index, rows);
    } catch (error) {
      // What was given up fails, and nobody waits for it.
      if (abort.signal.aborted) return;
      this.#asked.delete(asked);
      this.fail(error);
    }
  }

  #take(index: number, rows: readonly LogRow[]): void {
    const now = rows.map((row) => this.#late.get(row.id) ?? row);
    if (this.#asked.size === 0) this.#late.clear();
    this.#pages.put(index, now);
    this.succeed();
    this.fillPlaces();
    if (rows.length === 0) this.#makeUpForRemoved();
    this.tell();
    this.#ask();
  }
}
