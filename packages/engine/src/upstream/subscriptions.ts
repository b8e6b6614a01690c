import type { Log } from "../definitions.ts";
import type { RpcNotification } from "../jsonrpc.ts";
import { LegacySubscriptions } from "./legacy-subscriptions.ts";
import type { Link } from "./link.ts";
import { ModernSubscriptions } from "./modern-subscriptions.ts";

export interface SubscriptionsOptions {
  serverName: () => string;
  timeoutMs: () => number;
  log: Log;
  onNotification: (notification: RpcNotification) => void;
  /** For a while nothing was heard of changes, so that some may have been missed. */
  onGap: () => void;
}

/**
 * What is wanted to be told by a server beside answers: changes of resources, log messages, changes
 * of lists. Kept over the connections of the server, each of which is told anew.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  #uris: ReadonlySet<string> = new Set();
  #logLevel: string | null = null;
  #current: LinkSubscriptions | null = null;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Whether any resource is wanted to be told of. */
  get hasUris(): boolean {
    return this.#uris.size > 0;
  }

  setUris(uris: ReadonlySet<string>): void {
    this.#uris = uris;
    this.#current?.want(uris, this.#logLevel);
  }

  /** The most that anyone wants to hear; null where nobody has said. */
  setLogLevel(level: string | null): void {
    this.#logLevel = level;
    this.#current?.want(this.#uris, level);
  }

  /** Resolves when the server has been told all that is wanted now, or cannot be told. */
  settled(): Promise<void> {
    return this.#current?.settled() ?? Promise.resolve();
  }

  /** Tells a new connection all of it. */
  attach(link: Link): void {
    this.detach();
    this.#current =
      link.era === "legacy"
        ? new LegacySubscriptions(link, this.#options)
        : new ModernSubscriptions(link, this.#options);
    this.#current.want(this.#uris, this.#logLevel);
  }

  detach(): void {
    this.#current?.end();
    this.#current = null;
  }
}

/** Brings one connection to what is wanted. */
export interface LinkSubscriptions {
  want(uris: ReadonlySet<string>, logLevel: string | null): void;
  /** Resolves when the server has answered to all of it. */
  settled(): Promise<void>;
  end(): void;
}
