import { isErrorResponse, type JsonObject, type RpcNotification } from "../jsonrpc.ts";
import type { Link } from "./link.ts";
import { RestartPolicy } from "./restart-policy.ts";
import type { LinkSubscriptions, SubscriptionsOptions } from "./subscriptions.ts";
import { shortened } from "../text.ts";

/** How long a server may take to acknowledge before it is taken for one that never does, ms. */
const ACKNOWLEDGED_MS = 5000;
const LISTS = ["tools", "prompts", "resources"] as const;

/**
 * One `subscriptions/listen` for everything (MCP 2026-07-28), opened anew when other URIs are wanted
 * and when it breaks. Log levels are said with each request in this era.
 */
export class ModernSubscriptions implements LinkSubscriptions {
  readonly #link: Link;
  readonly #options: SubscriptionsOptions;
  readonly #ended = new AbortController();
  #uris: readonly string[] = [];
  #changed = new AbortController();
  #isRunning = false;
  /** Those who wait for the server to have heard what is wanted now. */
  #waiting: (() => void)[] = [];
  #isTold = false;

  constructor(link: Link, options: SubscriptionsOptions) {
    this.#link = link;
    this.#options = options;
  }

  want(uris: ReadonlySet<string>): void {
    const wanted = this.#link.offers("resources", "subscribe") ? [...uris].sort() : [];
    const isSame = JSON.stringify(wanted) === JSON.stringify(this.#uris);
    this.#uris = wanted;
    if (isSame && this.#isRunning) return;
    this.#isTold = false;
    if (this.#isRunning) this.#changed.abort();
    else void this.#run();
  }

  settled(): Promise<void> {
    if (this.#isTold || this.#ended.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.#ended.abort();
    this.#told();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const policy = new RestartPolicy({ givesUp: false });
    let heard: Listening | null = null;
    let hasGap = false;
    let isGapTold = false;
    while (!this.#ended.signal.aborted) {
      this.#changed = new AbortController();
      const filter = this.#filter();
      const next = filter && new Listening(this.#link, filter, this.#options.onNotification);
      if (next) await this.#until(ACKNOWLEDGED_MS, next.acknowledged);
      // Where something else is wanted by now, the next round tells it.
      if (!this.#changed.signal.aborted) this.#told();
      if (next?.isRefused) {
        this.#tell(next.reason);
        // What was agreed to before goes on meanwhile.
        await this.#until(null, this.#changed.signal, heard?.over);
        if (heard?.isOpen === false) {
          heard = null;
          hasGap = true;
        }
        continue;
      }
      // Ended only now, so that nothing is missed between the two.
      heard?.stop();
      heard = next;
      if (next?.wasAcknowledged) policy.ready(Date.now());
      // Changes were missed; or the server is gone, which is worth asking about once.
      if (hasGap && (next?.isOpen || !isGapTold)) this.#options.onGap();
      isGapTold = hasGap && next?.isOpen === false;
      hasGap = false;

      await this.#until(null, this.#changed.signal, next?.over);
      if (!next || next.isOpen || this.#ended.signal.aborted) continue;
      this.#tell(next.reason);
      const verdict = policy.failed(Date.now());
      if (verdict.kind === "give_up") break;
      await this.#until(verdict.delayMs);
      hasGap = true;
    }
    heard?.stop();
  }

  #told(): void {
    this.#isTold = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #tell(reason: string): void {
    const { log, serverName } = this.#options;
    log.info("changes of a server are not heard", { server: serverName(), reason });
  }

  /** Null where nothing would be told. */
  #filter(): JsonObject | null {
    const lists = LISTS.filter((list) => this.#link.offers(list, "listChanged"));
    const filter: JsonObject = Object.fromEntries(
      lists.map((list) => [`${list}ListChanged`, true]),
    );
    if (this.#uris.length > 0) filter.resourceSubscriptions = this.#uris;
    return Object.keys(filter).length === 0 ? null : filter;
  }

  /** Waits for the first of these, or for the end of all. Null waits without a limit. */
  #until(ms: number | null, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    return new Promise((resolve) => {
      const done = new AbortController();
      const finish = (): void => {
        clearTimeout(timer);
        done.abort();
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(finish, ms);
      for (const signal of [this.#ended.signal, ...signals]) {
        if (signal?.aborted) finish();
        signal?.addEventListener("abort", finish, { signal: done.signal });
      }
    });
  }
}

/** One open `subscriptions/listen`. */
class Listening {
  readonly #stop = new AbortController();
  readonly #acknowledged = new AbortController();
  readonly #over = new AbortController();
  #wasAcknowledged = false;
  #reason = "the server ended it";
  #isRefused = false;

  constructor(link: Link, filter: JsonObject, onNotification: (n: RpcNotification) => void) {
    void this.#listen(link, filter, onNotification);
  }

  /** Aborted when the server has acknowledged it, or when it is over. */
  get acknowledged(): AbortSignal {
    return this.#acknowledged.signal;
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  get isOpen(): boolean {
    return !this.#over.signal.aborted;
  }

  /** Whether the server has answered that it does not do this. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  get wasAcknowledged(): boolean {
    return this.#wasAcknowledged;
  }

  /** Why it is over. */
  get reason(): string {
    return this.#reason;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #listen(
    link: Link,
    notifications: JsonObject,
    onNotification: (notification: RpcNotification) => void,
  ): Promise<void> {
    try {
      const response = await link.request(
        "subscriptions/listen",
        { notifications },
        {
          timeoutMs: null,
          signal: this.#stop.signal,
          onSubscribed: (notification) => {
            if (notification.method !== "notifications/subscriptions/acknowledged") {
              onNotification(notification);
            } else this.#onAcknowledged();
          },
        },
      );
      if (isErrorResponse(response)) {
        this.#isRefused = true;
        this.#reason = shortened(response.error.message, 200);
      }
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : "unknown";
    }
    this.#over.abort();
    this.#acknowledged.abort();
  }

  #onAcknowledged(): void {
    this.#wasAcknowledged = true;
    this.#acknowledged.abort();
  }
}
