import type { Client, ClientConfig, Pool, PoolClient, QueryResult, QueryResultRow } from "pg";
import { isFromServer, isWorthAnotherTry, postgresError } from "./errors.ts";
import { type PostgresPlace, readPostgresUrl } from "./url.ts";

/** One gateway's statements at once; the rest wait. */
const CONNECTIONS = 10;

/** How often a transaction that got into another's way is run anew. */
const TRIES = 5;

const heard = (): void => {};

/** Where a statement can be run: the pool, or the connection that a transaction has. */
export interface Statements {
  query<R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>>;
}

/** A PostgreSQL database, through a pool of connections. Its errors are sentences for people. */
export class Database implements Statements {
  readonly place: string;
  readonly #pool: () => Promise<Pool>;
  readonly #isOwn: boolean;
  #opened: Promise<Pool> | null = null;

  private constructor(place: string, pool: () => Promise<Pool>, isOwn: boolean) {
    this.place = place;
    this.#pool = pool;
    this.#isOwn = isOwn;
  }

  /** A pool of its own, made when it is first needed. @throws GatewayError validation_failed */
  static at({ place, config }: PostgresPlace): Database {
    return new Database(
      place,
      async () => {
        const { Pool } = await import("pg");
        return new Pool({ ...config, max: CONNECTIONS, allowExitOnIdle: true });
      },
      true,
    );
  }

  /** A URL, or a pool that stays its owner's. @throws GatewayError validation_failed */
  static of(source: { url: string } | Pool): Database {
    if ("url" in source) return Database.at(readPostgresUrl(source.url));
    const { host, port, database } = source.options;
    const place = `${host ?? "localhost"}:${port ?? 5432}/${database ?? ""}`;
    return new Database(place, async () => source, false);
  }

  async query<R extends QueryResultRow>(
    sql: string,
    values: unknown[] = [],
  ): Promise<QueryResult<R>> {
    return this.#translating(async () => (await this.#open()).query<R>(sql, values));
  }

  /**
   * Runs `work` in one transaction: all of it is kept, or nothing. It may run more than once.
   * A commit whose answer is lost may have been kept; it is not tried again.
   */
  async transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#translating(async () => {
      const pool = await this.#open();
      for (let tried = 1; ; tried += 1) {
        try {
          return await transact(await pool.connect(), work);
        } catch (error) {
          if (tried === TRIES || !isWorthAnotherTry(error)) throw error;
        }
      }
    });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (this.#isOwn) await (await opened)?.end();
  }

  #open(): Promise<Pool> {
    this.#opened ??= this.#pool().then((pool) => {
      // A connection that breaks while nobody uses it: the pool makes another one. It may break
      // while the pool is being ended too, so this is heard for ever, and once for a pool.
      if (!pool.listeners("error").includes(heard)) pool.on("error", heard);
      return pool;
    });
    return this.#opened;
  }

  async #translating<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw postgresError(this.place, error);
    }
  }
}

const transact = async <T>(
  client: PoolClient,
  work: (statements: Statements) => Promise<T>,
): Promise<T> => {
  // Between two statements a broken connection has nobody else to tell.
  client.on("error", heard);
  let isBroken = false;
  const query: Statements["query"] = async (sql, values) => {
    try {
      return await client.query(sql, values);
    } catch (error) {
      // Nobody knows what the connection is in the middle of.
      if (!isFromServer(error)) isBroken = true;
      throw error;
    }
  };
  try {
    await query("BEGIN");
    const result = await work({ query });
    await query("COMMIT");
    return result;
  } catch (error) {
    if (!isBroken) await query("ROLLBACK").catch(heard);
    throw error;
  } finally {
    client.off("error", heard);
    client.release(isBroken);
  }
};

/** A connection outside the pool, for what belongs to a session of the server. */
export const connect = async ({ place, config }: PostgresPlace): Promise<Client> => {
  const { Client } = await import("pg");
  const client = new Client(config satisfies ClientConfig);
  client.on("error", heard);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(heard);
    throw postgresError(place, error);
  }
};
