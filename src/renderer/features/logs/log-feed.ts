import type {
  LogCount,
  LogCountQuery,
  LogNews,
  LogRow,
  LogsPage,
  LogsQuery,
} from "@local-mcp/contract";
import { LogPages, PAGE_ROWS } from "./log-pages.ts";

/** What of the gateway's logs is asked. */
export interface LogSource {
  list: (
    query: Pick<LogsQuery, "filter" | "index" | "limit">,
    signal: AbortSignal,
  ) => Promise<LogsPage>;
  count: (query: LogCountQuery, signal: AbortSignal) => Promise<LogCount>;
  follow: (filter: string, signal: AbortSignal) => Promise<AsyncIterable<LogNews>>;
}

/** A row that is held on to while others come and go. */
export interface Place {
  index: number;
  /** Null until it was read. */
  id: number | null;
}

/** Whatever is asked for at the same time. */
const AT_ONCE = 2;
/** A request for rows that nobody sees any more may take so long before it is given up, ms. */
const GIVEN_UP_MS = 100;
const RETRY_MS = 1000;
/** Removed rows are made up for at most once in this time, ms. */
const REMOVED_MS = 1000;

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

/**
 * The rows that match a filter, as they are and as they come: how many there are, and those that
 * were looked at. Rows are known by their place among all, the oldest 0.
 */
