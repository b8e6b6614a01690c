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

  post(body: string, session: Session | null): Promise<IncomingMessage> {
    return exchange(this.#address, {
      method: "POST",
      headers: {
        ...this.#headers(session),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "content-length": Buffer.byteLength(body),
      },
      body,
      agent: this.#agent,
    });
  }

  /** Opens the stream of what the gateway says unasked. */
  listen(session: Session): Promise<IncomingMessage> {
    return exchange(this.#address, {
      method: "GET",
      headers: { ...this.#headers(session), accept: "text/event-stream" },
      agent: this.#agent,
    });
  }

  /** Ends a session. */
  async end(session: Session): Promise<void> {
    const answer = await exchange(this.#address, {
      method: "DELETE",
      headers: this.#headers(session),
      agent: this.#agent,
    });
    await textOf(answer);
  }

  /** Ends all connections, also those with a request under way. */
  close(): void {
    this.#agent.destroy();
  }

  #headers(session: Session | null): OutgoingHttpHeaders {
    return {
      authorization: `Bearer ${this.#token}`,
      ...(session === null ? {} : { "mcp-protocol-version": session.protocolVersion }),
      ...(session === null || session.id === null ? {} : { "mcp-session-id": session.id }),
    };
  }
}

/** The messages of an answer, JSON or event stream, as they arrive; each on one line. */
export async function* messagesOf(answer: IncomingMessage): AsyncGenerator<string> {
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
  });
  answer.setEncoding("utf8");
  for await (const chunk of answer) {
    parser.feed(String(chunk));
    for (const data of arrived.splice(0)) yield onOneLine(data);
  }
}
