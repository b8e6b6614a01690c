import type http from "node:http";
import { GatewayError } from "@local-mcp/contract";
import type { Launch } from "../definitions.ts";
import { InFlight } from "../in-flight.ts";
import { type RequestId, requestIdOf, type RpcMessage, type RpcNotification } from "../jsonrpc.ts";
import { onSameOrigin } from "../network/address-guard.ts";
import { formatBytes } from "../text.ts";
import { Credentials } from "./credentials.ts";
import { cancelled } from "./cancelled.ts";
import { Connections } from "./connections.ts";
import { failureBehind, isLockedOut, networkFailure, UpstreamFailure } from "./failure.ts";
import {
  discard,
  exchange,
  exchangeRepeatable,
  isEventStream,
  isMessage,
  readEvents,
  StreamPosition,
  TooLargeError,
} from "./http-exchange.ts";
import { refusalFailure } from "./http-refusal.ts";
import type { Worth } from "./paced-reading.ts";
import { parseJson } from "./parse-json.ts";
import { MESSAGES, TimeBudget } from "./time-budget.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** How long a server may take to accept a message, ms. */
const ACCEPT_MS = 30_000;

type SseLaunch = Extract<Launch, { transport: "http" | "sse" }>;

/**
 * The transport of MCP 2024-11-05: one event stream for everything that comes, and an address,
 * named by its first event, to which everything is posted.
 */
export class SseTransport implements Transport {
  readonly #name: string;
  /** As configured, or where on the same origin the server has sent us. */
  #url: URL;
  readonly #credentials: Credentials;
  readonly #maxMessageBytes: number;
  readonly #connections: Connections;
  readonly #requests = new InFlight<number, http.ClientRequest>();
  /** Messages that are not accepted yet. */
  readonly #posts = new InFlight<number, Post>();
  #lastKey = 0;
  readonly #ended = new AbortController();
  #events: TransportEvents | null = null;
  #endpoint: URL | null = null;
  #protocolVersion: string | null = null;

  constructor(options: { name: string; launch: SseLaunch; maxMessageBytes: number }) {
    this.#name = options.name;
    this.#url = new URL(options.launch.url);
    this.#credentials = new Credentials(options.name, options.launch);
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#connections = new Connections(this.#url, options.launch.route);
  }

  async open(events: TransportEvents): Promise<void> {
    this.#connections.check();
    this.#events = events;
    const { host, pathname } = this.#url;
    let response: http.IncomingMessage;
    try {
      response = await this.#credentials.send(this.#ended.signal, (own) =>
        exchangeRepeatable(
          {
            url: this.#url,
            method: "GET",
            headers: { ...own, accept: "text/event-stream" },
            connections: this.#connections,
          },
          (request) => this.#track(request),
          (url) => (this.#url = url),
        ),
      );
    } catch (error) {
      throw networkFailure(host, error);
    }
    const refusal = this.#credentials.refusalOf(response);
    if (refusal) {
      discard(response);
      throw networkFailure(host, refusal);
    }
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      discard(response);
      const { location } = response.headers;
      throw refusalFailure({ url: this.#url, status, location, text: "" });
    }
    if (status !== 200 || !isEventStream(response)) {
      discard(response);
      const message = `${host} answered with HTTP status ${status}; there is no SSE endpoint at ${pathname}.`;
      throw new UpstreamFailure("http_status", message, {
        retry: status >= 500 ? "later" : "never",
        status,
      });
    }
    await new Promise<void>((resolve, reject) => {
      void this.#readStream(response, (address) => {
        const endpoint = onSameOrigin(address, this.#url);
        if (endpoint) {
          this.#endpoint = endpoint;
          resolve();
        } else {
          const where = URL.canParse(address) ? new URL(address).host : "an address that is none";
          const message = `${host} wants messages sent to ${where}, which is refused.`;
          reject(new UpstreamFailure("not_mcp", message, { retry: "never" }));
        }
      }).finally(resolve);
    });
  }

