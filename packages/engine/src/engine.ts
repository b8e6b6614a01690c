import { type CapabilityKind, GatewayError } from "@local-mcp/contract";
import { capabilitiesOf, instructionsOf } from "./catalog/introduction.ts";
import type { Entry, ProfileView } from "./catalog/view.ts";
import { Views } from "./catalog/views.ts";
import type {
  CalledItem,
  CatalogStore,
  Client,
  EraStore,
  LocalProvider,
  Log,
  Peers,
  Registry,
  ServerDefinition,
  SessionRecord,
  SessionStore,
  ToolPins,
} from "./definitions.ts";
import type { EndpointRequest } from "./endpoint/endpoint.ts";
import type { Written } from "./endpoint/reply.ts";
import { rpcError, serialize } from "./endpoint/rpc-answers.ts";
import { type Arrived, OpenExchange } from "./endpoint/traffic.ts";
import { Downstream } from "./endpoint/downstream.ts";
import type { JsonObject, RpcNotification, RpcRequest } from "./jsonrpc.ts";
import type { EndedProcesses, Processes } from "./processes/processes.ts";
import type { ServerUsage } from "./processes/usage.ts";
import { calledItem } from "./router/called.ts";
import { AnswerCache } from "./router/answer-cache.ts";
import type { AnswerStore } from "./router/answer-store.ts";
import { type Answer, type Caller, silentCaller } from "./router/caller.ts";
import { heldBack, heldTools } from "./router/held-back.ts";
import { ResourceLinks } from "./router/resource-links.ts";
import { callServerTool, route } from "./router/router.ts";
import type { Routes, Servers } from "./router/routes.ts";
import { UrlVisits } from "./router/url-visits.ts";
import { StartGate } from "./start-gate.ts";
import { unlessAborted } from "./time.ts";
import type { TrafficSink } from "./trace.ts";
import { rootsOfServer, type ServerRoots } from "./upstream/server-roots.ts";
import { type Observation, type RecheckReason, Upstream } from "./upstream/upstream.ts";

/** Rechecks that are no further apart are one, ms. */
const RECHECK_MS = 1000;

export interface EngineOptions {
  registry: Registry;
  catalogs: CatalogStore;
  eras: EraStore;
  sessions: SessionStore;
  /** The other gateways on the session store, where there can be any. */
  peers?: Peers | undefined;
  /** Where answers are kept that may be shown to anybody; memory without one. */
  answers?: AnswerStore | undefined;
  traffic: TrafficSink;
  /** What the gateway itself offers, beside its servers. */
  local: LocalProvider;
  serverInfo: { name: string; title: string; version: string };
  maxMessageBytes: () => number;
  /** Takes care of the processes of servers. */
  processes: Processes;
  sessionIdleMs: () => number;
  pins: ToolPins;
  /** The words for a server that cannot answer; computed where status is. */
  explain: (serverId: string) => GatewayError;
  /** Takes secrets out of what servers write beside the protocol, before anybody gets to see it. */
  redact: (text: string) => string;
  log: Log;
  onServerChange: (serverId: string) => void;
  onCatalogChange: (profileId: string) => void;
  onSessionsChange: () => void;
}

