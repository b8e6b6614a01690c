import { type CapabilityKind, LOCAL_SERVER } from "@local-mcp/contract";
import {
  capabilityKey,
  type NameAssignments,
  type Override,
  type ProfileDefinition,
  type ServerCatalog,
  type Era,
  type ServerDefinition,
} from "../definitions.ts";
import { isObject, type JsonObject } from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import { type Caching, strictest } from "../upstream/lists.ts";
import { firstByName } from "./first-by-name.ts";
import { assignNames, type ExposedName, type Nameable, type RenameReason } from "./names.ts";
import { matchesTemplate } from "./uri-template.ts";

/** A server's part in a profile: who it is and what it last listed. */
export interface Offer {
  definition: Pick<ServerDefinition, "id" | "name">;
  catalog: Pick<ServerCatalog, "lists"> | null;
  /** How long its lists may be kept. */
  caching: Caching;
  /** Tools that are kept from clients, by the server's own name. */
  held: { has(tool: string): boolean };
}

/** One tool, prompt or resource of a profile, also where it is turned off. */
export interface Entry {
  kind: CapabilityKind;
  /** Name or URI that clients see. */
  exposed: string;
  original: string;
  serverId: string;
  serverName: string;
  enabled: boolean;
  /** Whether it is kept from clients until a person has accepted what changed of it. */
  held: boolean;
  renamed: RenameReason | null;
  describedByYou: boolean;
  /** As the server sent it. */
  definition: JsonObject;
  /** As clients are sent it: the same with its exposed name and a person's description. */
  shown: JsonObject;
}

export type ListName = "tools" | "prompts" | "resources" | "resourceTemplates";

/**
 * What clients of one profile see, computed from what its servers last listed. The same table lists
 * a name and routes it, so the two cannot differ. Order is that of the profile, then of the server.
 */
export class ProfileView {
  readonly entries: readonly Entry[];
  /** The results of the list methods, serialized once for many answers. */
  readonly json: Readonly<Record<ListName, string>>;
  /** The names that were given, not chosen. */
  readonly toolNames: NameAssignments;
  readonly promptNames: NameAssignments;
  /** With those that are held back, so that a call of one is told why. */
  readonly #tools: Map<string, Entry>;
  readonly #listedTools: Map<string, Entry>;
  readonly #prompts: Map<string, Entry>;
  readonly #resources: Map<string, Entry>;
  readonly #templates: { serverId: string; template: string }[] = [];
  /** Servers that may know a resource they do not list. */
  readonly resourceServers: readonly string[];
  readonly #servers: ReadonlySet<string>;
  /** Tools by the name their server has for them; null where several servers have it. */
  readonly #byOriginal: Map<string, Entry | null>;
  /** Which servers a tool of theirs names a resource of, by its URI. */
  readonly #named = new Map<string, string[]>();
  readonly #caching: { ttlMs: number; isPublic: boolean };
  #modernJson: Partial<Record<ListName, string>> = {};

