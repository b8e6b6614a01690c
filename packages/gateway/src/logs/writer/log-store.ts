import { existsSync } from "node:fs";
import { GatewayError, type LogMark, type SessionMessage } from "@local-mcp/contract";
import {
  closeFile,
  type Connection,
  openFile,
  trafficFile,
  translating,
} from "@local-mcp/database";
import { createRedactor, learn, type Redactor, type RedactorChange } from "@local-mcp/vault";
import type { Batch } from "../entries.ts";
import { LOG_OUTCOMES } from "../facts.ts";
import { LogFiles as ReadFiles, type Names } from "../reader/log-files.ts";
import type { Filter } from "../reader/messages.ts";
import { Search } from "../reader/search.ts";
import { Clearing } from "./clear.ts";
import { EntryRows } from "./entry-rows.ts";
import type { LogFiles, RemovedMessages, Retention, Stored, ToldMessage } from "./messages.ts";
import { giveBackSome, type Pruned, pruneSome, usedBytes } from "./retention.ts";
import { insertMessages, readMessages, removeSome } from "./session-messages.ts";
import { Terms } from "./terms.ts";
import { partOf, TextIndex } from "./text-index.ts";

/** The log of the file is no longer than that for long, bytes. */
const LOG_BYTES = 32 * 1024 * 1024;
/** Names that no row has are looked for when this part of the rows went. */
const SWEPT_PART = 0.2;
const MAX_PINNED = 10_000;
/** Written as digits, and again into an index, it is about the 2 MB that a batch may be. */
const PROBE_BYTES = 512 * 1024;
const PROBE_PAGES = 10;

/** What is open. */
interface Open {
  db: Connection;
  index: TextIndex;
  terms: Terms;
  rows: EntryRows;
  clearing: Clearing;
  /** How many rows there are; null where that has to be counted. */
  count: number | null;
  /** Rows that went since names were looked for that no row has. */
  unswept: number;
}

/** `traffic.db`, as far as debug logs are written to it. All of it runs in a thread of its own. */
export class LogStore {
  readonly #files: LogFiles;
  readonly #openTraffic: (path: string) => Connection;
  readonly #read: ReadFiles;
  readonly #redactor: Redactor = createRedactor();
  /** Ids of rows that have not ended, by the keys of their entries. */
  readonly #running = new Map<number, number>();
  #open: Open | null = null;

  /** @param openTraffic opens the file, and makes it where it is not there */
  constructor(files: LogFiles, openTraffic = (path: string) => openFile(path, trafficFile, {})) {
    this.#files = files;
    this.#openTraffic = openTraffic;
    this.#read = new ReadFiles(files);
  }

  /**
   * Stores all of it, or nothing.
   *
   * @param limit what is kept of a message, bytes; null for all
   * @throws GatewayError disk_full, database_locked, database_damaged and others
   */
  write({ begun, ended }: Batch, limit: number | null): Stored {
    const writing = { limit, names: this.#names() };
    const lost = ended.filter(({ key, response }) => response !== null && !this.#running.has(key));
    const { ids, changed } = this.#changing(({ rows }) => {
      const result = {
        ids: begun.map((entry) => rows.begin(entry, writing)),
        changed: ended.flatMap((entry) => {
          const id = this.#running.get(entry.key);
          return id !== undefined && rows.end(id, entry, writing) ? [id] : [];
        }),
      };
      return { result, rows: result.ids.length };
    });
    for (const [place, entry] of begun.entries()) {
      const id = ids[place];
      if (entry.ended === null && id !== undefined) this.#running.set(entry.key, id);
    }
    for (const { key } of ended) this.#running.delete(key);
    return { first: ids[0] ?? null, last: ids.at(-1) ?? null, changed, lost: lost.length };
  }

