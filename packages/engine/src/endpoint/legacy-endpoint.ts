import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import {
  classify,
  errorOf,
  isObject,
  isRequestId,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
} from "../jsonrpc.ts";
import {
  claimedModernVersion,
  isLegacyVersion,
  LATEST_LEGACY_VERSION,
  LEGACY_VERSIONS,
} from "../protocol.ts";
import { type Answer, route, type Routes } from "../router/router.ts";
import type { TrafficSink } from "../definitions.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { EventStream } from "./event-stream.ts";
import type { Session, Sessions } from "./sessions.ts";
import { listedTools, Measured, outcomeOf } from "./traffic.ts";

/** A request that passed the guard, for a profile that exists. */
export interface EndpointRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** The parsed body of a POST. */
  body: unknown;
  /** Null where the address is the one that follows the active profile. */
  profileId: string | null;
  tokenId: string | null;
  routes: Routes;
}

export interface EndpointOptions {
  sessions: Sessions;
  traffic: TrafficSink;
  serverInfo: { name: string; title: string; version: string };
  /** What a client is told about the profile when it connects. */
  instructions(routes: Routes): string | undefined;
}

/**
 * MCP over Streamable HTTP as a server, for clients that start with `initialize` (MCP 2024-11-05 to
 * 2025-11-25).
 */
export class LegacyEndpoint {
  readonly #options: EndpointOptions;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** @throws GatewayError before anything has been written */
  async handle(incoming: EndpointRequest): Promise<void> {
    switch (incoming.request.method) {
      case "POST":
        return this.#post(incoming);
      case "GET":
        return this.#openStream(incoming);
      case "DELETE":
        return this.#endSession(incoming);
      default:
        throw new GatewayError("method_not_allowed", {
          method: incoming.request.method ?? "",
          path: "an MCP address",
          allowed: "POST, GET or DELETE",
        });
    }
  }

  async #post(incoming: EndpointRequest): Promise<void> {
    const classified = classify(incoming.body);
    if (classified.kind === "malformed") {
      throw new GatewayError("malformed_message", { detail: classified.detail });
    }
    if (classified.kind === "request") refuseModern(classified.message);
    if (classified.kind === "request" && classified.message.method === "initialize") {
      return this.#initialize(incoming, classified.message);
    }
    checkVersionHeader(incoming.request);
    const session = await this.#session(incoming);
    if (classified.kind === "request") return this.#answer(incoming, session, classified.message);
    if (classified.kind === "notification") onNotification(session, classified.message);
    // A response would belong to a request of ours; none is sent to clients yet.
    incoming.response.writeHead(202).end();
  }

  async #initialize(incoming: EndpointRequest, request: RpcRequest): Promise<void> {
    const params = request.params ?? {};
    const measured = new Measured(incoming.routes.profileId, request);
    const asked = params.protocolVersion;
    const protocolVersion = isLegacyVersion(asked) ? asked : LATEST_LEGACY_VERSION;
    const session = await this.#options.sessions.create({
      profileId: incoming.profileId,
      tokenId: incoming.tokenId,
      protocolVersion,
      clientInfo: isObject(params.clientInfo) ? params.clientInfo : {},
      capabilities: isObject(params.capabilities) ? params.capabilities : {},
    });
    const instructions = this.#options.instructions(incoming.routes);
    const result: JsonObject = {
      protocolVersion,
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true },
      },
      serverInfo: this.#options.serverInfo,
      ...(instructions === undefined ? {} : { instructions }),
    };
    new AnswerWriter(incoming.response, {
      mayStream: false,
      headers: { "mcp-session-id": session.record.sessionId },
    }).finish(JSON.stringify({ jsonrpc: "2.0", id: request.id, result }));
    this.#options.traffic.onExchange(measured.ended(session, "ok"));
  }

  async #answer(incoming: EndpointRequest, session: Session, request: RpcRequest): Promise<void> {
    const running = session.begin(request.id);
    if (!running)
      throw new GatewayError("duplicate_request_id", { id: JSON.stringify(request.id) });
    const { traffic } = this.#options;
    const measured = new Measured(incoming.routes.profileId, request);
    const writer = new AnswerWriter(incoming.response, {
      mayStream: accepts(incoming.request, "text/event-stream"),
      headers: {},
    });
    try {
      const answer = await route(request, incoming.routes, {
        signal: running.signal,
        notify: (notification) => writer.notify(notification),
      });
      writer.finish(serialize(request, answer));
      const listed = listedTools(request, incoming.routes);
      traffic.onExchange(measured.ended(session, outcomeOf(request, answer), listed));
    } catch (error) {
      const message = JSON.stringify(rpcError(request, error));
      if (running.signal.aborted) writer.finishWithout(message);
      else writer.finish(message);
      traffic.onExchange(measured.ended(session, running.signal.aborted ? "cancelled" : "error"));
      if (!(error instanceof GatewayError)) throw error;
    } finally {
      session.finish(request.id);
    }
  }

  async #openStream(incoming: EndpointRequest): Promise<void> {
    if (!accepts(incoming.request, "text/event-stream")) {
      throw new GatewayError("not_acceptable", {
        type: "an event stream, which is what GET gives",
      });
    }
    checkVersionHeader(incoming.request);
    const session = await this.#session(incoming);
    const detach = this.#options.sessions.attach(
      session,
      new EventStream(incoming.response, { "mcp-session-id": session.record.sessionId }),
    );
    incoming.response.once("close", detach);
  }

  async #endSession(incoming: EndpointRequest): Promise<void> {
    await this.#options.sessions.remove(await this.#session(incoming));
    incoming.response.writeHead(200, { "content-length": 0 }).end();
  }

  /** @throws GatewayError session_missing, session_not_found */
  async #session(incoming: EndpointRequest): Promise<Session> {
    const sessionId = incoming.request.headers["mcp-session-id"];
    if (typeof sessionId !== "string") throw new GatewayError("session_missing");
    const { tokenId, profileId } = incoming;
    const session = await this.#options.sessions.find(sessionId, tokenId, profileId);
    if (!session) throw new GatewayError("session_not_found");
    return session;
  }
}

