import {
  type CapabilityKind,
  type CapabilityView,
  type Customization,
  GatewayError,
  hasTags,
  LOCAL_SERVER,
  type ProfileCreate,
  type ProfileUpdate,
  type ProfileView,
  type TagFilter,
} from "@local-mcp/contract";
import type { ProfileRow, StoredCustomization } from "@local-mcp/database";
import type { Engine, Entry, JsonObject, Upstream } from "@local-mcp/engine";
import type { LocalCatalog } from "../local/local-catalog.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { Stores } from "../stores.ts";
import { toolResult } from "../tool-result.ts";
import { type NamedTool, refuseSameNames, refuseTexts } from "./choices.ts";
import { LocalChoice } from "./local-choices.ts";

/** As much of a profile as a request to its address needs. */
export interface ProfileRoute {
  profileId: string;
  slug: string;
  allowWithoutToken: boolean;
  enabled: boolean;
}

export interface ProfilesServiceOptions {
  stores: Stores;
  engine: Engine;
  servers: ServersService;
  local: Pick<LocalCatalog, "besideEntries">;
  url: () => string | null;
  onChange: () => void;
  /** Called with the id of a profile that is gone, whose tokens and sessions end with it. */
  onRemoved: (profileId: string) => void;
}

/** Profiles: which servers they have, and what of them clients see. */
export class ProfilesService {
  readonly #options: ProfilesServiceOptions;
  /** Asked at every request of a client, so not read from the database each time. */
  readonly #routes = new Map<string, ProfileRoute>();
  #activeRoute: ProfileRoute | null = null;
  readonly #local: LocalChoice;

  constructor(options: ProfilesServiceOptions) {
    this.#options = options;
    this.#local = new LocalChoice(options.stores);
  }

