import { isErrorResponse, type JsonObject } from "../jsonrpc.ts";
import type { Link } from "./link.ts";
import type { LinkSubscriptions, SubscriptionsOptions } from "./subscriptions.ts";
import { shortened } from "../text.ts";

/** `resources/subscribe` and `resources/unsubscribe` per difference, `logging/setLevel`. */
export class LegacySubscriptions implements LinkSubscriptions {
  readonly #link: Link;
  readonly #options: SubscriptionsOptions;
  readonly #held = new Set<string>();
  #wanted: ReadonlySet<string> = new Set();
  #level: string | null = null;
  #heldLevel: string | null = null;
  #isBusy = false;
  #following: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(link: Link, options: SubscriptionsOptions) {
    this.#link = link;
    this.#options = options;
  }

  want(uris: ReadonlySet<string>, logLevel: string | null): void {
    this.#wanted = this.#link.offers("resources", "subscribe") ? uris : new Set();
    this.#level = this.#link.offers("logging") ? logLevel : null;
    if (!this.#isBusy) this.#following = this.#follow();
  }

  settled(): Promise<void> {
    return this.#following;
  }

  end(): void {
    this.#ended = true;
  }

  /** One request after another, so that the last word about a URI is the last one said. */
  async #follow(): Promise<void> {
    this.#isBusy = true;
    for (let step = this.#next(); step && !this.#ended; step = this.#next()) {
      step.done();
      await this.#send(step.method, step.params);
    }
    this.#isBusy = false;
  }

  #next(): { method: string; params: JsonObject; done: () => void } | null {
    const level = this.#level;
    if (level !== null && level !== this.#heldLevel) {
      const done = (): void => void (this.#heldLevel = level);
      return { method: "logging/setLevel", params: { level }, done };
    }
    const gone = [...this.#held].find((uri) => !this.#wanted.has(uri));
    if (gone !== undefined) {
      const done = (): void => void this.#held.delete(gone);
      return { method: "resources/unsubscribe", params: { uri: gone }, done };
    }
    const uri = [...this.#wanted].find((one) => !this.#held.has(one));
    if (uri === undefined) return null;
    return {
      method: "resources/subscribe",
      params: { uri },
      done: () => void this.#held.add(uri),
    };
  }

  /** A refusal is not asked for again on this connection. */
  async #send(method: string, params: JsonObject): Promise<void> {
    const { log, serverName, timeoutMs } = this.#options;
    let reason: string | null = null;
    try {
      const response = await this.#link.request(method, params, { timeoutMs: timeoutMs() });
      if (isErrorResponse(response)) reason = shortened(response.error.message, 200);
    } catch (error) {
      reason = error instanceof Error ? error.message : "unknown";
    }
    if (reason !== null && !this.#ended) {
      log.info("server refused a subscription", { server: serverName(), method, reason });
    }
  }
}
