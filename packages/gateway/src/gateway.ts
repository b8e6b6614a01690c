import { homedir } from "node:os";
import type { ContractRouterClient } from "@orpc/contract";
import { type Contract, GatewayError, type ServerState, type Settings } from "@local-mcp/contract";
import { createDb, lockDataDirectory, resolvePaths } from "@local-mcp/database";
import { z } from "zod";
import { type EndedProcesses, Engine, Processes, type RecheckReason } from "@local-mcp/engine";
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
import type { ApiContext } from "./api/context.ts";
import { createRest, describeApi } from "./api/rest.ts";
import { createRouter, type Router } from "./api/router.ts";
import { ClientsService } from "./clients/clients-service.ts";
import { Connections, DEFAULT_LAUNCHER, type Launcher } from "./clients/connections.ts";
import { Configuration } from "./configuration/configuration.ts";
import { DoctorService } from "./doctor/doctor-service.ts";
import { identityOf } from "./data-dir-identity.ts";
import { createCatalogStore, createEraStore, createSessionStore } from "./engine-stores.ts";
import { Events } from "./events.ts";
import { Endpoint } from "./http/endpoint.ts";
import { baseUrl, HttpServer } from "./http/http-server.ts";
import { createLog, type LogSink } from "./log.ts";
import { ProfilesService } from "./profiles/profiles-service.ts";
import { createRegistry } from "./registry.ts";
import { proofOf, removeRuntime, writeRuntime } from "./runtime-file.ts";
import { RuntimesService } from "./runtimes/runtimes-service.ts";
import { Activity } from "./servers/activity.ts";
import { PasteService } from "./servers/paste-service.ts";
import { isOurselves } from "./servers/recognize/ourselves.ts";
import { ServerDetails } from "./servers/server-details.ts";
import { ServersService } from "./servers/servers-service.ts";
import { SettingsService } from "./settings/settings-service.ts";
import { createSettingsStore } from "./settings/settings-store.ts";
import { StatusAnnouncer } from "./status/announcer.ts";
import { Status } from "./status/status.ts";
import { createStores, type Stores } from "./stores.ts";
import { ownAddresses, Surroundings } from "./surroundings/surroundings.ts";
import { LOCAL, Tokens } from "./tokens/tokens.ts";
import { type Keychain, VaultService } from "./vault/vault-service.ts";
import { VERSION } from "./version.ts";

/** How often sessions that have expired are removed from their store, ms. */
const SWEEP_MS = 10 * 60_000;

/** States of a server that has been reached, or has not although it should have been. */
const TRIED_STATES: readonly ServerState[] = [
  "starting",
  "ready",
  "needs_sign_in",
  "retrying",
  "failed",
];

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
  /** Where the system has one: opens the vault without a person. */
  keychain?: Keychain;
  /** What a client's configuration starts to reach the command line, absolute where it can be. */
  launcher?: Launcher;
  /** Who holds the data directory, as others are told. */
  kind: "cli" | "serve" | "app";
  log?: LogSink;
  /** Whether servers start as from a terminal, by asking the login shell; by default in the app. */
  loginShell?: boolean;
}

export interface Gateway {
  /** The contract in process, with every right. */
  api: ContractRouterClient<Contract>;
  /** The same for another carrier, such as a MessagePort; called with {@link Gateway.context}. */
  router: Router;
  /** The person at this computer. */
  context: ApiContext;
  events: Events;
  /**
   * Starts the servers and the endpoint. Where the port is taken the servers run all the same, the
   * status says why nothing is served, and `listen` may be called again.
   *
   * @throws GatewayError port_taken, address_refused
   */
  listen(): Promise<{ url: string }>;
  /** Asks every server again whether it is there: the machine slept, or is in another network. */
  recheck(reason: RecheckReason): void;
  /**
   * Ends everything that was started: endpoint, servers with their processes, database, lock. Once,
   * however often it is called.
   *
   * @returns what had to end for it
   */
  close(): Promise<EndedProcesses>;
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
      const close = async (): Promise<EndedProcesses> => {
        const ended = await wired.close();
        db.close();
        lock.release();
        return ended;
      };
      let closed: Promise<EndedProcesses> | null = null;
      return { ...wired, close: () => (closed ??= close()) };
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
  const settingsStore = createSettingsStore(stores);
  configuration.store(settingsStore.read());
  // Read once, so that a wrong value is told at the start and not at the first request.
  let settings = configuration.settings;
  const runtimes = new RuntimesService({
    env: options.env,
    settings: () => settings,
    loginShell: options.loginShell ?? options.kind === "app",
    onChange: () => {
      engine.restartWhere((_, { reason }) => reason?.code === "command_not_found");
      events.publish({ type: "runtimes.changed" });
    },
    onNetworkChange: () =>
      engine.restartWhere(
        ({ transport }, { state }) => transport !== "stdio" && TRIED_STATES.includes(state),
      ),
  });

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

