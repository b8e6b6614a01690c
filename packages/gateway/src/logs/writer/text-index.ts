import { type Connection, createLogWords, logWordsPart, logWordsTable } from "@local-mcp/database";

/**
 * Rows of one part of the full text, by their ids. A part is small, so that it is merged, cleared
 * and dropped in a moment; looking into a hundred of them takes a few milliseconds.
 */
const ROWS_PER_PART = 10_000;

/** The part of the full text that has a row's words. */
export const partOf = (id: number): number => Math.floor(id / ROWS_PER_PART);

/** The first and last id that a part can have. */
export const idsOf = (part: number): [first: number, last: number] => [
  part * ROWS_PER_PART,
  (part + 1) * ROWS_PER_PART - 1,
];

/**
 * The table of a part. Of rows that are gone there may be some words left for a while; facts say what
 * is there.
 */
export const wordsTable = logWordsTable;

/** Those that there are, the newest first. */
export const partsOf = (db: Connection): number[] =>
  db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'debug_log_words_*' AND sql LIKE 'CREATE VIRTUAL%'",
    )
    .pluck()
    .all()
    .map(logWordsPart)
    .sort((one, other) => other - one);

const ESCAPE = /\\(?:u([\da-fA-F]{4})|([\s\S]))/g;
const ESCAPED: Readonly<Record<string, string>> = { b: " ", f: " ", n: " ", r: " ", t: " " };

/** What of JSON is looked for: in `a\nb` are the words a and b, and no word nb. */
const wordsIn = (json: string): string =>
  json.includes("\\")
    ? json.replaceAll(ESCAPE, (_, unit: string | undefined, letter: string) =>
        unit === undefined
          ? (ESCAPED[letter] ?? letter)
          : String.fromCharCode(Number.parseInt(unit, 16)),
      )
    : json;

interface Statements {
  insert: (id: number, words: string) => void;
  replace: (id: number, words: string) => void;
  remove: (id: number) => void;
}

/** The words of messages, in parts that are made on the fly. All of it is in its caller's transaction. */
export class TextIndex {
  readonly #db: Connection;
  #known: Set<number> | null = null;
  readonly #statements = new Map<number, Statements>();

  constructor(db: Connection) {
    this.#db = db;
  }

  /** Those that there are. */
  get parts(): readonly number[] {
    return [...this.#parts];
  }

  get oldest(): number | null {
    return this.#parts.size === 0 ? null : Math.min(...this.#parts);
  }

  get newest(): number | null {
    return this.#parts.size === 0 ? null : Math.max(...this.#parts);
  }

  has(part: number): boolean {
    return this.#parts.has(part);
  }

  /** @param texts messages as they are recorded */
  insert(id: number, texts: readonly string[]): void {
    if (texts.length > 0) this.#of(partOf(id), true)?.insert(id, joined(texts));
  }

  /** The same of a row whose words are there. */
  replace(id: number, texts: readonly string[]): void {
    if (texts.length > 0) this.#of(partOf(id), true)?.replace(id, joined(texts));
  }

  /** It is not found any more; `purge` makes its words leave the file too. */
  remove(id: number): void {
    this.#of(partOf(id), false)?.remove(id);
  }

  /** What was removed of a part leaves the file. */
  purge(part: number): void {
    if (!this.#parts.has(part)) return;
    const table = wordsTable(part);
    this.#db.exec(`INSERT INTO ${table}(${table}) VALUES ('optimize')`);
  }

  /** A whole part, where none of its rows is there any more. */
  drop(part: number): void {
    this.#statements.delete(part);
    if (this.#parts.delete(part)) this.#db.exec(`DROP TABLE ${wordsTable(part)}`);
  }

  /** Which parts there are is no longer known: what was made or dropped was taken back. */
  forget(): void {
    this.#statements.clear();
    this.#known = null;
  }

  get #parts(): Set<number> {
    return (this.#known ??= new Set(partsOf(this.#db)));
  }

  #of(part: number, isMade: boolean): Statements | undefined {
    const known = this.#statements.get(part);
    if (known) return known;
    if (!this.#parts.has(part)) {
      if (!isMade) return undefined;
      this.#db.exec(createLogWords(part));
      this.#parts.add(part);
    }
    const table = wordsTable(part);
    const insert = this.#db.prepare(`INSERT INTO ${table}(rowid, words) VALUES (?, ?)`);
    const remove = this.#db.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
    const statements: Statements = {
      insert: (id, words) => insert.run(id, words),
      replace: (id, words) => {
        remove.run(id);
        insert.run(id, words);
      },
      remove: (id) => remove.run(id),
    };
    // Those of older parts are asked for seldom.
    if (this.#statements.size > 8) this.#statements.clear();
    this.#statements.set(part, statements);
    return statements;
  }
}

const joined = (texts: readonly string[]): string => texts.map(wordsIn).join("\n");