export class LogFeed {
  readonly filter: string;
  readonly #source: LogSource;
  #stopped = new AbortController();
  readonly #pages = new LogPages();
  readonly #asked = new Set<Asked>();
  /** Rows as they became while older states of them may be on their way, by id. */
  readonly #late = new Map<number, LogRow>();
  readonly #places = new Map<string, Place>();
  /** News that came while it was counted. */
  #waiting: Waiting[] | null = null;
  #listeners = new Set<() => void>();
  #wanted = { first: 0, end: 0 };
  #count = 0;
  #isCounted = false;
  /** The newest row that the count takes into account. */
  #last = 0;
  /** The newest row that the last news took into account. */
  #heard = 0;
  #unseen = 0;
  #error: unknown = null;
  #isPaused = false;
  #removedTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(filter: string, source: LogSource) {
    this.filter = filter;
    this.#source = source;
  }

  /** How many rows match. */
  get count(): number {
    return this.#count;
  }

  /** Whether that is known. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** How many came since {@link see}. */
  get unseen(): number {
    return this.#unseen;
  }

  /** Why the last thing that was asked for did not come; null where it did. */
  get error(): unknown {
    return this.#error;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  at(index: number): LogRow | undefined {
    return index < this.#count ? this.#pages.at(index) : undefined;
  }

  place(name: string): Place | null {
    return this.#places.get(name) ?? null;
  }

  /** Holds on to a row, wherever it goes. */
  keep(name: string, index: number | null): void {
    if (index === null) this.#places.delete(name);
    else this.#places.set(name, { index, id: this.at(index)?.id ?? null });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads, and goes on until it is stopped, over lost connections too. */
  start(): void {
    this.#stopped = new AbortController();
    void this.#run(this.#stopped.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        let isFirst = true;
        for await (const news of await this.#source.follow(this.filter, signal)) {
          // The first says no more than that nothing is missed from now on.
          if (isFirst) void this.recount();
          else this.#hear(news);
          isFirst = false;
          this.#heard = news.last;
        }
      } catch (error) {
        this.#fail(error);
      }
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#removedTimer !== null) clearTimeout(this.#removedTimer);
    this.#removedTimer = null;
    for (const { abort } of this.#asked) abort.abort();
    this.#asked.clear();
  }

  /** Rows that are looked at: those that are not here are asked for. */
  want(first: number, end: number): void {
    this.#wanted = { first, end };
    this.#ask();
  }

  /** All that came was seen. */
  see(): void {
    if (this.#unseen === 0) return;
    this.#unseen = 0;
    this.#tell();
  }

  /** Leaves everything as it is, and goes on from what is then. */
  pause(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#tell();
    if (!isPaused) void this.recount();
  }

  /** A row as a person changed it. */
  update(row: LogRow): void {
    this.#pages.update(row);
    this.#tell();
  }

  /** Where a row is among those that match, or would be. */
  async find(id: number): Promise<number> {
    const here = this.#pages.find(id);
    if (here !== null) return here;
    const { matches } = await this.#source.count(
      { filter: this.filter, upTo: id },
      this.#stopped.signal,
    );
    return Math.max(0, matches - 1);
  }

  #hear(news: LogNews): void {
    if (this.#waiting !== null) this.#waiting.push({ news, after: this.#heard });
    else this.#apply(news);
  }

  #apply(news: LogNews): void {
    if (news.removed) this.#makeUpForRemoved();
    if (this.#isPaused) this.#unseen += news.added;
    else {
      this.#add(news);
      for (const row of news.changed) {
        if (this.#asked.size > 0) this.#late.set(row.id, row);
        this.#pages.update(row);
      }
    }
    this.#tell();
  }

  #add({ rows, added, last }: LogNews): void {
    const fresh = rows.filter(({ id }) => id > this.#last);
    const late = rows.filter(({ id }) => id <= this.#last);
    // A running row begins to match when its end is known, somewhere among the others.
    for (const row of late) this.#insert(row);
    const before = added - rows.length;
    this.#count += before + fresh.length;
    this.#pages.put(this.#count - fresh.length, fresh);
    this.#unseen += added;
    this.#last = Math.max(this.#last, last);
    this.#fillPlaces();
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
    for (const [name, place] of this.#places) {
      if (place.index >= index) this.#places.set(name, { ...place, index: place.index + 1 });
    }
  }

  /** Places have moved, nobody knows by how much: all is counted again, soon. */
  #makeUpForRemoved(): void {
    this.#removedTimer ??= setTimeout(() => {
      this.#removedTimer = null;
      void this.recount();
    }, REMOVED_MS);
  }

  /** Counts and reads anew what may be different. */
  async recount(): Promise<void> {
    if (this.#waiting !== null) return;
    try {
      await this.#recount();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Counts anew, finds the places that are held on to again, and reads around the one on top. */
  async #recount(): Promise<void> {
    this.#waiting = [];
    try {
      const { signal } = this.#stopped;
      const upTo = this.#isPaused ? { upTo: this.#last } : {};
      const held = [...this.#places].filter(([, { id }]) => id !== null);
      const [counted, ...found] = await Promise.all([
        this.#source.count({ filter: this.filter, ...upTo }, signal),
        ...held.map(([, { id }]) =>
          this.#source.count({ filter: this.filter, upTo: id ?? 0 }, signal),
        ),
      ]);
      const top = this.#places.get("top")?.index;
      held.forEach(([name, { id }], at) => {
        this.#places.set(name, { id, index: Math.max(0, (found[at]?.matches ?? 0) - 1) });
      });
      const moved = (this.#places.get("top")?.index ?? 0) - (top ?? 0);
      await this.#readAround(counted, moved);
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
    for (const { abort } of this.#asked) abort.abort();
    this.#asked.clear();
    const isEmpty = rows === 0 || first >= matches;
    const { rows: read } = isEmpty
      ? { rows: [] }
      : await this.#source.list(
          { filter: this.filter, index: first, limit: Math.min(rows, 500) },
          this.#stopped.signal,
        );
    this.#pages.clear();
    this.#pages.put(first, read);
    this.#wanted = { first, end: first + rows };
  }

  #settle({ matches, last }: LogCount): void {
    this.#count = matches;
    this.#isCounted = true;
    this.#error = null;
    if (!this.#isPaused) {
      this.#last = last;
      this.#late.clear();
    }
    this.#fillPlaces();
    this.#tell();
  }

  /** News that came while it was counted: what was counted already is left out. */
  #catchUp({ news, after }: Waiting): void {
    const rows = news.rows.filter(({ id }) => id > this.#last);
    const isWhole = rows.length === news.rows.length && news.last > this.#last;
    this.#apply({ ...news, rows, added: isWhole ? news.added : rows.length });
    // Whether rows that began to match only now were counted, nobody knows.
    if (news.rows.some(({ id }) => id <= after)) this.#makeUpForRemoved();
  }

  #fillPlaces(): void {
    for (const [name, { index, id }] of this.#places) {
      if (id === null) this.keep(name, index);
    }
  }

  #ask(): void {
    if (!this.#isCounted || this.#waiting !== null || this.#stopped.signal.aborted) return;
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

  async #read(page: number): Promise<void> {
    const abort = new AbortController();
    const asked = { page, at: performance.now(), abort };
    this.#asked.add(asked);
    try {
      const index = page * PAGE_ROWS;
      const { rows } = await this.#source.list(
        { filter: this.filter, index, limit: PAGE_ROWS },
        abort.signal,
      );
      if (abort.signal.aborted) return;
      const now = rows.map((row) => this.#late.get(row.id) ?? row);
      this.#pages.put(index, now);
      this.#error = null;
      this.#fillPlaces();
      this.#asked.delete(asked);
      if (rows.length === 0) this.#makeUpForRemoved();
    } catch (error) {
      this.#asked.delete(asked);
      if (!abort.signal.aborted) {
        this.#fail(error);
        return;
      }
    }
    if (this.#asked.size === 0) this.#late.clear();
    this.#tell();
    this.#ask();
  }

  #fail(error: unknown): void {
    if (this.#stopped.signal.aborted) return;
    this.#error = error;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
