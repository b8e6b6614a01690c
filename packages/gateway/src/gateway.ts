import type { ContractRouterClient } from "@orpc/contract";
import { type Contract, type Settings, settingsUpdate } from "@local-mcp/contract";
import { createDb, lockDataDirectory } from "@local-mcp/database";
import { z } from "zod";
import { Engine } from "@local-mcp/engine";
import { SqliteStorageBackend, type StorageBackend } from "@local-mcp/sessions/server";
import {
  createVault,
  environmentProvider,
  type KeyProvider,
  passphraseProvider,
  type SlotRecord,
  type Vault,
} from "@local-mcp/vault";
import { createRouterClient } from "@orpc/server";
import { createRest, describeApi } from "./api/rest.ts";
import { createRouter } from "./api/router.ts";
import { Configuration } from "./configuration/configuration.ts";
import { DoctorService } from "./doctor/doctor-service.ts";
import { Events } from "./events.ts";
import { HttpServer } from "./http/http-server.ts";
import { createLog, type LogSink } from "./log.ts";
import { ProfilesService } from "./profiles/profiles-service.ts";
import { createCatalogStore, createRegistry, createSessionStore } from "./registry.ts";
import { proofOf, removeRuntime, writeRuntime } from "./runtime-file.ts";
import { baseEnvironment } from "./servers/base-environment.ts";
import { ServersService } from "./servers/servers-service.ts";
import { SettingsService } from "./settings/settings-service.ts";
import { StatusAnnouncer } from "./status/announcer.ts";
import { Status } from "./status/status.ts";
import { createStores, type Stores } from "./stores.ts";
import { LOCAL, Tokens } from "./tokens/tokens.ts";
import { VaultService } from "./vault/vault-service.ts";
import { VERSION } from "./version.ts";

/** How often sessions that have expired are removed from their store, ms. */
const SWEEP_MS = 10 * 60_000;

export interface GatewayOptions {
  /** `--data-dir`. */
  dataDir?: string;
  /** `--config-env`. */
  configEnv?: string;
  /** What the command line says; it wins over environment, `.env` and stored settings. */
  settings?: Partial<Settings>;
  env: NodeJS.ProcessEnv;
  /** Opens the vault, where it has a passphrase. */
  vaultPassphrase?: string;
  /** Who holds the data directory, as others are told. */
  kind: "cli" | "serve" | "app";
  log?: LogSink;
}

export interface Gateway {
  /** The contract in process, with every right. */
  api: ContractRouterClient<Contract>;
  events: Events;
  /** Starts the servers and the endpoint. @throws GatewayError port_taken, address_refused */
  listen(): Promise<{ url: string }>;
  /** Ends everything that was started: endpoint, servers with their processes, database, lock. */
  close(): Promise<void>;
}