function onNotification(session: Session, notification: RpcNotification): void {
  const requestId = notification.params?.requestId;
  if (notification.method === "notifications/cancelled" && isRequestId(requestId)) {
    session.cancel(requestId);
  }
}

/** @throws GatewayError unsupported_protocol_version */
function refuseModern(request: RpcRequest): void {
  const requested = claimedModernVersion(request);
  if (requested === null) return;
  throw new GatewayError("unsupported_protocol_version", {
    requested: requested.slice(0, 40),
    supported: LEGACY_VERSIONS.join(", "),
  });
}

/** @throws GatewayError unsupported_protocol_version (MCP 2025-11-25, protocol version header) */
function checkVersionHeader(request: IncomingMessage): void {
  const version = request.headers["mcp-protocol-version"];
  if (version === undefined || isLegacyVersion(version)) return;
  throw new GatewayError("unsupported_protocol_version", {
    requested: String(version).slice(0, 40),
    supported: LEGACY_VERSIONS.join(", "),
  });
}

function accepts(request: IncomingMessage, type: string): boolean {
  const accept = request.headers.accept ?? "*/*";
  return (
    accept.includes(type) || accept.includes("*/*") || accept.includes(`${type.split("/")[0]}/*`)
  );
}

function serialize(request: RpcRequest, answer: Answer): string {
  const id = JSON.stringify(request.id);
  if (answer.kind === "json") return `{"jsonrpc":"2.0","id":${id},"result":${answer.result}}`;
  return JSON.stringify({ ...answer.response, id: request.id });
}

/** What was thrown, as the caller may read it; anything unexpected stays inside. */
function rpcError(request: RpcRequest, thrown: unknown): JsonObject {
  const error = thrown instanceof GatewayError ? thrown : new GatewayError("internal");
  return errorOf(request.id, error.jsonRpc, error.message, {
    code: error.code,
    wayOut: error.wayOut,
  });
}
