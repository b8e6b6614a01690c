import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { SessionMessage, Settings } from "@local-mcp/contract";
import type { Log, SeenClient, TrafficSink } from "@local-mcp/engine";
import { BEYOND_BODY } from "../logs/entries.ts";
import { bodyOf, type Seen, sizeOf, textOf } from "../logs/row.ts";
import type { RemovedMessages, ToldMessage, WriterTasks } from "../logs/writer/messages.ts";
import type { Asked } from "../traffic/thread.ts";
import { messageSink } from "./message-sink.ts";

/** Longest that a message waits for others to be written with it, ms. */
const TOGETHER_MS = 50;
/** At most so many are written at once. */
const MAX_TOGETHER = 500;
/** What waits at most, messages; further ones are dropped, since calls are never to wait for it. */
const MAX_WAITING = 10_000;
/** And characters. */
const MAX_WAITING_SIZE = 32 * 1024 * 1024;
/** How long nothing is tried where the file cannot be written, ms. */
const RETRY_MS = 10_000;
/** How often it is looked what has expired, ms, and when first. */
const SWEEP_MS = 60_000;
const SETTLED_MS = 5000;
/** How long others have the thread between two slices of removing, ms. */
const PAUSE_MS = 20;
/** Sessions that ended lately, of which nothing that comes late is kept. */
const MAX_ENDED = 1000;

export interface SessionMessagesOptions {
  writer: Asked<WriterTasks>;
  /** The file that it writes. */
  path: string;
  /** Whether messages are kept at all, which can only change with a start. */
  isKept: boolean;
  settings: () => Pick<Settings, "logBodyBytes" | "sessionMessagesKeepMs">;
  log: Log;
  /** ms since 1970. */
  now?: () => number;
}

interface Waiting {
  sessionId: string;
  at: number;
  message: Seen;
  size: number;
}

/**
 * What went to clients in their sessions, in `mcp_messages` of `traffic.db`: written behind, by the
 * thread that writes debug logs, and whatever their level is.
 */
export class SessionMessages {
  readonly #options: SessionMessagesOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #ended = new Set<string>();
  #waiting: Waiting[] = [];
  /** Characters and messages that are not stored yet, those included that the thread has. */
  #size = 0;
  #count = 0;
  #dropped = 0;
  #isStopped = false;
  #stoppedUntil = 0;
  #timer: NodeJS.Timeout | null = null;
  #sweeper: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: SessionMessagesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** How many could not be kept since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Tells `sink` of everything, and keeps what goes to a client in a session. */
  along(sink: Omit<TrafficSink, "onExchange">): Omit<TrafficSink, "onExchange"> {
    return this.#options.isKept
      ? messageSink(sink, (to, message) => this.#told(to, message))
      : sink;
  }

  /** Begins to remove what has expired, also what was kept at a time when messages were. */
  start(): void {
    if (this.#options.isKept || existsSync(this.#options.path)) this.#sweepIn(SETTLED_MS);
  }

  /** Oldest first. */
  async list(query: { session: string; after: number; limit: number }): Promise<SessionMessage[]> {
    await this.#flush();
    return this.#options.writer.ask("messagesOf", query);
  }

  /**
   * Removes those of a session that has ended; what comes late of it is not kept. Where that cannot
   * be done they stay until they expire, and the session has ended all the same.
   */
  async remove(sessionId: string): Promise<void> {
    this.#ended.add(sessionId);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= MAX_ENDED) break;
      this.#ended.delete(oldest);
    }
    if (!this.#options.isKept) return;
    try {
      await this.#removeAll({ of: "session", sessionId });
    } catch (error) {
      this.#staying(error);
    }
  }

  /**
   * Removes what has expired, and what is of no session among `sessionIds`, which are those there
   * were when it was called; with null all of it.
   *
   * @returns how many
   */
  async cleanup(sessionIds: readonly string[] | null): Promise<number> {
    if (sessionIds === null) return this.#removeAll({ of: "all" });
    const now = this.#now();
    const expired = await this.#removeAll({ of: "expired", now });
    return expired + (await this.#removeAll({ of: "others", sessionIds, before: now }));
  }

  /** Stores what waits. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#sweeper !== null) clearTimeout(this.#sweeper);
    await this.#flush();
  }

  #told({ client }: SeenClient, message: Seen): void {
    if (client === null || client.era !== "legacy" || this.#ended.has(client.sessionId)) return;
    const at = this.#now();
    const isTooMuch = this.#count >= MAX_WAITING || this.#size >= MAX_WAITING_SIZE;
    if (isTooMuch || at < this.#stoppedUntil) {
      this.#dropped += 1;
      return;
    }
    const size = sizeOf(message);
    this.#waiting.push({ sessionId: client.sessionId, at, message, size });
    this.#size += size;
    this.#count += 1;
    this.#timer ??= setTimeout(() => void this.#flush(), TOGETHER_MS).unref();
  }

  /** Resolves when what was told before is stored, or was given up. */
  #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#write(this.#writing);
    return this.#writing;
  }

  async #write(before: Promise<void>): Promise<void> {
    await before;
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, MAX_TOGETHER);
      await this.#store(some);
      this.#count -= some.length;
      this.#size -= some.reduce((sum, { size }) => sum + size, 0);
    }
  }

  async #store(some: readonly Waiting[]): Promise<void> {
    const { writer, settings, log } = this.#options;
    const { logBodyBytes: bodyBytes, sessionMessagesKeepMs } = settings();
    const messages = some
      .filter(({ sessionId }) => !this.#ended.has(sessionId))
      .flatMap(({ sessionId, at, message }): ToldMessage[] => {
        const body = bodyOf(textOf(message), bodyBytes + BEYOND_BODY, true);
        return body === null
          ? []
          : [{ sessionId, at, expiresAt: at + sessionMessagesKeepMs, body }];
      });
    if (messages.length === 0) return;
    try {
      await writer.ask("keepMessages", { messages, bodyBytes });
      this.#isStopped = false;
    } catch (error) {
      this.#dropped += messages.length;
      this.#stoppedUntil = this.#now() + RETRY_MS;
      if (!this.#isStopped) {
        log.warn("messages of sessions are not kept", { error: String(error) });
      }
      this.#isStopped = true;
    }
  }

  async #removeAll(asked: RemovedMessages): Promise<number> {
    await this.#flush();
    let removed = 0;
    let hasMore = true;
    while (hasMore) {
      const { rows, more } = await this.#options.writer.ask("removeMessages", asked);
      removed += rows;
      hasMore = more;
      if (more) await delay(PAUSE_MS, undefined, { signal: this.#closing.signal });
    }
    return removed;
  }

  #sweepIn(ms: number): void {
    this.#sweeper = setTimeout(() => void this.#sweep(), ms).unref();
  }

  async #sweep(): Promise<void> {
    try {
      await this.#removeAll({ of: "expired", now: this.#now() });
    } catch (error) {
      this.#staying(error);
    }
    if (this.#options.isKept && !this.#closing.signal.aborted) this.#sweepIn(SWEEP_MS);
  }

  #staying(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#options.log.warn("messages of sessions stay longer", { error: String(error) });
  }
}
