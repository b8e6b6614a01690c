import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Client, QueryResult, QueryResultRow } from "pg";
import { connect } from "./database.ts";
import { isFromServer, postgresError } from "./errors.ts";
import type { PostgresPlace } from "./url.ts";

/** How often the connection is tried, and made again where it broke, ms. */
const TEND_MS = 2000;

/** How long a goodbye may take, ms. */
const GOODBYE_MS = 1000;

/** What NOTIFY goes through. */
export const CHANNEL = "local_mcp";

/**
 * The server gives up a session whose other end is silently gone within 15 s, and with it its locks.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html
 */
const KEEPALIVE = `SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 2; SET idle_in_transaction_session_timeout = 0`;

interface Listener {
  /** Called with the payload of each NOTIFY. */
  hear(payload: string): void;
  /** Called when some may have been missed. */
  onGap(): void;
}

/**
 * One session of the server, for what ends with a session: locks, and listening. It is made when it
 * is first needed, and again when it broke.
 */
export class Line {
  readonly #where: PostgresPlace;
  readonly #tender: NodeJS.Timeout;
  #client: Promise<Client> | null = null;
  /** The query before; a client of pg is to be asked one thing at a time. */
  #before: Promise<unknown> = Promise.resolve();
  #listener: Listener | null = null;
  #hasListened = false;
  #isClosed = false;

  constructor(where: PostgresPlace) {
    this.#where = where;
    this.#tender = setInterval(() => void this.#tend(), TEND_MS);
    this.#tender.unref();
  }

  async query<R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>> {
    const client = await this.#connected();
    const result = this.#before.then(() => client.query<R>(sql, values));
    this.#before = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      // Whether the server took it is unknown, and so is what the session holds now.
      if (!isFromServer(error)) await this.#drop(client);
      throw postgresError(this.#where.place, error);
    }
  }

  /** @throws GatewayError session_store_unreachable */
  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    await this.query(`LISTEN ${CHANNEL}`);
    this.#hasListened = true;
  }

  /** Gives its locks back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#tender);
    const client = await this.#client?.catch(() => null);
    if (client) await this.#drop(client);
  }

  #connected(): Promise<Client> {
    if (this.#isClosed) throw new GatewayError("shutting_down");
    if (this.#client) return this.#client;
    const connecting = this.#connect(() => this.#forget(connecting));
    this.#client = connecting;
    connecting.catch(() => this.#forget(connecting));
    return connecting;
  }

  /** Another connection may have taken its place. */
  #forget(connection: Promise<Client>): void {
    if (this.#client === connection) this.#client = null;
  }

  /**
   * @param onEnd told when it broke. It is made again when it is next tended and not at once: a
   * server that lets nobody listen, such as a standby, would be asked without a pause
   */
  async #connect(onEnd: () => void): Promise<Client> {
    const client = await connect(this.#where);
    client.once("end", onEnd);
    client.on("notification", ({ payload }) => this.#listener?.hear(payload ?? ""));
    try {
      await client.query(KEEPALIVE);
      if (this.#hasListened) {
        await client.query(`LISTEN ${CHANNEL}`);
        this.#listener?.onGap();
      }
      return client;
    } catch (error) {
      await this.#drop(client);
      throw postgresError(this.#where.place, error);
    }
  }

  /** Only an answer shows that a silent connection still stands. */
  async #tend(): Promise<void> {
    if (this.#isClosed || (this.#client === null && this.#listener === null)) return;
    // Tried again in a moment; who asks something meanwhile is told.
    await this.query("SELECT 1").catch(() => {});
  }

  /** Says goodbye, which a server that is gone never answers. */
  async #drop(client: Client): Promise<void> {
    const gone = sleep(GOODBYE_MS, undefined, { ref: false });
    await Promise.race([client.end().catch(() => {}), gone]);
    client.connection.stream.destroy();
  }
}
