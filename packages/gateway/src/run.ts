import type { GatewayEvent } from "@local-mcp/contract";
import { Engine, Processes } from "@local-mcp/engine";
import { createRedactor } from "@local-mcp/vault";
import { createRouterClient } from "@orpc/server";
import type { ApiContext } from "./api/context.ts";
import { createRouter } from "./api/router.ts";
import { Audit } from "./audit/audit.ts";
import { OwnDeeds } from "./audit/own-deeds.ts";
import { ProcedureAudit } from "./audit/procedure-audit.ts";
import type { ClientsService } from "./clients/clients-service.ts";
import { DEFAULT_LAUNCHER } from "./clients/connections.ts";
import { createClients } from "./clients/create-clients.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { DoctorService } from "./doctor/doctor-service.ts";
import { identityOf } from "./data-dir-identity.ts";
import { createEngineStores } from "./engine-stores.ts";
import { BackupsService } from "./backups/backups-service.ts";
import type { GatewayOptions } from "./gateway-types.ts";
import type { Run, Shell } from "./run-types.ts";
import { Endpoint } from "./http/endpoint.ts";
import { baseUrl, HttpServer } from "./http/http-server.ts";
import { createRoutes } from "./http/routes.ts";
import { createLog } from "./log.ts";
import { createLocal } from "./local/create-local.ts";
import { ProfilesService } from "./profiles/profiles-service.ts";
import { createRegistry } from "./registry.ts";
import { revealSecrets } from "./servers/secret-values.ts";
import { proofOf, removeRuntime, writeRuntime } from "./runtime-file.ts";
import { createRuntimes } from "./runtimes/create-runtimes.ts";
import { Activity } from "./servers/activity.ts";
import { PasteService } from "./servers/paste-service.ts";
import { recognitionHere } from "./servers/recognize/here.ts";
import { ServerDetails } from "./servers/server-details.ts";
import { ServersService } from "./servers/servers-service.ts";
import { SessionStorage } from "./sessions/session-storage.ts";
import { SharedGateways } from "./sessions/shared-gateways.ts";
import { createAnswers } from "./sessions/stored-answers.ts";
import { SignIns } from "./sign-in/sign-ins.ts";
import { SettingsService } from "./settings/settings-service.ts";
import { createSettingsStore } from "./settings/settings-store.ts";
import { StatusAnnouncer } from "./status/announcer.ts";
import { Status } from "./status/status.ts";
import type { Stores } from "./stores.ts";
import { createTraffic, type Traffic, trafficTo } from "./traffic/create-traffic.ts";
import { tryOut } from "./try-out.ts";
import { createSurroundings } from "./surroundings/surroundings.ts";
import { createTransfer, TRANSFERRED } from "./transfer/create-transfer.ts";
import { createTokens } from "./tokens/create-tokens.ts";
import { createTokenEnds } from "./tokens/ends.ts";
import { LOCAL } from "./tokens/tokens.ts";
import { createToolChanges } from "./tool-changes/create-tool-changes.ts";
import { checkVaultSecrets } from "./vault/check-secrets.ts";
import { openVault } from "./vault/open-vault.ts";
import { beginWithKeychain, VaultService } from "./vault/vault-service.ts";
import { VERSION } from "./version.ts";

