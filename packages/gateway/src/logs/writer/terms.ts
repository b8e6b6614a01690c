import type { Connection } from "@local-mcp/database";
import { MAX_NAME } from "../entries.ts";
import { redactedStart } from "./redacted-body.ts";

export type TermKind = "profile" | "server" | "session" | "client" | "method" | "name" | "error";

export interface Term {
  id: number;
  /** As it is stored. */
  value: string;
}

/** More are looked up again. */
const KNOWN = 20_000;
/** Rows that are looked at in one go for the terms that they have. */
const ROWS_AT_ONCE = 10_000;
const REMOVED_AT_ONCE = 1000;

/** A search for terms that no row has. */
interface Sweep {
  /** The last row that was looked at. */
  after: number;
  /** The newest term that may go. */
  upTo: number;
  used: Set<number>;
  /** Those that none has; null while rows are looked at. */
  unused: number[] | null;
}

/** `debug_log_terms`: the number of a name, which is stored once, without what is secret in it. */
export class Terms {
  readonly #db: Connection;
  readonly #redact: (text: string) => string;
  readonly #known = new Map<string, Term>();
  readonly #find;
  readonly #insert;
  readonly #former;
  #sweep: Sweep | null = null;

  constructor(db: Connection, redact: (text: string) => string) {
    this.#db = db;
    this.#redact = redact;
    this.#find = db
      .prepare<[TermKind, string, string], number>(
        "SELECT id FROM debug_log_terms WHERE kind = ? AND value = ? AND label = ?",
      )
      .pluck();
    this.#insert = db.prepare<[TermKind, string, string]>(
      "INSERT INTO debug_log_terms (kind, value, label) VALUES (?, ?, ?)",
    );
    this.#former = db
      .prepare<[TermKind, string], string>(
        "SELECT label FROM debug_log_terms WHERE kind = ? AND value = ? ORDER BY id DESC LIMIT 1",
      )
      .pluck();
  }

  of(kind: TermKind, value: string, label = ""): Term {
    const key = JSON.stringify([kind, value, label]);
    const term = this.#known.get(key) ?? this.#stored(kind, this.#clean(value), label);
    this.#known.set(key, term);
    this.#sweep?.used.add(term.id);
    return term;
  }

  /** The last label that a value had. */
  former(kind: TermKind, value: string): string | undefined {
    return this.#former.get(kind, this.#clean(value));
  }

  /** What is known may be no longer so: terms were taken back, or something is secret now. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * Looks on for terms that no row has any more, and removes them. What is written meanwhile keeps
   * its terms.
   *
   * @returns whether there is more to do
   */
  sweepSome(): boolean {
    const sweep = (this.#sweep ??= this.#newSweep());
    if (sweep.unused === null) {
      const last = this.#look(sweep);
      if (last !== null) sweep.after = last;
      else sweep.unused = this.#upTo(sweep.upTo).filter((id) => !sweep.used.has(id));
      return true;
    }
    const remove = this.#db.prepare("DELETE FROM debug_log_terms WHERE id = ?");
    this.forget();
    // Some may have been used since they were found.
    for (const id of sweep.unused.splice(0, REMOVED_AT_ONCE)) {
      if (!sweep.used.has(id)) remove.run(id);
    }
    if (sweep.unused.length > 0) return true;
    this.#sweep = null;
    return false;
  }

  #stored(kind: TermKind, value: string, label: string): Term {
    if (this.#known.size >= KNOWN) this.#known.clear();
    const cleanLabel = this.#clean(label);
    const id =
      this.#find.get(kind, value, cleanLabel) ??
      Number(this.#insert.run(kind, value, cleanLabel).lastInsertRowid);
    return { id, value };
  }

  #clean(text: string): string {
    return redactedStart(text, MAX_NAME, this.#redact);
  }

  #newSweep(): Sweep {
    const newest = this.#db
      .prepare<[], number | null>("SELECT max(id) FROM debug_log_terms")
      .pluck()
      .get();
    return { after: 0, upTo: newest ?? 0, used: new Set(), unused: null };
  }

  /** @returns the last row that it looked at; null where it was the last there is */
  #look({ after, used }: Sweep): number | null {
    const rows = this.#db
      .prepare<[number, number], [id: number, ...terms: (number | null)[]]>(
        `SELECT id, profile, server, session, client, method, name, error FROM debug_log_facts
         WHERE id > ? ORDER BY id LIMIT ?`,
      )
      .raw()
      .all(after, ROWS_AT_ONCE);
    for (const [, ...terms] of rows) for (const term of terms) if (term !== null) used.add(term);
    return rows.length < ROWS_AT_ONCE ? null : (rows.at(-1)?.[0] ?? null);
  }

  #upTo(newest: number): number[] {
    return this.#db
      .prepare<[number], number>("SELECT id FROM debug_log_terms WHERE id <= ?")
      .pluck()
      .all(newest);
  }
}
