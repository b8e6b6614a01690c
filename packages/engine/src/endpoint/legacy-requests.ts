import { GatewayError } from "@local-mcp/contract";
import type { RequestTrace, TrafficSink } from "../trace.ts";
import {
  isObject,
  isRequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../jsonrpc.ts";
import { isLogLevel, LOG_LEVELS } from "../protocol.ts";
import { type Answer, type Caller, progressTokenOf } from "../router/caller.ts";
import { placeOfResource, resourceNotFound } from "../router/resources.ts";
import { answer, route } from "../router/router.ts";
import type { Routes } from "../router/routes.ts";
import type { Reply } from "./reply.ts";
import { rpcError, serializeInTurn } from "./rpc-answers.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { clientOf, listedTools, OpenExchange } from "./traffic.ts";

/** What one session may subscribe to. */
const MAX_SUBSCRIPTIONS = 1000;

export interface LegacyRequestsOptions {
  sessions: Sessions;
  traffic: TrafficSink;
  /** Resolves when the servers have heard what is subscribed to. */
  subscribed: () => Promise<void>;
  /** A client told of itself what the servers with a connection of its own should know. */
  onClientChange: (session: Session, notification: RpcNotification) => void;
}

/** What a session's client may send, however it comes: by Streamable HTTP, in a batch, by SSE. */
export class LegacyRequests {
  readonly #options: LegacyRequestsOptions;

  constructor(options: LegacyRequestsOptions) {
    this.#options = options;
  }

  /** Answers a request. @throws GatewayError duplicate_request_id, before anything was written */
  async answer(
    session: Session,
    request: RpcRequest,
    routes: Routes,
    reply: () => Reply,
  ): Promise<void> {
    if (session.isRunning(request.id)) {
      throw new GatewayError("duplicate_request_id", { id: JSON.stringify(request.id) });
    }
    const { traffic } = this.#options;
    const exchange = OpenExchange.inProfile(traffic, clientOf(session), request, routes);
    const signal = session.begin(request.id, exchange.trace);
    const to = reply();
    try {
      const caller = callerOf(session, request, to, { signal, trace: exchange.trace });
      const answered = await this.#carryOut(session, request, routes, caller);
      const written = to.finish(await serializeInTurn(request, answered));
      exchange.answered(answered, written, listedTools(request, routes));
    } catch (error) {
      const message = JSON.stringify(rpcError(request, error));
      const written = signal.aborted ? to.finishWithout(message) : to.finish(message);
      exchange.failed(error, written, signal.aborted);
      if (!(error instanceof GatewayError)) throw error;
    } finally {
      session.finish(request.id);
    }
  }

  onNotification(session: Session, notification: RpcNotification, { profileId }: Routes): void {
    const requestId = notification.params?.requestId;
    const named = isRequestId(requestId) ? requestId : null;
    const about = named === null ? undefined : session.traceOf(named);
    const from = { client: clientOf(session), profileId };
    this.#options.traffic.onClientNotification(from, notification, about);
    const { sessions } = this.#options;
    const isCancel = notification.method === "notifications/cancelled" && named !== null;
    if (isCancel && !session.cancel(named)) sessions.passOnFromClient(session, notification);
    if (notification.method === "notifications/roots/list_changed") {
      this.#options.onClientChange(session, notification);
      sessions.passOnFromClient(session, notification);
    }
  }

  onResponse(session: Session, response: RpcResponse): void {
    if (!session.onResponse(response)) this.#options.sessions.passOnFromClient(session, response);
  }

  async #carryOut(
    session: Session,
    request: RpcRequest,
    routes: Routes,
    caller: Caller,
  ): Promise<Answer> {
    switch (request.method) {
      case "ping":
        break;
      case "logging/setLevel":
        await this.#setLevel(session, request);
        break;
      case "resources/subscribe":
        await this.#subscribe(session, uriOf(request), routes);
        break;
      case "resources/unsubscribe":
        await this.#unsubscribe(session, uriOf(request));
        break;
      default:
        return route(request, routes, caller);
    }
    return answer({}, request, routes, caller);
  }

  async #setLevel(session: Session, request: RpcRequest): Promise<void> {
    const level = request.params?.level;
    if (!isLogLevel(level)) {
      const levels = LOG_LEVELS.join(", ");
      throw new GatewayError("validation_failed", { detail: `The level is one of ${levels}.` });
    }
    await this.#options.sessions.change(session, () => ({ logLevel: level }));
  }

  /** @throws GatewayError resource_not_found, subscription_not_offered, validation_failed */
  async #subscribe(session: Session, uri: string, routes: Routes): Promise<void> {
    const { subscriptions } = session.record;
    const place = placeOfResource(uri, routes);
    if (!place) throw resourceNotFound(uri);
    const server = routes.upstream(place.serverId);
    const resources = server?.catalog?.implementation?.capabilities.resources;
    if (server && isObject(resources) && resources.subscribe !== true) {
      throw new GatewayError("subscription_not_offered", { server: server.definition.name });
    }
    if (subscriptions.includes(uri)) return;
    if (subscriptions.length >= MAX_SUBSCRIPTIONS) {
      throw new GatewayError("validation_failed", {
        detail: `A session subscribes to at most ${MAX_SUBSCRIPTIONS} resources.`,
      });
    }
    await this.#options.sessions.change(session, (record) => ({
      subscriptions: [...new Set([...record.subscriptions, uri])],
    }));
    await this.#options.subscribed();
  }

  async #unsubscribe(session: Session, uri: string): Promise<void> {
    if (!session.record.subscriptions.includes(uri)) return;
    await this.#options.sessions.change(session, (record) => ({
      subscriptions: record.subscriptions.filter((one) => one !== uri),
    }));
  }
}

const callerOf = (
  session: Session,
  request: RpcRequest,
  reply: Reply,
  { signal, trace }: { signal: AbortSignal; trace: RequestTrace },
): Caller => ({
  era: "legacy",
  client: session,
  signal,
  trace,
  progressToken: () => progressTokenOf(request),
  notify: (notification) => {
    if (reply.send(notification)) trace.notified(notification);
  },
  ask: (method, params, asked) =>
    session.askOver(
      (message) => reply.send(message) || session.sendUnasked(message),
      method,
      params,
      asked,
    ),
  pause: (retryMs) => reply.pause(retryMs),
});

/** @throws GatewayError validation_failed */
function uriOf(request: RpcRequest): string {
  const uri = request.params?.uri;
  if (typeof uri === "string") return uri;
  throw new GatewayError("validation_failed", {
    detail: `${request.method} needs a text in “params.uri”.`,
  });
}