/**
 * The MCP engine: keeps the servers connected, computes what each profile offers, and serves it.
 * It starts nothing by itself: `start` brings up every server, a call brings up the one it needs.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #views: Views;
  readonly #downstream: Downstream;
  /** By profile, so that what one profile was shown opens nothing in another. */
  readonly #links = new Map<string, ResourceLinks>();
  readonly #visits = new UrlVisits();
  readonly #cache: AnswerCache;
  /** Servers that were ready once: when they start again, that is anew. */
  readonly #wereReady = new Set<string>();
  readonly #gate = new StartGate();
  #recheckTimer: NodeJS.Timeout | undefined;
  #started = false;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.answers);
    this.#views = new Views({
      catalogs: options.catalogs,
      upstream: (serverId) => this.#upstreams.get(serverId),
      held: (definition) => heldTools(definition, options.pins),
      onListChange: (profileId, method) => this.#downstream.onListChange(profileId, method),
      onCatalogChange: (profileId) => {
        this.#downstream.follow();
        options.onCatalogChange(profileId);
      },
    });
    this.#downstream = new Downstream({
      sessions: options.sessions,
      peers: options.peers,
      sessionIdleMs: options.sessionIdleMs,
      traffic: options.traffic,
      log: options.log,
      introduce: (routes) => this.#introduce(routes),
      routes: (profileId) => this.#routesOrNull(profileId),
      upstreams: () => [...this.#upstreams.values()],
      onLocalSubscriptions: (uris) => options.local.onSubscriptions(uris),
      onSessionsChange: options.onSessionsChange,
    });
  }

  get sessionCount(): number {
    return this.#downstream.sessions.size;
  }

  /** Sessions of clients that this process knows, with whether anything of them is open or runs. */
  sessions(): { record: SessionRecord; lastSeenAt: number; busy: boolean; running: number }[] {
    return this.#downstream.sessions.all().map(({ record, lastSeenAt, busy, running }) => ({
      record,
      lastSeenAt,
      busy,
      running,
    }));
  }

  /** Ends a session at once, open streams and requests included, wherever it is known. */
  endSession(sessionId: string): Promise<void> {
    return this.#downstream.sessions.removeById(sessionId);
  }

  upstream(serverId: string): Upstream | undefined {
    return this.#upstreams.get(serverId);
  }

  /** Whether the servers run, and not only those that a call has needed. */
  get started(): boolean {
    return this.#started;
  }

  /** @returns undefined where there is no such profile */
  view(profileId: string): ProfileView | undefined {
    return this.#views.get(profileId);
  }

  entries(profileId: string, kind?: CapabilityKind): readonly Entry[] {
    const entries = this.view(profileId)?.entries ?? [];
    return kind === undefined ? entries : entries.filter((entry) => entry.kind === kind);
  }

  /**
   * Brings up every server that is meant to run, a few at a time. Lists and calls wait for none of
   * it: lists are those last known, and a call starts the server that it needs.
   */
  start(): void {
    this.#started = true;
    for (const upstream of this.#upstreams.values()) this.#bringUp(upstream);
  }

  /** Starts those anew for which something outside of their configuration has changed. */
  restartWhere(
    isAffected: (definition: ServerDefinition, observation: Observation) => boolean,
  ): void {
    for (const upstream of this.#upstreams.values()) {
      if (!isAffected(upstream.definition, upstream.observation)) continue;
      this.#atTheGate(upstream, () => upstream.reopen());
    }
  }

  /**
   * Makes sure of every server after this computer slept or its network changed: those that run are
   * asked whether they are still there, those that could not be reached are tried at once. What
   * happens several times within a second is looked into once.
   */
  recheck(reason: RecheckReason): void {
    if (!this.#started || this.#closed) return;
    // Soon, and not at once: a network changes in several steps.
    this.#recheckTimer ??= setTimeout(() => {
      this.#recheckTimer = undefined;
      for (const upstream of this.#upstreams.values()) upstream.recheck(reason);
    }, RECHECK_MS);
  }

  /** Takes over the configuration as it is now. Called after each change of it. */
  async reload(): Promise<void> {
    const { registry } = this.#options;
    const wanted = new Map(registry.servers().map((server) => [server.id, server]));
    const gone = [...this.#upstreams].filter(([id]) => !wanted.has(id));
    for (const [id] of gone) {
      this.#upstreams.delete(id);
      this.#wereReady.delete(id);
      this.#cache.outdate(id);
    }
    const changes = gone.map(([, upstream]) => upstream.stop());
    const profiles = registry.profiles();
    const active = registry.activeProfileId();
    for (const definition of wanted.values()) {
      const upstream = this.#upstreams.get(definition.id);
      const roots = rootsOfServer(definition.id, profiles, active);
      if (upstream) changes.push(upstream.reconfigure(definition, roots));
      else this.#add(definition, roots);
    }
    this.#views.reload(profiles);
    const known = new Set(profiles.map(({ id }) => id));
    for (const id of this.#links.keys()) {
      if (!known.has(id)) this.#links.delete(id);
    }
    this.#downstream.onReload(active);
    await Promise.all(changes);
  }

  /** Learns of the sessions that an earlier process left, and keeps up what they subscribed to. */
  recallSessions(): Promise<void> {
    return this.#downstream.sessions.recall();
  }

  /** Serves one HTTP request at a profile's address. @throws GatewayError */
  async serve(
    incoming: Omit<EndpointRequest, "routes">,
    profileId: string,
    transport: "http" | "sse" = "http",
  ): Promise<void> {
    await this.#downstream.serve({ ...incoming, routes: this.#routes(profileId) }, transport);
  }

  /** Answers one request outside any session, for the app itself. @throws GatewayError */
  request(profileId: string, request: RpcRequest, signal: AbortSignal): Promise<Answer> {
    const routes = this.#routes(profileId);
    const item = (): CalledItem | null => calledItem(request, routes);
    return this.#answer({ client: null, isOwn: true, profileId, request, item }, signal, (caller) =>
      route(request, routes, caller),
    );
  }

  /**
   * Calls a tool of one server by its own name, for the person at this computer.
   *
   * @throws GatewayError as the router does
   */
  callServerTool(
    serverId: string,
    name: string,
    args: JsonObject,
    signal: AbortSignal,
  ): Promise<Answer> {
    const servers = this.#servers();
    const request = callOf(name, args);
    const item: CalledItem = { kind: "tool", name, serverId };
    const arrived = { client: null, isOwn: true, profileId: null, request, item: () => item };
    return this.#answer(arrived, signal, (caller) =>
      callServerTool({ serverId, original: name }, request, servers, caller),
    );
  }

  /** Tells of it as of a client's, though it belongs to none. @throws what `answer` throws */
  async #answer(
    arrived: Arrived,
    signal: AbortSignal,
    answer: (caller: Caller) => Promise<Answer>,
  ): Promise<Answer> {
    const { request } = arrived;
    const exchange = new OpenExchange(this.#options.traffic, arrived);
    const written = (text: string): Written => ({ text, httpStatus: null });
    try {
      const answered = await answer(silentCaller(signal, exchange.trace));
      exchange.answered(answered, written(serialize(request, answered)));
      return answered;
    } catch (error) {
      exchange.failed(error, written(JSON.stringify(rpcError(request, error))), signal.aborted);
      throw error;
    }
  }

  /** Other tools of a server than before may be offered to clients, since some were accepted. */
  onToolChanges(serverId: string): void {
    this.#views.onCatalog(serverId);
  }

  /** Tells those who want to hear of it that a resource of the gateway's own is another now. */
  localResourceUpdated(uri: string): void {
    this.#downstream.onLocalResourceUpdated(uri);
  }

  /** Ends the sessions of a token at once, open streams included. @returns how many */
  endSessionsOfToken(tokenId: string): Promise<number> {
    return this.#downstream.endOfToken(tokenId);
  }

  /** What the processes of each server take now, by the server's id; none for those without. */
  usage(): Promise<ReadonlyMap<string, ServerUsage>> {
    return this.#options.processes.usage();
  }

  /**
   * Ends sessions and servers. What is asked from now on is refused, so that nothing starts again.
   *
   * @returns what had to end for it
   */
  async close(): Promise<EndedProcesses> {
    this.#closed = true;
    this.#gate.close();
    clearTimeout(this.#recheckTimer);
    const ended = this.#options.processes.countEnded();
    this.#views.close();
    await this.#downstream.close();
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.stop()));
    this.#options.processes.close();
    return ended();
  }

  #add(definition: ServerDefinition, roots: ServerRoots): void {
    const { registry, catalogs, eras, traffic, serverInfo } = this.#options;
    const { maxMessageBytes, processes, redact, log } = this.#options;
    const upstream = new Upstream({
      definition,
      roots,
      launch: () => registry.launch(definition.id),
      store: catalogs,
      eras,
      clientInfo: { name: serverInfo.name, version: serverInfo.version },
      maxMessageBytes,
      processes,
      redact,
      trace: () => traffic.ofServer(definition.id),
      log,
      onObservation: () => this.#onObservation(definition.id),
      onCatalog: () => this.#views.onCatalog(definition.id),
      onListsChanged: (method) => {
        if (method === "notifications/resources/list_changed") this.#cache.outdate(definition.id);
        this.#options.peers?.tell({ about: "lists", serverId: definition.id, method });
      },
      refusal: (method, { name }) =>
        method === "tools/call" && typeof name === "string"
          ? this.#heldBack(definition.id, name)
          : null,
      onNotification: (client, notification) =>
        this.#onNotification(definition.id, client, notification),
    });
    this.#upstreams.set(definition.id, upstream);
    if (this.#started) this.#bringUp(upstream);
  }

  #bringUp(upstream: Upstream): void {
    upstream.announce();
    this.#atTheGate(upstream, async () => upstream.bringUp());
  }

  #atTheGate(upstream: Upstream, start: () => Promise<void>): void {
    this.#gate.enter(async () => {
      await start();
      await upstream.settled();
    });
  }

  #onObservation(serverId: string): void {
    this.#options.onServerChange(serverId);
    const state = this.#upstreams.get(serverId)?.observation.state;
    if (state === "ready") this.#wereReady.add(serverId);
    else if (state === "starting" && this.#wereReady.delete(serverId))
      this.#cache.outdate(serverId);
    else this.#cache.forget(serverId);
    if (state === "starting") return;
    this.#views.onSettled(serverId);
  }

  #onNotification(serverId: string, client: Client | null, notification: RpcNotification): void {
    const upstream = this.#upstreams.get(serverId);
    if (!upstream) return;
    if (notification.method === "notifications/resources/updated") {
      const uri = notification.params?.uri;
      this.#cache.outdate(serverId, typeof uri === "string" ? uri : undefined);
    }
    const concerned = client ?? this.#visits.clientOf(notification) ?? null;
    this.#downstream.onServerNotification(upstream.definition, concerned, notification);
  }

  #routesOrNull(profileId: string): Routes | null {
    return this.#closed || !this.#views.get(profileId) ? null : this.#routes(profileId);
  }

  #routes(profileId: string): Routes {
    const servers = this.#servers(profileId);
    const known = this.view(profileId);
    if (!known) throw new Error(`no view of profile ${profileId}`);
    const links = this.#links.get(profileId) ?? new ResourceLinks();
    this.#links.set(profileId, links);
    const current = (): ProfileView => this.view(profileId) ?? known;
    return {
      profileId,
      get view() {
        return current();
      },
      links,
      firstListed: (signal) => this.#firstListed(profileId, signal),
      ...servers,
    };
  }

  async #firstListed(profileId: string, signal: AbortSignal): Promise<void> {
    const unheard = this.#views.unheard(profileId);
    if (unheard.length === 0) return;
    const listed = unheard.map((upstream) => {
      upstream.start();
      return upstream.settled();
    });
    await unlessAborted(signal, Promise.all(listed)).catch(() => {
      throw new GatewayError("request_cancelled");
    });
  }

  #servers(profileId: string | null = null): Servers {
    if (this.#closed) throw new GatewayError("shutting_down");
    return {
      roots: (profileId === null ? undefined : this.#views.profile(profileId)?.roots) ?? [],
      askLocal: (request, signal) => this.#options.local.answer({ ...request, profileId }, signal),
      upstream: (serverId) => this.#upstreams.get(serverId),
      heldBack: (serverId, tool) => this.#heldBack(serverId, tool),
      explain: this.#options.explain,
      visits: this.#visits,
      cache: this.#cache,
      serverInfo: this.#options.serverInfo,
    };
  }

  #heldBack(serverId: string, tool: string): GatewayError | null {
    const definition = this.#upstreams.get(serverId)?.definition;
    const change = definition && heldTools(definition, this.#options.pins).get(tool);
    return change ? heldBack(definition.name, tool, change.kind) : null;
  }

  #introduce({ profileId }: Routes): {
    capabilities: JsonObject;
    instructions: string | undefined;
  } {
    const profile = this.#views.profile(profileId);
    const servers = (profile ? this.#views.offering(profile) : []).map(
      ({ definition: { name }, catalog }) => ({
        name,
        implementation: catalog?.implementation ?? null,
      }),
    );
    return { capabilities: capabilitiesOf(servers), instructions: instructionsOf(servers) };
  }
}

const callOf = (name: string, args: JsonObject): RpcRequest => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name, arguments: args },
});
