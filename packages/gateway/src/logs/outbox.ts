import { GatewayError } from "@local-mcp/contract";
import { InFlight, LARGE } from "@local-mcp/engine";
import { type Batch, BEYOND_BODY, type Written } from "./entries.ts";
import { begunEntry, endedEntry, type Row, sizeOf } from "./row.ts";
import type { Stored } from "./writer/messages.ts";

/** Longest that something waits for others to be written with it, ms. Short, so that it is little. */
const TOGETHER_MS = 20;
/** Longest that a row waits for its end, ms: both at once cost less than one after the other. */
const END_MS = 50;
/** At most so many are written at once. */
const MAX_TOGETHER = 500;
/** And so many characters. */
const MAX_TOGETHER_SIZE = 2 * 1024 * 1024;
/** Longest that calls wait for what is written down, ms. */
const SLICE_MS = 2;
/** Parcels that the thread has at once: enough that it never waits for the next. */
const MAX_SENT = 3;
/** What waits at most, messages; further ones are dropped, since calls are never to wait for it. */
const MAX_WAITING = 20_000;
/** And characters. */
const MAX_WAITING_SIZE = 64 * 1024 * 1024;
/** How long nothing is tried where the file cannot be written, ms. */
const RETRY_MS = 10_000;

export interface OutboxOptions {
  /** Stores a batch. `bodyBytes`: what is kept of a message; null keeps it whole. */
  write: (parcel: { batch: Batch; bodyBytes: number | null }) => Promise<Stored>;
  /** Throws where nothing can be stored. */
  probe: () => Promise<unknown>;
  bodyBytes: () => number | null;
  /** Told of each batch once it is stored. */
  onWritten: (written: Written) => void;
  /** {@link Outbox.problem} or {@link Outbox.dropped} is another now. */
  onProblem: () => void;
  /** A clock that only goes forward, ms. */
  now: () => number;
}

/** What is to be written of a row. */
interface Item {
  row: Row;
  isEnd: boolean;
  /** What it counts for while it waits. */
  messages: number;
  size: number;
}

/** What is written at once. */
interface Parcel {
  items: Item[];
  batch: Batch;
  messages: number;
  size: number;
}

