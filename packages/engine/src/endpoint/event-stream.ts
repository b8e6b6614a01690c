import type { ServerResponse } from "node:http";
import type { RpcMessage } from "../jsonrpc.ts";

/** A reader that leaves this much unread is let go, bytes; it may connect again. */
const MAX_UNREAD = 4 * 1024 * 1024;
/** Well under the limits at which clients and proxies take a silent stream for dead, ms. */
export const KEEP_ALIVE_MS = 15_000;

/** A server-sent event stream to a client (WHATWG HTML, server-sent events). */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;

  constructor(response: ServerResponse, headers: Record<string, string>) {
    this.#response = response;
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    this.#keepAlive = setInterval(() => this.#write(": keep-alive\n\n"), KEEP_ALIVE_MS);
    response.once("close", () => clearInterval(this.#keepAlive));
  }

  get open(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  send(message: RpcMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** `json` is one line, as JSON.stringify writes it. */
  sendText(json: string): void {
    this.#write(`event: message\ndata: ${json}\n\n`);
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  #write(text: string): void {
    if (!this.open) return;
    this.#response.write(text);
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
  }
}
