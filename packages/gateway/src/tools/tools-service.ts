import {
  GatewayError,
  type OpenApiImport,
  type OpenApiView,
  type Settings,
  type TagFilter,
  type ToolCreate,
  type ToolTrial,
  type ToolUpdate,
  type ToolView,
} from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";

export interface ToolsServiceOptions {
  stores: Stores;
  sandbox: Sandbox;
  vault: Vault;
  settings: () => Settings;
  runtimes: RuntimesService;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

const NOT_BUILT = (): never => {
  throw new GatewayError("internal");
};

/** REST APIs that the gateway offers as tools of its own. */
export class ToolsService {
  readonly #options: ToolsServiceOptions;

  constructor(options: ToolsServiceOptions) {
    this.#options = options;
  }

  list(_filter?: TagFilter): ToolView[] {
    return NOT_BUILT();
  }

  /** By name or id. @throws GatewayError local_not_found */
  get(_tool: string): ToolView {
    return NOT_BUILT();
  }

  /** By name or id. @throws GatewayError local_not_found */
  find(tool: string): ToolRow {
    const { tools } = this.#options.stores;
    const row = tools.getByName(tool) ?? tools.get(tool);
    if (!row) throw new GatewayError("local_not_found", { kind: "tool", name: tool.slice(0, 200) });
    return row;
  }

  async create(_wanted: ToolCreate): Promise<ToolView> {
    return NOT_BUILT();
  }

  async update(_tool: string, _changes: ToolUpdate): Promise<ToolView> {
    return NOT_BUILT();
  }

  remove(tool: string): void {
    this.#options.stores.tools.delete(this.find(tool).id);
    this.#options.onChange();
  }

  async test(_tool: string, _args: JsonObject, _signal?: AbortSignal): Promise<ToolTrial> {
    return NOT_BUILT();
  }

  readOpenApi(_text: string): OpenApiView {
    return NOT_BUILT();
  }

  async importOpenApi(
    _wanted: OpenApiImport,
  ): Promise<{ tools: ToolView[]; skipped: { key: string; problem: string }[] }> {
    return NOT_BUILT();
  }

  /** What a profile has of them and can be called, as tools/list shows it. */
  offered(_profileId: string): JsonObject[] {
    return [];
  }

  /** The others that could be offered, in the same form. */
  absentFrom(_profileId: string): JsonObject[] {
    return [];
  }

  /** The result of tools/call. @throws GatewayError */
  async call(_params: JsonObject, _signal: AbortSignal): Promise<JsonObject> {
    return NOT_BUILT();
  }
}
