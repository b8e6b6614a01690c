import { Agent, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { text as textOf } from "node:stream/consumers";
import { createParser } from "eventsource-parser";
import { exchange } from "../http.ts";

/** Where the gateway is and what opens it. */
export interface Access {
  url: string;
  token: string;
}

/** What requests of a session carry. */
export interface Session {
  id: string | null;
  protocolVersion: string;
}

export interface Post {
  body: string;
  headers: OutgoingHttpHeaders;
  /** Breaks it off, also while the answer is being read. */
  signal?: AbortSignal;
  /** The whole body has been handed to the system. */
  onSent?: () => void;
}

/** The headers of what belongs to a session; none where there is none. */
export const sessionHeaders = (session: Session | null): OutgoingHttpHeaders => ({
  ...(session === null ? {} : { "mcp-protocol-version": session.protocolVersion }),
  ...(session === null || session.id === null ? {} : { "mcp-session-id": session.id }),
});

/** One profile's MCP endpoint: sends requests to it, knows nothing of what they mean. */
export class Endpoint {
  /** Base URL of the gateway. */
  readonly url: string;
  readonly #address: URL;
  readonly #token: string;
  readonly #agent: Agent | HttpsAgent;

  constructor({ url, token }: Access, profile: string) {
    this.url = url;
    this.#address = new URL(`${url}/mcp/${encodeURIComponent(profile)}`);
    this.#token = token;
    this.#agent =
      this.#address.protocol === "https:"
        ? new HttpsAgent({ keepAlive: true })
        : new Agent({ keepAlive: true });
  }

  post({ body, headers, signal, onSent }: Post): Promise<IncomingMessage> {
    return exchange(this.#address, {
      method: "POST",
      headers: {
        ...this.#authorized(headers),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "content-length": Buffer.byteLength(body),
      },
      body,
      agent: this.#agent,
      ...(signal === undefined ? {} : { signal }),
      ...(onSent === undefined ? {} : { onSent }),
    });
  }

  /** Opens the stream of what the gateway says unasked, or the rest of the one an event is from. */
  listen(
    session: Session,
    lastEventId: string | null,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    return exchange(this.#address, {
      method: "GET",
      headers: {
        ...this.#authorized(sessionHeaders(session)),
        accept: "text/event-stream",
        ...(lastEventId === null ? {} : { "last-event-id": lastEventId }),
      },
      agent: this.#agent,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Ends a session. */
  async end(session: Session): Promise<void> {
    const answer = await exchange(this.#address, {
      method: "DELETE",
      headers: this.#authorized(sessionHeaders(session)),
      agent: this.#agent,
    });
    await textOf(answer);
  }

  /** Ends all connections, also those with a request under way. */
  close(): void {
    this.#agent.destroy();
  }

  #authorized(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
    return { authorization: `Bearer ${this.#token}`, ...headers };
  }
}

/** How far a stream of events has been read, which is where it goes on after it has ended. */
export interface Position {
  /** Null where the events have no ids, so that it cannot go on. */
  lastEventId: string | null;
  /** How long the gateway wants us to wait first, ms; null where it has not said. */
  retryMs: number | null;
}

export const startOfStream = (): Position => ({ lastEventId: null, retryMs: null });

/**
 * The messages of an answer, JSON or event stream, as they arrive; each on one line. Moves the
 * position, also by events without a message.
 */
export async function* messagesOf(
  answer: IncomingMessage,
  position = startOfStream(),
): AsyncGenerator<string> {
  // A line break in JSON can only stand between tokens, where a space does as well.
  const onOneLine = (text: string): string => text.replace(/[\r\n]+/g, " ").trim();
  if (!/^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "")) {
    const body = onOneLine(await textOf(answer));
    if (body !== "") yield body;
    return;
  }
  const arrived: string[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (data !== "" && (event === undefined || event === "message")) arrived.push(data);
    },
    onId: (id) => {
      position.lastEventId = id === "" ? null : id;
    },
    onRetry: (milliseconds) => {
      position.retryMs = milliseconds;
    },
  });
  answer.setEncoding("utf8");
  for await (const chunk of answer) {
    parser.feed(String(chunk));
    for (const data of arrived.splice(0)) yield onOneLine(data);
  }
}
