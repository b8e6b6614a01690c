import type { Connection } from "@local-mcp/database";

export type TermKind = "profile" | "server" | "session" | "client" | "method" | "name" | "error";

export interface Term {
  id: number;
  /** As it is stored. */
  value: string;
}

/** More are looked up again. */
const KNOWN = 20_000;

/** `debug_log_terms`: the number of a name, which is stored once, without what is secret in it. */
export class Terms {
  readonly #redact: (text: string) => string;
  readonly #known = new Map<string, Term>();
  readonly #find;
  readonly #insert;
  readonly #former;

  constructor(db: Connection, redact: (text: string) => string) {
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
    const known = this.#known.get(key);
    if (known) return known;
    const clean = this.#redact(value);
    const cleanLabel = this.#redact(label);
    const id =
      this.#find.get(kind, clean, cleanLabel) ??
      Number(this.#insert.run(kind, clean, cleanLabel).lastInsertRowid);
    const term = { id, value: clean };
    if (this.#known.size >= KNOWN) this.#known.clear();
    this.#known.set(key, term);
    return term;
  }

  /** The last label that a value had. */
  former(kind: TermKind, value: string): string | undefined {
    return this.#former.get(kind, this.#redact(value));
  }

  /** What is known may be no longer so: terms went, were taken back, or something is secret now. */
  forget(): void {
    this.#known.clear();
  }
}