/**
 * The gateway over one data directory: opens it, as its one writer, and wires the packages
 * together. Nothing runs before `listen` but what a call of the API needs.
 *
 * @throws GatewayError data_dir_held, data_dir_unusable, database_newer, database_damaged,
 * config_invalid, node_too_old
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const configuration = new Configuration(options);
  const { paths } = configuration;
  const lock = lockDataDirectory(paths, { kind: options.kind });
  try {
    const db = createDb({ path: paths.database });
    try {
      const wired = await wire(options, configuration, createStores(db));
      return {
        ...wired,
        close: async () => {
          await wired.close();
          db.close();
          lock.release();
        },
      };
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function wire(
  options: GatewayOptions,
  configuration: Configuration,
  stores: Stores,
): Promise<Gateway> {
  const log = createLog(options.log ?? (() => {}));
  const events = new Events();
  const baseEnv = baseEnvironment(options.env);
  const settingsStore = createSettingsStore(stores);
  configuration.store(settingsStore.read());
  // Read once, so that a wrong value is told at the start and not at the first request.
  let settings = configuration.settings;

  const vault = openVault(options, configuration, stores);
  const storage: StorageBackend = new SqliteStorageBackend(stores.db, {
    sealer: vault,
    clientIdleMs: () => settings.sessionIdleMs,
  });
  await storage.init();
  const sweeper = setInterval(() => {
    storage.cleanupExpiredSessions().catch((error: unknown) => {
      log.error("expired sessions could not be removed", { error: String(error) });
    });
  }, SWEEP_MS);
  sweeper.unref();

  let url: string | null = null;
  const status: Status = new Status({
    stores,
    engine: () => engine,
    vault,
    url: () => url,
    version: VERSION,
    dataDir: configuration.paths.dataDir,
  });
  const announcer = new StatusAnnouncer({ events, status: () => status });
  const engine: Engine = new Engine({
    registry: createRegistry({ stores, vault, settings: () => settings, baseEnv }),
    catalogs: createCatalogStore(stores),
    sessions: createSessionStore(storage),
    serverInfo: { name: "local-mcp-gateway", title: "Local MCP Gateway", version: VERSION },
    maxMessageBytes: () => settings.maxMessageBytes,
    sessionIdleMs: () => settings.sessionIdleMs,
    explain: (serverId) => status.explain(serverId),
    log,
    onServerChange: (serverId) => announcer.changed(serverId),
    onCatalogChange: (profile) => events.publish({ type: "catalog.changed", profile }),
    onSessionsChange: () => events.publish({ type: "sessions.changed" }),
  });
  await engine.reload();

  /** The engine takes over at once; what has to stop for it is not waited for. */
  const applyChange = (type: "servers.changed" | "profiles.changed" | "settings.changed"): void => {
    engine.reload().catch((error: unknown) => log.error("reload failed", { error: String(error) }));
    events.publish({ type });
  };
  const tokens = new Tokens({
    store: stores.tokens,
    profileSlug: (id) => stores.profiles.get(id)?.slug ?? null,
    admin: configuration.secret("MCPGATEWAY_BEARER_TOKEN"),
  });
  const cliToken = tokens.createTemporary("command line", null);
  const servers = new ServersService({
    stores,
    vault,
    engine,
    status,
    baseEnv,
    onChange: () => applyChange("servers.changed"),
  });
  const profiles = new ProfilesService({
    stores,
    engine,
    servers,
    url: () => url,
    onChange: () => applyChange("profiles.changed"),
    onRemoved: (profileId) => {
      for (const tokenId of tokens.forgetProfile(profileId))
        void engine.endSessionsOfToken(tokenId);
    },
  });
  const vaultService = new VaultService({
    vault,
    slots: () => readSlots(stores),
    secretCount: () => stores.vault.secrets.count(),
    onChange: () => {
      engine.retryLocked();
      events.publish({ type: "vault.changed" });
    },
  });
  const router = createRouter({
    status,
    events,
    servers,
    profiles,
    tokens,
    engine,
    vault: vaultService,
    doctor: new DoctorService({
      configuration,
      stores,
      status,
      vault: vaultService,
      env: options.env,
    }),
    settings: new SettingsService({
      configuration,
      store: settingsStore,
      onChange: () => {
        settings = configuration.settings;
        applyChange("settings.changed");
      },
    }),
  });
  const http = new HttpServer({
    engine,
    tokens,
    profileBySlug: (slug) => profiles.routeBySlug(slug),
    activeProfile: () => profiles.activeRoute(),
    maxRequestBytes: () => settings.maxRequestBytes,
    api: createRest(router, log),
    openApi: () => describeApi(VERSION),
    proof: (challenge) => proofOf(cliToken, challenge),
    log,
  });

  return {
    api: createRouterClient(router, { context: { principal: LOCAL, log } }),
    events,
    listen: async () => {
      url = await http.listen(settings.host, settings.port);
      writeRuntime(configuration.paths.runtime, { pid: process.pid, url, token: cliToken });
      engine.start();
      log.info("serving", { url });
      return { url };
    },
    close: async () => {
      clearInterval(sweeper);
      announcer.close();
      if (url !== null) removeRuntime(configuration.paths.runtime, cliToken);
      const servers = engine.close();
      await http.close();
      await servers;
      tokens.close();
      vault.lock();
      await storage.disconnect();
    },
  };
}

function openVault(options: GatewayOptions, configuration: Configuration, stores: Stores): Vault {
  return createVault({
    now: () => Date.now(),
    keyStore: {
      slots: () => readSlots(stores),
      insertSlots: (slots) => {
        for (const slot of slots) {
          stores.vault.slots.insert({ ...slot, params: slotParams.parse(slot.params) });
        }
      },
      deleteSlot: (id) => {
        stores.vault.slots.delete(id);
      },
      transaction: (work) => stores.db.transaction(work),
    },
    ambient: () => {
      const passphrase = options.vaultPassphrase ?? configuration.secret("VAULT_PASSPHRASE");
      const secret = configuration.secret("AUTH_ENCRYPTION_SECRET");
      const providers: KeyProvider[] = [];
      if (passphrase !== null) providers.push(passphraseProvider(passphrase));
      if (secret !== null) providers.push(environmentProvider(secret));
      return providers;
    },
  });
}

const slotParams = z.record(z.string(), z.json());

const readSlots = (stores: Stores): SlotRecord[] => stores.vault.slots.list();

/** Stored settings are those of the contract; anything else in the table is somebody else's. */
function createSettingsStore({ settings, db }: Stores) {
  return {
    read: () => {
      const stored = Object.fromEntries(settings.all());
      return settingsUpdate.parse(stored);
    },
    write: (changes: Record<string, unknown>) => {
      const parsed = settingsUpdate.parse(changes);
      db.transaction(() => {
        for (const [key, value] of Object.entries(parsed)) {
          if (value !== undefined) settings.set(key, value);
        }
      });
    },
  };
}
