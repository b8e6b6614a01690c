import type http from "node:http";
import { type RequestId, requestIdOf, type RpcMessage } from "../jsonrpc.ts";
import { routingHeaders } from "../protocol-headers.ts";
import { StreamPosition } from "./http-exchange.ts";

/** A message on its way, and the stream that answers it. */
export class SentMessage {
  /** Tells it from the others of its transport. */
  readonly key: number;
  readonly id: RequestId | null;
  readonly method: string | null;
  /** Of a modern message; none of a legacy one. */
  readonly routing: Readonly<Record<string, string>>;
  readonly position = new StreamPosition();
  isAnswered = false;
  status: number | undefined;
  readonly #stop = new AbortController();
  #request: http.ClientRequest | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(key: number, message: RpcMessage) {
    this.key = key;
    this.id = requestIdOf(message);
    this.method = "method" in message && typeof message.method === "string" ? message.method : null;
    this.routing = routingHeaders(message);
  }

  get isModern(): boolean {
    return Object.keys(this.routing).length > 0;
  }

  /** The first message of a connection: where it fails there is nothing else to keep. */
  get isOpening(): boolean {
    return this.method === "initialize" || this.method === "server/discover";
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether any of it can have reached the server. */
  get isBegun(): boolean {
    return this.#request !== null;
  }

  set request(request: http.ClientRequest) {
    this.#request = request;
    if (this.signal.aborted) request.destroy();
  }

  /** Stops in a while, unless it is over before. */
  stopAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), ms);
  }

  /** Nothing of it goes on. */
  isOver(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.#stop.abort();
    this.#request?.destroy();
  }
}
