import type { ServerResponse } from "node:http";

/** A reader that leaves this much unread is let go, bytes; it may connect again. */
const MAX_UNREAD = 4 * 1024 * 1024;
/** Well under the limits at which clients and proxies take a silent stream for dead, ms. */
export const KEEP_ALIVE_MS = 15_000;

/** One event. `data` is one line, as JSON.stringify writes it. */
export interface StreamEvent {
  data: string;
  /** What a client that comes back names as the last it has seen. */
  id?: string;
  /** How long a client should wait before it comes back, ms. */
  retryMs?: number;
  /** Named where the name says more than that it is a message. */
  name?: string;
}

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

  send({ data, id, retryMs, name = "message" }: StreamEvent): void {
    const idLine = id === undefined ? "" : `id: ${id}\n`;
    const retryLine = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
    this.#write(`event: ${name}\n${idLine}${retryLine}data: ${data}\n\n`);
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  /** Calls back when the stream is over, whoever ended it. */
  onceClosed(then: () => void): void {
    this.#response.once("close", then);
  }

  #write(text: string): void {
    if (!this.open) return;
    // What has been left unread counts, not what comes now: one message may be as big as it likes.
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
    else this.#response.write(text);
  }
}
