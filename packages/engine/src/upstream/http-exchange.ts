import type http from "node:http";
import type { Readable } from "node:stream";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { onSameOrigin } from "../network/address-guard.ts";
import { ByteCollector } from "./byte-collector.ts";
import type { Connections } from "./connections.ts";
import { systemCode } from "./failure.ts";
import { PacedReading, type Worth } from "./paced-reading.ts";
import type { TimeBudget } from "./time-budget.ts";

/** What is read of a body that nobody wants, so that its connection can be used again: bytes, ms. */
const MAX_UNWANTED_BYTES = 64 * 1024;
const MAX_UNWANTED_MS = 5000;

/** Redirects that repeat the request as it is (RFC 9110, 15.4.8 and 15.4.9). */
const REPEATING: readonly number[] = [307, 308];
const MOST_REDIRECTS = 3;

/** A body or event over the size limit. */
export class TooLargeError extends Error {
  constructor() {
    super("too large");
    this.name = "TooLargeError";
  }
}

export interface ExchangeRequest {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: string;
  connections: Connections;
}

/**
 * Sends one HTTP request and resolves with the head of the answer; the body is still to come. A
 * redirect is an answer like any other.
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
        discard(response);
        reject(refusal);
      } else resolve(response);
    });
    outgoing.once("error", (error) => reject(connections.failureOf(error)));
    onRequest(outgoing);
    outgoing.end(body);
  });
}

/**
 * The same for what may be sent more than once. It follows a redirect that repeats the request at
 * another place of the same origin, and no other: a configured credential goes to the configured
 * server only.
 *
 * @param onMoved told where the server wants to be asked instead
 */
export async function exchangeRepeatable(
  request: ExchangeRequest,
  onRequest: (request: http.ClientRequest) => void,
  onMoved: (url: URL) => void,
): Promise<http.IncomingMessage> {
  let { url } = request;
  for (let followed = 0; ; followed += 1) {
    const response = await exchangeOnLiveSocket({ ...request, url }, onRequest);
    const target = movedTo(response, url);
    if (target === null || followed === MOST_REDIRECTS) return response;
    discard(response);
    onMoved(target);
    url = target;
  }
}

/** Null where the answer is no redirect that is followed. */
function movedTo({ statusCode = 0, headers }: http.IncomingMessage, asked: URL): URL | null {
  if (!REPEATING.includes(statusCode) || headers.location === undefined) return null;
  return onSameOrigin(headers.location, asked);
}

/**
 * Sent once more where the server closed an idle connection just as it was used again: nothing has
 * been processed then.
 */
async function exchangeOnLiveSocket(
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
    // Those that were idle as long have been closed as well.
    request.connections.dropIdle();
    return exchange(request, onRequest);
  }
}

/** Lets go of an answer whose body nobody wants, without reading for ever where it never ends. */
export function discard(response: http.IncomingMessage): void {
  if (response.destroyed) return;
  let size = 0;
  const timer = setTimeout(() => response.destroy(), MAX_UNWANTED_MS);
  response.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_UNWANTED_BYTES) response.destroy();
  });
  // Whoever asked has been told what matters already.
  response.on("error", () => {});
  response.once("close", () => clearTimeout(timer));
}

/** @throws TooLargeError */
export async function readText(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  return (await readBytes(response, maxBytes)).toString("utf8");
}

/** @throws TooLargeError */
export function readBytes(response: http.IncomingMessage, maxBytes: number): Promise<Buffer> {
  // By events and not by iteration, which costs a good part of a small answer.
  return new Promise((resolve, reject) => {
    const said = Number(response.headers["content-length"] ?? 0);
    const bytes = new ByteCollector(said <= maxBytes ? said : 0);
    response.on("data", (chunk: Buffer) => {
      if (bytes.length + chunk.length > maxBytes) response.destroy(new TooLargeError());
      else bytes.push(chunk);
    });
    response.once("end", () => resolve(bytes.take()));
    response.once("error", reject);
    response.once("close", () => cutOff(response, "the answer", reject));
  });
}

/** An error is made only where there is one: it costs more than all else that is done at the end. */
function cutOff(body: Readable, what: string, reject: (error: Error) => void): void {
  if (!body.readableEnded) reject(new Error(`${what} was cut off`));
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

export interface EventsReading {
  /** Of one event. */
  maxBytes: number;
  budget: TimeBudget;
  position: StreamPosition;
  onEvent(event: EventSourceMessage): Exclude<Worth, "part">;
}

/**
 * Reads a server-sent event stream to its end (WHATWG HTML, server-sent events). Events
 * without data only move the position.
 *
 * @throws TooLargeError where one event is over `maxBytes`; the error of the connection
 */
export function readEvents(stream: Readable, reading: EventsReading): Promise<void> {
  const { maxBytes, budget, position } = reading;
  let worth: Worth = "part";
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent: (event) => {
      const isAnswer = event.data !== "" && reading.onEvent(event) === "answer";
      if (isAnswer || worth === "part") worth = isAnswer ? "answer" : "other";
    },
    onId: (id) => {
      position.lastEventId = id === "" ? null : id;
    },
    onRetry: (ms) => {
      position.retryMs = Math.min(ms, LONGEST_RETRY_MS);
    },
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") stream.destroy(new TooLargeError());
    },
  });
  const decoder = new TextDecoder();
  const read = (bytes: Buffer): Worth => {
    worth = "part";
    // What it has still to give is not wanted any more.
    if (!stream.destroyed) parser.feed(decoder.decode(bytes, { stream: true }));
    return worth;
  };
  return new Promise((resolve, reject) => {
    stream.once("end", resolve);
    stream.once("error", reject);
    stream.once("close", () => cutOff(stream, "the stream", reject));
    // Last: what is there already is read at once.
    new PacedReading(stream, { budget, read }).begin();
  });
}

/** Whether an event holds an MCP message. */
export const isMessage = ({ event }: EventSourceMessage): boolean =>
  event === undefined || event === "message";

/** Whether an answer is a stream of events. */
export const isEventStream = ({ headers }: http.IncomingMessage): boolean =>
  (headers["content-type"] ?? "").startsWith("text/event-stream");