  send(message: RpcMessage): void {
    if (this.#isClosed || !this.#endpoint) return;
    void this.#post(new Post((this.#lastKey += 1), message), this.#endpoint);
  }

  handshakeDone(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
  }

  cancel(id: RequestId, reason: string, isOpening: boolean): RpcNotification | null {
    const post = [...this.#posts.values()].find((one) => one.id === id);
    post?.stopWaiting();
    // What was not sent need not be taken back.
    if (isOpening || post?.isBegun === false) return null;
    const told = cancelled(id, reason);
    this.send(told);
    return told;
  }

  output(): string[] {
    return [];
  }

  refresh(): void {
    this.#connections.dropIdle();
  }

  async close(): Promise<void> {
    this.#end(new UpstreamFailure("unreachable", `${this.#name} was stopped.`, { retry: "never" }));
    this.#connections.close();
  }

  get #isClosed(): boolean {
    return this.#ended.signal.aborted;
  }

  async #readStream(
    response: http.IncomingMessage,
    onEndpoint: (address: string) => void,
  ): Promise<void> {
    const { host } = this.#url;
    try {
      await readEvents(response, {
        maxBytes: this.#maxMessageBytes,
        budget: new TimeBudget(MESSAGES),
        position: new StreamPosition(),
        onEvent: (event) => {
          if (event.event === "endpoint") onEndpoint(event.data);
          return isMessage(event) ? this.#deliver(event.data) : "other";
        },
      });
      this.#end(
        new UpstreamFailure("unreachable", `${host} closed the event stream.`, { retry: "later" }),
      );
    } catch (error) {
      if (error instanceof TooLargeError) {
        const limit = formatBytes(this.#maxMessageBytes);
        this.#events?.onRequestFailed(
          null,
          new GatewayError("message_too_big", {
            server: this.#name,
            size: `more than ${limit}`,
            limit,
          }),
        );
      }
      this.#end(networkFailure(host, error));
    }
  }

  #deliver(text: string): Exclude<Worth, "part"> {
    const value = parseJson(text);
    const received = value === undefined ? null : this.#events?.onMessage(value, undefined);
    return received === "answer" ? "answer" : "other";
  }

  async #post(post: Post, url: URL): Promise<void> {
    this.#posts.set(post.key, post);
    const { id, body, signal } = post;
    try {
      const response = await this.#credentials.send(signal, (own) => {
        const headers: Record<string, string> = { ...own, "content-type": "application/json" };
        if (this.#protocolVersion !== null) headers["mcp-protocol-version"] = this.#protocolVersion;
        const connections = this.#connections;
        return exchange({ url, method: "POST", headers, body, connections }, (request) => {
          this.#track(request);
          post.begun(request);
        });
      });
      discard(response);
      const status = response.statusCode ?? 0;
      if (id !== null) this.#events?.onHead(id, status);
      const refusal = this.#credentials.refusalOf(response);
      if (refusal) throw refusal;
      if (status >= 300 && id !== null) {
        this.#events?.onRequestFailed(id, this.#refusal(status, response.headers.location));
      }
    } catch (error) {
      this.#failed(post, error);
    } finally {
      post.isOver();
      this.#posts.delete(post.key);
    }
  }

  #failed({ id, signal }: Post, error: unknown): void {
    const failure = networkFailure(this.#url.host, error);
    const isLost = isLockedOut(failure);
    // Where nobody accepted it in time, the answer may still come on the stream.
    if (id !== null && (isLost || !signal.aborted)) {
      const isOwn = error instanceof GatewayError && failureBehind(error) !== null;
      this.#events?.onRequestFailed(id, isOwn ? error : failure);
    }
    if (isLost) this.#end(failure.told(false));
  }

  /** Of one message; the stream goes on. */
  #refusal(status: number, location: string | undefined): UpstreamFailure {
    if (status < 400) return refusalFailure({ url: this.#url, status, location, text: "" });
    const text = `${this.#url.host} answered with HTTP status ${status}.`;
    return new UpstreamFailure("http_status", text, { retry: "later", status });
  }

  #track(request: http.ClientRequest): void {
    const key = (this.#lastKey += 1);
    this.#requests.set(key, request);
    request.once("close", () => this.#requests.delete(key));
  }

  #end(failure: UpstreamFailure): void {
    if (this.#isClosed) return;
    this.#ended.abort();
    for (const post of this.#posts.values()) post.stopWaiting();
    for (const request of this.#requests.values()) request.destroy();
    this.#events?.onClosed(failure);
  }
}

/** A message on its way. It is on its own as soon as the server has accepted it. */
class Post {
  /** Tells it from the others of its transport. */
  readonly key: number;
  readonly id: RequestId | null;
  readonly body: string;
  isBegun = false;
  readonly #waiting = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(key: number, message: RpcMessage) {
    this.key = key;
    this.id = requestIdOf(message);
    this.body = JSON.stringify(message);
  }

  /** Aborted when nobody waits any more for it to be accepted. */
  get signal(): AbortSignal {
    return this.#waiting.signal;
  }

  begun(request: http.ClientRequest): void {
    this.isBegun = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.stopWaiting();
      request.destroy();
    }, ACCEPT_MS);
  }

  stopWaiting(): void {
    this.#waiting.abort();
  }

  isOver(): void {
    clearTimeout(this.#timer);
  }
}
