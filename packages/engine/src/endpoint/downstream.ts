import { GatewayError, LOCAL_SERVER } from "@local-mcp/contract";
import { LIST_CHANGES } from "../catalog/views.ts";
import type {
  Client,
  Log,
  Peers,
  ServerDefinition,
  SessionRecord,
  SessionStore,
} from "../definitions.ts";
import type { TrafficSink } from "../trace.ts";
import { ParkedCalls } from "../eras/parked-calls.ts";
import type { RpcNotification } from "../jsonrpc.ts";
import { LOG_LEVELS } from "../protocol.ts";
import { withServerName } from "../router/caller.ts";
import { placeOfResource, type ResourcePlace } from "../router/resources.ts";
import type { Routes } from "../router/routes.ts";
import { atMost } from "../time.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { Endpoint, type EndpointRequest } from "./endpoint.ts";
import { type Introduction, LegacyEndpoint } from "./legacy-endpoint.ts";
import { LegacyRequests } from "./legacy-requests.ts";
import { Listeners } from "./listeners.ts";
import { ModernEndpoint } from "./modern-endpoint.ts";
import { PeerHearing } from "./peer-hearing.ts";
import { ResourceSubscriptions, type Subscriber } from "./resource-subscriptions.ts";
import { refusalOf } from "./rpc-answers.ts";
import type { Session } from "./session.ts";
import { Sessions } from "./sessions.ts";
import { SseEndpoint } from "./sse-endpoint.ts";
import { clientOf, namedClient, tellRefused } from "./traffic.ts";

/** How long a client is kept waiting for a server that takes its time over a subscription, ms. */
const SUBSCRIBED_MS = 2000;

export interface DownstreamOptions {
  sessions: SessionStore;
  /** The other gateways on the session store, where there can be any. */
  peers?: Peers | undefined;
  sessionIdleMs: () => number;
  traffic: TrafficSink;
  log: Log;
  introduce: (routes: Routes) => Introduction;
  /** Null where there is no such profile any more. */
  routes(profileId: string): Routes | null;
  upstreams(): readonly Upstream[];
  /** The URIs of the gateway's own resources that somebody wants to hear of now. */
  onLocalSubscriptions(uris: ReadonlySet<string>): void;
  onSessionsChange: () => void;
}

/**
 * The side that clients see: both eras on one address, HTTP+SSE beside it, and who of them is told
 * when something changes.
 */
export class Downstream {
  readonly sessions: Sessions;
  readonly #options: DownstreamOptions;
  readonly #listeners: Listeners;
  readonly #parked = new ParkedCalls();
  readonly #modern: ModernEndpoint;
  readonly #endpoint: Endpoint;
  readonly #sse: SseEndpoint;
  #subscriptions = new ResourceSubscriptions([]);
  #activeProfileId: string | null = null;

