import type { Settings } from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import {
  type Authorization,
  capabilityKey,
  type Override,
  type ProfileDefinition,
  type Registry,
  type ServerDefinition,
} from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { LocalCatalog } from "./local/local-catalog.ts";
import type { RuntimesService } from "./runtimes/runtimes-service.ts";
import { configHash } from "./servers/config.ts";
import { needsVault, resolveLaunch } from "./servers/launch.ts";
import { isConfirmed } from "./servers/servers-service.ts";
import type { Stores } from "./stores.ts";

/** Configuration as the engine reads it. */
export function createRegistry(options: {
  stores: Stores;
  vault: Vault;
  settings: () => Settings;
  runtimes: RuntimesService;
  local: Pick<LocalCatalog, "offered">;
  reveal: (row: ServerRow, secretId: string) => string | null;
  /** Undefined where what a server wants to see is all in its configuration. */
  authorization: (row: ServerRow) => Authorization | undefined;
}): Registry {
  const { stores, vault, settings, runtimes, local, reveal, authorization } = options;
  return {
    servers: () => {
      const usual = settings();
      return stores.servers.list().map((row): ServerDefinition => ({
        id: row.id,
        name: row.name,
        title: row.title,
        transport: row.transport,
        enabled: row.enabled,
        confirmed: isConfirmed(row),
        configHash: configHash(row.config),
        startTimeoutMs: row.limits.startTimeoutMs ?? usual.startTimeoutMs,
        callTimeoutMs: row.limits.callTimeoutMs ?? usual.callTimeoutMs,
        maxConcurrentCalls: row.limits.maxConcurrentCalls ?? usual.maxConcurrentCalls,
        idleStopMs: row.limits.idleStopMs ?? usual.idleStopMs,
        connections: row.connections,
      }));
    },
    profiles: () => {
      const offered = local.offered();
      return stores.profiles.list().map((row): ProfileDefinition => ({
        id: row.id,
        slug: row.slug,
        namePolicy: row.namePolicy,
        serverIds: stores.profiles.servers(row.id).map(({ id }) => id),
        ...offered(row.id),
        overrides: readOverrides(stores, row.id),
      }));
    },
    activeProfileId: () => stores.profiles.active()?.id ?? null,
    launch: async (serverId) => {
      const row = stores.servers.get(serverId);
      if (!row) throw new Error(`server ${serverId} is gone`);
      if (needsVault(row.config)) await vault.ready();
      // A shell that was asked may still be thinking, and knows where programs and proxies are.
      await runtimes.ready();
      const launch = resolveLaunch(row.name, row.config, runtimes, (id) => reveal(row, id));
      return launch.transport === "stdio"
        ? launch
        : { ...launch, authorization: authorization(row) };
    },
  };
}

function readOverrides(stores: Stores, profileId: string): ProfileDefinition["overrides"] {
  const overrides = {
    tool: new Map<string, Override>(),
    prompt: new Map<string, Override>(),
    resource: new Map<string, Override>(),
  };
  for (const row of stores.customizations.list(profileId)) {
    overrides[row.kind].set(capabilityKey(row.mcpServerId, row.original), {
      enabled: row.isEnabled,
      name: row.customName,
      description: row.customDescription,
    });
  }
  return overrides;
}
