import { GatewayError } from "@local-mcp/contract";
import type { RunResult, Statement } from "better-sqlite3";
import { PreparedQuery } from "drizzle-orm/better-sqlite3";
import { NoopCache } from "drizzle-orm/cache/core";
import { type Logger, NoopLogger } from "drizzle-orm/logger";
import type {
  ExtractTablesWithRelations,
  RelationalSchemaConfig,
  TablesRelationalConfig,
} from "drizzle-orm/relations";
import type { SQL } from "drizzle-orm/sql";
import {
  ExecuteResultSync,
  SQLiteSession,
  type SQLiteSyncDialect,
  SQLiteTransaction,
} from "drizzle-orm/sqlite-core";
import "./awaited.ts";
import { Scope } from "./scope.ts";
import { type Connection, translating } from "./sqlite.ts";
import { statementsOf } from "./statements.ts";

/** What every session of one database file shares. */
export interface SessionContext<Tables extends TablesRelationalConfig> {
  path: string;
  dialect: SQLiteSyncDialect;
  schema: RelationalSchemaConfig<Tables>;
  /** Prints each statement; never with the values bound to it. */
  print: ((statement: string) => void) | undefined;
  /** The connection asynchronous transactions have to themselves, opened on first use. */
  transactionConnection(): Connection;
}

/** A result that is there at once by `sync()`, or in its turn when awaited. */
class ResultInTurn<T> extends ExecuteResultSync<T> {
  readonly #scope: Scope;

  constructor(scope: Scope, run: () => T) {
    super(run);
    this.#scope = scope;
  }

  override execute(): Promise<T> {
    return this.#scope.inTurn(() => this.sync());
  }
}

type PrepareArguments = Parameters<
  SQLiteSession<"sync", RunResult, Record<string, unknown>, TablesRelationalConfig>["prepareQuery"]
>;

type ParametersAfterFirst<Class extends new (...args: never[]) => unknown> =
  ConstructorParameters<Class> extends [unknown, ...infer Others] ? Others : never;

/** A statement that asks its scope before it runs. */
class ScopedQuery extends PreparedQuery {
  readonly #scope: Scope;
  readonly #guard: <T>(run: () => T) => T;
  readonly #statement: Statement;

  constructor(
    scope: Scope,
    guard: <T>(run: () => T) => T,
    statement: Statement,
    ...args: ParametersAfterFirst<typeof PreparedQuery>
  ) {
    super(statement, ...args);
    this.#scope = scope;
    this.#guard = guard;
    this.#statement = statement;
  }

  override run(values?: Record<string, unknown>): RunResult {
    return this.#guard(() => super.run(values));
  }

  override all(values?: Record<string, unknown>): unknown {
    return this.#guard(() => {
      this.#asObjects();
      return super.all(values);
    });
  }

  override get(values?: Record<string, unknown>): unknown {
    return this.#guard(() => {
      this.#asObjects();
      return super.get(values);
    });
  }

  override values(values?: Record<string, unknown>): unknown {
    return this.#guard(() => super.values(values));
  }

  override execute(values?: Record<string, unknown>): ExecuteResultSync<unknown> {
    const result = super.execute(values);
    return new ResultInTurn(this.#scope, () => result.sync());
  }

  /** Somebody else may have the same statement give lists; drizzle asks for those each time. */
  #asObjects(): void {
    if (this.#statement.reader) this.#statement.raw(false);
  }
}

/** A promise-like value, as better-sqlite3 tells one. */
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "then" in value &&
  typeof value.then === "function";

/**
 * True for an `async` function. It has to be known before the function runs, and only the function
 * itself can say. Bundlers keep `async` for every target from node8 on; the tag survives minifying.
 */
const isAsync = (work: unknown): boolean =>
  Object.prototype.toString.call(work) === "[object AsyncFunction]";

/** Begins a transaction, or a savepoint where one is open. Nested savepoints may share a name. */
const begin = (connection: Connection, path: string) => {
  const nested = connection.inTransaction;
  const exec = (statement: string): void => {
    translating(path, () => connection.exec(statement));
  };
  exec(nested ? "SAVEPOINT nested" : "BEGIN IMMEDIATE");
  return {
    commit: () => exec(nested ? "RELEASE nested" : "COMMIT"),
    rollback: () => {
      // After some errors SQLite has rolled back everything by itself.
      if (!connection.inTransaction) return;
      exec(nested ? "ROLLBACK TO nested; RELEASE nested" : "ROLLBACK");
    },
  };
};

