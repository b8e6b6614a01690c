import type http from "node:http";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Connections } from "./connections.ts";

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

/**
 * Reads a server-sent event stream to its end (WHATWG HTML, server-sent events).
 *
 * @throws TooLargeError where one event is over `maxBytes`
 */
export async function readEvents(
  response: http.IncomingMessage,
  maxBytes: number,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent,
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") tooLarge = true;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (tooLarge) {
      response.destroy();
      throw new TooLargeError();
    }
  }
}
