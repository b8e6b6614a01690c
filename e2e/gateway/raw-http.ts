import { createParser } from "eventsource-parser";
import { parse } from "../fixtures/conformance/modern-client.ts";
import type { Message } from "../fixtures/json-rpc.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";

/** One server-sent event, ids and retry times with it. */
export interface SeenEvent {
  id: string | undefined;
  event: string | undefined;
  data: string;
}

/** A stream that is read as it comes, and can be cut. */
export interface Reading {
  status: number;
  headers: Headers;
  events: SeenEvent[];
  /** The messages among them; an event without data carries none. */
  messages: Message[];
  /** The times after which the client should come back, ms. */
  retries: number[];
  /** Resolves when the stream is over, whoever ended it. */
  done: Promise<void>;
  cut(): void;
}

/** Sends exactly this and reads what comes as an event stream. */
export async function readStream(
  url: string,
  {
    method = "GET",
    headers,
    body,
  }: { method?: string; headers: Record<string, string>; body?: unknown },
): Promise<Reading> {
  const abort = new AbortController();
  afterTest(() => abort.abort());
  const response = await fetch(url, {
    method,
    signal: abort.signal,
    headers: {
      accept: method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const events: SeenEvent[] = [];
  const messages: Message[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      events.push({ id, event, data });
      if (data.startsWith("{")) messages.push(parse(data));
    },
    onRetry: (ms) => retries.push(ms),
  });
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    events,
    messages,
    retries,
    done: read().catch(() => undefined),
    cut: () => abort.abort(),
  };
}

/** Opens the stream of what comes unasked to a session; a broken one is no fault here. */
export const listenTo = (
  { url, sessionId }: McpClient,
  authorization: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Reading> =>
  readStream(url, {
    headers: { "mcp-session-id": sessionId ?? "", ...authorization, ...headers },
  });
