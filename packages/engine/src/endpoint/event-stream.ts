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

  constructor(response: ServerResponse, headers: Record<string, string>) {
    this.#response = response;
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    const keepAlive = setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS);
    this.onceClosed(() => clearInterval(keepAlive));
  }

  get open(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  send(event: StreamEvent): void {
    this.#write(textOf(event));
  }

  /** Sends the last event, whatever is still unread before it, and ends the stream. */
  finish(data: string): void {
    if (!this.open) return;
    this.#response.end(textOf({ data }));
  }

  end(): void {
    if (this.open) this.#response.end();
  }

  /** Calls back when the stream is over, whoever ended it. */
  onceClosed(then: () => void): void {
    // A client may have left before there was anything to write to it.
    if (this.#response.destroyed) then();
    else this.#response.once("close", then);
  }

  /** A stream with something unread is not silent, and a slow reader gets the time it needs. */
  #keepAlive(): void {
    if (this.#response.writableLength === 0) this.#write(": keep-alive\n\n");
  }

  #write(text: string): void {
    if (!this.open) return;
    // What has been left unread counts, not what comes now: one message may be as big as it likes.
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
    else this.#response.write(text);
  }
}

function textOf({ data, id, retryMs, name = "message" }: StreamEvent): string {
  const idLine = id === undefined ? "" : `id: ${id}\n`;
  const retryLine = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  return `event: ${name}\n${idLine}${retryLine}data: ${data}\n\n`;
}
