import { GatewayError } from "@local-mcp/contract";
import type { CatalogKeeper } from "./catalog-keeper.ts";
import type { Connection, ConnectionEvents } from "./connection.ts";
import { type Connector, failureOf } from "./connector.ts";
import { failureBehind, UpstreamFailure } from "./failure.ts";
import type { Link } from "./link.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Garbage } from "./transport.ts";

/** A server that forgets its session sooner than this after it began has failed, ms. */
const SHORTEST_SESSION_MS = 1000;
/** So many sessions may be forgotten within a minute before that counts as a failure too. */
const MOST_RENEWALS = 3;
const RENEWALS_WINDOW_MS = 60_000;
/** How long a remote server may take to answer that is asked whether it is still there, ms. */
const STILL_THERE_MS = 3000;

/** What happened that a connection may not have survived. */
export type RecheckReason = "resume" | "network" | "sign_in";

export interface MainLinkOptions {
  connector: Connector;
  catalog: CatalogKeeper;
  subscriptions: Subscriptions;
  serverName: () => string;
  /** Whether the gateway says what to work in. */
  hasRoots: () => boolean;
  events: Omit<ConnectionEvents, "onClosed">;
  /** Whether calls are open on it. */
  isBusy: () => boolean;
  /** It has ended by itself. */
  onFailure(failure: UpstreamFailure): void;
}

/** The connection of a server on which lists, subscriptions and the calls of all who share it live. */
export class MainLink {
  readonly #options: MainLinkOptions;
  #link: Link | null = null;
  /** ms since 1970. */
  #openedAt = 0;
  /** Where output is read; it may be over. */
  #newest: Connection | null = null;
  /** What belongs to an older opening has no say any more. */
  #current = new AbortController();
  #renewal: Promise<void> | null = null;
  /** When sessions were begun anew, ms since 1970. */
  #renewals: readonly number[] = [];
  readonly #closing = new Set<Promise<void>>();

  constructor(options: MainLinkOptions) {
    this.#options = options;
  }

  /** Null while there is none that works. */
  get link(): Link | null {
    return this.#link;
  }

  /** The last lines that the server wrote beside the protocol, also of one that is gone. */
  output(): string[] {
    return this.#newest?.output() ?? [];
  }

  /** What was on its stdout that is not MCP; null where it has none. */
  garbage(): Garbage | null {
    return this.#newest?.garbage() ?? null;
  }

  /** Resolves when no new session is under way in place of one that the server has forgotten. */
  async renewed(): Promise<void> {
    await this.#renewal;
  }

  /**
   * Opens it anew.
   *
   * @returns null where it was released meanwhile
   * @throws UpstreamFailure
   */
  async open(): Promise<Link | null> {
    this.release();
    const { signal } = this.#current;
    // Two processes of one server could be in each other's way.
    await Promise.all([this.closed(), this.#options.connector.closed()]);
    return signal.aborted ? null : this.#open();
  }

  /** Lets go of it, open or only being opened. */
  release(): void {
    this.#current.abort();
    this.#current = new AbortController();
    this.#unlink();
  }

  /** Resolves when all that was let go of has ended. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Makes sure that a remote server is still there; where it is not, it has failed. */
  async recheck(why: RecheckReason): Promise<void> {
    const link = this.#link;
    if (!link) return;
    link.refresh();
    try {
      await this.#options.catalog.list(STILL_THERE_MS);
    } catch (error) {
      // Where it ended meanwhile, that has been told.
      if (link === this.#link) this.#onGone(why, error);
    }
  }

  /** It is asked for its lists, and cannot be reached. */
  onOutage(failure: UpstreamFailure, isLasting: boolean): void {
    // What it still works on may come to its end, and it is asked again.
    if (isLasting || !this.#options.isBusy()) this.#options.onFailure(failure);
  }

  #onGone(why: RecheckReason, error: unknown): void {
    const failure = failureBehind(error);
    if (failure) this.#options.onFailure(failure);
    else if (error instanceof GatewayError && error.code === "server_timeout") {
      const message = `${this.#options.serverName()} did not answer after ${AFTER[why]}.`;
      const cause = error;
      this.#options.onFailure(new UpstreamFailure("timeout", message, { retry: "later", cause }));
    }
  }

  async #open(): Promise<Link | null> {
    const { connector, catalog, subscriptions, events } = this.#options;
    const { signal } = this.#current;
    let link: Link;
    try {
      link = await connector.open({
        client: null,
        hasRoots: this.#options.hasRoots(),
        events: { ...events, onClosed: (failure) => this.#onClosed(signal, failure) },
        signal,
        onConnection: (connection) => (this.#newest = connection),
        prepare: (link) => catalog.begin(link),
      });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
    if (signal.aborted) {
      this.#close(link);
      return null;
    }
    this.#link = link;
    this.#openedAt = Date.now();
    subscriptions.attach(link);
    return link;
  }

  #onClosed(signal: AbortSignal, failure: UpstreamFailure): void {
    // Others are of connections that never came to be the one in use.
    if (signal.aborted || this.#link?.closed !== failure) return;
    if (!failure.sessionLost || !this.#mayRenew(Date.now())) {
      this.#options.onFailure(failure);
      return;
    }
    const renewal = this.#renew(signal).finally(() => {
      if (this.#renewal === renewal) this.#renewal = null;
    });
    this.#renewal = renewal;
  }

  /** A server that forgets every session it begins would otherwise be asked for another for ever. */
  #mayRenew(now: number): boolean {
    if (now - this.#openedAt < SHORTEST_SESSION_MS) return false;
    const recent = this.#renewals.filter((at) => now - at < RENEWALS_WINDOW_MS);
    if (recent.length >= MOST_RENEWALS) return false;
    this.#renewals = [...recent, now];
    return true;
  }

  /** Begins another session without the server counting as failed: it only forgot. */
  async #renew(signal: AbortSignal): Promise<void> {
    this.#unlink();
    try {
      await this.#open();
    } catch (error) {
      if (!signal.aborted) this.#options.onFailure(failureOf(this.#options.serverName(), error));
    }
  }

  #unlink(): void {
    const link = this.#link;
    this.#link = null;
    this.#options.subscriptions.detach();
    this.#options.catalog.end();
    if (link) this.#close(link);
  }

  #close(link: Link): void {
    const closing = link.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

const AFTER: Readonly<Record<RecheckReason, string>> = {
  resume: "this computer woke up",
  network: "the network changed",
  sign_in: "its sign-in ended",
};
