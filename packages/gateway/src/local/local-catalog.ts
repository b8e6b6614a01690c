import {
  type CapabilityKind,
  type CapabilityView,
  GatewayError,
  LOCAL_SERVER,
} from "@local-mcp/contract";
import type { JsonObject, LocalProvider, LocalRequest, Root, ServerLists } from "@local-mcp/engine";
import type { PromptsService } from "../prompts/prompts-service.ts";
import type { ResourcesService } from "../resources/resources-service.ts";
import type { RootsService } from "../roots/roots-service.ts";
import type { ToolsService } from "../tools/tools-service.ts";

/** What the gateway itself offers, as the engine knows a server: its lists, and its answers. */
export class LocalCatalog implements LocalProvider {
  readonly #tools: ToolsService;
  readonly #prompts: PromptsService;
  readonly #resources: ResourcesService;
  readonly #roots: RootsService;

  constructor(services: {
    tools: ToolsService;
    prompts: PromptsService;
    resources: ResourcesService;
    roots: RootsService;
  }) {
    this.#tools = services.tools;
    this.#prompts = services.prompts;
    this.#resources = services.resources;
    this.#roots = services.roots;
  }

  /**
   * What of it each profile has, as a server would list it, and the roots of each. Read once for all:
   * a profile is asked for at every change of the configuration, and there may be many.
   */
  offered(): (profileId: string) => { local: ServerLists; roots: Root[] } {
    const tools = this.#tools.offered();
    const prompts = this.#prompts.offered();
    const resources = this.#resources.offered();
    const roots = this.#roots.offered();
    return (profileId) => ({
      local: {
        tools: tools(profileId),
        prompts: prompts(profileId),
        ...resources(profileId),
      },
      roots: roots(profileId),
    });
  }

  /**
   * What of it stands beside the engine's list for a profile: its templates of resources, of which
   * the engine has no entries, and what it does not have, as it would be offered.
   */
  besideEntries(profileId: string, kind?: CapabilityKind): CapabilityView[] {
    const { resourceTemplates } = this.#resources.offered()(profileId);
    const all = [
      ...this.#tools.absentFrom(profileId).map((one) => viewOf("tool", one, false)),
      ...this.#prompts.absentFrom(profileId).map((one) => viewOf("prompt", one, false)),
      ...resourceTemplates.map((one) => viewOf("resource", one, true)),
      ...this.#resources.absentFrom(profileId).map((one) => viewOf("resource", one, false)),
    ];
    return kind === undefined ? all : all.filter((one) => one.kind === kind);
  }

  answer({ profileId, method, params }: LocalRequest, signal: AbortSignal): Promise<JsonObject> {
    switch (method) {
      case "tools/call":
        return this.#tools.call(params, signal);
      case "prompts/get":
        return this.#prompts.render(params, signal);
      case "resources/read":
        return this.#resources.answer(params, profileId, signal);
      case "completion/complete":
        return this.#complete(params);
      default:
        throw new GatewayError("rpc_method_not_found", { method: method.slice(0, 100) });
    }
  }

  onSubscriptions(uris: ReadonlySet<string>): void {
    this.#resources.watch(uris);
  }

  /** Only prompts have values to suggest. */
  async #complete(params: JsonObject): Promise<JsonObject> {
    const values = this.#prompts.complete(params);
    return {
      completion: {
        values: values.slice(0, MOST_SUGGESTED),
        total: values.length,
        hasMore: values.length > MOST_SUGGESTED,
      },
    };
  }
}

function viewOf(kind: CapabilityKind, definition: JsonObject, enabled: boolean): CapabilityView {
  const name = String(
    kind === "resource" ? (definition.uri ?? definition.uriTemplate) : definition.name,
  );
  return {
    kind,
    name,
    original: name,
    server: LOCAL_SERVER,
    title: textOf(definition.title),
    description: textOf(definition.description),
    enabled,
    heldBack: false,
    renamed: null,
    describedByYou: false,
    definition,
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** MCP 2025-11-25, completion: at most so many at once. */
const MOST_SUGGESTED = 100;