  const endpoint = new Endpoint({
    http: {
      listen: (host, port) => http.listen(host, port),
      close: () => http.close(),
    },
    wanted: () => settings,
    onOpened: (url) => {
      writeRuntime(configuration.paths.runtime, { pid: process.pid, url, token: cliToken });
      log.info("serving", { url });
    },
    onClosed: () => removeRuntime(configuration.paths.runtime, cliToken),
  });
  const status: Status = new Status({
    stores,
    engine: () => engine,
    vault,
    url: () => endpoint.url,
    problem: () => endpoint.problem,
    version: VERSION,
    dataDir: configuration.paths.dataDir,
  });
  const announcer = new StatusAnnouncer({ events, status: () => status });
  const activity = new Activity();
  const processes = new Processes({ owner: identityOf(configuration.paths.dataDir), log });
  const engine: Engine = new Engine({
    registry: createRegistry({ stores, vault, settings: () => settings, runtimes }),
    catalogs: createCatalogStore(stores),
    eras: createEraStore(stores),
    sessions: createSessionStore(storage),
    traffic: { onExchange: (exchange) => clients.onExchange(exchange) },
    serverInfo: { name: "local-mcp-gateway", title: "Local MCP Gateway", version: VERSION },
    maxMessageBytes: () => settings.maxMessageBytes,
    processes,
    sessionIdleMs: () => settings.sessionIdleMs,
    explain: (serverId) => status.explain(serverId),
    log,
    onServerChange: (serverId) => {
      const observation = engine.upstream(serverId)?.observation;
      if (observation) activity.record(serverId, observation);
      announcer.changed(serverId);
    },
    onCatalogChange: (profile) => events.publish({ type: "catalog.changed", profile }),
    onSessionsChange: () => {
      events.publish({ type: "sessions.changed" });
      clients.onSessionsChange();
    },
  });
  await engine.reload();
  const surroundings = new Surroundings({
    now: () => Date.now(),
    addresses: ownAddresses,
    onChange: (reason) => {
      log.info("servers are asked again", { reason });
      engine.recheck(reason);
    },
    onFailure: (error) => log.warn("the network cannot be watched", { error: String(error) }),
  });

