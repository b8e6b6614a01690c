import { homedir } from "node:os";
import type { Settings } from "@local-mcp/contract";
import { resolvePaths } from "@local-mcp/database";
import type { Engine } from "@local-mcp/engine";
import type { Redactor } from "@local-mcp/vault";
import type { Events } from "../events.ts";
import { isLoopbackHost } from "../http/guard.ts";
import type { ProfileRoute, ProfilesService } from "../profiles/profiles-service.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { SessionMessages } from "../sessions/session-messages.ts";
import type { SessionStorage } from "../sessions/session-storage.ts";
import { SessionsService } from "../sessions/sessions-service.ts";
import type { Stores } from "../stores.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { VERSION } from "../version.ts";
import { ClientsService } from "./clients-service.ts";
import { Connections, type Launcher } from "./connections.ts";

/** What clients connect with, who of them did, and the sessions that they have. */
export function createClients(options: {
  /** Base URL; the one that will be listened on while nothing listens. */
  address: () => string;
  isListening: () => boolean;
  settings: () => Settings;
  stores: Pick<Stores, "profiles">;
  profiles: ProfilesService;
  tokens: Pick<Tokens, "nameOf">;
  runtimes: RuntimesService;
  launcher: Launcher;
  dataDir: string;
  engine: Engine;
  storage: SessionStorage;
  messages: SessionMessages;
  redactor: Pick<Redactor, "text">;
  events: Events;
}): { connections: Connections; clients: ClientsService; sessions: SessionsService } {
  const { address, settings, stores, profiles, tokens, runtimes, dataDir, engine } = options;
  const home = homedir();
  /** Beyond this computer no profile is open without a token. */
  const reached = (route: ProfileRoute): ProfileRoute => ({
    ...route,
    allowWithoutToken: route.allowWithoutToken && isLoopbackHost(settings().host),
  });
  const isUsual = dataDir === resolvePaths({ env: {}, home }).dataDir;
  const connections = new Connections({
    ...options,
    url: address,
    profile: (profile) => reached(profiles.routeBySlug(profiles.find(profile).slug)),
    activeProfile: () => reached(profiles.activeRoute()),
    dataDir: isUsual ? null : dataDir,
    home,
    env: () => runtimes.variables,
    version: VERSION,
  });
  const asShown = {
    profileSlug: (id: string) => stores.profiles.get(id)?.slug ?? null,
    activeProfileId: () => stores.profiles.active()?.id ?? null,
    tokenName: (id: string) => tokens.nameOf(id),
    redact: (text: string) => options.redactor.text(text),
  };
  const clients = new ClientsService({
    ...options,
    ...asShown,
    engine: () => engine,
    testName: connections.testName,
  });
  const idleMs = (): number => settings().sessionIdleMs;
  const sessions = new SessionsService({ ...options, ...asShown, clients, idleMs });
  return { connections, clients, sessions };
}