  constructor(options: DownstreamOptions) {
    this.#options = options;
    const { traffic, introduce } = options;
    this.sessions = new Sessions({
      store: options.sessions,
      peers: options.peers,
      idleMs: options.sessionIdleMs,
      log: options.log,
      onChange: () => {
        this.follow();
        options.onSessionsChange();
      },
      onEnd: (session) => {
        for (const upstream of options.upstreams()) void upstream.releaseClient(session.id);
      },
      onNotified: (session, notification) => {
        const profileId = session.profileId ?? this.#activeProfileId;
        traffic.onNotified({ client: clientOf(session), profileId }, notification);
      },
    });
    const { sessions } = this;
    const onClientChange = (session: Session, notification: RpcNotification): void => {
      for (const upstream of options.upstreams()) upstream.tellClient(session.id, notification);
    };
    const requests = new LegacyRequests({
      sessions,
      traffic,
      subscribed: () => this.subscribed(),
      onClientChange,
    });
    const hearing = new PeerHearing({
      sessions,
      onClientChange,
      relist: (serverId, method) => {
        const upstream = options.upstreams().find(({ definition }) => definition.id === serverId);
        upstream?.relist(method);
      },
    });
    options.peers?.listen({
      hear: (message, from) => hearing.hear(message, from),
      onGap: () => void sessions.rereadAll(),
      onMembers: (ids) => sessions.onMembers(ids),
    });
    this.#listeners = new Listeners({
      onChange: () => this.follow(),
      subscribed: () => this.subscribed(),
    });
    this.#sse = new SseEndpoint({ sessions, requests, traffic, introduce });
    this.#modern = new ModernEndpoint({
      parked: this.#parked,
      listeners: this.#listeners,
      traffic,
      introduce,
    });
    this.#endpoint = new Endpoint({
      legacy: new LegacyEndpoint({ sessions, requests, traffic, introduce }),
      modern: this.#modern,
    });
  }

  /** Streamable HTTP, or HTTP+SSE. @throws GatewayError before anything has been written */
  async serve(incoming: EndpointRequest, transport: "http" | "sse" = "http"): Promise<void> {
    try {
      await (transport === "sse" ? this.#sse : this.#endpoint).handle(incoming);
    } catch (error) {
      if (error instanceof GatewayError) this.#tellRefused(incoming, error);
      throw error;
    }
  }

  /** Passes on what clients now subscribe to and want to hear, to the servers that have it. */
  follow(): void {
    const upstreams = this.#options.upstreams();
    this.#subscriptions = new ResourceSubscriptions(this.#subscribers());
    this.#options.onLocalSubscriptions(this.#subscriptions.wantedOf(LOCAL_SERVER));
    const level = this.#mostVerbose();
    for (const upstream of upstreams) {
      upstream.setSubscriptions(this.#subscriptions.wantedOf(upstream.definition.id));
      upstream.setLogLevel(level);
    }
  }

  /** Resolves when the servers have heard what is subscribed to, or do not answer in time. */
  async subscribed(): Promise<void> {
    const all = this.#options.upstreams().map((upstream) => upstream.subscribed());
    await atMost(SUBSCRIBED_MS, Promise.all(all));
  }

  onListChange(profileId: string, method: string): void {
    const concerns = (one: { profileId: string | null }): boolean =>
      (one.profileId ?? this.#activeProfileId) === profileId;
    this.#tellOfList(method, concerns);
  }

  /** The configuration was read anew. */
  onReload(activeProfileId: string | null): void {
    const before = this.#activeProfileId;
    this.#activeProfileId = activeProfileId;
    if (before !== activeProfileId && before !== null) {
      for (const { method } of LIST_CHANGES) {
        this.#tellOfList(method, ({ profileId }) => profileId === null);
      }
    }
    this.#listeners.endWhere(
      ({ profileId }) => profileId !== null && this.#options.routes(profileId) === null,
    );
    this.follow();
  }

  /** A server says something that belongs to no request. */
  onServerNotification(
    server: ServerDefinition,
    client: Client | null,
    notification: RpcNotification,
  ): void {
    if (notification.method === "notifications/resources/updated") {
      this.#subscriptions.onUpdated(server.id, notification);
      return;
    }
    const told =
      notification.method === "notifications/message"
        ? withServerName(notification, server.name)
        : notification;
    if (client) client.notify(told);
    // Whose visit it was is not known any more, and it is nobody else's business.
    else if (notification.method === "notifications/elicitation/complete") return;
    else this.sessions.broadcast(told, (record) => this.#uses(record, server.id));
  }

  onLocalResourceUpdated(uri: string): void {
    this.#subscriptions.onUpdated(LOCAL_SERVER, {
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri },
    });
  }

  /** Ends what a token has opened: sessions and streams, and calls with them. @returns how many */
  async endOfToken(tokenId: string): Promise<number> {
    this.#modern.endOfToken(tokenId);
    this.#sse.endOfToken(tokenId);
    const streams = this.#listeners.endWhere((listener) => listener.tokenId === tokenId);
    return streams + (await this.sessions.removeWhere((record) => record.tokenId === tokenId));
  }

  async close(): Promise<void> {
    this.#parked.close();
    this.#listeners.endWhere(() => true);
    await this.#sse.close();
    await this.sessions.close();
  }

  #tellRefused(incoming: EndpointRequest, error: GatewayError): void {
    const { request, body, tokenId, routes } = incoming;
    // What is asked without a message is no request of MCP.
    if (request.method !== "POST") return;
    const text = JSON.stringify(refusalOf(body, error));
    const client = namedClient(request, tokenId);
    const seen = { client, profileId: routes.profileId, message: body };
    tellRefused(this.#options.traffic, seen, error, { text, httpStatus: error.http });
  }

  #tellOfList(method: string, concerns: (one: { profileId: string | null }) => boolean): void {
    const notification: RpcNotification = { jsonrpc: "2.0", method };
    this.sessions.broadcast(notification, concerns);
    this.#listeners.broadcast(notification, concerns);
  }

  #uses({ profileId }: SessionRecord, serverId: string): boolean {
    const routes = this.#routesOf(profileId);
    return routes?.view.hasServer(serverId) ?? false;
  }

  #routesOf(profileId: string | null): Routes | null {
    const id = profileId ?? this.#activeProfileId;
    return id === null ? null : this.#options.routes(id);
  }

  #subscribers(): Subscriber[] {
    const ofSessions = this.sessions.records().flatMap((record) =>
      record.subscriptions.map((uri) => ({
        uri,
        place: this.#place(uri, record.profileId),
        tell: (notification: RpcNotification) => this.sessions.tell(record.sessionId, notification),
      })),
    );
    const ofListeners = this.#listeners.all().flatMap((listener) =>
      listener.filter.resources.map((uri) => ({
        uri,
        place: this.#place(uri, listener.profileId),
        tell: (notification: RpcNotification) => this.#listeners.send(listener, notification),
      })),
    );
    return [...ofSessions, ...ofListeners];
  }

  #place(uri: string, profileId: string | null): ResourcePlace | null {
    const routes = this.#routesOf(profileId);
    return routes ? placeOfResource(uri, routes) : null;
  }

  /** The least severe level any session has set; null where none has. */
  #mostVerbose(): string | null {
    const wanted = new Set(this.sessions.records().map(({ logLevel }) => logLevel));
    return LOG_LEVELS.find((level) => wanted.has(level)) ?? null;
  }
}