/** Wires the packages together over a database that is open. Nothing runs before `listen`. */
export async function wire(
  options: GatewayOptions,
  configuration: Configuration,
  stores: Stores,
  shell: Shell,
): Promise<Run> {
  const { events, cliToken, jobs, restorer } = shell;
  const redactor = options.redactor ?? createRedactor();
  for (const secret of configuration.environment.secrets()) redactor.know(secret);
  if (options.vaultPassphrase !== undefined) redactor.know(options.vaultPassphrase);
  const log = createLog(options.log ?? (() => {}), redactor);
  if (options.kind === "serve") checkVaultSecrets(configuration, log);
  const settingsStore = createSettingsStore(stores);
  configuration.store(settingsStore.read());
  // Read once, so that a wrong value is told at the start and not at the first request.
  let settings = configuration.settings;
  const runtimes = createRuntimes({
    env: options.env,
    loginShell: options.loginShell ?? options.kind === "app",
    settings: () => settings,
    engine: () => engine,
    events,
  });

  const vault = openVault({
    stores,
    configuration,
    passphrase: options.vaultPassphrase ?? null,
    keychain: options.keychain ?? null,
    redactor,
    onMade: (provider) => ownDeeds.vaultMade(provider),
    onRotated: () => events.publish({ type: "vault.changed" }),
    log,
  });
  const common = { configuration, stores, vault, runtimes, log, env: options.env };
  const sessions = await SessionStorage.open({
    ...common,
    kind: options.kind,
    clientIdleMs: () => settings.sessionIdleMs,
    events,
    onChange: () => announcer.announce(),
  });
  const answers = createAnswers(options.kind, common);
  const { shared } = sessions;
  const gateways =
    options.kind !== "serve" || shared === null
      ? null
      : new SharedGateways({
          ...common,
          shared,
          sessions: sessions.withoutStandIn,
          revokeToken: (tokenId) => ends.revokedElsewhere(tokenId),
          takeOverSignIn: (serverId) => signIns.takeOver(serverId),
          catchUpSignIns: () => signIns.catchUp(),
          onRefused: (error) => sessions.refused(error),
        });

  // Any free port, once found, stays the address through a restore.
  const portBefore = shell.port ?? 0;
  const endpoint = new Endpoint({
    http: {
      listen: (host, port) => http.listen(host, port),
      close: () => http.close(),
    },
    wanted: () => ({ ...settings, port: settings.port || portBefore }),
    onOpened: (url) => {
      shell.port = Number(new URL(url).port);
      writeRuntime(configuration.paths.runtime, { pid: process.pid, url, token: cliToken });
      log.info("serving", { url });
    },
    onClosed: () => removeRuntime(configuration.paths.runtime, cliToken),
  });
  const status: Status = new Status({
    ...common,
    engine: () => engine,
    signIn: (serverId) => signIns.facts(serverId),
    tools: { counts: (server) => pins.counts(server) },
    url: () => endpoint.url,
    problem: () => endpoint.problem,
    warnings: () => [http.warning, sessions.warning, backups.warning, ...traffic.warnings],
    version: VERSION,
    dataDir: configuration.paths.dataDir,
  });
  const announcer = new StatusAnnouncer({ events, status: () => status });
  const activity = new Activity();
  const directory = identityOf(configuration.paths.dataDir);
  const audit = new Audit({
    store: stores.audit,
    events,
    redact: (text) => redactor.text(text),
    keepDays: () => settings.auditKeepDays,
    log,
  });
  const ownDeeds = new OwnDeeds({
    audit,
    stores,
    self: { face: options.kind, version: VERSION, directory },
    isRestored: shell.isRestored,
    observation: (serverId) => engine.upstream(serverId)?.observation,
  });
  const processes = new Processes({
    owner: directory,
    onStarted: (started) => ownDeeds.processStarted(started),
    log,
  });
  const pins = createToolChanges({ ...common, ownDeeds, announcer, events, engine: () => engine });
  const reveal = revealSecrets(stores, vault);
  const local = createLocal({
    ...common,
    settings: () => settings,
    dataDir: configuration.paths.dataDir,
    onChange: (type) => applyChange(type),
    onResourceUpdated: (uri) => engine.localResourceUpdated(uri),
  });
  const signIns: SignIns = new SignIns({
    ...common,
    sessions: sessions.withoutStandIn,
    shared: gateways?.forSignIns ?? null,
    engine: () => engine,
    audit,
    reveal,
    routeTo: (url) => runtimes.routeTo(url),
    redactor,
    clientMetadataUrl: () => settings.clientMetadataUrl || null,
    onChange: (serverId) => announcer.changed(serverId),
  });
  const engine: Engine = new Engine({
    registry: createRegistry({
      ...common,
      reveal,
      authorization: (row) => signIns.authorization(row),
      settings: () => settings,
      local: local.catalog,
    }),
    local: local.catalog,
    ...createEngineStores(stores, pins, sessions.backend, redactor, (sessionId) =>
      traffic.messages.remove(sessionId),
    ),
    peers: gateways?.peers,
    answers,
    traffic: trafficTo(() => ({ clients, traffic })),
    serverInfo: { name: "local-mcp-gateway", title: "Local MCP Gateway", version: VERSION },
    maxMessageBytes: () => settings.maxMessageBytes,
    processes,
    sessionIdleMs: () => settings.sessionIdleMs,
    explain: (serverId) => status.explain(serverId),
    redact: (text) => redactor.text(text),
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
  const surroundings = createSurroundings(log, (reason) => {
    engine.recheck(reason);
    if (reason === "resume") backups.resumed();
  });

  /** The engine takes over at once; what has to stop for it is not waited for. */
  const applyChange = (
    ...types: readonly (GatewayEvent["type"] & `${string}s.changed`)[]
  ): void => {
    engine.reload().catch((error: unknown) => log.error("reload failed", { error: String(error) }));
    for (const type of types) events.publish({ type });
  };
  const tokens = createTokens({ ...common, cliToken, isInUse: (id) => http.hasOpen(id) });
  const ends = createTokenEnds({ engine, tokens, gateways, endOpen: (id) => http.endOf(id) });
  const { endToken } = ends;
  const servers = new ServersService({
    ...common,
    engine,
    status,
    onChange: () => applyChange("servers.changed"),
    onRemoved: (serverId) => [activity, pins].forEach((one) => one.forget(serverId)),
    onMoved: (serverId) => signIns.forgetClients(serverId),
    onSignInChanged: (serverId) => signIns.forgetClients(serverId),
  });
  const profiles = new ProfilesService({
    stores,
    engine,
    servers,
    local: local.catalog,
    url: () => endpoint.url,
    onChange: () => applyChange("profiles.changed"),
    onRemoved: (profileId) => {
      for (const tokenId of tokens.forgetProfile(profileId)) {
        endToken(tokenId).catch((error: unknown) => {
          log.error("sessions could not be ended", { error: String(error) });
        });
      }
    },
  });
  const address = (): string => endpoint.url ?? baseUrl(settings.host, settings.port);
  const traffic: Traffic = createTraffic({
    ...common,
    paths: configuration.paths,
    settings: () => settings,
    redactor,
    servers,
    profiles,
    engine,
    isApp: options.kind === "app",
    keepsMessages: sessions.keepsMessages,
    address,
    events,
    onWarning: () => announcer.announce(),
  });
  const { launcher = DEFAULT_LAUNCHER, pages = null } = options;
  const faces = createClients({
    ...common,
    address,
    isListening: () => endpoint.url !== null,
    settings: () => settings,
    profiles,
    tokens,
    launcher,
    dataDir: configuration.paths.dataDir,
    engine,
    storage: sessions,
    messages: traffic.messages,
    redactor,
    events,
  });
  const { clients }: { clients: ClientsService } = faces;
  const vaultService = new VaultService({
    ...common,
    keychain: options.keychain ?? null,
    environmentSecret: () => configuration.secret("AUTH_ENCRYPTION_SECRET"),
    onSecret: (secret) => redactor.know(secret),
    onChange: () => {
      signIns.onVaultChange();
      engine.restartWhere((_, { state }) => state === "locked");
      events.publish({ type: "vault.changed" });
    },
  });
  const backups: BackupsService = new BackupsService({
    ...common,
    jobs,
    restorer,
    settings: () => settings,
    redactor,
    audit,
    onChange: () => events.publish({ type: "backups.changed" }),
    onWarning: () => announcer.announce(),
  });
  const startServers = (): void => {
    if (engine.started || endpoint.closed) return;
    ownDeeds.started();
    // Also where no server that is a process is meant to run.
    void processes.endLeftovers();
    engine.start();
    surroundings.start();
    traffic.start();
    if (options.kind !== "cli") backups.start();
    void signIns.recall();
    void beginWithKeychain(vaultService, log);
  };
  const listen = async (): Promise<{ url: string }> => {
    // Once it has served, what is wrong with the store is in the status.
    if (shell.port === null) sessions.refuseFailed();
    await gateways?.join();
    try {
      return { url: await endpoint.open() };
    } finally {
      // A person with a window can mend the address while the servers run.
      if (endpoint.url !== null || options.kind === "app") startServers();
      announcer.announce();
    }
  };
  const settingsService = new SettingsService({
    configuration,
    store: settingsStore,
    onChange: () => {
      const before = settings;
      settings = configuration.settings;
      applyChange("settings.changed");
      backups.settingsChanged(before, settings);
      runtimes.checkNetwork();
      const moved = before.host !== settings.host || before.port !== settings.port;
      if (!engine.started || (!moved && endpoint.problem === null)) return;
      // What comes of it is in the status; the setting itself is stored either way.
      listen().catch((error: unknown) => log.warn("not serving", { error: String(error) }));
    },
  });
  const recognition = recognitionHere(address, launcher);
  const transfer = createTransfer({
    ...common,
    sandbox: local.checks,
    backups,
    vaultService,
    recognition,
    address,
    onMoved: (serverId) => signIns.forgetClients(serverId),
    onImported: () => {
      profiles.forgetRoutes();
      applyChange(...TRANSFERRED);
      local.resources.writtenElsewhere();
    },
    onChange: () => events.publish({ type: "transfer.changed" }),
  });
  const router = createRouter({
    status,
    listen,
    events,
    servers,
    signIns,
    toolChanges: pins,
    details: new ServerDetails({ servers, engine, activity, runtimes }),
    pastes: new PasteService({
      ...recognition,
      servers,
      checkProfile: (slug) => profiles.routeBySlug(slug),
    }),
    ...faces,
    profiles,
    local,
    ...traffic,
    tokens,
    endToken,
    vault: vaultService,
    doctor: new DoctorService({ ...common, status, vault: vaultService, audit, backups, sessions }),
    runtimes,
    settings: settingsService,
    backups,
    transfer,
    audit,
  });
  const calls = {
    audit: new ProcedureAudit({
      audit,
      look: { stores, servers, profiles, tokens, settings: settingsService },
      change: (work) => gateways?.membership.change(work) ?? work(),
      log,
    }),
    log,
  };
  const http = new HttpServer({
    engine,
    tokens,
    profileBySlug: (slug) => profiles.routeBySlug(slug),
    activeProfile: () => profiles.activeRoute(),
    maxRequestBytes: () => settings.maxRequestBytes,
    ...createRoutes({
      router,
      calls,
      files: backups.files,
      audit,
      metrics: traffic.metrics,
      status,
      jobs,
      transfer,
      pages,
    }),
    proof: (challenge) => proofOf(cliToken, challenge),
    onError: (error, from) => ownDeeds.onRequestFailed(error, from),
    onRefused: (userAgent) => clients.onRefused(userAgent),
    onWarning: () => announcer.announce(),
    log,
  });

  const context: ApiContext = {
    principal: { ...LOCAL, kind: options.kind === "app" ? "app" : "cli" },
    ...calls,
  };
  // Only now are all there whom it tells of the sessions it finds.
  if (sessions.warning === null) await engine.recallSessions();
  // Last, since it starts a process: from here on nothing fails, and `close` ends it.
  runtimes.start();
  return {
    api: createRouterClient(router, { context }),
    router,
    context,
    backups: backups.files,
    vault,
    audit,
    listen,
    tryOut: () => tryOut(stores, vault),
    recheck: (reason) => surroundings.noticed(reason),
    close: async () => {
      surroundings.close();
      announcer.close();
      await transfer.imports.close();
      await backups.close();
      clients.close();
      await local.close();
      const servers = engine.close();
      await Promise.all([endpoint.close(), runtimes.close()]);
      const ended = await servers;
      // Calls were answered until now.
      await traffic.close();
      // An answer that is on its way may hold the only refresh token that works from now on.
      await signIns.close();
      await gateways?.close();
      await answers?.close();
      tokens.close();
      ownDeeds.stopped();
      vault.lock();
      await sessions.close();
      // One that was given may have more to do.
      if (options.redactor === undefined) redactor.forget();
      return ended;
    },
  };
}
