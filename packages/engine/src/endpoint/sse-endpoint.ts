import { randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { TrafficSink } from "../trace.ts";
import { classify, type RpcMessage, type RpcRequest } from "../jsonrpc.ts";
import type { Routes } from "../router/routes.ts";
import type { EndpointRequest } from "./endpoint.ts";
import { EventStream } from "./event-stream.ts";
import { accepts } from "./headers.ts";
import { type Introduction, openSession } from "./legacy-endpoint.ts";
import type { LegacyRequests } from "./legacy-requests.ts";
import type { Reply } from "./reply.ts";
import { rpcError } from "./rpc-answers.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { clientOf, OpenExchange } from "./traffic.ts";

export interface SseEndpointOptions {
  sessions: Sessions;
  requests: LegacyRequests;
  traffic: TrafficSink;
  introduce: (routes: Routes) => Introduction;
}

/** One client's only stream, on which everything comes that is sent to it. */
interface Connection {
  stream: EventStream;
  session: Session | null;
  tokenId: string | null;
  profileId: string | null;
}

/** HTTP status of every message that is read; its answer comes on the stream. */
const ACCEPTED = 202;
/** Name of the query parameter that tells whose stream a message belongs to. */
const CONNECTION = "connection";

/**
 * HTTP+SSE as a server (MCP 2024-11-05, transports), for clients that know no other way: one stream
 * by GET, and an address named on it to which messages are posted. It lives as long as the stream.
 */
export class SseEndpoint {
  readonly #options: SseEndpointOptions;
  readonly #connections = new Map<string, Connection>();

  constructor(options: SseEndpointOptions) {
    this.#options = options;
  }

  /** @throws GatewayError before anything has been written */
  async handle(incoming: EndpointRequest): Promise<void> {
    const { method } = incoming.request;
    if (method === "GET") return this.#connect(incoming);
    if (method === "POST") return this.#receive(incoming);
    throw new GatewayError("method_not_allowed", {
      method: method ?? "",
      path: "an SSE address",
      allowed: "GET or POST",
    });
  }

  /** Ends the connections that were opened with a token. */
  endOfToken(tokenId: string): void {
    for (const { stream, tokenId: own } of this.#connections.values()) {
      if (own === tokenId) stream.end();
    }
  }

  /** Ends every connection, with the session that lives by it. */
  async close(): Promise<void> {
    const open = [...this.#connections.values()];
    this.#connections.clear();
    for (const { stream } of open) stream.end();
    await Promise.all(
      open.map(async ({ session }) => {
        if (session) await this.#options.sessions.removeGone(session);
      }),
    );
  }

  #connect(incoming: EndpointRequest): void {
    if (!accepts(incoming.request, "text/event-stream")) {
      throw new GatewayError("not_acceptable", { type: "an event stream" });
    }
    const { tokenId, profileId } = incoming;
    const id = randomUUID();
    const stream = new EventStream(incoming.response, {});
    const connection: Connection = { stream, session: null, tokenId, profileId };
    this.#connections.set(id, connection);
    stream.onceClosed(() => {
      if (!this.#connections.delete(id) || !connection.session) return;
      void this.#options.sessions.removeGone(connection.session);
    });
    const path = (incoming.request.url ?? "/").split("?", 1)[0] ?? "/";
    stream.send({ name: "endpoint", data: `${path}?${CONNECTION}=${id}` });
  }

  /**
   * @throws GatewayError sse_stream_missing, stream_elsewhere, session_missing, session_not_found,
   * malformed_message
   */
  async #receive(incoming: EndpointRequest): Promise<void> {
    const connection = this.#find(incoming);
    const classified = classify(incoming.body);
    if (classified.kind === "malformed") {
      throw new GatewayError("malformed_message", { detail: classified.detail });
    }
    if (classified.kind === "request" && classified.message.method === "initialize") {
      incoming.response.writeHead(ACCEPTED).end();
      return this.#initialize(incoming, connection, classified.message);
    }
    const { session } = connection;
    if (!session) throw new GatewayError("session_missing");
    session.lastSeenAt = Date.now();
    const { requests } = this.#options;
    if (classified.kind === "notification") {
      requests.onNotification(session, classified.message, incoming.routes);
    }
    if (classified.kind === "response") requests.onResponse(session, classified.message);
    if (classified.kind !== "request") {
      incoming.response.writeHead(ACCEPTED).end();
      return;
    }
    await requests.answer(session, classified.message, incoming.routes, () => {
      incoming.response.writeHead(ACCEPTED).end();
      return replyOn(connection.stream);
    });
  }

  async #initialize(
    incoming: EndpointRequest,
    connection: Connection,
    request: RpcRequest,
  ): Promise<void> {
    const { sessions, traffic } = this.#options;
    const exchange = OpenExchange.inProfile(traffic, null, request, incoming.routes);
    const reply = replyOn(connection.stream);
    try {
      if (connection.session) {
        throw new GatewayError("validation_failed", { detail: "This connection has a session." });
      }
      const { session, response } = await openSession(this.#options, incoming, request);
      connection.session = session;
      // The client may have gone while its session was stored.
      if (!connection.stream.open) {
        await sessions.remove(session);
        const gone = new GatewayError("request_cancelled");
        exchange.failed(gone, { text: null, httpStatus: ACCEPTED }, true);
        return;
      }
      session.attach(connection.stream, false);
      exchange.opened(clientOf(session), reply.finish(JSON.stringify(response)));
    } catch (error) {
      exchange.refused(error, reply.finish(JSON.stringify(rpcError(request, error))));
      if (!(error instanceof GatewayError)) throw error;
    }
  }

  #find(incoming: EndpointRequest): Connection {
    const query = new URL(incoming.request.url ?? "/", "http://localhost").searchParams;
    const id = query.get(CONNECTION);
    if (id === null) throw new GatewayError("sse_stream_missing");
    const connection = this.#connections.get(id);
    const isTheirs =
      connection?.tokenId === incoming.tokenId && connection.profileId === incoming.profileId;
    if (connection && isTheirs) return connection;
    throw new GatewayError(
      this.#options.sessions.isShared && !connection ? "stream_elsewhere" : "session_not_found",
    );
  }
}

/** Everything goes on the one stream, which cannot be left and come back to. */
const replyOn = (stream: EventStream): Reply => ({
  send: (message: RpcMessage) => {
    stream.send({ data: JSON.stringify(message) });
    return stream.open;
  },
  pause: () => {},
  finish: (json) => {
    const text = stream.open ? json : null;
    stream.send({ data: json });
    return { text, httpStatus: ACCEPTED };
  },
  finishWithout: () => ({ text: null, httpStatus: ACCEPTED }),
});
