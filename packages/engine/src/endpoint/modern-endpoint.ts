import { hash } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import type { Client, TrafficClient } from "../definitions.ts";
import { InFlight } from "../in-flight.ts";
import type { TrafficSink } from "../trace.ts";
import type { ParkedCalls, Turn } from "../eras/parked-calls.ts";
import { modernResult, translate } from "../eras/translate.ts";
import {
  type ClassifiedMessage,
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcRequest,
  resultOf,
} from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import { ALL_VERSIONS, claimedModernVersion, isModernVersion, META } from "../protocol.ts";
import { checkParameterHeaders, checkRoutingHeaders } from "../protocol-headers.ts";
import { type Answer, type Caller, progressTokenOf } from "../router/caller.ts";
import { route } from "../router/router.ts";
import type { Routes } from "../router/routes.ts";
import { AnswerWriter } from "./answer-writer.ts";
import type { EndpointRequest } from "./endpoint.ts";
import { accepts, unsupported } from "./headers.ts";
import type { Introduction } from "./legacy-endpoint.ts";
import type { Listeners } from "./listeners.ts";
import { rpcError, serializeInTurn } from "./rpc-answers.ts";
import { listedTools, OpenExchange } from "./traffic.ts";

/** How long a client may keep what it was told of the profile, ms. */
const DISCOVERY_TTL_MS = 5000;
/** Requests that a server may ask something for before it answers (MCP 2026-07-28, MRTR). */
const ASKABLE: readonly string[] = ["tools/call", "prompts/get", "resources/read"];

export interface ModernEndpointOptions {
  parked: ParkedCalls;
  listeners: Listeners;
  traffic: TrafficSink;
  introduce: (routes: Routes) => Introduction;
}

/**
 * MCP over Streamable HTTP as a server, for clients without sessions (MCP 2026-07-28): each request
 * says its version and what the client can do, and nothing is kept between two of them.
 */
export class ModernEndpoint {
  readonly #options: ModernEndpointOptions;
  /** The requests that are being answered. */
  readonly #running = new InFlight<number, { tokenId: string | null; gone: AbortController }>();
  #lastKey = 0;

  constructor(options: ModernEndpointOptions) {
    this.#options = options;
  }

  /** Cancels what is being answered to clients with this token. */
  endOfToken(tokenId: string): void {
    this.#options.parked.endOfToken(tokenId);
    for (const running of this.#running.values()) {
      if (running.tokenId === tokenId) running.gone.abort();
    }
  }

  async post(incoming: EndpointRequest, classified: ClassifiedMessage): Promise<void> {
    const { traffic } = this.#options;
    if (classified.kind !== "request") {
      // Closing the stream is what cancels here, and no server asks by a request.
      if (classified.kind === "notification") {
        const client = asSeen(clientOf(incoming, classified.message), incoming);
        const { profileId } = incoming.routes;
        traffic.onClientNotification({ client, profileId }, classified.message, undefined);
      }
      incoming.response.writeHead(202).end();
      return;
    }
    const request = classified.message;
    const client = clientOf(incoming, request);
    const seen = asSeen(client, incoming);
    const exchange = OpenExchange.inProfile(traffic, seen, request, incoming.routes);
    try {
      checkEnvelope(request, incoming);
      checkToolHeaders(request, incoming);
      if (request.method === "subscriptions/listen") {
        this.#options.listeners.open(incoming, request, exchange.trace);
        return;
      }
    } catch (error) {
      const refusal = new AnswerWriter(incoming.response, { mayStream: false, headers: {} });
      const answer = JSON.stringify(rpcError(request, error));
      exchange.refused(error, refusal.finish(answer, knownError(error).http));
      if (!(error instanceof GatewayError)) throw error;
      return;
    }
    await this.#answer(incoming, request, client, exchange);
  }

