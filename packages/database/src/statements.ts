import type { Statement } from "better-sqlite3";
import type { Connection } from "./sqlite.ts";

/** How many are kept; the gateway has some hundred. */
const MOST_KEPT = 400;
/** Longer ones are made for the one time, characters. */
const LONGEST_KEPT = 4000;

/**
 * The statements of one connection, each prepared once: to prepare one takes longer than to run it.
 * SQLite prepares it anew by itself where a table has changed, and closing the connection ends it.
 */
class Statements {
  readonly #connection: Connection;
  /** The one that was not asked for longest is first. */
  readonly #kept = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  prepare(sql: string): Statement {
    const kept = this.#kept.get(sql);
    if (kept !== undefined) {
      this.#kept.delete(sql);
      this.#kept.set(sql, kept);
      return kept;
    }
    const statement = this.#connection.prepare(sql);
    if (sql.length > LONGEST_KEPT) return statement;
    this.#kept.set(sql, statement);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return statement;
  }
}

/** By connection: handles and the transactions in them share theirs. */
const ofConnection = new WeakMap<Connection, Statements>();

export function statementsOf(connection: Connection): Statements {
  const known = ofConnection.get(connection);
  if (known !== undefined) return known;
  const statements = new Statements(connection);
  ofConnection.set(connection, statements);
  return statements;
}
