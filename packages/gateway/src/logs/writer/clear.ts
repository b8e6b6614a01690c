import type { Connection } from "@local-mcp/database";
import { giveBackAll, giveBackSome } from "./retention.ts";
import type { Terms } from "./terms.ts";
import { idsOf, type TextIndex, wordsTable } from "./text-index.ts";

/** Others wait no longer than that for the thread, ms. */
const SLICE_MS = 40;
/** Rows looked at by one statement. */
const ROWS_AT_ONCE = 100;
/** Rows that are no further apart are looked for together, in one range. */
const NEAR = 50;
/** Pages given back to the disk by a slice. */
const PAGES_GIVEN_BACK = 512;
/** How long a reader of the file is waited for before it is tried again, ms. */
const PATIENCE_MS = 20;

type Removal = { id: number; kind: "rows" | "words" | "file"; first: number; last: number };

export interface ClearingOptions {
  db: Connection;
  index: TextIndex;
  terms: Terms;
}

/**
 * Removes what was cleared so that no byte of it is left: at once what makes a row be there, then in
 * slices its words, its messages, and names that no other row has. What is still to be done is in
 * `debug_log_removals`, and so survives a crash.
 */
export class Clearing {
  readonly #options: ClearingOptions;
  readonly #insert;
  readonly #delete;
  readonly #first;
  #isSwept = false;

  constructor(options: ClearingOptions) {
    const { db } = options;
    this.#options = options;
    this.#insert = db.prepare<[Removal["kind"], number, number]>(
      "INSERT INTO debug_log_removals (kind, first, last) VALUES (?, ?, ?)",
    );
    this.#delete = db.prepare<[number]>("DELETE FROM debug_log_removals WHERE id = ?");
    this.#first = db.prepare<[], Removal>(
      "SELECT id, kind, first, last FROM debug_log_removals ORDER BY id LIMIT 1",
    );
  }

  /** Whether there is something left to do. */
  get isPending(): boolean {
    return this.#next() !== undefined;
  }

  /** Hides every row. In a transaction. @returns how many */
  hideAll(): number {
    const { db, index } = this.#options;
    const last = db.prepare<[], number | null>("SELECT max(id) FROM debug_logs").pluck().get();
    const rows = db.prepare("DELETE FROM debug_log_facts").run().changes;
    // Whom or what they are about is in them.
    db.exec("DELETE FROM debug_log_dismissals");
    for (const part of index.parts) this.#plan("words", part);
    if (last) this.#plan("rows", 1, last);
    this.#planFile();
    return rows;
  }

  /**
   * Hides some rows. In a transaction, which takes as long as there are rows.
   *
   * @param part of the index, in which all of them are
   * @param ids in order
   * @returns how many were there
   */
  hide(part: number, ids: readonly number[]): number {
    const { db } = this.#options;
    const hide = db.prepare("DELETE FROM debug_log_facts WHERE id = ?");
    this.#plan("words", part);
    let rows = 0;
    for (const id of ids) rows += hide.run(id).changes;
    for (const [first, last] of rangesOf(ids)) this.#plan("rows", first, last);
    this.#planFile();
    return rows;
  }

  /** @returns whether there is more to remove */
  some(): boolean {
    const { db } = this.#options;
    const next = this.#next();
    if (next === undefined) return false;
    if (next.kind === "file") return !this.#tidy(next);
    const remove = db.transaction(() => {
      if (next.kind === "words") this.#removeWords(next);
      else this.#removeRows();
    });
    remove.immediate();
    this.#isSwept = false;
    return true;
  }

  #plan(kind: Removal["kind"], first = 0, last = first): void {
    this.#insert.run(kind, first, last);
  }

  /** Once, after all that was planned before. */
  #planFile(): void {
    this.#options.db.exec("DELETE FROM debug_log_removals WHERE kind = 'file'");
    this.#plan("file");
  }

  #done({ id }: Removal): void {
    this.#delete.run(id);
  }

  /** As they were planned: of each part the words first, then rows; at last what the file has of both. */
  #next(): Removal | undefined {
    return this.#first.get();
  }

  #removeWords(removal: Removal): void {
    const { db, index } = this.#options;
    const part = removal.first;
    const kept = db
      .prepare<[number, number], number>("SELECT id FROM debug_log_facts WHERE id BETWEEN ? AND ?")
      .pluck()
      .all(...idsOf(part));
    if (kept.length === 0) {
      index.drop(part);
    } else if (index.has(part)) {
      const there = new Set(kept);
      const found = db
        .prepare<[], number>(`SELECT rowid FROM ${wordsTable(part)}`)
        .pluck()
        .all();
      for (const id of found) if (!there.has(id)) index.remove(id);
      index.purge(part);
    }
    this.#done(removal);
  }

  #removeRows(): void {
    const { db } = this.#options;
    const upTo = db
      .prepare<[number, number, number], number>(
        "SELECT id FROM debug_logs WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1 OFFSET ?",
      )
      .pluck();
    // Those that are hidden, and not what is between them.
    const remove = db.prepare(
      `DELETE FROM debug_logs WHERE id BETWEEN ? AND ?
        AND NOT EXISTS (SELECT 1 FROM debug_log_facts f WHERE f.id = debug_logs.id)`,
    );
    const goOn = db.prepare("UPDATE debug_log_removals SET first = ? WHERE id = ?");
    const begun = performance.now();
    while (performance.now() - begun < SLICE_MS) {
      const removal = this.#next();
      if (removal?.kind !== "rows") return;
      const { id, first, last } = removal;
      const end = upTo.get(first, last, ROWS_AT_ONCE) ?? last;
      remove.run(first, end);
      if (end === last) this.#done(removal);
      else goOn.run(end + 1, id);
    }
  }

  /** @returns whether it is done */
  #tidy(removal: Removal): boolean {
    const { db, terms } = this.#options;
    if (!this.#isSwept) {
      this.#isSwept = !db.transaction(() => terms.sweepSome()).immediate();
      return false;
    }
    if (!giveBackAll(db) && giveBackSome(db, PAGES_GIVEN_BACK)) return false;
    // The log of the file has pages as they were before.
    if (!truncatedLog(db)) return false;
    this.#done(removal);
    truncatedLog(db);
    return this.#next() === undefined;
  }
}

/** Puts what is in the log of the file in its place, and empties the log. @returns whether it could */
function truncatedLog(db: Connection): boolean {
  const usual = Number(db.pragma("busy_timeout", { simple: true }));
  db.pragma(`busy_timeout = ${PATIENCE_MS}`);
  try {
    return db.pragma("wal_checkpoint(TRUNCATE)", { simple: true }) === 0;
  } finally {
    db.pragma(`busy_timeout = ${usual}`);
  }
}

/** Ids that are near one another, as their first and last. */
function* rangesOf(ids: readonly number[]): Generator<[first: number, last: number]> {
  let first: number | undefined;
  let last: number | undefined;
  for (const id of ids) {
    if (first !== undefined && last !== undefined && id > last + NEAR) {
      yield [first, last];
      first = id;
    }
    first ??= id;
    last = id;
  }
  if (first !== undefined && last !== undefined) yield [first, last];
}