  constructor(
    profile: ProfileDefinition,
    upstreams: readonly Offer[],
    assigned: { tool: NameAssignments; prompt: NameAssignments },
  ) {
    // Last, so that nothing that is defined here takes a name from a server.
    const offers = [...upstreams, localOffer(profile)];
    const toolNames = name(profile, offers, "tool", assigned.tool);
    const promptNames = name(profile, offers, "prompt", assigned.prompt);
    this.toolNames = given(toolNames);
    this.promptNames = given(promptNames);

    const tools: Entry[] = [];
    const prompts: Entry[] = [];
    const resources: Entry[] = [];
    const templates: JsonObject[] = [];
    const uris = new Set<string>();
    for (const offer of offers) {
      tools.push(...named(profile, offer, "tool", toolNames));
      prompts.push(...named(profile, offer, "prompt", promptNames));
      resources.push(...located(profile, offer, uris));
      for (const definition of offer.catalog?.lists.resourceTemplates ?? []) {
        templates.push(definition);
        this.#templates.push({
          serverId: offer.definition.id,
          template: String(definition.uriTemplate),
        });
      }
    }
    this.entries = [...tools, ...prompts, ...resources];
    this.#tools = offered(tools);
    this.#listedTools = new Map([...this.#tools].filter(([, { held }]) => !held));
    this.#prompts = offered(prompts);
    this.#resources = offered(resources);
    this.#servers = new Set(offers.map(({ definition }) => definition.id));
    this.#byOriginal = byOriginal(this.#tools);
    for (const entry of this.#listedTools.values()) this.#noteNamed(entry);
    this.#caching = cachingOf(upstreams);
    this.resourceServers = offers
      .filter(
        ({ definition, catalog }) =>
          catalog &&
          // What is defined here is listed, or fits a template that is.
          definition.id !== LOCAL_SERVER &&
          (catalog.lists.resources.length > 0 || catalog.lists.resourceTemplates.length > 0),
      )
      .map(({ definition }) => definition.id);
    this.json = {
      tools: JSON.stringify({ tools: shown(this.#listedTools) }),
      prompts: JSON.stringify({ prompts: shown(this.#prompts) }),
      resources: JSON.stringify({ resources: shown(this.#resources) }),
      resourceTemplates: JSON.stringify({ resourceTemplates: templates }),
    };
  }

  /** The result of a list method, as a client of this era is sent it. */
  list(name: ListName, era: Era, serverInfo: JsonObject): string {
    if (era === "legacy") return this.json[name];
    this.#modernJson[name] ??= this.#modernList(name, serverInfo);
    return this.#modernJson[name];
  }

  /**
   * A tool by its exposed name, or by its server's own name where only one server has it: a server
   * that shows a page in the client calls its tools by the names it knows (MCP Apps). Also one that
   * is held back.
   */
  tool(name: string): Entry | undefined {
    return this.#tools.get(name) ?? this.#byOriginal.get(name) ?? undefined;
  }

  hasServer(serverId: string): boolean {
    return this.#servers.has(serverId);
  }

  prompt(exposed: string): Entry | undefined {
    return this.#prompts.get(exposed);
  }

  resource(exposed: string): Entry | undefined {
    return this.#resources.get(exposed);
  }

  /** Whether a person has turned this resource off, so that no other way to it opens. */
  isWithheld(uri: string): boolean {
    return this.entries.some(
      (entry) => entry.kind === "resource" && entry.exposed === uri && !entry.enabled,
    );
  }

  /** Ids of servers with a template the URI could come from. */
  templateServers(uri: string): string[] {
    const servers = this.#templates.filter(({ template }) => matchesTemplate(template, uri));
    return [...new Set(servers.map(({ serverId }) => serverId))];
  }

  /** The server of a template, by the template itself. */
  serverOfTemplate(template: string): string | undefined {
    return this.#templates.find((one) => one.template === template)?.serverId;
  }

  /** Servers with a tool that names this resource as its page (MCP Apps). */
  serversNaming(uri: string): readonly string[] {
    return this.#named.get(uri) ?? [];
  }

  counts(): { tools: number; prompts: number; resources: number } {
    return {
      tools: this.#listedTools.size,
      prompts: this.#prompts.size,
      resources: this.#resources.size,
    };
  }

  #modernList(name: ListName, serverInfo: JsonObject): string {
    const { ttlMs, isPublic } = this.#caching;
    const rest = JSON.stringify({
      resultType: "complete",
      ttlMs,
      cacheScope: isPublic ? "public" : "private",
      _meta: { [META.serverInfo]: serverInfo },
    });
    return `${this.json[name].slice(0, -1)},${rest.slice(1)}`;
  }

  #noteNamed({ definition, serverId }: Entry): void {
    const uri = pageOf(definition);
    if (uri === null) return;
    const known = this.#named.get(uri) ?? [];
    if (!known.includes(serverId)) this.#named.set(uri, [...known, serverId]);
  }
}

/** What the gateway itself offers; it changes with the configuration, of which clients are told. */
const localOffer = ({ local }: ProfileDefinition): Offer => ({
  definition: { id: LOCAL_SERVER, name: LOCAL_PREFIX },
  catalog: { lists: local },
  caching: { ttlMs: null, isPublic: true },
  held: new Set(),
});

/** In names that clients see. */
const LOCAL_PREFIX = "local";

/** The page that a tool wants to be shown with (MCP Apps, `_meta.ui.resourceUri`). */
function pageOf({ _meta: meta }: JsonObject): string | null {
  if (!isObject(meta)) return null;
  const uri = isObject(meta.ui) ? meta.ui.resourceUri : meta["ui/resourceUri"];
  return typeof uri === "string" ? uri : null;
}

function byOriginal(tools: ReadonlyMap<string, Entry>): Map<string, Entry | null> {
  const found = new Map<string, Entry | null>();
  for (const entry of tools.values()) {
    // Whoever gave a tool another name wants it called by that one.
    if (entry.renamed === "by_you") continue;
    found.set(entry.original, found.has(entry.original) ? null : entry);
  }
  return found;
}

/** How long a list may be kept where a server does not say, ms; changes are told in any case. */
const DEFAULT_TTL_MS = 5000;

/** A merged list may be kept as long, and shown as widely, as the strictest of its parts. */
function cachingOf(offers: readonly Offer[]): { ttlMs: number; isPublic: boolean } {
  const { ttlMs, isPublic } = strictest(offers.map(({ caching }) => caching));
  return { ttlMs: Math.min(ttlMs ?? DEFAULT_TTL_MS, DEFAULT_TTL_MS), isPublic };
}

const overrideOf = (
  profile: ProfileDefinition,
  kind: CapabilityKind,
  key: string,
): Override | undefined => profile.overrides[kind].get(key);

function name(
  profile: ProfileDefinition,
  offers: readonly Offer[],
  kind: "tool" | "prompt",
  assigned: NameAssignments,
): Map<string, ExposedName> {
  const nameables: Nameable[] = offers.flatMap(({ definition: server, catalog }) =>
    (catalog?.lists[kind === "tool" ? "tools" : "prompts"] ?? []).map((definition) => {
      const original = String(definition.name);
      const override = overrideOf(profile, kind, capabilityKey(server.id, original));
      return {
        serverId: server.id,
        serverName: server.name,
        original,
        chosen: override?.name ?? null,
      };
    }),
  );
  return assignNames(nameables, profile.namePolicy, assigned);
}

/** A chosen name is kept as a choice, so that taking it back gives the old name back. */
const given = (names: ReadonlyMap<string, ExposedName>): NameAssignments =>
  new Map(
    [...names]
      .filter(([, { renamed }]) => renamed !== "by_you")
      .map(([key, { name }]) => [key, name]),
  );

function named(
  profile: ProfileDefinition,
  { definition: server, catalog, held }: Offer,
  kind: "tool" | "prompt",
  names: ReadonlyMap<string, ExposedName>,
): Entry[] {
  const definitions = catalog?.lists[kind === "tool" ? "tools" : "prompts"] ?? [];
  return [...firstByName(definitions)].map(([original, definition]) => {
    const key = capabilityKey(server.id, original);
    const override = overrideOf(profile, kind, key);
    const exposed = names.get(key) ?? { name: original, renamed: null };
    return {
      kind,
      exposed: exposed.name,
      original,
      serverId: server.id,
      serverName: server.name,
      enabled: override?.enabled ?? true,
      held: kind === "tool" && held.has(original),
      renamed: exposed.renamed,
      describedByYou: override?.description != null,
      definition,
      shown: {
        ...definition,
        name: exposed.name,
        ...(override?.description == null ? {} : { description: override.description }),
      },
    };
  });
}

/**
 * Resources keep their URI; the second server to offer the same one gets it marked with its name,
 * so that both stay readable.
 */
function located(
  profile: ProfileDefinition,
  { definition: server, catalog }: Offer,
  uris: Set<string>,
): Entry[] {
  return (catalog?.lists.resources ?? []).map((definition) => {
    const original = String(definition.uri);
    const contested = uris.has(original);
    const exposed = contested ? `gw+${server.name}+${original}` : original;
    uris.add(exposed);
    const override = overrideOf(profile, "resource", capabilityKey(server.id, original));
    return {
      kind: "resource" as const,
      exposed,
      original,
      serverId: server.id,
      serverName: server.name,
      enabled: override?.enabled ?? true,
      held: false,
      renamed: contested ? ("collision" as const) : null,
      describedByYou: false,
      definition,
      shown: { ...definition, uri: exposed },
    };
  });
}

const offered = (entries: readonly Entry[]): Map<string, Entry> =>
  new Map(entries.filter((entry) => entry.enabled).map((entry) => [entry.exposed, entry]));

const shown = (entries: ReadonlyMap<string, Entry>): JsonObject[] =>
  [...entries.values()].map((entry) => entry.shown);
