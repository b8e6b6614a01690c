import type { RequestId } from "../jsonrpc.ts";

interface GivenUp<T> {
  readonly call: T;
  /** Of the first request that is sent after the cancellation. */
  readonly nextId: number;
  /** The server has read the cancellation, or tells of the call on a stream that is gone. */
  readonly isHeard: boolean;
}

interface Remembered<T> extends GivenUp<T> {
  /** On the clock of {@link Abandoned}. */
  readonly until: number;
}

/** More than these are not remembered; the oldest are the likeliest to be over. */
const MOST = 1000;

/**
 * Calls that were given up while the server may still work on them: what it says meanwhile can be
 * of them. One channel is read in order, so that the answer to a request which was sent after the
 * cancellation shows that it has been read. A server is asked to stop then, but need not (MCP
 * 2025-11-25, cancellation); many tools go on to their end, without an answer in it.
 */
export class Abandoned<T> {
  readonly #calls = new Map<RequestId, Remembered<T>>();
  readonly #now: () => number;

  /** `now` never goes backwards, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Those of which the server may not have heard that nobody waits. */
  unheard(): T[] {
    return this.#those(({ isHeard }) => !isHeard);
  }

  /** Those that may still be at work. */
  all(): T[] {
    return this.#those(() => true);
  }

  /** @param limitMs how long a call may take at this server; null where for ever */
  add(id: RequestId, given: GivenUp<T>, limitMs: number | null): void {
    const until = this.#now() + (limitMs ?? Number.POSITIVE_INFINITY);
    this.#calls.set(id, { ...given, until });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MOST && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** Also of a call that was given up, which is over then. */
  onAnswer(id: RequestId): void {
    this.#calls.delete(id);
    for (const [abandoned, given] of this.#calls) {
      const isLater = typeof id === "number" && id >= given.nextId;
      if (isLater) this.#calls.set(abandoned, { ...given, isHeard: true });
    }
  }

  #those(which: (given: Remembered<T>) => boolean): T[] {
    const now = this.#now();
    for (const [id, { until }] of this.#calls) if (until <= now) this.#calls.delete(id);
    return [...this.#calls.values()].filter(which).map(({ call }) => call);
  }
}
