import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { createParser } from "eventsource-parser";
import { isObject, type JsonObject } from "../jsonrpc.ts";

/** What the reader of a {@link MemoryResponse} hears, at once and in order. */
export interface Reader {
  onMessage(message: JsonObject): void;
  /** The response is over; `lastEventId` is where it could be gone on with. */
  onEnd(lastEventId: string | null): void;
}

/** A request that came over no socket. */
export function memoryRequest(method: string, headers: Record<string, string>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.headers = headers;
  return request;
}

/** A response over no socket: the messages in it are read as they are written. */
export class MemoryResponse extends ServerResponse {
  readonly #reader: Reader;
  readonly #parser;
  #text = "";
  #lastEventId: string | null = null;
  #isOver = false;

  constructor(request: IncomingMessage, reader: Reader) {
    super(request);
    this.#reader = reader;
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === "endpoint") this.endpoint = data;
        else if (data !== "") this.#hand(data);
      },
      onId: (id) => (this.#lastEventId = id),
    });
  }

  /** Of the head that was written. */
  headers: JsonObject = {};
  /** Where messages go, on a stream that says so. */
  endpoint: string | null = null;

  override writeHead(status: number, headers?: unknown): this {
    if (isObject(headers)) this.headers = headers;
    return super.writeHead(status);
  }

  override write(chunk: unknown): boolean {
    this.#read(String(chunk));
    return true;
  }

  override end(chunk?: unknown): this {
    if (typeof chunk === "string") this.#read(chunk);
    super.end();
    if (this.#text !== "") this.#hand(this.#text);
    this.#close();
    return this;
  }

  /** The client goes away, or is let go. */
  override destroy(): this {
    super.destroy();
    this.#close();
    return this;
  }

  #read(text: string): void {
    if (this.#isOver) return;
    // Each write of an event stream is whole events or a comment; JSON begins otherwise.
    if (text.startsWith("event:") || text.startsWith(":")) this.#parser.feed(text);
    else this.#text += text;
  }

  #hand(json: string): void {
    const value: unknown = JSON.parse(json);
    for (const message of Array.isArray(value) ? value : [value]) {
      if (!isObject(message)) throw new Error(`no message: ${json}`);
      this.#reader.onMessage(message);
    }
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    process.nextTick(() => this.emit("close"));
    this.#reader.onEnd(this.#lastEventId);
  }
}
