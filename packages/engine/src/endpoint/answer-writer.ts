import type { ServerResponse } from "node:http";
import type { RpcNotification } from "../jsonrpc.ts";
import { EventStream, KEEP_ALIVE_MS } from "./event-stream.ts";

/**
 * Writes the answer to one POSTed request: plain JSON where the answer comes by itself and soon; an
 * event stream as soon as a notification precedes it, or when it takes long enough for the client
 * to wonder. A client that does not accept streams waits without either.
 */
export class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #headers: Record<string, string>;
  readonly #mayStream: boolean;
  readonly #patience: NodeJS.Timeout;
  #stream: EventStream | null = null;

  constructor(
    response: ServerResponse,
    options: { mayStream: boolean; headers: Record<string, string> },
  ) {
    this.#response = response;
    this.#headers = options.headers;
    this.#mayStream = options.mayStream;
    this.#patience = setTimeout(() => this.#startStream(), KEEP_ALIVE_MS);
  }

  notify(notification: RpcNotification): void {
    this.#startStream()?.send(notification);
  }

  /** `json` is the whole response message. */
  finish(json: string): void {
    clearTimeout(this.#patience);
    if (this.#stream) {
      this.#stream.sendText(json);
      this.#stream.end();
      return;
    }
    if (this.#response.destroyed) return;
    this.#response.writeHead(200, {
      ...this.#headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(json),
    });
    this.#response.end(json);
  }

  /** Ends without an answer, as a cancelled request does (MCP 2025-11-25, cancellation). */
  finishWithout(fallback: string): void {
    if (!this.#startStream()) {
      this.finish(fallback);
      return;
    }
    clearTimeout(this.#patience);
    this.#stream?.end();
  }

  #startStream(): EventStream | null {
    if (this.#stream || !this.#mayStream || this.#response.headersSent) return this.#stream;
    if (this.#response.destroyed) return null;
    this.#stream = new EventStream(this.#response, this.#headers);
    return this.#stream;
  }
}
