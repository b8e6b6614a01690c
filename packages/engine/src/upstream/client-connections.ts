import { GatewayError } from "@local-mcp/contract";
import type { Client, Log, Root } from "../definitions.ts";
import type { RpcNotification } from "../jsonrpc.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Link } from "./link.ts";
import { ROOTS_CHANGED, sameRoots } from "./server-roots.ts";

/** So long without an open call and a client's connection is closed, ms. */
const IDLE_MS = 10 * 60_000;
/** Connections of clients that one server has at most. */
const MAX_CONNECTIONS = 32;

export interface ClientConnectionsOptions {
  serverName: () => string;
  /**
   * Opens a connection for one client. `onClosed` is called when it ends by itself.
   *
   * @throws UpstreamFailure, GatewayError
   */
  open(client: Client, signal: AbortSignal, onClosed: () => void): Promise<Link>;
  /** What the gateway tells the server to work in on a client's connection. */
  roots(client: Client): readonly Root[];
  log: Log;
  limits?: { idleMs: number; connections: number };
}

interface Entry {
  readonly client: Client;
  /** As the server was told, or is to ask. */
  roots: readonly Root[];
  readonly link: Promise<Link>;
  /** Null until it is open. */
  opened: Link | null;
  readonly opening: AbortController;
  openCalls: number;
  idleTimer: NodeJS.Timeout | undefined;
}

/**
 * Connections of a server that belong to one client each: opened when the client first calls, closed
 * when it goes, rests, or must make room for another. The end of one costs only its client's calls.
 */
export class ClientConnections {
  readonly #options: ClientConnectionsOptions;
  readonly #idleMs: number;
  readonly #max: number;
  /** By the client's id, the longest rested first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ClientConnectionsOptions) {
    this.#options = options;
    this.#idleMs = options.limits?.idleMs ?? IDLE_MS;
    this.#max = options.limits?.connections ?? MAX_CONNECTIONS;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Runs one call of a client on the connection of its own.
   *
   * @throws GatewayError server_unavailable, too_many_connections, and what `run` throws
   */
  async run<T>(client: Client, run: (link: Link) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(client.id) ?? this.#add(client);
    entry.openCalls += 1;
    clearTimeout(entry.idleTimer);
    try {
      return await run(await entry.link);
    } catch (error) {
      throw error instanceof UpstreamFailure ? this.#unavailable(error) : error;
    } finally {
      entry.openCalls -= 1;
      if (entry.openCalls === 0) this.#rest(client.id, entry);
    }
  }

  /** Passes a notification to the client's connection, if it has one. */
  tell(clientId: string, notification: RpcNotification): void {
    this.#entries.get(clientId)?.opened?.forward(notification);
  }

  /**
   * Tells a legacy server whose client's roots are others now. What it was told it may ask for holds
   * for as long as its connection, so where that changes the next call opens another.
   */
  followRoots(): void {
    for (const [clientId, entry] of this.#entries) {
      const before = entry.roots;
      entry.roots = this.#options.roots(entry.client);
      if (entry.opened?.era === "modern" || sameRoots(before, entry.roots)) continue;
      if (before.length === 0 || entry.roots.length === 0) void this.#close(clientId, entry);
      else entry.opened?.forward(ROOTS_CHANGED);
    }
  }

  /** What may have died unnoticed is opened anew. */
  refresh(): void {
    for (const { opened } of this.#entries.values()) opened?.refresh();
  }

  async release(clientId: string): Promise<void> {
    const entry = this.#entries.get(clientId);
    if (entry) await this.#close(clientId, entry);
  }

  /** Closes all of them, with the calls on them. */
  async close(): Promise<void> {
    for (const [clientId, entry] of this.#entries) void this.#close(clientId, entry);
    await Promise.all(this.#closing);
  }

  #add(client: Client): Entry {
    if (this.#entries.size >= this.#max) this.#makeRoom();
    const opening = new AbortController();
    // One that ends before it is open may only be the first of several tries.
    const onClosed = (): void => {
      if (entry.opened) this.#forget(client.id, entry);
    };
    const entry: Entry = {
      client,
      roots: this.#options.roots(client),
      link: this.#options.open(client, opening.signal, onClosed),
      opened: null,
      opening,
      openCalls: 0,
      idleTimer: undefined,
    };
    this.#entries.set(client.id, entry);
    void this.#watch(client.id, entry);
    return entry;
  }

  async #watch(clientId: string, entry: Entry): Promise<void> {
    try {
      entry.opened = await entry.link;
    } catch {
      // Whoever waits for it is told why.
    }
    if (entry.opened?.closed !== null) this.#forget(clientId, entry);
  }

  #makeRoom(): void {
    const resting = [...this.#entries].find(([, entry]) => entry.openCalls === 0);
    if (!resting) {
      throw new GatewayError("too_many_connections", {
        server: this.#options.serverName(),
        limit: this.#max,
      });
    }
    void this.#close(...resting);
  }

  #rest(clientId: string, entry: Entry): void {
    if (this.#entries.get(clientId) !== entry) return;
    this.#entries.delete(clientId);
    this.#entries.set(clientId, entry);
    entry.idleTimer = setTimeout(() => void this.#close(clientId, entry), this.#idleMs);
    entry.idleTimer.unref();
  }

  #forget(clientId: string, entry: Entry): void {
    clearTimeout(entry.idleTimer);
    if (this.#entries.get(clientId) === entry) this.#entries.delete(clientId);
  }

  #close(clientId: string, entry: Entry): Promise<void> {
    this.#forget(clientId, entry);
    entry.opening.abort();
    const closing = entry.link
      .then(
        (link) => link.close(),
        // Whoever waited for it has been told why.
        () => {},
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    return closing;
  }

  #unavailable(failure: UpstreamFailure): GatewayError {
    this.#options.log.warn("a client's own connection could not be opened", {
      server: this.#options.serverName(),
      code: failure.reason.code,
      reason: failure.reason.message,
    });
    return new GatewayError(
      "server_unavailable",
      { server: this.#options.serverName(), reason: failure.message, action: "Call again." },
      { cause: failure },
    );
  }
}