/** What the callback of a transaction is given: like the database, and ended with the callback. */
export class Transaction<
  Schema extends Record<string, unknown>,
  Tables extends TablesRelationalConfig = ExtractTablesWithRelations<Schema>,
> extends SQLiteTransaction<"sync", RunResult, Schema, Tables> {}

/**
 * The statements of one handle. Synchronous transactions run on the connection of the handle.
 * Asynchronous ones have a connection of their own, one at a time, because everything that runs on
 * a connection between BEGIN and COMMIT becomes part of the transaction, whoever sent it.
 */
export class ScopedSession<
  Schema extends Record<string, unknown>,
  Tables extends TablesRelationalConfig,
> extends SQLiteSession<"sync", RunResult, Schema, Tables> {
  readonly #context: SessionContext<Tables>;
  readonly #connection: Connection;
  readonly #scope: Scope;
  readonly #kind: "main" | "transaction";
  readonly #logger: Logger;

  constructor(
    context: SessionContext<Tables>,
    connection: Connection,
    scope: Scope,
    kind: "main" | "transaction",
  ) {
    super(context.dialect);
    this.#context = context;
    this.#connection = connection;
    this.#scope = scope;
    this.#kind = kind;
    const { print } = context;
    this.#logger = print ? { logQuery: (statement) => print(statement) } : new NoopLogger();
  }

  override prepareQuery(...args: PrepareArguments): ScopedQuery {
    const [query, fields, executeMethod, isArray, mapper, metadata, cacheConfig] = args;
    this.#scope.assertOpen();
    const statement = translating(this.#context.path, () =>
      statementsOf(this.#connection).prepare(query.sql),
    );
    return new ScopedQuery(
      this.#scope,
      this.#guard,
      statement,
      query,
      this.#logger,
      new NoopCache(),
      metadata,
      cacheConfig,
      fields,
      executeMethod,
      isArray,
      mapper,
    );
  }

  override run(query: SQL): RunResult {
    const statement = this.#context.dialect.sqlToQuery(query);
    return this.prepareQuery(statement, undefined, "run", false).run();
  }

  override count(query: SQL): Promise<number> {
    return this.#scope.inTurn(() => Number(this.values<[number]>(query)[0]?.[0]));
  }

  override transaction<T>(work: (tx: Transaction<Schema, Tables>) => Promise<T>): Promise<T>;
  override transaction<T>(work: (tx: Transaction<Schema, Tables>) => T): T;
  override transaction(work: (tx: Transaction<Schema, Tables>) => unknown): unknown {
    return isAsync(work) ? this.#asynchronous(work) : this.#synchronous(work);
  }

  readonly #guard = <T>(run: () => T): T =>
    this.#scope.now(() => {
      if (this.#kind === "transaction" && !this.#connection.inTransaction) {
        throw new GatewayError("database_misuse", { detail: "an error had rolled it back" });
      }
      return translating(this.#context.path, run);
    });

  #synchronous(work: (tx: Transaction<Schema, Tables>) => unknown): unknown {
    return this.#guard(() => {
      const inner = new Scope();
      const { commit, rollback } = begin(this.#connection, this.#context.path);
      try {
        const result = work(this.#handle(this.#connection, inner));
        if (isPromise(result)) {
          // Whatever becomes of it: its statements are refused from here on, and this error says why.
          result.then(undefined, () => {});
          throw new GatewayError("database_misuse", {
            detail: "its callback returned a promise but is not an async function",
          });
        }
        inner.finish();
        commit();
        return result;
      } catch (error) {
        inner.end();
        rollback();
        throw error;
      }
    });
  }

  #asynchronous(work: (tx: Transaction<Schema, Tables>) => unknown): Promise<unknown> {
    return this.#scope.transaction(async (inner) => {
      const connection =
        this.#kind === "main" ? this.#context.transactionConnection() : this.#connection;
      const { commit, rollback } = begin(connection, this.#context.path);
      try {
        const result = await work(this.#handle(connection, inner));
        inner.finish();
        commit();
        return result;
      } catch (error) {
        inner.end();
        if (!inner.abandoned) rollback();
        throw error;
      }
    });
  }

  #handle(connection: Connection, scope: Scope): Transaction<Schema, Tables> {
    const { dialect, schema } = this.#context;
    const session = new ScopedSession<Schema, Tables>(
      this.#context,
      connection,
      scope,
      "transaction",
    );
    return new Transaction("sync", dialect, session, schema);
  }
}
