import { GatewayError } from "@local-mcp/contract";
import type { TrafficSink } from "../trace.ts";
import {
  type ClassifiedMessage,
  classify,
  errorOf,
  isObject,
  type JsonObject,
  type RequestId,
  type RpcRequest,
  type RpcResult,
  resultOf,
} from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import { isLegacyVersion, LATEST_LEGACY_VERSION } from "../protocol.ts";
import type { Routes } from "../router/routes.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { BatchReply } from "./batch.ts";
import type { EndpointRequest } from "./endpoint.ts";
import { EventStream } from "./event-stream.ts";
import { accepts, checkLegacyVersionHeader, prefersStream } from "./headers.ts";
import type { Reply } from "./reply.ts";
import type { LegacyRequests } from "./legacy-requests.ts";
import { rpcError } from "./rpc-answers.ts";
import { allowsBatch, type Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { clientOf, OpenExchange, tellRefused } from "./traffic.ts";

/** Messages one body may hold. */
const MAX_BATCH = 100;

/** What a profile's endpoint says of itself. */
export interface Introduction {
  capabilities: JsonObject;
  instructions: string | undefined;
}

export interface LegacyEndpointOptions {
  sessions: Sessions;
  requests: LegacyRequests;
  traffic: TrafficSink;
  introduce: (routes: Routes) => Introduction;
}

/**
 * MCP over Streamable HTTP as a server, for clients that start with `initialize` (MCP 2024-11-05 to
 * 2025-11-25).
 */
export class LegacyEndpoint {
  readonly #options: LegacyEndpointOptions;

  constructor(options: LegacyEndpointOptions) {
    this.#options = options;
  }

  /** @throws GatewayError before anything has been written */
  async post(incoming: EndpointRequest, classified: ClassifiedMessage): Promise<void> {
    if (classified.kind === "request" && classified.message.method === "initialize") {
      return this.#initialize(incoming, classified.message);
    }
    const session = await this.#session(incoming);
    if (classified.kind === "request") {
      const reply = (): AnswerWriter => this.#writer(incoming, session);
      return this.#options.requests.answer(session, classified.message, incoming.routes, reply);
    }
    if (classified.kind === "notification") {
      this.#options.requests.onNotification(session, classified.message, incoming.routes);
    } else this.#options.requests.onResponse(session, classified.message);
    incoming.response.writeHead(202).end();
  }

  /** Opens a stream for what belongs to no request, or goes on with one that was lost. */
  async get(incoming: EndpointRequest): Promise<void> {
    if (!accepts(incoming.request, "text/event-stream")) {
      throw new GatewayError("not_acceptable", {
        type: "an event stream, which is what GET gives",
      });
    }
    const session = await this.#session(incoming);
    const stream = new EventStream(incoming.response, { "mcp-session-id": session.id });
    const lastEventId = incoming.request.headers["last-event-id"];
    const seen = typeof lastEventId === "string" ? lastEventId : undefined;
    this.#options.sessions.attach(session, stream, seen);
  }

  async delete(incoming: EndpointRequest): Promise<void> {
    await this.#options.sessions.remove(await this.#session(incoming));
    incoming.response.writeHead(200, { "content-length": 0 }).end();
  }

  async #initialize(incoming: EndpointRequest, request: RpcRequest): Promise<void> {
    const { traffic } = this.#options;
    const exchange = OpenExchange.inProfile(traffic, null, request, incoming.routes);
    const writer = (headers: Record<string, string>): AnswerWriter =>
      new AnswerWriter(incoming.response, { mayStream: false, headers });
    try {
      const { session, response } = await openSession(this.#options, incoming, request);
      const written = writer({ "mcp-session-id": session.id }).finish(JSON.stringify(response));
      exchange.opened(clientOf(session), written);
    } catch (error) {
      const answer = JSON.stringify(rpcError(request, error));
      exchange.refused(error, writer({}).finish(answer, knownError(error).http));
      if (!(error instanceof GatewayError)) throw error;
    }
  }

  /**
   * Several messages in one body (MCP 2025-03-26).
   *
   * @throws GatewayError batch_refused, malformed_message, session_missing, session_not_found
   */
  async batch(incoming: EndpointRequest, messages: readonly unknown[]): Promise<void> {
    // The opening of a session stands by itself, in every version.
    if (incoming.request.headers["mcp-session-id"] === undefined) {
      throw new GatewayError("batch_refused");
    }
    const session = await this.#session(incoming);
    if (!allowsBatch(session)) throw new GatewayError("batch_refused");
    if (messages.length === 0 || messages.length > MAX_BATCH) {
      throw new GatewayError("malformed_message", {
        detail: `it holds ${messages.length} messages, and 1 to ${MAX_BATCH} are read`,
      });
    }
    const classified = messages.map((message) => classify(message));
    const { requests } = this.#options;
    for (const one of classified) {
      if (one.kind === "notification") {
        requests.onNotification(session, one.message, incoming.routes);
      }
      if (one.kind === "response") requests.onResponse(session, one.message);
    }
    const answered = classified.filter(({ kind }) => kind === "request" || kind === "malformed");
    if (answered.length === 0) {
      incoming.response.writeHead(202).end();
      return;
    }
    const batch = new BatchReply(this.#writer(incoming, session), answered.length);
    const refuse = (part: Reply, error: GatewayError, of: unknown, id: RequestId | null): void => {
      const written = part.finish(JSON.stringify(errorOf(id, error.jsonRpc, error.message)));
      const { profileId } = incoming.routes;
      const seen = { client: clientOf(session), profileId, message: of };
      tellRefused(this.#options.traffic, seen, error, written);
    };
    const work = classified.map(async (one, index) => {
      if (one.kind === "malformed") {
        const error = new GatewayError("malformed_message", { detail: one.detail });
        refuse(batch.part(), error, messages[index], null);
      }
      if (one.kind !== "request") return;
      const part = batch.part();
      try {
        await requests.answer(session, one.message, incoming.routes, () => part);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        refuse(part, error, one.message, one.message.id);
      }
    });
    await Promise.all(work);
  }

  #writer({ request, response }: EndpointRequest, session: Session): AnswerWriter {
    return new AnswerWriter(response, {
      mayStream: accepts(request, "text/event-stream"),
      headers: {},
      streamsAtOnce: prefersStream(request),
      log: session.log,
      primes: session.primes,
    });
  }

  /** @throws GatewayError session_missing, session_not_found, unsupported_protocol_version */
  async #session(incoming: EndpointRequest): Promise<Session> {
    checkLegacyVersionHeader(incoming.request);
    const sessionId = incoming.request.headers["mcp-session-id"];
    if (typeof sessionId !== "string") throw new GatewayError("session_missing");
    const { tokenId, profileId } = incoming;
    const session = await this.#options.sessions.find(sessionId, tokenId, profileId);
    if (!session) throw new GatewayError("session_not_found");
    return session;
  }
}

/** Begins a session as `initialize` asks for it. @throws GatewayError too_many_sessions */
export async function openSession(
  { sessions, introduce }: Pick<LegacyEndpointOptions, "sessions" | "introduce">,
  { profileId, tokenId, routes }: Pick<EndpointRequest, "profileId" | "tokenId" | "routes">,
  { id, params = {} }: RpcRequest,
): Promise<{ session: Session; response: RpcResult }> {
  const asked = params.protocolVersion;
  const protocolVersion = isLegacyVersion(asked) ? asked : LATEST_LEGACY_VERSION;
  const session = await sessions.create({
    profileId,
    tokenId,
    protocolVersion,
    clientInfo: isObject(params.clientInfo) ? params.clientInfo : {},
    capabilities: isObject(params.capabilities) ? params.capabilities : {},
  });
  const { capabilities, instructions } = introduce(routes);
  const response = resultOf(id, {
    protocolVersion,
    capabilities,
    serverInfo: routes.serverInfo,
    ...(instructions === undefined ? {} : { instructions }),
  });
  return { session, response };
}
