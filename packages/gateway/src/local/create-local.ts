import type { GatewayEvent, Settings } from "@local-mcp/contract";
import type { Vault } from "@local-mcp/vault";
import { PromptsService } from "../prompts/prompts-service.ts";
import { ResourcesService } from "../resources/resources-service.ts";
import { RootsService } from "../roots/roots-service.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";
import { OpenApiReader } from "../tools/openapi/worker-client.ts";
import { ToolsService } from "../tools/tools-service.ts";
import { LocalCatalog } from "./local-catalog.ts";

export interface LocalOptions {
  stores: Stores;
  vault: Vault;
  settings: () => Settings;
  runtimes: RuntimesService;
  dataDir: string;
  /** Called after each change of what is configured. */
  onChange: (
    type: GatewayEvent["type"] & `${"tools" | "prompts" | "resources" | "roots"}.changed`,
  ) => void;
  /** What a client would read at this URI is another now. */
  onResourceUpdated: (uri: string) => void;
}

/** Everything that the gateway defines itself. */
export function createLocal(options: LocalOptions) {
  const { stores, vault, settings, runtimes, dataDir, onChange } = options;
  const sandbox = new Sandbox();
  // A template that loops keeps no tool waiting.
  const checks = new Sandbox();
  const openApi = new OpenApiReader();
  const tools = new ToolsService({
    stores,
    sandbox: checks,
    openApi,
    vault,
    settings,
    runtimes,
    onChange: () => onChange("tools.changed"),
  });
  const prompts = new PromptsService({
    stores,
    sandbox,
    onChange: () => onChange("prompts.changed"),
  });
  const resources = new ResourcesService({
    stores,
    sandbox,
    dataDir,
    onChange: () => onChange("resources.changed"),
    onUpdated: options.onResourceUpdated,
  });
  const roots = new RootsService({ stores, onChange: () => onChange("roots.changed") });
  const catalog = new LocalCatalog({ tools, prompts, resources, roots });
  const close = async (): Promise<void> => {
    resources.close();
    await Promise.all([sandbox.close(), checks.close(), openApi.close()]);
  };
  return { tools, prompts, resources, roots, catalog, checks, close };
}
