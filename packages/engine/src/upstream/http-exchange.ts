import type http from "node:http";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Connections } from "./connections.ts";
import { systemCode } from "./failure.ts";

/** A body or event over the size limit. */
export class TooLargeError extends Error {
  constructor() {
    super("too large");
    this.name = "TooLargeError";
  }
}

export interface ExchangeRequest {
  url: URL;
  method: "GET" | "POST" | "DELETE";
  headers: Record<string, string>;
  body?: string;
  connections: Connections;
}

/**
 * Sends one HTTP request and resolves with the head of the answer; the body is still to come.
 * Redirects are not followed: a configured credential goes to the configured address only.
 */
export function exchange(
  request: ExchangeRequest,
  onRequest: (request: http.ClientRequest) => void,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, body, connections } = request;
    const outgoing = connections.request(url, {
      method,
      headers:
        body === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
    });
    outgoing.once("response", (response) => {
      const refusal = connections.refusalOf(response);
      if (refusal) {
        response.resume();
        reject(refusal);
      } else resolve(response);
    });
    outgoing.once("error", (error) => reject(connections.failureOf(error)));
    onRequest(outgoing);
    outgoing.end(body);
  });
}

/**
 * The same, sent once more where the server closed an idle connection just as it was used again:
 * nothing has been processed then.
 */
export async function exchangeOnLiveSocket(
  request: ExchangeRequest,
  onRequest: (request: http.ClientRequest) => void,
): Promise<http.IncomingMessage> {
  let outgoing: http.ClientRequest | undefined;
  try {
    return await exchange(request, (begun) => {
      outgoing = begun;
      onRequest(begun);
    });
  } catch (error) {
    if (!outgoing?.reusedSocket || systemCode(error) !== "ECONNRESET") throw error;
    return exchange(request, onRequest);
  }
}

/** @throws TooLargeError */
export function readText(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  // By events and not by iteration, which costs a good part of a small answer.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) response.destroy(new TooLargeError());
      else chunks.push(chunk);
    });
    response.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    response.once("error", reject);
    response.once("close", () => reject(new Error("the answer was cut off")));
  });
}

/** Longest wait that a server may ask for before a stream is opened again, ms. */
const LONGEST_RETRY_MS = 3_600_000;

/** How far a stream of events has been read, which is where it goes on after it has ended. */
export class StreamPosition {
  /** Null where the server numbers no events, and so cannot go on. */
  lastEventId: string | null = null;
  /** How long the server wants us to wait first, ms; null where it has not said. */
  retryMs: number | null = null;
}

/**
 * Reads a server-sent event stream to its end (WHATWG HTML, server-sent events). Events
 * without data only move the position.
 *
 * @throws TooLargeError where one event is over `maxBytes`; the error of the connection
 */
export async function readEvents(
  response: AsyncIterable<Buffer>,
  maxBytes: number,
  position: StreamPosition,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent: (event) => {
      if (event.data !== "") onEvent(event);
    },
    onId: (id) => {
      position.lastEventId = id === "" ? null : id;
    },
    onRetry: (ms) => {
      position.retryMs = Math.min(ms, LONGEST_RETRY_MS);
    },
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") tooLarge = true;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    // Leaving the loop closes the connection.
    if (tooLarge) throw new TooLargeError();
  }
}

/** Whether an event holds an MCP message. */
export const isMessage = ({ event }: EventSourceMessage): boolean =>
  event === undefined || event === "message";

/** Whether an answer is a stream of events. */
export const isEventStream = ({ headers }: http.IncomingMessage): boolean =>
  (headers["content-type"] ?? "").startsWith("text/event-stream");

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
