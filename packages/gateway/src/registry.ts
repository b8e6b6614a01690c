import type { CapabilityKind, Settings } from "@local-mcp/contract";
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
        holdsChangedTools: row.holdChangedTools,
      }));
    },
    profiles: () => {
      // Read once for all, since there may be many.
      const offered = local.offered();
      const serverIds = stores.profiles.serverIds();
      const overrides = readOverrides(stores);
      return stores.profiles.list().map((row): ProfileDefinition => ({
        id: row.id,
        slug: row.slug,
        namePolicy: row.namePolicy,
        serverIds: serverIds.get(row.id) ?? [],
        ...offered(row.id),
        overrides: overrides.get(row.id) ?? noOverrides(),
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

type Overrides = Record<CapabilityKind, Map<string, Override>>;

const noOverrides = (): Overrides => ({ tool: new Map(), prompt: new Map(), resource: new Map() });

/** By the id of the profile. */
function readOverrides(stores: Stores): Map<string, Overrides> {
  const byProfile = new Map<string, Overrides>();
  for (const { profileId, choice } of stores.customizations.listAll()) {
    const overrides = byProfile.get(profileId) ?? noOverrides();
    byProfile.set(profileId, overrides);
    overrides[choice.kind].set(capabilityKey(choice.mcpServerId, choice.original), {
      enabled: choice.isEnabled,
      name: choice.customName,
      description: choice.customDescription,
    });
  }
  return byProfile;
}
