import { type CapabilityKind, GatewayError } from "@local-mcp/contract";
import { type Entry, ProfileView } from "./catalog/view.ts";
import type {
  CatalogStore,
  Log,
  NameAssignments,
  ProfileDefinition,
  Registry,
  ServerDefinition,
  SessionRecord,
  SessionStore,
  TrafficSink,
} from "./definitions.ts";
import { type EndpointRequest, LegacyEndpoint } from "./endpoint/legacy-endpoint.ts";
import { Sessions } from "./endpoint/sessions.ts";
import { type Answer, type Caller, callServerTool, route, type Routes } from "./router/router.ts";
import type { JsonObject, RpcRequest } from "./jsonrpc.ts";
import { type Observation, Upstream } from "./upstream/upstream.ts";

/** What the instructions of all servers together may take, characters. */
const MAX_INSTRUCTIONS = 8000;
/** Servers that list at the same time cost one view, ms. */
const REFRESH_MS = 25;

export interface EngineOptions {
  registry: Registry;
  catalogs: CatalogStore;
  sessions: SessionStore;
  traffic: TrafficSink;
  serverInfo: { name: string; title: string; version: string };
  maxMessageBytes: () => number;
  sessionIdleMs: () => number;
  /** The words for a server that cannot answer; computed where status is. */
  explain: (serverId: string) => GatewayError;
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
  readonly #profiles = new Map<string, ProfileDefinition>();
  readonly #views = new Map<string, ProfileView>();
  /** Profiles whose names are not permanent yet. */
  readonly #unsettled = new Set<string>();
  /** Profiles whose view is older than what their servers list. */
  readonly #stale = new Set<string>();
  #refreshTimer: NodeJS.Timeout | null = null;
  /** The permanent names, as stored. */
  readonly #names = new Map<string, Record<"tool" | "prompt", NameAssignments>>();
  readonly #sessions: Sessions;
  readonly #endpoint: LegacyEndpoint;
  #activeProfileId: string | null = null;
  #started = false;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#sessions = new Sessions({
      store: options.sessions,
      idleMs: options.sessionIdleMs,
      log: options.log,
      onChange: options.onSessionsChange,
    });
    this.#endpoint = new LegacyEndpoint({
      sessions: this.#sessions,
      traffic: options.traffic,
      serverInfo: options.serverInfo,
      instructions: (routes) => this.#instructions(routes),
    });
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Sessions of clients that this process knows, with whether anything of them is open or runs. */
  sessions(): { record: SessionRecord; lastSeenAt: number; busy: boolean }[] {
    return this.#sessions.all().map(({ record, lastSeenAt, busy }) => ({
      record,
      lastSeenAt,
      busy,
    }));
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
    const profile = this.#stale.has(profileId) ? this.#profiles.get(profileId) : undefined;
    if (profile) this.#rebuild(profile);
    return this.#views.get(profileId);
  }

  entries(profileId: string, kind?: CapabilityKind): readonly Entry[] {
    const entries = this.view(profileId)?.entries ?? [];
    return kind === undefined ? entries : entries.filter((entry) => entry.kind === kind);
  }

  /**
   * Brings up every server that is meant to run, none waiting for another. Starting a process holds
   * everything else up for some milliseconds, so requests are let in between two of them.
   */
  start(): void {
    this.#started = true;
    const waiting = [...this.#upstreams.values()];
    const next = (): void => {
      if (this.#closed) return;
      waiting.shift()?.start();
      if (waiting.length > 0) setImmediate(next);
    };
    next();
  }

  /** Starts those anew for which something outside of their configuration has changed. */
  restartWhere(
    isAffected: (definition: ServerDefinition, observation: Observation) => boolean,
  ): void {
    for (const upstream of this.#upstreams.values()) {
      if (isAffected(upstream.definition, upstream.observation)) void upstream.restart();
    }
  }

  /** Takes over the configuration as it is now. Called after each change of it. */
  async reload(): Promise<void> {
    const { registry } = this.#options;
    const wanted = new Map(registry.servers().map((server) => [server.id, server]));
    const gone = [...this.#upstreams].filter(([id]) => !wanted.has(id));
    for (const [id] of gone) this.#upstreams.delete(id);
    const changes = gone.map(([, upstream]) => upstream.stop());

    for (const definition of wanted.values()) {
      const upstream = this.#upstreams.get(definition.id);
      if (upstream) changes.push(upstream.reconfigure(definition));
      else this.#add(definition);
    }
    this.#names.clear();
    this.#profiles.clear();
    for (const profile of registry.profiles()) this.#profiles.set(profile.id, profile);
    for (const id of this.#views.keys()) {
      if (!this.#profiles.has(id)) this.#views.delete(id);
    }
    for (const profile of this.#profiles.values()) this.#rebuild(profile);
    this.#followActive(registry.activeProfileId());
    await Promise.all(changes);
  }

  /** Serves one HTTP request at a profile's address. @throws GatewayError */
  async serve(incoming: Omit<EndpointRequest, "routes">, profileId: string): Promise<void> {
    await this.#endpoint.handle({ ...incoming, routes: this.#routes(profileId) });
  }

  /** Answers one request outside any session, for the app itself. @throws GatewayError */
  request(profileId: string, request: RpcRequest, caller: Caller): Promise<Answer> {
    return route(request, this.#routes(profileId), caller);
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
    caller: Caller,
  ): Promise<Answer> {
    return callServerTool(
      { serverId, original: name },
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
      this.#servers(),
      caller,
    );
  }

  /** Ends the sessions of a token at once, open streams included. @returns how many */
  endSessionsOfToken(tokenId: string): Promise<number> {
    return this.#sessions.removeWhere((record) => record.tokenId === tokenId);
  }

  /** Ends sessions and servers. What is asked from now on is refused, so that nothing starts again. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#refreshTimer) clearTimeout(this.#refreshTimer);
    await this.#sessions.close();
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.stop()));
  }

  #add(definition: ServerDefinition): void {
    const { registry, catalogs, serverInfo, maxMessageBytes, log } = this.#options;
    const upstream = new Upstream({
      definition,
      launch: () => registry.launch(definition.id),
      store: catalogs,
      clientInfo: { name: serverInfo.name, version: serverInfo.version },
      maxMessageBytes,
      log,
      onObservation: () => this.#onObservation(definition.id),
      onCatalog: () => this.#onCatalog(definition.id),
    });
    this.#upstreams.set(definition.id, upstream);
    if (this.#started) upstream.start();
  }

  #onObservation(serverId: string): void {
    this.#options.onServerChange(serverId);
    // A server that is done starting may have been the last one that names waited for.
    if (this.#upstreams.get(serverId)?.observation.state === "starting") return;
    for (const profile of this.#profiles.values()) {
      if (profile.serverIds.includes(serverId)) this.#settleNames(profile);
    }
  }

  /** Views are computed anew when they are next read, and soon in any case, for who listens. */
  #onCatalog(serverId: string): void {
    for (const profile of this.#profiles.values()) {
      if (profile.serverIds.includes(serverId)) this.#stale.add(profile.id);
    }
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = null;
      for (const profileId of this.#stale) this.view(profileId);
    }, REFRESH_MS);
  }

  #rebuild(profile: ProfileDefinition): void {
    const { onCatalogChange } = this.#options;
    this.#stale.delete(profile.id);
    const before = this.#views.get(profile.id);
    const view = new ProfileView(
      profile,
      this.#offering(profile).map(({ definition, catalog }) => ({ definition, catalog })),
      this.#assigned(profile.id),
    );
    this.#views.set(profile.id, view);
    this.#unsettled.add(profile.id);
    this.#settleNames(profile);
    if (!before) return;
    const changed = LIST_CHANGES.filter(({ lists }) =>
      lists.some((list) => before.json[list] !== view.json[list]),
    );
    for (const { method } of changed) this.#announce(profile.id, method);
    if (changed.length > 0) onCatalogChange(profile.id);
  }

  /** The servers of a profile that offer something, now or as last known. */
  #offering(profile: ProfileDefinition): Upstream[] {
    return profile.serverIds
      .map((id) => this.#upstreams.get(id))
      .filter((upstream) => upstream !== undefined)
      .filter(({ definition }) => definition.enabled && definition.confirmed);
  }

  /**
   * Names become permanent once every server of the profile has listed or failed, so that the order
   * in which servers happen to start decides nothing.
   */
  #settleNames(profile: ProfileDefinition): void {
    const view = this.#views.get(profile.id);
    if (!view || !this.#unsettled.has(profile.id)) return;
    if (!this.#offering(profile).every(hasSpoken)) return;
    this.#unsettled.delete(profile.id);
    this.#keepNames(profile.id, "tool", view.toolNames);
    this.#keepNames(profile.id, "prompt", view.promptNames);
  }

  #keepNames(profileId: string, kind: "tool" | "prompt", now: NameAssignments): void {
    const before = this.#assigned(profileId)[kind];
    const used = new Set(now.values());
    const absent = [...before].filter(([key, name]) => !now.has(key) && !used.has(name));
    const merged = new Map([...absent, ...now]);
    const same =
      merged.size === before.size && [...merged].every(([key, name]) => before.get(key) === name);
    if (same) return;
    this.#options.catalogs.saveNames(profileId, kind, merged);
    this.#assigned(profileId)[kind] = merged;
  }

  #assigned(profileId: string): Record<"tool" | "prompt", NameAssignments> {
    const known = this.#names.get(profileId);
    if (known) return known;
    const { catalogs } = this.#options;
    const names = {
      tool: catalogs.names(profileId, "tool"),
      prompt: catalogs.names(profileId, "prompt"),
    };
    this.#names.set(profileId, names);
    return names;
  }

  #followActive(profileId: string | null): void {
    const before = this.#activeProfileId;
    this.#activeProfileId = profileId;
    if (before === profileId || before === null) return;
    for (const { method } of LIST_CHANGES) {
      this.#sessions.broadcast({ jsonrpc: "2.0", method }, (record) => record.profileId === null);
    }
  }

  #announce(profileId: string, method: string): void {
    this.#sessions.broadcast({ jsonrpc: "2.0", method }, (record) =>
      record.profileId === null
        ? this.#activeProfileId === profileId
        : record.profileId === profileId,
    );
  }

  #routes(profileId: string): Routes {
    const servers = this.#servers();
    const view = this.view(profileId);
    if (!view) throw new Error(`no view of profile ${profileId}`);
    return { profileId, view, ...servers };
  }

  #servers(): Pick<Routes, "upstream" | "explain"> {
    if (this.#closed) throw new GatewayError("shutting_down");
    return {
      upstream: (serverId) => this.#upstreams.get(serverId),
      explain: this.#options.explain,
    };
  }

  /** What the servers say about themselves, under the name each is known by here. */
  #instructions({ view }: Routes): string | undefined {
    const servers = new Map(view.entries.map((entry) => [entry.serverId, entry.serverName]));
    const parts = [...servers].flatMap(([id, name]) => {
      const text = this.#upstreams.get(id)?.catalog?.implementation?.instructions;
      return text ? [`# ${name}\n\n${text.trim()}`] : [];
    });
    return parts.length === 0 ? undefined : parts.join("\n\n").slice(0, MAX_INSTRUCTIONS);
  }
}

const LIST_CHANGES = [
  { method: "notifications/tools/list_changed", lists: ["tools"] },
  { method: "notifications/prompts/list_changed", lists: ["prompts"] },
  { method: "notifications/resources/list_changed", lists: ["resources", "resourceTemplates"] },
] as const;

const hasSpoken = (upstream: Upstream): boolean =>
  upstream.catalog !== null || !["idle", "starting"].includes(upstream.observation.state);