  list(filter?: TagFilter): ProfileView[] {
    return this.#options.stores.profiles
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  /** By slug or id. @throws GatewayError profile_not_found */
  get(profile: string): ProfileView {
    return this.#view(this.find(profile));
  }

  /** @throws GatewayError profile_not_found */
  find(profile: string): ProfileRow {
    const { profiles } = this.#options.stores;
    const row = profiles.getBySlug(profile) ?? profiles.get(profile);
    if (!row) throw new GatewayError("profile_not_found", { profile: profile.slice(0, 200) });
    return row;
  }

  /** The first one becomes active. @throws GatewayError name_taken, server_not_found, local_not_found */
  create(wanted: ProfileCreate): ProfileView {
    const { stores } = this.#options;
    const serverIds = this.#serverIds(wanted.servers);
    const local = this.#local.resolve(wanted);
    const row = stores.db.transaction(() => {
      const all = stores.profiles.list();
      const inserted = stores.profiles.insert({
        slug: wanted.slug,
        name: wanted.name ?? wanted.slug,
        description: wanted.description,
        namePolicy: wanted.namePolicy,
        allowWithoutToken: wanted.allowWithoutToken,
        position: all.length,
        tags: wanted.tags,
        healthUrl: wanted.healthUrl,
        enabled: wanted.enabled,
      });
      stores.profiles.replaceServers(inserted.id, serverIds);
      this.#local.replace(inserted.id, local);
      if (all.length === 0) stores.profiles.setActive(inserted.id);
      return inserted;
    });
    this.#changed();
    return this.#view(row);
  }

  /** @throws GatewayError profile_not_found, name_taken, server_not_found, local_not_found */
  update(profile: string, changes: ProfileUpdate): ProfileView {
    const { stores } = this.#options;
    const before = this.find(profile);
    const serverIds = changes.servers && this.#serverIds(changes.servers);
    const local = this.#local.resolve(changes);
    stores.db.transaction(() => {
      const { slug, name, description, namePolicy, allowWithoutToken } = changes;
      const { tags, healthUrl, enabled } = changes;
      stores.profiles.update(before.id, {
        slug,
        name,
        description,
        namePolicy,
        allowWithoutToken,
        tags,
        healthUrl,
        enabled,
      });
      if (serverIds) stores.profiles.replaceServers(before.id, serverIds);
      this.#local.replace(before.id, local);
      // Another policy is a wish for other names, which those given before would withstand.
      if (namePolicy && namePolicy !== before.namePolicy) {
        stores.names.replace(before.id, []);
        this.#local.forgetNames(before.id);
      }
    });
    this.#changed();
    return this.get(before.id);
  }

  /** With its tokens. @throws GatewayError profile_not_found */
  remove(profile: string): void {
    const { stores, onRemoved } = this.#options;
    const { id } = this.find(profile);
    stores.profiles.delete(id);
    onRemoved(id);
    this.#changed();
  }

  /** @throws GatewayError profile_not_found */
  activate(profile: string): ProfileView {
    const { stores } = this.#options;
    const row = this.find(profile);
    stores.profiles.setActive(row.id);
    this.#changed();
    return this.#view(row);
  }

  /**
   * The same servers, choices and names under another slug. Tokens, and being open to programs
   * without one, are for a person to give anew.
   *
   * @throws GatewayError profile_not_found, name_taken
   */
  duplicate(profile: string, wanted: { slug: string; name?: string | undefined }): ProfileView {
    const { stores } = this.#options;
    const { id, name, description, namePolicy, tags } = this.find(profile);
    const row = stores.db.transaction(() => {
      const inserted = stores.profiles.insert({
        slug: wanted.slug,
        name: wanted.name ?? `${name} copy`.slice(0, 200),
        description,
        namePolicy,
        allowWithoutToken: false,
        position: stores.profiles.list().length,
        tags,
      });
      const serverIds = stores.profiles.servers(id).map((server) => server.id);
      stores.profiles.replaceServers(inserted.id, serverIds);
      stores.customizations.put(inserted.id, stores.customizations.list(id));
      stores.names.replace(inserted.id, stores.names.list(id));
      this.#local.copy(id, inserted.id);
      return inserted;
    });
    this.#changed();
    return this.#view(row);
  }

  /** What it offers, turned off or not. @throws GatewayError profile_not_found */
  async capabilities(profile: string, kind?: CapabilityKind): Promise<CapabilityView[]> {
    const { id } = this.find(profile);
    await this.#listed(id);
    return this.#capabilities(id, kind);
  }

  /** All changes or none. @throws GatewayError profile_not_found, exposed_name_taken, … */
  async customize(profile: string, changes: readonly Customization[]): Promise<CapabilityView[]> {
    const { stores, engine } = this.#options;
    const row = this.find(profile);
    await this.#listed(row.id);
    const entries = engine.entries(row.id);
    const stored = new Map(
      stores.customizations
        .list(row.id)
        .map((one) => [keyOf(one.kind, one.mcpServerId, one.original), one]),
    );
    const own = changes.filter(({ server }) => server === LOCAL_SERVER);
    for (const change of own) refuseLocalEdit(change);
    for (const change of changes) {
      if (change.server === LOCAL_SERVER) continue;
      const entry = this.#entry(row, entries, change);
      const key = keyOf(entry.kind, entry.serverId, entry.original);
      stored.set(key, merged(stored.get(key), entry, change));
    }
    refuseSameNames(row.slug, keptNames(entries, stored));
    stores.db.transaction(() => {
      stores.customizations.put(row.id, [...stored.values()]);
      for (const { kind, original, enabled } of own) {
        if (enabled !== undefined) this.#local.choose(row.id, kind, original, enabled);
      }
    });
    this.#changed();
    return this.#capabilities(row.id);
  }

  /** As a client of the profile would. @throws GatewayError as the router does */
  async callTool(
    profile: string,
    name: string,
    args: JsonObject,
    signal: AbortSignal | undefined,
  ): Promise<{ result: JsonObject; durationMs: number }> {
    const { id } = this.find(profile);
    await this.#listedWith(id, name);
    return toolResult(name, () =>
      this.#options.engine.request(
        id,
        { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
        signal ?? new AbortController().signal,
      ),
    );
  }

  /** @throws GatewayError profile_not_found */
  routeBySlug(slug: string): ProfileRoute {
    const known = this.#routes.get(slug);
    if (known) return known;
    const row = this.#options.stores.profiles.getBySlug(slug);
    if (!row) throw new GatewayError("profile_not_found", { profile: slug.slice(0, 200) });
    const route = routeOf(row);
    this.#routes.set(slug, route);
    return route;
  }

  /** @throws GatewayError no_active_profile */
  activeRoute(): ProfileRoute {
    if (this.#activeRoute) return this.#activeRoute;
    const row = this.#options.stores.profiles.active();
    if (!row) throw new GatewayError("no_active_profile");
    this.#activeRoute = routeOf(row);
    return this.#activeRoute;
  }

  /** After profiles were written by others. */
  forgetRoutes(): void {
    this.#routes.clear();
    this.#activeRoute = null;
  }

  #changed(): void {
    this.forgetRoutes();
    this.#options.onChange();
  }

  /**
   * In a command that runs by itself nothing has been listed yet, so it is listed now. A gateway
   * that serves answers with what it knows.
   */
  async #listed(profileId: string): Promise<void> {
    if (this.#options.engine.started) return;
    const upstreams = this.#upstreams(profileId);
    for (const upstream of upstreams) {
      const isKnown = upstream.catalog?.configHash === upstream.definition.configHash;
      if (!isKnown && upstream.observation.state === "idle") upstream.start();
    }
    await Promise.all(upstreams.map((upstream) => upstream.settled()));
  }

  /** A tool that nobody knows may be one of a server that is just starting. */
  async #listedWith(profileId: string, tool: string): Promise<void> {
    await this.#listed(profileId);
    if (this.#options.engine.view(profileId)?.tool(tool)) return;
    await Promise.all(this.#upstreams(profileId).map((upstream) => upstream.settled()));
  }

  #upstreams(profileId: string): Upstream[] {
    const { stores, engine } = this.#options;
    return stores.profiles
      .servers(profileId)
      .map(({ id }) => engine.upstream(id))
      .filter((upstream) => upstream !== undefined);
  }

  /** @throws GatewayError server_not_found */
  #serverIds(names: readonly string[]): string[] {
    return [...new Set(names.map((name) => this.#options.servers.find(name).id))];
  }

  /** @throws GatewayError server_not_in_profile, tool_not_found, prompt_not_found, resource_not_found */
  #entry(profile: ProfileRow, entries: readonly Entry[], change: Customization): Entry {
    const server = this.#options.servers.find(change.server);
    const isMember = this.#options.stores.profiles
      .servers(profile.id)
      .some(({ id }) => id === server.id);
    if (!isMember) {
      throw new GatewayError("server_not_in_profile", {
        server: server.name,
        profile: profile.slug,
      });
    }
    const entry = entries.find(
      (one) =>
        one.kind === change.kind && one.serverId === server.id && one.original === change.original,
    );
    if (entry) return entry;
    switch (change.kind) {
      case "prompt":
        throw new GatewayError("prompt_not_found", { prompt: change.original });
      case "resource":
        throw new GatewayError("resource_not_found", { uri: change.original });
      default:
        throw new GatewayError("tool_not_found", { tool: change.original });
    }
  }

  #capabilities(profileId: string, kind?: CapabilityKind): CapabilityView[] {
    const offered = this.#options.engine.entries(profileId, kind);
    return [...offered.map(viewOf), ...this.#options.local.besideEntries(profileId, kind)];
  }

  #view(row: ProfileRow): ProfileView {
    const { stores, engine, url } = this.#options;
    const base = url();
    const view = engine.view(row.id);
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      description: row.description,
      active: stores.profiles.active()?.id === row.id,
      url: base === null ? null : `${base}/mcp/${row.slug}`,
      namePolicy: row.namePolicy,
      allowWithoutToken: row.allowWithoutToken,
      servers: stores.profiles
        .servers(row.id)
        .map(({ id, name, enabled }) => ({ id, name, enabled })),
      ...this.#local.view(row.id),
      tags: row.tags,
      healthUrl: row.healthUrl,
      enabled: row.enabled,
      counts: view?.counts() ?? { tools: 0, prompts: 0, resources: 0 },
      estimatedTokens: estimatedTokens(view?.json.tools ?? NO_TOOLS),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

const viewOf = (entry: Entry): CapabilityView => ({
  kind: entry.kind,
  name: entry.exposed,
  original: entry.original,
  server: entry.serverId === LOCAL_SERVER ? LOCAL_SERVER : entry.serverName,
  title: textOf(entry.definition.title),
  description: textOf(entry.shown.description),
  enabled: entry.enabled,
  heldBack: entry.held,
  renamed: entry.renamed,
  describedByYou: entry.describedByYou,
  definition: entry.definition,
});

/** What the gateway defines is changed where it is defined. @throws GatewayError validation_failed */
function refuseLocalEdit({ kind, original, name, description }: Customization): void {
  if (name == null && description == null) return;
  throw new GatewayError("validation_failed", {
    detail: `“${original}” is the gateway's own: change its name and description where it is defined (“local-mcp-gateway ${kind}s edit ${original}”).`,
  });
}

const NO_TOOLS = JSON.stringify({ tools: [] });
/** What a token of a model's context holds of JSON, roughly, characters. */
const TOKEN_CHARACTERS = 4;

const estimatedTokens = (toolsAsSent: string): number =>
  Math.round((toolsAsSent.length - NO_TOOLS.length) / TOKEN_CHARACTERS);

const routeOf = ({ id, slug, allowWithoutToken, enabled }: ProfileRow): ProfileRoute => ({
  profileId: id,
  slug,
  allowWithoutToken,
  enabled,
});

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const keyOf = (kind: CapabilityKind, serverId: string, original: string): string =>
  `${kind} ${serverId} ${original}`;

function merged(
  before: StoredCustomization | undefined,
  entry: Entry,
  change: Customization,
): StoredCustomization {
  refuseTexts(entry.kind, change);
  return {
    kind: entry.kind,
    mcpServerId: entry.serverId,
    original: entry.original,
    isEnabled: change.enabled ?? before?.isEnabled ?? true,
    customName: change.name === undefined ? (before?.customName ?? null) : change.name,
    customDescription:
      change.description === undefined ? (before?.customDescription ?? null) : change.description,
  };
}

/** The tools whose names must not be anybody else's: those that were chosen, and those that are kept. */
function* keptNames(
  entries: readonly Entry[],
  stored: ReadonlyMap<string, StoredCustomization>,
): Generator<NamedTool> {
  for (const entry of entries) {
    if (entry.kind !== "tool") continue;
    const custom = stored.get(keyOf("tool", entry.serverId, entry.original))?.customName;
    // One that loses its chosen name gets a free one, so only the chosen and the kept count.
    if (custom == null && entry.renamed === "by_you") continue;
    yield { name: custom ?? entry.exposed, server: entry.serverName };
  }
}
