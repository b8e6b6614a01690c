import type { LogNews, LogRow, LogsPage } from "@local-mcp/contract";
import type { LogSource } from "./log-rows.ts";
import { logDetailFixture } from "./log.fixture.ts";

/** Logs of a test, which answers when it is told to. */
export class TestLogs implements LogSource {
  rows: LogRow[] = [];
  /** Places that were asked for. */
  readonly asked: number[] = [];
  /** While it is not null, pages are kept back. */
  held: (() => void)[] | null = null;
  /** While it is not null, so are counts, as they were when they were asked for. */
  heldCounts: (() => void)[] | null = null;
  broken = false;
  stride = 1000;
  matches: (row: LogRow) => boolean = () => true;
  #tell: ((news: LogNews | null) => void) | null = null;
  #told: (LogNews | null)[] = [];

  constructor(many: number) {
    this.rows = Array.from({ length: many }, (_, index) => logRow(index + 1));
  }

  get last(): number {
    return this.rows.at(-1)?.id ?? 0;
  }

  readonly list: LogSource["list"] = async ({ index, before, limit }, signal) => {
    if (index === undefined) return this.#before(before ?? Number.POSITIVE_INFINITY, limit);
    this.asked.push(index);
    // oxlint-disable-next-line promise/avoid-new -- kept back until the test lets it go
    if (this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
    signal.throwIfAborted();
    if (this.broken) throw new Error("broken");
    const rows = this.rows.slice(index, index + limit);
    const hasNewer = index + limit < this.rows.length;
    return { rows, hasOlder: index > 0, hasNewer, searchedTo: null };
  };

  /** A search that comes no further than {@link stride} rows at a time. */
  async #before(before: number, limit: number): Promise<LogsPage> {
    // oxlint-disable-next-line promise/avoid-new -- as from another process
    await new Promise((resolve) => setTimeout(resolve, 0));
    const older = this.rows.filter(({ id }) => id < before);
    const seen = older.slice(-this.stride);
    const found = seen.filter((row) => this.matches(row));
    const rows = found.slice(-limit);
    const isAll = rows.length === found.length;
    return {
      rows,
      hasOlder: !isAll || seen.length < older.length,
      hasNewer: false,
      searchedTo: isAll ? (seen[0]?.id ?? null) : null,
    };
  }

  readonly count: LogSource["count"] = async ({ upTo = Number.POSITIVE_INFINITY }) => {
    if (this.broken) throw new Error("broken");
    const matches = this.rows.filter(({ id }) => id <= upTo).length;
    const { last } = this;
    // oxlint-disable-next-line promise/avoid-new -- kept back until the test lets it go
    if (this.heldCounts) await new Promise<void>((resolve) => this.heldCounts?.push(resolve));
    return { matches, last, searchedTo: null };
  };

  readonly follow: LogSource["follow"] = (_, signal) => Promise.resolve(this.#news(signal));

  async *#news(signal: AbortSignal): AsyncGenerator<LogNews> {
    yield news({ last: this.last });
    while (!signal.aborted) {
      const next =
        this.#told.shift() ??
        // oxlint-disable-next-line promise/avoid-new -- the next thing that a test tells
        (await new Promise<LogNews | null>((resolve) => {
          this.#tell = resolve;
          signal.addEventListener("abort", () => resolve(null));
        }));
      if (next === null) throw new Error("lost");
      yield next;
    }
  }

  /** Tells of something; of null when the line is lost. */
  tell(what: Partial<LogNews> | null): void {
    const told = what === null ? null : news({ last: this.last, ...what });
    if (this.#tell) this.#tell(told);
    else this.#told.push(told);
    this.#tell = null;
  }

  /** New rows, which are told of. */
  add(...rows: LogRow[]): void {
    this.rows.push(...rows);
    this.tell({ rows, added: rows.length });
  }

  letGo(): void {
    const held = [...(this.held ?? []), ...(this.heldCounts ?? [])];
    this.held = null;
    this.heldCounts = null;
    for (const go of held) go();
  }
}

export const logRow = (id: number, parts: Partial<LogRow> = {}): LogRow =>
  logDetailFixture({ id, ...parts });

const news = (parts: Partial<LogNews>): LogNews => ({
  rows: [],
  added: 0,
  changed: [],
  removed: false,
  last: 0,
  ...parts,
});