  async #answer(
    incoming: EndpointRequest,
    request: RpcRequest,
    client: Client,
    exchange: OpenExchange,
  ): Promise<void> {
    const { routes } = incoming;
    const { trace } = exchange;
    const writer = new AnswerWriter(incoming.response, {
      mayStream: accepts(incoming.request, "text/event-stream"),
      headers: {},
    });
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    incoming.response.once("close", onClose);
    const key = (this.#lastKey += 1);
    this.#running.set(key, { tokenId: incoming.tokenId, gone });
    try {
      const caller: Caller = {
        era: "modern",
        client,
        signal: gone.signal,
        trace,
        progressToken: () => progressTokenOf(request),
        notify: (notification) => {
          if (writer.send(notification)) trace.notified(notification);
        },
        ask: () =>
          Promise.reject(
            new GatewayError("client_cannot", { method: `asking in ${request.method}` }),
          ),
        pause: () => {},
      };
      const answer = await this.#carryOut(request, incoming, caller);
      const text = await serializeInTurn(request, answer);
      incoming.response.off("close", onClose);
      const written = writer.finish(text, statusOf(answer));
      exchange.answered(answer, written, listedTools(request, routes));
    } catch (error) {
      incoming.response.off("close", onClose);
      const failure = translate(rpcError(request, error), {
        from: "legacy",
        to: "modern",
        method: request.method,
        serverInfo: routes.serverInfo,
      });
      const status = statusOf({ kind: "response", response: failure });
      const written = writer.finish(JSON.stringify(failure), status);
      exchange.failed(error, written, gone.signal.aborted);
      if (!(error instanceof GatewayError)) throw error;
    } finally {
      this.#running.delete(key);
    }
  }

  async #carryOut(request: RpcRequest, incoming: EndpointRequest, caller: Caller): Promise<Answer> {
    const { routes } = incoming;
    if (request.method === "server/discover") return this.#discover(request, routes);
    if (!ASKABLE.includes(request.method)) return route(request, routes, caller);
    const turn = await this.#turn(request, incoming, caller);
    if (turn.kind === "answered") return turn.answer;
    const { method } = request;
    const result = modernResult(turn.result, { method, serverInfo: routes.serverInfo });
    return { kind: "response", response: resultOf(request.id, result) };
  }

  /** Goes on with a call that waits for this request, or begins one. */
  async #turn(request: RpcRequest, incoming: EndpointRequest, caller: Caller): Promise<Turn> {
    const { parked } = this.#options;
    const { routes, tokenId } = incoming;
    const params = request.params ?? {};
    const owner = { profileId: routes.profileId, tokenId, method: request.method, params };
    const { requestState, inputResponses } = params;
    if (typeof requestState === "string") {
      const answers = isObject(inputResponses) ? inputResponses : {};
      const resumed = await parked.resume(caller, owner, {
        requestState,
        inputResponses: answers,
      });
      if (resumed) return resumed;
    }
    return parked.start(caller, owner, (asked) => route(request, routes, asked));
  }

  #discover(request: RpcRequest, routes: Routes): Answer {
    const { capabilities, instructions } = this.#options.introduce(routes);
    const result: JsonObject = {
      supportedVersions: [...ALL_VERSIONS],
      capabilities,
      ...(instructions === undefined ? {} : { instructions }),
      ttlMs: DISCOVERY_TTL_MS,
      cacheScope: "private",
    };
    const { method } = request;
    const worded = modernResult(result, { method, serverInfo: routes.serverInfo });
    return { kind: "response", response: resultOf(request.id, worded) };
  }
}

/**
 * Holds a request to what every modern request has to say (MCP 2026-07-28, basic and transports).
 *
 * @throws GatewayError envelope_missing, header_mismatch, unsupported_protocol_version
 */
function checkEnvelope(request: RpcRequest, { request: { headers } }: EndpointRequest): void {
  const meta = isObject(request.params?._meta) ? request.params._meta : {};
  if (typeof meta[META.protocolVersion] !== "string") {
    throw new GatewayError("envelope_missing", { key: META.protocolVersion });
  }
  if (!isObject(meta[META.clientCapabilities])) {
    throw new GatewayError("envelope_missing", { key: META.clientCapabilities });
  }
  const version = claimedModernVersion(request) ?? "";
  // Of another version nobody knows which other headers it has.
  const isClaimedTwice = headers["mcp-protocol-version"] === version;
  if (isClaimedTwice && !isModernVersion(version)) throw unsupported(version);
  const mismatch = checkRoutingHeaders(request, headers);
  if (mismatch !== null) throw new GatewayError("header_mismatch", { detail: mismatch });
}

/** @throws GatewayError header_mismatch */
function checkToolHeaders(
  { method, params }: RpcRequest,
  { request: { headers }, routes }: EndpointRequest,
): void {
  if (method !== "tools/call" || typeof params?.name !== "string") return;
  const tool = routes.view.tool(params.name);
  if (!tool) return;
  const mismatch = checkParameterHeaders(tool.definition.inputSchema, params.arguments, headers);
  if (mismatch !== null) throw new GatewayError("header_mismatch", { detail: mismatch });
}

/** What is known of the client is what this request says, and the token it came with. */
function clientOf(
  { tokenId, routes }: EndpointRequest,
  { params }: Pick<RpcRequest, "params">,
): Client {
  const meta = isObject(params?._meta) ? params._meta : {};
  const said = meta[META.clientInfo];
  const info = isObject(said) ? said : {};
  const declared = meta[META.clientCapabilities];
  const capabilities = isObject(declared) ? declared : {};
  const level = meta[META.logLevel];
  const identity = JSON.stringify([tokenId, info, capabilities]);
  return {
    id: `modern-${hash("sha256", identity, "base64url")}`,
    isSession: false,
    profileId: routes.profileId,
    info,
    capabilities,
    logLevel: typeof level === "string" ? level : null,
    notify: () => {},
    ask: () =>
      Promise.reject(
        new GatewayError("client_cannot_be_asked", { reason: "no call of it is running" }),
      ),
  };
}

const asSeen = ({ id, info }: Client, { tokenId }: EndpointRequest): TrafficClient => ({
  sessionId: id,
  info,
  era: "modern",
  tokenId,
  since: Date.now(),
});

const METHOD_NOT_FOUND = -32601;

/** Errors that HTTP has to show as well (MCP 2026-07-28, transports). */
function statusOf(answer: Answer): number {
  if (answer.kind === "json" || !isErrorResponse(answer.response)) return 200;
  const { code } = answer.response.error;
  if (code === METHOD_NOT_FOUND) return 404;
  return code <= -32020 && code >= -32022 ? 400 : 200;
}