  /** The engine takes over at once; what has to stop for it is not waited for. */
  const applyChange = (type: "servers.changed" | "profiles.changed" | "settings.changed"): void => {
    engine.reload().catch((error: unknown) => log.error("reload failed", { error: String(error) }));
    events.publish({ type });
  };
  const tokens = new Tokens({
    store: stores.tokens,
    profileSlug: (id) => stores.profiles.get(id)?.slug ?? null,
    admin: configuration.secret("MCPGATEWAY_BEARER_TOKEN"),
    log,
  });
  const cliToken = tokens.createTemporary("command line", null);
  const servers = new ServersService({
    stores,
    vault,
    engine,
    status,
    runtimes,
    onChange: () => applyChange("servers.changed"),
    onRemoved: (serverId) => activity.forget(serverId),
  });
  const profiles = new ProfilesService({
    stores,
    engine,
    servers,
    url: () => endpoint.url,
    onChange: () => applyChange("profiles.changed"),
    onRemoved: (profileId) => {
      for (const tokenId of tokens.forgetProfile(profileId)) {
        engine.endSessionsOfToken(tokenId).catch((error: unknown) => {
          log.error("sessions could not be ended", { error: String(error) });
        });
      }
    },
  });
  const address = (): string => endpoint.url ?? baseUrl(settings.host, settings.port);
  const { dataDir } = configuration.paths;
  const launcher = options.launcher ?? DEFAULT_LAUNCHER;
  const isUsual = dataDir === resolvePaths({ env: {}, home: homedir() }).dataDir;
  const connections = new Connections({
    url: address,
    isListening: () => endpoint.url !== null,
    profile: (profile) => profiles.routeBySlug(profiles.find(profile).slug),
    activeProfile: () => profiles.activeRoute(),
    launcher,
    dataDir: isUsual ? null : dataDir,
    home: homedir(),
    env: () => runtimes.variables,
    version: VERSION,
  });
  const clients: ClientsService = new ClientsService({
    engine: () => engine,
    events,
    profileSlug: (id) => stores.profiles.get(id)?.slug ?? null,
    activeProfileId: () => stores.profiles.active()?.id ?? null,
    tokenName: (id) => tokens.nameOf(id),
    testName: connections.testName,
  });
  const vaultService = new VaultService({
    vault,
    slots: () => readSlots(stores),
    secretCount: () => stores.vault.secrets.count(),
    keychain: options.keychain ?? null,
    onChange: () => {
      engine.restartWhere((_, { state }) => state === "locked");
      events.publish({ type: "vault.changed" });
    },
  });
  const startServers = (): void => {
    if (engine.started || endpoint.closed) return;
    // Also where no server that is a process is meant to run.
    void processes.endLeftovers();
    engine.start();
    surroundings.start();
    vaultService.initWithKeychain().catch((error: unknown) => {
      // A system without a keychain is told of in the vault's status.
      if (error instanceof GatewayError && error.code === "vault_no_keychain") return;
      log.error("the vault could not be made with the keychain", { error: String(error) });
    });
  };
  const listen = async (): Promise<{ url: string }> => {
    try {
      return { url: await endpoint.open() };
    } finally {
      // A person with a window can mend the address while the servers run.
      if (endpoint.url !== null || options.kind === "app") startServers();
      announcer.announce();
    }
  };
  const router = createRouter({
    status,
    listen,
    events,
    servers,
    details: new ServerDetails({ servers, engine, activity, runtimes }),
    pastes: new PasteService({
      servers,
      home: homedir(),
      isOurselves: (reach) => isOurselves(reach, { url: address(), launcher }),
      checkProfile: (slug) => profiles.routeBySlug(slug),
    }),
    clients,
    connections,
    profiles,
    tokens,
    engine,
    vault: vaultService,
    doctor: new DoctorService({
      configuration,
      stores,
      status,
      vault: vaultService,
      runtimes,
    }),
    runtimes,
    settings: new SettingsService({
      configuration,
      store: settingsStore,
      onChange: () => {
        const { host, port } = settings;
        settings = configuration.settings;
        applyChange("settings.changed");
        runtimes.checkNetwork();
        const moved = host !== settings.host || port !== settings.port;
        if (!engine.started || (!moved && endpoint.problem === null)) return;
        // What comes of it is in the status; the setting itself is stored either way.
        listen().catch((error: unknown) => log.warn("not serving", { error: String(error) }));
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
    onRefused: (userAgent) => clients.onRefused(userAgent),
    log,
  });

  const context: ApiContext = { principal: LOCAL, log };
  // Only now are all there whom it tells of the sessions it finds.
  await engine.recallSessions();
  // Last, since it starts a process: from here on nothing fails, and `close` ends it.
  runtimes.start();
  return {
    api: createRouterClient(router, { context }),
    router,
    context,
    events,
    listen,
    recheck: (reason) => surroundings.noticed(reason),
    close: async () => {
      clearInterval(sweeper);
      surroundings.close();
      announcer.close();
      clients.close();
      const servers = engine.close();
      await Promise.all([endpoint.close(), runtimes.close()]);
      const ended = await servers;
      tokens.close();
      vault.lock();
      await storage.disconnect();
      return ended;
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
      if (options.keychain?.problem() === null) providers.push(options.keychain.provider);
      return providers;
    },
  });
}

const slotParams = z.record(z.string(), z.json());

const readSlots = (stores: Stores): SlotRecord[] => stores.vault.slots.list();
