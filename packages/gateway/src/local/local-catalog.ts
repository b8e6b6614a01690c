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

  /** What of it a profile has, as a server would list it. */
  lists(profileId: string): ServerLists {
    return {
      tools: this.#tools.offered(profileId),
      prompts: this.#prompts.offered(profileId),
      ...this.#resources.offered(profileId),
    };
  }

  /** What of it a profile does not have, as it would be offered. */
  absentFrom(profileId: string, kind?: CapabilityKind): CapabilityView[] {
    const all: [CapabilityKind, string, JsonObject[]][] = [
      ["tool", "name", this.#tools.absentFrom(profileId)],
      ["prompt", "name", this.#prompts.absentFrom(profileId)],
      ["resource", "uri", this.#resources.absentFrom(profileId)],
    ];
    return all
      .filter(([one]) => kind === undefined || one === kind)
      .flatMap(([one, key, definitions]) =>
        definitions.map((definition) => ({
          kind: one,
          name: String(definition[key]),
          original: String(definition[key]),
          server: LOCAL_SERVER,
          title: textOf(definition.title),
          description: textOf(definition.description),
          enabled: false,
          renamed: null,
          describedByYou: false,
          definition,
        })),
      );
  }

  roots(profileId: string): Root[] {
    return this.#roots.offered(profileId);
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

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** MCP 2025-11-25, completion: at most so many at once. */
const MOST_SUGGESTED = 100;
