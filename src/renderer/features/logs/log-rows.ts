import type {
  LogCount,
  LogCountQuery,
  LogNews,
  LogRow,
  LogsPage,
  LogsQuery,
} from "@local-mcp/contract";

/** What of the gateway's logs is asked. */
export interface LogSource {
  list: (
    query: Pick<LogsQuery, "filter" | "index" | "before" | "limit">,
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

/** How far a search is that takes long: it goes on, was ended by a person, or found too much. */
export type SearchState = "searching" | "cancelled" | "cut";

const RETRY_MS = 1000;

/**
 * The rows that match a filter, by their place among all, the oldest 0, as they are and as they
 * come. They are read and told of as long as it is started.
 */
export abstract class LogRows {
  readonly filter: string;
  protected readonly source: LogSource;
  readonly #places = new Map<string, Place>();
  readonly #listeners = new Set<() => void>();
  #stopped = new AbortController();
  #unseen = 0;
  #error: unknown = null;
  #isPaused = false;

  constructor(filter: string, source: LogSource) {
    this.filter = filter;
    this.source = source;
  }

  /** How many rows match. */
  abstract readonly count: number;

  /** Whether that is known, as far as it is. */
  abstract readonly isCounted: boolean;

  /** Null where all that match were found. */
  abstract readonly search: SearchState | null;

  /** Undefined where it is not here. */
  abstract at(index: number): LogRow | undefined;

  /** Where a row is among those that match, or would be. */
  abstract find(id: number): Promise<number>;

  /** Which row is at a place; null where there is none. */
  abstract idAt(index: number): Promise<number | null>;

  /** Rows that are looked at: those that are not here are asked for. */
  abstract want(first: number, end: number): void;

  /** A row as it is now. */
  abstract update(row: LogRow): void;

  /** Counts and reads anew what may be different. */
  abstract recount(): Promise<void>;

  /** Ends a search that takes long; what was found stays. */
  abstract cancel(): void;

  /** What is new. */
  protected abstract hear(news: LogNews): void;

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

  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  start(): void {
    this.#stopped = new AbortController();
    void this.#run(this.#stopped.signal);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Over lost connections too. */
  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        let isFirst = true;
        for await (const news of await this.source.follow(this.filter, signal)) {
          // The first says no more than that nothing is missed from now on.
          if (isFirst) void this.recount();
          else this.hear(news);
          isFirst = false;
        }
      } catch (error) {
        this.fail(error);
      }
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All that came was seen. */
  see(): void {
    if (this.#unseen === 0) return;
    this.#unseen = 0;
    this.tell();
  }

  /** Leaves everything as it is, and goes on from what is then. */
  pause(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.tell();
    if (!isPaused) void this.recount();
  }

  /** Where a row is that is held on to. */
  place(name: string): Place | null {
    return this.#places.get(name) ?? null;
  }

  /** Holds on to a row, wherever it goes. */
  keep(name: string, index: number | null): void {
    if (index === null) this.#places.delete(name);
    else this.#places.set(name, { index, id: this.at(index)?.id ?? null });
  }

  protected get places(): [name: string, place: Place][] {
    return [...this.#places];
  }

  /** A row that is held on to has another place. */
  protected move(name: string, place: Place): void {
    this.#places.set(name, place);
  }

  /** Rows came in before others, which have moved by as many. */
  protected shift(from: number, by: number): void {
    for (const [name, place] of this.#places) {
      if (place.index >= from) this.move(name, { ...place, index: Math.max(0, place.index + by) });
    }
  }

  /** Rows that are held on to may have been read. */
  protected fillPlaces(): void {
    for (const [name, { index, id }] of this.#places) {
      if (id === null) this.keep(name, index);
    }
  }

  protected addUnseen(added: number): void {
    this.#unseen += added;
  }

  protected succeed(): void {
    this.#error = null;
  }

  protected fail(error: unknown): void {
    if (this.#stopped.signal.aborted) return;
    this.#error = error;
    this.tell();
  }

  protected tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
