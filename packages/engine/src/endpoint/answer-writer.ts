import type { ServerResponse } from "node:http";
import type { RpcMessage } from "../jsonrpc.ts";
import type { EventLog, LoggedStream } from "./event-log.ts";
import { EventStream, KEEP_ALIVE_MS } from "./event-stream.ts";
import type { Reply, Written } from "./reply.ts";

export interface AnswerWriterOptions {
  /** Whether the client accepts an event stream. */
  mayStream: boolean;
  headers: Record<string, string>;
  /** Given where a client that loses the stream can come back for the rest. */
  log?: EventLog;
  /** Whether a stream begins with an id, so that it can be left early (MCP 2025-11-25). */
  primes?: boolean;
  /** Whether it is a stream from the start, because the client would rather have one. */
  streamsAtOnce?: boolean;
}

/**
 * Writes the answer to one POSTed request: plain JSON where the answer comes by itself and soon; an
 * event stream as soon as something precedes it, or when it takes long enough for the client to
 * wonder. A client that does not accept streams waits without either.
 */
export class AnswerWriter implements Reply {
  readonly #response: ServerResponse;
  readonly #options: AnswerWriterOptions;
  readonly #patience: NodeJS.Timeout;
  #stream: EventStream | null = null;
  #logged: LoggedStream | null = null;
  #done = false;

  constructor(response: ServerResponse, options: AnswerWriterOptions) {
    this.#response = response;
    this.#options = options;
    this.#patience = setTimeout(() => this.#startStream(null), KEEP_ALIVE_MS);
    if (options.streamsAtOnce === true) this.#startStream(null);
  }

  send(message: RpcMessage): boolean {
    if (this.#done || !this.#startStream(null)) return false;
    this.#write(JSON.stringify(message));
    return this.#logged !== null || this.#stream?.open === true;
  }

  pause(retryMs: number | null): void {
    if (this.#done || this.#options.primes !== true) return;
    const isFresh = this.#stream === null;
    if (!this.#startStream(retryMs)) return;
    if (!isFresh) this.#logged?.prime(retryMs);
    this.#logged?.pause();
  }

  finish(json: string, status = 200): Written {
    if (this.#end()) return this.#written(null);
    if (this.#logged) {
      this.#logged.send(json);
      this.#logged.end();
      return this.#written(json);
    }
    if (this.#stream) {
      const isRead = this.#stream.open;
      this.#stream.finish(json);
      return this.#written(isRead ? json : null);
    }
    if (this.#response.destroyed) return this.#written(null);
    this.#response.writeHead(status, {
      ...this.#options.headers,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(json),
    });
    this.#response.end(json);
    return this.#written(json);
  }

  finishWithout(fallback: string): Written {
    if (!this.#startStream(null)) return this.finish(fallback);
    this.#end();
    this.#logged?.end();
    this.#stream?.end();
    return this.#written(null);
  }

  #written(text: string | null): Written {
    const { headersSent, statusCode } = this.#response;
    return { text, httpStatus: headersSent ? statusCode : null };
  }

  /** @returns whether it had ended before */
  #end(): boolean {
    clearTimeout(this.#patience);
    const was = this.#done;
    this.#done = true;
    return was;
  }

  #write(json: string): void {
    if (this.#logged) this.#logged.send(json);
    else this.#stream?.send({ data: json });
  }

  /** @returns whether what is written from now on can reach the client */
  #startStream(retryMs: number | null): boolean {
    if (this.#stream) return true;
    if (!this.#options.mayStream || this.#response.headersSent) return false;
    if (this.#response.destroyed) return false;
    this.#stream = new EventStream(this.#response, this.#options.headers);
    if (this.#options.log) {
      this.#logged = this.#options.log.open();
      this.#logged.attach(this.#stream, 0);
      if (this.#options.primes === true) this.#logged.prime(retryMs);
    }
    return true;
  }
}
