import type { Reply, Written } from "./reply.ts";

/**
 * Gathers the answers to several requests of one body into one array (MCP 2025-03-26, transports;
 * JSON-RPC 2.0 §6). What precedes the answers goes its way at once.
 */
export class BatchReply {
  readonly #reply: Reply;
  readonly #answers: string[] = [];
  /** What would be said where there is no way to say nothing. */
  readonly #unsaid: string[] = [];
  #open: number;

  constructor(reply: Reply, requests: number) {
    this.#reply = reply;
    this.#open = requests;
  }

  /** The part of one request. */
  part(): Reply {
    return {
      send: (message) => this.#reply.send(message),
      pause: () => {},
      finish: (json) => this.#done(this.#answers, json),
      finishWithout: (fallback) => this.#done(this.#unsaid, fallback),
    };
  }

  #done(list: string[], json: string): Written {
    list.push(json);
    this.#open -= 1;
    const written = { text: list === this.#answers ? json : null, httpStatus: 200 };
    if (this.#open > 0) return written;
    // An empty array is no answer (JSON-RPC 2.0 §6).
    if (this.#answers.length > 0) this.#reply.finish(`[${this.#answers.join(",")}]`);
    else this.#reply.finishWithout(`[${this.#unsaid.join(",")}]`);
    return written;
  }
}
