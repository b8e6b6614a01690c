import type http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Launch } from "../definitions.ts";
import { errorOf, isObject, type RequestId, requestIdOf, type RpcMessage } from "../jsonrpc.ts";
import { formatBytes } from "../text.ts";
import { Connections } from "./connections.ts";
import { networkFailure, systemCode, UpstreamFailure } from "./failure.ts";
import { exchange, readEvents, readText, TooLargeError } from "./http-exchange.ts";
import { RestartPolicy } from "./restart-policy.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** How long an ending session may be told so, ms. */
const GOODBYE_MS = 1000;
const SHOWN_BODY = 500;

type HttpLaunch = Extract<Launch, { transport: "http" | "sse" }>;

/**
 * MCP over Streamable HTTP as a client (MCP 2025-11-25, transports). Each request has a reader of
 * its own, so that what comes on its stream is known to belong to it.
 */
export class HttpTransport implements Transport {
  readonly #name: string;
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #maxMessageBytes: number;
  readonly #connections: Connections;
  readonly #open = new Map<RequestId, http.ClientRequest>();
  /** Requests under way that answer no request of ours: notifications and the GET stream. */
  readonly #others = new Set<http.ClientRequest>();
  #events: TransportEvents | null = null;
  #sessionId: string | null = null;
  #protocolVersion: string | null = null;
  #closed = false;
  readonly #ended = new AbortController();

  constructor(options: { name: string; launch: HttpLaunch; maxMessageBytes: number }) {
    this.#name = options.name;
    this.#url = new URL(options.launch.url);
    this.#headers = options.launch.headers;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#connections = new Connections(this.#url, options.launch.route);
  }

  async open(events: TransportEvents): Promise<void> {
    this.#events = events;
  }

  send(message: RpcMessage): void {
    if (this.#closed) return;
    void this.#post(message, requestIdOf(message));
  }

  handshakeDone(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
    void this.#listen();
  }

  abandon(id: RequestId): void {
    this.#open.get(id)?.destroy();
    this.#open.delete(id);
  }

  output(): string[] {
    return [];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const sessionId = this.#sessionId;
    this.#end(new UpstreamFailure("unreachable", `${this.#name} was stopped.`, { retry: "never" }));
    if (sessionId !== null) await this.#sayGoodbye(sessionId);
    this.#connections.close();
  }

  async #post(message: RpcMessage, id: RequestId | null): Promise<void> {
    const body = JSON.stringify(message);
    const retriable = !("method" in message) || message.method !== "tools/call";
    try {
      const response = await this.#exchange(body, id, retriable);
      await this.#read(response, id);
    } catch (error) {
      this.#failed(id, error);
    } finally {
      if (id !== null) this.#open.delete(id);
    }
  }