  /** What is secret from now on. */
  secret(change: RedactorChange): void {
    learn(this.#redactor, change);
    this.#open?.terms.forget();
  }

  /** Removes some of what is kept no longer, and of what a crash left of a clear. */
  prune(asked: { retention: Retention; now: number }): Pruned {
    return this.#ifThere({ rows: 0, more: false }, (open) => {
      const { db, index, terms, clearing } = open;
      if (clearing.isPending) return { rows: 0, more: clearing.some() };
      const pruned = this.#changing(() => {
        const result = pruneSome(db, index, { ...asked, count: countOf(open) });
        return { result, rows: -result.rows };
      });
      open.unswept += pruned.rows;
      const isMore = giveBackSome(db);
      if (pruned.more || isMore) return { ...pruned, more: true };
      if (open.unswept === 0 || open.unswept < countOf(open) * SWEPT_PART) return pruned;
      const isSwept = !this.#transaction(() => terms.sweepSome());
      if (isSwept) open.unswept = 0;
      return { rows: 0, more: !isSwept };
    });
  }

  /**
   * Hides what matches, which `clearSome` then removes. What is pinned is no exception. All of it is
   * hidden when it resolves; of many rows some at a time, with the thread for others in between.
   *
   * @param asked a filter that was checked; an empty one is everything
   * @returns how many rows
   */
  async clear(asked: Filter, signal: AbortSignal): Promise<{ rows: number }> {
    if (!this.#isThere()) return { rows: 0 };
    if (asked.filter.trim() === "") {
      return { rows: this.#hidden((clearing) => clearing.hideAll()) };
    }
    const open = this.#run((now) => now);
    const idsByPart = new Map<number, number[]>();
    const search = new Search(this.#read, asked, signal);
    await search.walk({ from: 0, to: Infinity, newestFirst: false }, (db, { sql, values }) => {
      const found = db
        .prepare<(string | number)[], number>(
          `SELECT f.id FROM debug_log_facts f WHERE ${sql} ORDER BY f.id`,
        )
        .pluck()
        .iterate(...values);
      for (const id of found) {
        const ids = idsByPart.get(partOf(id)) ?? [];
        idsByPart.set(partOf(id), ids);
        ids.push(id);
      }
      return true;
    });
    let rows = 0;
    for (const [part, ids] of idsByPart) {
      // In a file that was begun since they are the ids of others.
      if (this.#open !== open) break;
      rows += this.#hidden((clearing) => clearing.hide(part, ids));
      await search.turn();
    }
    return { rows };
  }

  /** @returns whether there is more to remove of what was cleared */
  clearSome(): { more: boolean } {
    return { more: this.#ifThere(false, ({ clearing }) => clearing.some()) };
  }

  /** @throws GatewayError log_not_found; validation_failed where too many are pinned */
  mark({ id, pinned, note }: LogMark): void {
    const isThere = this.#transaction(({ db }) => {
      if (pinned === true) refuseTooManyPinned(db);
      const facts = db.prepare(
        "UPDATE debug_log_facts SET is_pinned = coalesce(?, is_pinned), has_note = coalesce(?, has_note) WHERE id = ?",
      );
      const clean = note === undefined ? undefined : note && this.#redactor.text(note);
      const isPinned = pinned === undefined ? null : Number(pinned);
      const hasNote = clean === undefined ? null : Number(Boolean(clean));
      if (facts.run(isPinned, hasNote, id).changes === 0) return false;
      if (clean !== undefined) {
        db.prepare("UPDATE debug_logs SET note = ? WHERE id = ?").run(clean || null, id);
      }
      return true;
    });
    if (!isThere) throw new GatewayError("log_not_found", { id });
  }

  /** @param at what was seen up to then is not told of again, ms since 1970 */
  dismiss(finding: string, at: number): void {
    this.#transaction(({ db }) =>
      db
        .prepare(
          "INSERT INTO debug_log_dismissals (finding, dismissed_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET dismissed_at = excluded.dismissed_at",
        )
        .run(finding, at),
    );
  }

  /** @param limit what is kept of a message, bytes */
  keepMessages(messages: readonly ToldMessage[], limit: number): void {
    this.#transaction(({ db }) =>
      insertMessages(db, messages, { limit, redact: (text) => this.#redactor.text(text) }),
    );
  }

  messagesOf(query: { session: string; after: number; limit: number }): SessionMessage[] {
    return this.#ifThere([], ({ db }) => readMessages(db, query));
  }

  /** Some of them, so that others need not wait. */
  removeMessages(asked: RemovedMessages): { rows: number; more: boolean } {
    return this.#ifThere({ rows: 0, more: false }, ({ db }) => removeSome(db, asked));
  }

  /**
   * Whether the file can be written: as much as a batch goes to the disk, and is taken back.
   *
   * @throws GatewayError as `write`
   */
  probe(): void {
    this.#run(({ db }) => {
      const pages = Number(db.pragma("cache_size", { simple: true }));
      // What does not fit into the cache is written before it is sure to stay.
      db.pragma(`cache_size = ${PROBE_PAGES}`);
      try {
        db.exec("BEGIN IMMEDIATE");
        db.prepare(
          "INSERT INTO debug_log_dismissals (finding, dismissed_at) VALUES (hex(zeroblob(?)), 0)",
        ).run(PROBE_BYTES);
      } finally {
        if (db.inTransaction) db.exec("ROLLBACK");
        db.pragma(`cache_size = ${pages}`);
      }
    });
  }

  /** How many there are, what they take on the disk, and when the oldest began. */
  size(): { rows: number; bytes: number; oldestAt: number | null } {
    return this.#ifThere({ rows: 0, bytes: 0, oldestAt: null }, (open) => {
      const { db } = open;
      const oldest = db
        .prepare<[], number>("SELECT at FROM debug_log_facts ORDER BY id LIMIT 1")
        .pluck()
        .get();
      return { rows: countOf(open), bytes: usedBytes(db), oldestAt: oldest ?? null };
    });
  }

  /** No row waits for its end, and no row went whose names are still to be looked for. */
  get isIdle(): boolean {
    return this.#running.size === 0 && (this.#open?.unswept ?? 0) === 0;
  }

  /** Lets go of the files. What still runs has its end in no other. */
  release(): void {
    if (this.#open) closeFile(this.#open.db);
    this.#read.release();
    this.#open = null;
    this.#running.clear();
  }

  #names(): Names {
    try {
      return this.#read.names();
    } catch {
      // A log is written with what is known, whatever there is with the configuration.
      return { profiles: new Map(), servers: new Map() };
    }
  }

  #isThere(): boolean {
    return this.#open !== null || existsSync(this.#files.traffic);
  }

  #hidden(hide: (clearing: Clearing) => number): number {
    return this.#changing(({ clearing }) => {
      const result = hide(clearing);
      return { result, rows: -result };
    });
  }

  /** @param run says how many rows came, or went */
  #changing<T>(run: (open: Open) => { result: T; rows: number }): T {
    return this.#run((open) => {
      const { result, rows } = open.db.transaction(() => run(open)).immediate();
      if (open.count !== null) open.count += rows;
      return result;
    });
  }

  /** Runs on the file; where there is none, none is made. */
  #ifThere<T>(otherwise: T, run: (open: Open) => T): T {
    return this.#isThere() ? this.#run(run) : otherwise;
  }

  /** The same on one that is made where there is none, all of it or nothing. */
  #transaction<T>(run: (open: Open) => T): T {
    return this.#run((open) => open.db.transaction(() => run(open)).immediate());
  }

  #run<T>(run: (open: Open) => T): T {
    return translating(this.#files.traffic, () => {
      const open = (this.#open ??= this.#begin());
      try {
        return run(open);
      } catch (error) {
        // What was made meanwhile is not there.
        open.index.forget();
        open.terms.forget();
        open.count = null;
        throw error;
      }
    });
  }

  #begin(): Open {
    const db = this.#openTraffic(this.#files.traffic);
    try {
      // What is cleared leaves no bytes behind in pages that are used again.
      db.pragma("secure_delete = ON");
      db.pragma(`journal_size_limit = ${LOG_BYTES}`);
      db.transaction(() => interrupt(db)).immediate();
      const index = new TextIndex(db);
      const terms = new Terms(db, (text) => this.#redactor.text(text));
      const rows = new EntryRows({ db, index, terms, redactor: this.#redactor });
      const clearing = new Clearing({ db, index, terms });
      return { db, index, terms, rows, clearing, count: null, unswept: 0 };
    } catch (error) {
      closeFile(db);
      throw error;
    }
  }
}

function countOf(open: Open): number {
  open.count ??=
    open.db.prepare<[], number>("SELECT count(*) FROM debug_log_facts").pluck().get() ?? 0;
  return open.count;
}

/** What ran when the gateway ended has no answer any more. */
function interrupt(db: Connection): void {
  const running = LOG_OUTCOMES.indexOf("running");
  const ids = db
    .prepare<[number], number>("SELECT id FROM debug_log_facts WHERE outcome = ?")
    .pluck()
    .all(running);
  const facts = db.prepare("UPDATE debug_log_facts SET outcome = ? WHERE id = ?");
  const log = db.prepare("UPDATE debug_logs SET status = 'error' WHERE id = ?");
  for (const id of ids) {
    facts.run(LOG_OUTCOMES.indexOf("interrupted"), id);
    log.run(id);
  }
}

/** What is pinned is kept whatever else goes. */
function refuseTooManyPinned(db: Connection): void {
  const pinned = db
    .prepare<[], number>("SELECT count(*) FROM debug_log_facts WHERE is_pinned = 1")
    .pluck()
    .get();
  if ((pinned ?? 0) < MAX_PINNED) return;
  const detail = `${MAX_PINNED} debug logs are pinned, and no more can be.`;
  throw new GatewayError("validation_failed", { detail });
}
