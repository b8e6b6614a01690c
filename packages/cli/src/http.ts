import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { type Agent as HttpsAgent, request as requestTls } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** One HTTP request. */
export interface Exchange {
  method: string;
  headers: OutgoingHttpHeaders;
  /** A stream is sent as it comes; `content-length` is the caller's. */
  body?: string | Uint8Array | Readable;
  agent: Agent | HttpsAgent;
  /** Breaks it off, also while the answer is being read. */
  signal?: AbortSignal;
  /** The whole request has been handed to the system. */
  onSent?: () => void;
}

/**
 * Sends a request and resolves with the answer once its head is there. node:http and not fetch:
 * fetch gives up on an answer after five minutes, and a tool may take longer.
 */
export const exchange = (
  url: URL,
  { method, headers, body, agent, signal, onSent = () => {} }: Exchange,
) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const send = url.protocol === "https:" ? requestTls : request;
    const outgoing = send(url, { method, headers, agent, signal });
    // Of a method that rarely has a body Node does not say how long it is.
    if (body !== undefined && !(body instanceof Readable)) {
      outgoing.setHeader("content-length", Buffer.byteLength(body));
    }
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.once("finish", onSent);
    if (body instanceof Readable) pipeline(body, outgoing).catch(reject);
    else outgoing.end(body);
  });