  async #exchange(
    body: string,
    id: RequestId | null,
    retriable: boolean,
  ): Promise<http.IncomingMessage> {
    let outgoing: http.ClientRequest | undefined;
    const send = (): Promise<http.IncomingMessage> =>
      exchange(
        {
          url: this.#url,
          method: "POST",
          headers: {
            ...this.#requestHeaders(),
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
          },
          body,
          connections: this.#connections,
        },
        (request) => {
          outgoing = request;
          this.#track(request, id);
        },
      );
    try {
      return await send();
    } catch (error) {
      // The server may close an idle connection just as we reuse it; nothing was processed then,
      // but a tool call is not repeated even so.
      const staleSocket = outgoing?.reusedSocket === true && systemCode(error) === "ECONNRESET";
      if (!staleSocket || !retriable || this.#closed) throw error;
      return send();
    }
  }

  #track(request: http.ClientRequest, id: RequestId | null): void {
    if (id !== null) {
      this.#open.set(id, request);
      return;
    }
    this.#others.add(request);
    request.once("close", () => this.#others.delete(request));
  }

  async #read(response: http.IncomingMessage, id: RequestId | null): Promise<void> {
    const status = response.statusCode ?? 0;
    const sessionId = response.headers["mcp-session-id"];
    if (typeof sessionId === "string" && status < 300) this.#sessionId = sessionId;

    if (status === 202 || status === 204) {
      response.resume();
      return;
    }
    if (status === 401) {
      response.resume();
      this.#end(
        new UpstreamFailure("sign_in", `${this.#url.host} wants credentials.`, { retry: "never" }),
      );
      return;
    }
    if (status >= 200 && status < 300) {
      await this.#readAnswer(response, id);
      return;
    }
    await this.#readRefusal(response, status, id);
  }

  async #readAnswer(response: http.IncomingMessage, id: RequestId | null): Promise<void> {
    const type = response.headers["content-type"] ?? "";
    if (type.startsWith("text/event-stream")) {
      let answered = false;
      await readEvents(response, this.#maxMessageBytes, (event) => {
        const value = parseJson(event.data);
        if (isObject(value) && value.id === id && !("method" in value)) answered = true;
        this.#events?.onMessage(value, id);
      });
      if (id !== null && !answered && this.#open.has(id)) {
        throw new UpstreamFailure("unreachable", `${this.#url.host} ended the answer half way.`, {
          retry: "later",
        });
      }
      return;
    }
    const text = await readText(response, this.#maxMessageBytes);
    if (id === null && text.trim() === "") return;
    const value = parseJson(text);
    if (value === undefined) {
      throw new UpstreamFailure(
        "not_mcp",
        `${this.#url.host} answered something that is not MCP.`,
        {
          retry: "never",
          detail: text.slice(0, SHOWN_BODY),
        },
      );
    }
    for (const one of Array.isArray(value) ? value : [value]) this.#events?.onMessage(one, id);
  }

  async #readRefusal(
    response: http.IncomingMessage,
    status: number,
    id: RequestId | null,
  ): Promise<void> {
    const text = await readText(response, this.#maxMessageBytes);
    if (status === 404 && this.#sessionId !== null) {
      this.#sessionId = null;
      this.#end(
        new UpstreamFailure("http_status", `${this.#url.host} has ended the session.`, {
          retry: "later",
        }),
      );
      return;
    }
    const value = parseJson(text);
    if (id !== null && isObject(value) && isObject(value.error) && this.#protocolVersion !== null) {
      const { code, message, data } = value.error;
      if (typeof code === "number" && typeof message === "string") {
        this.#events?.onMessage(errorOf(id, code, message, data), id);
        return;
      }
    }
    throw this.#statusFailure(status, response.headers.location, text);
  }

  #statusFailure(status: number, location: string | undefined, text: string): UpstreamFailure {
    const { host, pathname } = this.#url;
    const detail = text.slice(0, SHOWN_BODY) || null;
    if (status === 404 || status === 405) {
      const message = `${host} answered, but there is no MCP endpoint at ${pathname}.`;
      return new UpstreamFailure("http_status", message, { retry: "never", detail });
    }
    if (status >= 300 && status < 400) {
      const target = location === undefined ? "elsewhere" : hostOf(location, this.#url);
      const message = `${host} redirects to ${target}; use that address instead.`;
      return new UpstreamFailure("http_status", message, { retry: "never", detail: null });
    }
    const retry = status >= 500 || status === 429 ? "later" : "never";
    return new UpstreamFailure("http_status", `${host} answered with HTTP status ${status}.`, {
      retry,
      detail,
    });
  }

  #failed(id: RequestId | null, error: unknown): void {
    if (this.#closed) return;
    if (error instanceof TooLargeError) {
      const limit = formatBytes(this.#maxMessageBytes);
      this.#events?.onRequestFailed(
        id,
        new GatewayError("message_too_big", {
          server: this.#name,
          size: `more than ${limit}`,
          limit,
        }),
      );
      return;
    }
    const failure = networkFailure(this.#url.host, error);
    // Before the handshake there is nothing else on this connection; afterwards one failed
    // exchange says nothing about the others.
    if (this.#protocolVersion === null) this.#end(failure);
    else if (id !== null && this.#open.has(id)) this.#events?.onRequestFailed(id, failure);
  }

  /** The GET stream, for what belongs to no request. Optional for servers: 405 means there is none. */
  async #listen(): Promise<void> {
    const policy = new RestartPolicy({ givesUp: false });
    while (!this.#closed) {
      try {
        const response = await exchange(
          {
            url: this.#url,
            method: "GET",
            headers: { ...this.#requestHeaders(), accept: "text/event-stream" },
            connections: this.#connections,
          },
          (request) => this.#track(request, null),
        );
        const type = response.headers["content-type"] ?? "";
        if (response.statusCode !== 200 || !type.startsWith("text/event-stream")) {
          response.resume();
          return;
        }
        policy.ready(Date.now());
        await readEvents(response, this.#maxMessageBytes, (event) => {
          this.#events?.onMessage(parseJson(event.data), null);
        });
      } catch {
        // Broken or too large an event: the next round opens it anew, and calls tell of an outage.
      }
      const verdict = policy.failed(Date.now());
      if (verdict.kind === "give_up") return;
      await sleep(verdict.delayMs, undefined, { signal: this.#ended.signal }).catch(() => {});
    }
  }

  /** A courtesy: a server that cannot be told ends the session by itself. */
  async #sayGoodbye(sessionId: string): Promise<void> {
    const told = exchange(
      {
        url: this.#url,
        method: "DELETE",
        headers: { ...this.#requestHeaders(), "mcp-session-id": sessionId },
        connections: this.#connections,
      },
      () => {},
    ).then(
      (response) => void response.resume(),
      () => {},
    );
    // Not a time limit of the request: it has none before a proxy has given it a socket.
    const enough = new AbortController();
    const { signal } = enough;
    await Promise.race([told, sleep(GOODBYE_MS, undefined, { signal }).catch(() => {})]);
    enough.abort();
  }

  #requestHeaders(): Record<string, string> {
    const headers: Record<string, string> = { ...this.#headers };
    if (this.#sessionId !== null) headers["mcp-session-id"] = this.#sessionId;
    if (this.#protocolVersion !== null) headers["mcp-protocol-version"] = this.#protocolVersion;
    return headers;
  }

  #end(failure: UpstreamFailure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended.abort();
    for (const request of [...this.#open.values(), ...this.#others]) request.destroy();
    this.#open.clear();
    this.#events?.onClosed(failure);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hostOf(location: string, base: URL): string {
  try {
    const url = new URL(location, base);
    return `${url.protocol}//${url.host}${url.pathname}`;
  } catch {
    return "elsewhere";
  }
}
