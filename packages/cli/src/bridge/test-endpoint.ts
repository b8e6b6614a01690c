import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { text as textOf } from "node:stream/consumers";
import { z } from "zod";

const rpc = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
});
export type Rpc = z.infer<typeof rpc>;

/** What the endpoint was sent. */
export interface Seen {
  method: string;
  path: string;
  rpc: Rpc | null;
  session: string | undefined;
  version: string | undefined;
  authorization: string | undefined;
  headers: IncomingHttpHeaders;
}

/** Answers a request itself and resolves with true, or leaves it to the endpoint. */
export type Special = (
  message: Rpc,
  response: ServerResponse,
  headers: IncomingHttpHeaders,
) => boolean | Promise<boolean>;

/** Answers a GET that goes on after an event and returns true, or leaves it to the endpoint. */
export type Resumed = (lastEventId: string, response: ServerResponse) => boolean;

/** The envelope of a request of the modern era, to be put into its params. */
export const MODERN = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

/** A small Streamable HTTP endpoint of both eras, for the tests of the bridge. */
export class TestEndpoint {
  readonly seen: Seen[] = [];
  readonly sessions = new Set<string>();
  special: Special = () => false;
  resumed: Resumed = () => false;
  /** Answers as an event stream, and not as JSON. */
  streams = false;
  /** Offers the GET stream. */
  listens = true;
  token = "first";
  url = "";
  readonly #listeners = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response);
  });
  #count = 0;

  /** `url`: where another one was, to take its place. */
  async start(url?: string): Promise<this> {
    this.#server.listen(url === undefined ? 0 : Number(new URL(url).port), "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  /** Sends a message on all open GET streams. */
  announce(message: object, id?: string): void {
    for (const listener of this.#listeners) listener.write(event(message, id));
  }

  /** Ends all open GET streams. */
  hangUp(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  calls(method: string): Seen[] {
    return this.seen.filter((entry) => entry.rpc?.method === method);
  }

  answer(response: ServerResponse, message: object, headers: Record<string, string> = {}): void {
    const type = this.streams ? "text/event-stream" : "application/json";
    response.writeHead(200, { "content-type": type, ...headers });
    response.end(this.streams ? event(message) : JSON.stringify(message));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const message = body === "" ? null : rpc.parse(JSON.parse(body));
    const session = headerOf(request, "mcp-session-id");
    this.seen.push({
      method: request.method ?? "",
      path: request.url ?? "",
      rpc: message,
      session,
      version: headerOf(request, "mcp-protocol-version"),
      authorization: headerOf(request, "authorization"),
      headers: request.headers,
    });
    if (headerOf(request, "authorization") !== `Bearer ${this.token}`) {
      return refuse(response, 401, "The access token is not valid here.");
    }
    const known = session !== undefined && this.sessions.has(session);
    const isModern = session === undefined && headerOf(request, "mcp-method") !== undefined;
    if (message?.method !== "initialize" && !known && !isModern) {
      return refuse(response, 404, "The session has ended.");
    }
    if (request.method === "DELETE") {
      this.sessions.delete(session ?? "");
      response.writeHead(204).end();
    } else if (request.method === "GET") {
      const lastEventId = headerOf(request, "last-event-id");
      const isResumed = lastEventId !== undefined && this.resumed(lastEventId, response);
      if (!isResumed) this.#listen(response);
    } else if (message !== null && !(await this.special(message, response, request.headers))) {
      this.#post(message, response);
    }
  }

  #listen(response: ServerResponse): void {
    if (!this.listens) {
      response.writeHead(405).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
  }

  #post(message: Rpc, response: ServerResponse): void {
    if (message.id === undefined || message.method === undefined) {
      response.writeHead(202).end();
    } else if (message.method === "initialize") {
      this.#count += 1;
      const session = `${this.token}-${this.#count}`;
      this.sessions.add(session);
      const result = {
        protocolVersion: "2025-11-25",
        capabilities: { tools: { listChanged: true }, prompts: {} },
        serverInfo: { name: "test", version: "1" },
      };
      this.answer(
        response,
        { jsonrpc: "2.0", id: message.id, result },
        { "mcp-session-id": session },
      );
    } else {
      this.answer(response, { jsonrpc: "2.0", id: message.id, result: { did: message.method } });
    }
  }
}

export const event = (message: object, id?: string): string =>
  `event: message\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
};

const refuse = (response: ServerResponse, status: number, message: string): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32001, message } }));
};
