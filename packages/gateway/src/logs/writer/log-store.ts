import { existsSync } from "node:fs";
import { GatewayError, type LogMark } from "@local-mcp/contract";
import {
  closeFile,
  type Connection,
  openFile,
  trafficFile,
  translating,
} from "@local-mcp/database";
import { createRedactor, type Redactor, type RedactorChange } from "@local-mcp/vault";
import type { Batch, Written } from "../entries.ts";
import { LOG_OUTCOMES } from "../facts.ts";
import { EntryRows } from "./entry-rows.ts";
import type { LogFiles } from "./messages.ts";
import { Names } from "./names.ts";
import { TextIndex } from "./text-index.ts";

/** The log of the file is no longer than that for long, bytes. */
const LOG_BYTES = 32 * 1024 * 1024;

/** What is open. */
interface Open {
  db: Connection;
  index: TextIndex;
  rows: EntryRows;
}

/** `traffic.db`, as far as debug logs are written to it. All of it runs in a thread of its own. */
export class LogStore {
  readonly #files: LogFiles;
  readonly #redactor: Redactor = createRedactor();
  readonly #names: Names;
  /** Ids of rows that have not ended, by the keys of their entries. */
  readonly #running = new Map<number, number>();
  #open: Open | null = null;

  constructor(files: LogFiles) {
    this.#files = files;
    this.#names = new Names(files.database);
  }

  /**
   * Stores all of it, or nothing.
   *
   * @param limit what is kept of a message, bytes; null for all
   * @throws GatewayError disk_full, database_locked, database_damaged and others
   */
  write({ begun, ended }: Batch, limit: number | null): Written {
    this.#names.forget();
    const written = this.transaction(({ rows }) => {
      const ids = begun.map((entry) => rows.begin(entry, limit));
      const changed = ended.flatMap((entry) => {
        const id = this.#running.get(entry.key);
        return id !== undefined && rows.end(id, entry, limit) ? [id] : [];
      });
      return { ids, changed };
    });
    for (const [place, { key, ended: end }] of begun.entries()) {
      const id = written.ids[place];
      if (end === null && id !== undefined) this.#running.set(key, id);
    }
    for (const { key } of ended) this.#running.delete(key);
    return {
      first: written.ids[0] ?? null,
      last: written.ids.at(-1) ?? null,
      changed: written.changed,
    };
  }

  /** What is secret from now on. */
  secret(change: RedactorChange): void {
    if (change.kind === "know") this.#redactor.know(change.value);
    else if (change.kind === "know_for_now") this.#redactor.knowForNow(change.value);
    else this.#redactor.forget();
    this.#open?.rows.forget();
  }

  /** @throws GatewayError log_not_found */
  mark({ id, pinned, note }: LogMark): void {
    const isThere = this.transaction(({ db }) => {
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
    this.transaction(({ db }) =>
      db
        .prepare(
          "INSERT INTO debug_log_dismissals (finding, dismissed_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET dismissed_at = excluded.dismissed_at",
        )
        .run(finding, at),
    );
  }

  /** How many there are, what they take on the disk, and when the oldest began. */
  size(): { rows: number; bytes: number; oldestAt: number | null } {
    const nothing = { rows: 0, bytes: 0, oldestAt: null };
    return this.ifThere(nothing, ({ db }) => {
      const rows = db.prepare<[], number>("SELECT count(*) FROM debug_log_facts").pluck().get();
      const oldest = db
        .prepare<[], number>("SELECT at FROM debug_log_facts ORDER BY id LIMIT 1")
        .pluck()
        .get();
      return { rows: rows ?? 0, bytes: usedBytes(db), oldestAt: oldest ?? null };
    });
  }

  /** Runs on the file, all of it or nothing. */
  transaction<T>(run: (open: Open) => T): T {
    return translating(this.#files.traffic, () => {
      const open = (this.#open ??= this.#begin());
      try {
        return open.db.transaction(() => run(open)).immediate();
      } catch (error) {
        // What was made meanwhile is not there.
        open.index.reread();
        open.rows.forget();
        throw error;
      }
    });
  }

  /** The same, where nothing is made of a file that is not there. */
  ifThere<T>(otherwise: T, run: (open: Open) => T): T {
    if (this.#open === null && !existsSync(this.#files.traffic)) return otherwise;
    return translating(this.#files.traffic, () => run((this.#open ??= this.#begin())));
  }

  /** Lets go of the file. What still runs has its end in no other. */
  release(): void {
    if (this.#open) closeFile(this.#open.db);
    this.#names.close();
    this.#open = null;
    this.#running.clear();
  }

  #begin(): Open {
    const db = openFile(this.#files.traffic, trafficFile, {});
    try {
      // What is cleared leaves no bytes behind in pages that are used again.
      db.pragma("secure_delete = ON");
      db.pragma(`journal_size_limit = ${LOG_BYTES}`);
      db.transaction(() => interrupt(db)).immediate();
      const index = new TextIndex(db);
      const [names, redactor] = [this.#names, this.#redactor];
      return { db, index, rows: new EntryRows({ db, index, names, redactor }) };
    } catch (error) {
      closeFile(db);
      throw error;
    }
  }
}

/** What the file takes without its free pages, bytes. */
export function usedBytes(db: Connection): number {
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }));
  return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
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