/** Hands rows on to the thread that stores them, some at a time, and never has too many of them. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #items: Item[] = [];
  /** Of rows of which nothing is sent yet. */
  readonly #unsent = new InFlight<number, Item>();
  #lastKey = 0;
  /** Messages and characters that are not stored yet. */
  #waiting = 0;
  #size = 0;
  /** How many parcels the thread has. */
  #sent = 0;
  /** Something would have been sent but for those. */
  #isHeldUp = false;
  /** How many items were queued, and how many of them the thread is done with. */
  #queued = 0;
  #settled = 0;
  #flushes: { upTo: number; done: () => void }[] = [];
  #dropped = 0;
  #problem: GatewayError | null = null;
  #stoppedUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** How many messages could not be recorded since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why nothing is recorded at the moment. */
  get problem(): GatewayError | null {
    return this.#problem;
  }

  /** Whether what begins now would be too much. */
  get isFull(): boolean {
    const isTooMuch = this.#waiting >= MAX_WAITING || this.#size >= MAX_WAITING_SIZE;
    return isTooMuch || this.#isStopped || this.#closed;
  }

  /** Messages that are not recorded though they should be. */
  drop(messages: number): void {
    if (messages === 0) return;
    this.#dropped += messages;
    this.#options.onProblem();
  }

  /** A row that began, or that has ended before anything was to be written of it. */
  begin(row: Row): void {
    const messages = row.end?.response ? 2 : 1;
    if (this.isFull) {
      row.state = "dropped";
      this.drop(messages);
      return;
    }
    row.key = this.#lastKey += 1;
    row.state = "queued";
    const size = sizeOf(row.request) + sizeOf(row.end?.response ?? null);
    const item = { row, isEnd: false, messages, size };
    this.#unsent.set(row.key, item);
    this.#put(item);
  }

  /** The `end` of a row of which {@link begin} was told is there. */
  end(row: Row): void {
    const { end, state } = row;
    if (end === null) return;
    if (state === "dropped" && end.response !== null) this.drop(1);
    if (state !== "queued" && state !== "sent") return;
    if (end.response !== null && this.isFull) {
      end.response = null;
      this.drop(1);
    }
    const messages = end.response === null ? 0 : 1;
    const size = sizeOf(end.response);
    const item = this.#unsent.get(row.key);
    if (item === undefined) return this.#put({ row, isEnd: true, messages, size });
    item.messages += messages;
    item.size += size;
    this.#waiting += messages;
    this.#size += size;
  }

  /** Tries at once what would be tried after a while. {@link problem} says what came of it. */
  async tryAgain(): Promise<void> {
    if (this.#problem === null) return;
    try {
      await this.#options.probe();
      this.#stoppedUntil = Number.NEGATIVE_INFINITY;
      this.#tell(null);
      this.#soon();
    } catch (error) {
      this.#stop(error);
    }
  }

  /** Resolves when what was told before is stored, or was refused. */
  async flush(): Promise<void> {
    const upTo = this.#queued;
    if (this.#settled >= upTo || this.#isStopped) return;
    // oxlint-disable-next-line promise/avoid-new -- events that have no promise
    const settled = new Promise<void>((done) => this.#flushes.push({ upTo, done }));
    this.#soon();
    await settled;
  }

  /** Sends all that there is. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#clearTurns();
    const sent: Promise<void>[] = [];
    while (this.#items.length > 0) sent.push(this.#store(this.#pack(Number.POSITIVE_INFINITY)));
    await Promise.all(sent);
  }

  get #isStopped(): boolean {
    return this.#options.now() < this.#stoppedUntil;
  }

  #put(item: Item): void {
    this.#items.push(item);
    this.#queued += 1;
    this.#waiting += item.messages;
    this.#size += item.size;
    if (this.#items.length >= MAX_TOGETHER || this.#size >= MAX_TOGETHER_SIZE) this.#soon();
    else this.#later(TOGETHER_MS);
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#soon();
    }, ms).unref();
  }

  /** In a turn of its own: nothing of it is a part of answering a call. */
  #soon(): void {
    if (this.#closed) return;
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#sendSome();
    });
  }

  #clearTurns(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#timer = null;
    this.#turn = null;
  }

  #sendSome(): void {
    if (this.#items.length === 0) return;
    if (this.#isStopped) return this.#later(RETRY_MS);
    this.#isHeldUp = this.#sent >= MAX_SENT;
    if (this.#isHeldUp) return;
    const parcel = this.#pack(SLICE_MS);
    if (parcel.items.length > 0) void this.#store(parcel);
    const [next] = this.#items;
    if (next === undefined) return;
    if (this.#isTooSoon(next)) this.#later(TOGETHER_MS);
    else this.#soon();
  }

  /** Whether it costs less in a moment. */
  #isTooSoon({ row, isEnd, size }: Item): boolean {
    if (this.#closed || this.#flushes.length > 0) return false;
    const { began, end, state } = row;
    const isOpen = !isEnd && state === "queued" && end === null;
    // The text that the client is given, and that is being written down, is that of the server too.
    const isPassedOn = end !== null && size >= LARGE && row.answer() === null;
    const since = began + (end?.durationMs ?? 0);
    return (isOpen || isPassedOn) && this.#options.now() - since < END_MS;
  }

  /** @param ms longest that it takes */
  #pack(ms: number): Parcel {
    const { now, bodyBytes } = this.#options;
    const bytes = bodyBytes();
    const chars = bytes === null ? Number.POSITIVE_INFINITY : bytes + BEYOND_BODY;
    const until = now() + ms;
    const parcel: Parcel = { items: [], batch: { begun: [], ended: [] }, messages: 0, size: 0 };
    for (const item of this.#items) {
      const isEnough = parcel.items.length >= MAX_TOGETHER || parcel.size >= MAX_TOGETHER_SIZE;
      if (parcel.items.length > 0 && (isEnough || now() >= until)) break;
      if (this.#isTooSoon(item)) break;
      this.#size -= item.size;
      item.size = this.#writeDown(item, parcel.batch, chars);
      this.#size += item.size;
      parcel.items.push(item);
      parcel.messages += item.messages;
      parcel.size += item.size;
    }
    this.#items.splice(0, parcel.items.length);
    return parcel;
  }

  /** @returns how many characters it has */
  #writeDown({ row, isEnd, messages }: Item, { begun, ended }: Batch, chars: number): number {
    const { end, state } = row;
    if (isEnd) {
      // What began it could not be stored.
      if (state !== "sent") this.drop(messages);
      if (state !== "sent" || end === null) return 0;
      row.state = "over";
      const entry = endedEntry(row, end, chars);
      ended.push(entry);
      return entry.response?.text?.length ?? 0;
    }
    this.#unsent.delete(row.key);
    // It was not to be written after all.
    if (state !== "queued") return 0;
    row.state = end === null ? "sent" : "over";
    const entry = begunEntry(row, chars);
    begun.push(entry);
    return (entry.request?.text?.length ?? 0) + (entry.ended?.response?.text?.length ?? 0);
  }

  async #store(parcel: Parcel): Promise<void> {
    const { write, bodyBytes, onWritten } = this.#options;
    this.#sent += 1;
    try {
      const { batch } = parcel;
      if (batch.begun.length + batch.ended.length > 0) {
        const { lost, ...written } = await write({ batch, bodyBytes: bodyBytes() });
        this.#tell(null);
        this.drop(lost);
        onWritten(written);
      }
    } catch (error) {
      this.#refused(parcel, error);
    }
    this.#sent -= 1;
    this.#waiting -= parcel.messages;
    this.#size -= parcel.size;
    this.#settled += parcel.items.length;
    this.#flushes = this.#flushes.filter(({ upTo, done }) => {
      const isWaited = this.#settled < upTo && this.#problem === null;
      if (!isWaited) done();
      return isWaited;
    });
    if (this.#isHeldUp) this.#soon();
  }

  /** Nothing of it is stored. What has begun before must end all the same, once that is possible. */
  #refused({ items, messages }: Parcel, error: unknown): void {
    for (const { row, isEnd } of items) {
      if (!isEnd) row.state = "dropped";
      else if (row.end !== null && !this.#closed) {
        row.state = "sent";
        row.end.response = null;
        this.#put({ row, isEnd, messages: 0, size: 0 });
      }
    }
    this.drop(messages);
    this.#stop(error);
  }

  #stop(error: unknown): void {
    this.#stoppedUntil = this.#options.now() + RETRY_MS;
    this.#tell(error instanceof GatewayError ? error : new GatewayError("internal"));
  }

  #tell(problem: GatewayError | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (before?.message !== problem?.message) this.#options.onProblem();
  }
}
