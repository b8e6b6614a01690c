import type { LogNews, LogRow, LogsPage } from "@local-mcp/contract";
import { LogRows, type SearchState } from "./log-rows.ts";

/** Rows of the first answer: as soon as there are some they are shown. */
const FIRST_ROWS = 100;
const MORE_ROWS = 500;
/** Nobody reads more; whoever wants others has to ask more exactly. */
export const MOST_FOUND = 10_000;
/** Removed rows are made up for at most once in this time, ms, and in no more than a part of it. */
const REMOVED_MS = 5000;
const REMOVED_SHARE = 10;

/**
 * Rows of a filter that is about what messages say, so that it takes long to know how many match:
 * the newest come first, and the search goes on backwards while they are looked at.
 */
export class LogSearch extends LogRows {
  /** Oldest first. */
  #rows: LogRow[] = [];
  #state: SearchState | null = null;
  #isBegun = false;
  #going: AbortController | null = null;
  /** The newest row that the last news took into account. */
  #heard = 0;
  #tookMs = 0;
  #removedTimer: ReturnType<typeof setTimeout> | null = null;

  get count(): number {
    return this.#rows.length;
  }

  get isCounted(): boolean {
    return this.#isBegun;
  }

  get search(): SearchState | null {
    return this.#state;
  }

  at(index: number): LogRow | undefined {
    return this.#rows[index];
  }

  override stop(): void {
    super.stop();
    this.#going?.abort();
    if (this.#removedTimer !== null) clearTimeout(this.#removedTimer);
    this.#removedTimer = null;
  }

  /** All that was found is here. */
  want(): void {}

  find(id: number): Promise<number> {
    return Promise.resolve(this.#nearest(id));
  }

  idAt(index: number): Promise<number | null> {
    return Promise.resolve(this.at(index)?.id ?? null);
  }

  update(row: LogRow): void {
    this.#put(row);
    this.tell();
  }

  cancel(): void {
    if (this.#state !== "searching") return;
    this.#going?.abort();
    this.#state = "cancelled";
    this.tell();
  }

  async recount(): Promise<void> {
    this.#going?.abort();
    const going = new AbortController();
    this.#going = going;
    this.#state = "searching";
    this.tell();
    const begun = performance.now();
    try {
      await this.#find(AbortSignal.any([going.signal, this.signal]));
    } catch (error) {
      if (going.signal.aborted || this.signal.aborted) return;
      this.#state = "cancelled";
      this.fail(error);
    }
    this.#tookMs = performance.now() - begun;
  }

  /** Backwards, from the newest. */
  async #find(signal: AbortSignal): Promise<void> {
    const since = this.#heard;
    let found: LogRow[] = [];
    let before: number | null = null;
    let isMore = true;
    while (isMore && found.length < MOST_FOUND) {
      const limit: number = this.#isBegun ? MORE_ROWS : FIRST_ROWS;
      const page: LogsPage = await this.source.list(
        { filter: this.filter, limit, ...(before !== null && { before }) },
        signal,
      );
      signal.throwIfAborted();
      found = [...page.rows, ...found];
      before = page.searchedTo ?? page.rows[0]?.id ?? null;
      isMore = page.hasOlder && before !== null;
      this.#take(found, since, !isMore);
    }
    this.#state = isMore ? "cut" : null;
    this.tell();
  }

  /**
   * What was there before a search stays until the search has come as far, and what came since it
   * began stays.
   */
  #take(found: readonly LogRow[], since: number, isAll: boolean): void {
    const [oldest] = found;
    const newest = Math.max(since, found.at(-1)?.id ?? 0);
    const before = this.#rows;
    const held = this.places.flatMap(([name, { id }]) => (id === null ? [] : [{ name, id }]));
    this.#rows =
      oldest === undefined && !isAll
        ? before
        : [
            ...(isAll ? [] : before.filter(({ id }) => id < (oldest?.id ?? 0))),
            ...found,
            ...before.filter(({ id }) => id > newest),
          ];
    this.#isBegun = true;
    this.succeed();
    for (const { name, id } of held) this.move(name, { id, index: this.#nearest(id) });
    this.fillPlaces();
    this.tell();
  }

  protected hear(news: LogNews): void {
    this.addUnseen(news.added);
    if (!this.isPaused) for (const row of [...news.rows, ...news.changed]) this.#put(row);
    this.#heard = news.last;
    if (news.removed) this.#makeUpForRemoved();
    this.tell();
  }

  #put(row: LogRow): void {
    const index = this.#placeFor(row.id);
    if (this.#rows[index]?.id === row.id) {
      this.#rows[index] = row;
      return;
    }
    this.#rows.splice(index, 0, row);
    this.shift(index, 1);
    if (this.#rows.length < 2 * MOST_FOUND) return;
    this.#rows.splice(0, MOST_FOUND);
    this.shift(0, -MOST_FOUND);
    this.#state = "cut";
  }

  #makeUpForRemoved(): void {
    const read = (): void => {
      this.#removedTimer = null;
      if (!this.isPaused && this.#state !== "searching") void this.recount();
    };
    this.#removedTimer ??= setTimeout(read, Math.max(REMOVED_MS, REMOVED_SHARE * this.#tookMs));
  }

  /** The row itself, or the next one. */
  #nearest(id: number): number {
    return Math.min(this.#placeFor(id), Math.max(0, this.count - 1));
  }

  /** Of the first row that is not older. */
  #placeFor(id: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle]?.id ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
