import { GatewayError } from "@local-mcp/contract";
import { olderFirst, type Row, type Rows } from "../rows.ts";
import { FileLock } from "./lock.ts";
import { type Entry, entryOf, readRecord } from "./record.ts";
import { type Entries, type FileOptions, SessionsFile } from "./sessions-file.ts";

/** How many sessions a file holds: it is read and written whole, which more would make slow. */
export const MOST_IN_FILE = 10_000;

/** Changes what it is given, or throws and has changed nothing. Says what came of it. */
type Change<T> = (entries: Entries) => { changed: number; result: T };

interface Waiting {
  run(entries: Entries): number;
  settle(failure: { error: unknown } | null): void;
}

/** Sessions in a JSON file, which several processes may use at once. */
export class FileRows implements Rows {
  readonly #file: SessionsFile;
  readonly #lock: FileLock;
  readonly #options: FileOptions;
  #entries: Entries = new Map();
  /** Of the file that the entries are of; null before it was read. */
  #mark: string | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(path: string, options: FileOptions) {
    this.#file = new SessionsFile(path, options);
    this.#lock = new FileLock(path);
    this.#options = options;
  }

  async init(): Promise<void> {
    await this.#change(() => ({ changed: 0, result: undefined }));
  }

  async insert(row: Row, now: number): Promise<boolean> {
    return this.#change((entries) => {
      const taken = entries.get(row.sessionId);
      if (taken !== undefined && taken.row.expiresAt > now) return { changed: 0, result: false };
      if (taken === undefined && entries.size >= MOST_IN_FILE) {
        const count = [...entries.values()].filter(({ row }) => row.expiresAt > now).length;
        if (count >= MOST_IN_FILE) {
          throw new GatewayError("session_store_full", { store: this.#file.path, count });
        }
        removeWhere(entries, ({ expiresAt }) => expiresAt <= now);
      }
      entries.set(row.sessionId, entryOf(row));
      return { changed: 1, result: true };
    });
  }

  async read(kind: Row["kind"], sessionId: string): Promise<Row | null> {
    return this.#find(await this.#current(), kind, sessionId)?.row ?? null;
  }

  async list(kind: Row["kind"], identity?: string): Promise<Row[]> {
    const entries = await this.#current();
    return [...entries.values()]
      .map((entry) => this.#sealed(entry).row)
      .filter((row) => row.kind === kind && (identity === undefined || row.identity === identity))
      .sort(olderFirst);
  }

  async modify(
    kind: Row["kind"],
    sessionIds: Iterable<string>,
    change: Parameters<Rows["modify"]>[2],
  ): Promise<number> {
    const ids = [...sessionIds];
    return this.#change((entries) => {
      const changed = ids.flatMap((sessionId) => {
        const entry = this.#find(entries, kind, sessionId);
        const changes = entry && change(entry.row);
        if (!entry || !changes) return [];
        const { data, subscriptions, expiresAt } = changes;
        return [entryOf({ ...entry.row, data, subscriptions, expiresAt }, entry.record)];
      });
      for (const entry of changed) entries.set(entry.row.sessionId, entry);
      return { changed: changed.length, result: changed.length };
    });
  }

  async remove(kind: Row["kind"], sessionId: string, identity?: string): Promise<void> {
    await this.#change((entries) => {
      const row = entries.get(sessionId)?.row;
      const isIt = row?.kind === kind && (identity === undefined || row.identity === identity);
      if (isIt) entries.delete(sessionId);
      return { changed: Number(isIt), result: undefined };
    });
  }

  async removeAll(kind: Row["kind"]): Promise<void> {
    await this.#removeWhere((row) => row.kind === kind);
  }

  async removeExpired(now: number): Promise<number> {
    return this.#removeWhere(({ expiresAt }) => expiresAt <= now);
  }

  /** Waits for what is being written, and lets go of the lock's file. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    this.#lock.close();
  }

  async #removeWhere(doomed: (row: Row) => boolean): Promise<number> {
    return this.#change((entries) => {
      const removed = removeWhere(entries, doomed);
      return { changed: removed, result: removed };
    });
  }

  #find(entries: Entries, kind: Row["kind"], sessionId: string): Entry | null {
    const entry = entries.get(sessionId);
    return entry?.row.kind === kind ? this.#sealed(entry) : null;
  }

  /** What could not be sealed when it was read may be by now. */
  #sealed(entry: Entry): Entry {
    return entry.isClear ? (readRecord(entry.record, this.#options) ?? entry) : entry;
  }

  /** What is on the disk. A file that another process replaced is read anew, under the lock. */
  async #current(): Promise<Entries> {
    if (this.#mark === null || (await this.#file.mark()) !== this.#mark) await this.init();
    return this.#entries;
  }

  /** Resolves when the change is on the disk. Those that wait for a write share the next one. */
  #change<T>(change: Change<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let done: () => void = () => {};
      this.#waiting.push({
        run: (entries) => {
          const { changed, result } = change(entries);
          done = () => resolve(result);
          return changed;
        },
        settle: (failure) => (failure ? reject(failure.error) : done()),
      });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#writeThese(waiting);
    }
    this.#writing = null;
  }

  async #writeThese(waiting: Waiting[]): Promise<void> {
    const refused = new Map<Waiting, { error: unknown }>();
    let failure: { error: unknown } | null = null;
    try {
      await this.#lock.exclusively(async () => {
        await this.#read();
        const next: Entries = new Map(this.#entries);
        let changed = 0;
        for (const each of waiting) {
          try {
            changed += each.run(next);
          } catch (error) {
            refused.set(each, { error });
          }
        }
        if (changed === 0) return;
        for (const [id, entry] of next) if (entry.isClear) next.set(id, this.#sealed(entry));
        // Until it is there, nobody knows what is.
        this.#mark = null;
        await this.#file.write(next);
        this.#entries = next;
        this.#mark = await this.#file.mark();
      });
    } catch (error) {
      failure = { error };
    }
    for (const each of waiting) each.settle(refused.get(each) ?? failure);
  }

  async #read(): Promise<void> {
    const mark = await this.#file.mark();
    if (mark === this.#mark) return;
    this.#mark = null;
    this.#entries = await this.#file.read();
    // As it was before: whatever changed it meanwhile is read the next time.
    this.#mark = mark;
  }
}

const removeWhere = (entries: Entries, doomed: (row: Row) => boolean): number => {
  const before = entries.size;
  for (const { row } of entries.values()) if (doomed(row)) entries.delete(row.sessionId);
  return before - entries.size;
};
