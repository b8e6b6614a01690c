import { randomBytes } from "node:crypto";
import type { EventStream } from "./event-stream.ts";

/** What one session may have waiting for a client that lost a stream, characters. */
const MAX_KEPT = 1024 * 1024;
/** How long it waits, ms. */
const MAX_AGE_MS = 5 * 60_000;

interface Kept {
  stream: LoggedStream;
  sequence: number;
  data: string;
  at: number;
}

/**
 * What the streams of one session carried lately, so that a client which lost a stream gets the
 * rest of it (MCP 2025-11-25, transports, resumability and redelivery). Bounded by size and age;
 * the newest event is kept whatever its size, since it may be the answer that is waited for.
 */
export class EventLog {
  /** Ids of another process, or of another session, mean nothing here. */
  readonly #mark = randomBytes(4).toString("hex");
  readonly #streams = new Map<string, LoggedStream>();
  readonly #kept: Kept[] = [];
  #size = 0;
  #opened = 0;

  /** Whether a client reads any of the streams just now. */
  get isRead(): boolean {
    return [...this.#streams.values()].some((stream) => stream.open);
  }

  open(): LoggedStream {
    this.#opened += 1;
    const stream = new LoggedStream(`${this.#mark}${this.#opened}`, this);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** The stream that an event belongs to and the event's place in it, while both are known. */
  find(eventId: string): { stream: LoggedStream; sequence: number } | null {
    const match = /^([0-9a-f]+)-(\d{1,9})$/.exec(eventId);
    const stream = this.#streams.get(match?.[1] ?? "");
    return stream && match ? { stream, sequence: Number(match[2]) } : null;
  }

  /** Nobody can come back to the stream. */
  forget(stream: LoggedStream): void {
    this.#streams.delete(stream.id);
  }

  keep(stream: LoggedStream, sequence: number, data: string): void {
    const now = Date.now();
    this.#kept.push({ stream, sequence, data, at: now });
    this.#size += data.length;
    while (this.#kept.length > 1 && this.#isTooMuch(now)) this.#drop();
  }

  after(stream: LoggedStream, sequence: number): Kept[] {
    return this.#kept.filter((kept) => kept.stream === stream && kept.sequence > sequence);
  }

  /** Forgets what has been kept for too long. */
  sweep(now: number): void {
    while (this.#kept[0] && now - this.#kept[0].at > MAX_AGE_MS) this.#drop();
    for (const [id, stream] of this.#streams) {
      if (stream.ended && !this.#kept.some((kept) => kept.stream === stream)) {
        this.#streams.delete(id);
      }
    }
  }

  end(): void {
    for (const stream of this.#streams.values()) stream.end();
  }

  #isTooMuch(now: number): boolean {
    return this.#size > MAX_KEPT || now - (this.#kept[0]?.at ?? now) > MAX_AGE_MS;
  }

  #drop(): void {
    this.#size -= this.#kept.shift()?.data.length ?? 0;
  }
}

/** One stream towards a client, over as many HTTP responses as the client needs for it. */
export class LoggedStream {
  readonly id: string;
  readonly #log: EventLog;
  #outlet: EventStream | null = null;
  #sequence = 0;
  #ended = false;
  #wasAttached = false;

  constructor(id: string, log: EventLog) {
    this.id = id;
    this.#log = log;
  }

  /** Whether somebody reads it just now. */
  get open(): boolean {
    return this.#outlet?.open === true;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether anybody has ever read it. */
  get wasAttached(): boolean {
    return this.#wasAttached;
  }

  /** `data` is one line. Sent at once where somebody reads, and kept for who comes back. */
  send(data: string): void {
    this.#sequence += 1;
    this.#log.keep(this, this.#sequence, data);
    this.#outlet?.send({ data, id: this.#eventId(this.#sequence) });
  }

  /** Goes on in this response, after the event that the client has seen last. */
  attach(outlet: EventStream, after: number): void {
    this.#wasAttached = true;
    // A client that comes back does not read the old response any more, also where it looks open.
    this.#outlet?.end();
    this.#outlet = outlet;
    for (const kept of this.#log.after(this, after)) {
      outlet.send({ data: kept.data, id: this.#eventId(kept.sequence) });
    }
    if (this.#ended) outlet.end();
  }

  /** Gives the client an id to come back with before there is anything to say. */
  prime(retryMs: number | null): void {
    this.#outlet?.send({
      data: "",
      id: this.#eventId(this.#sequence),
      ...(retryMs === null ? {} : { retryMs }),
    });
  }

  /** Ends the response, not the stream: the client comes back for the rest. */
  pause(): void {
    this.#outlet?.end();
    this.#outlet = null;
  }

  end(): void {
    this.#ended = true;
    this.#outlet?.end();
  }

  #eventId(sequence: number): string {
    return `${this.id}-${sequence}`;
  }
}
