import { homedir } from "node:os";
import type { Settings } from "@local-mcp/contract";
import { resolvePaths } from "@local-mcp/database";
import { isLoopbackHost } from "../http/guard.ts";
import type { ProfileRoute, ProfilesService } from "../profiles/profiles-service.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { VERSION } from "../version.ts";
import { Connections, type Launcher } from "./connections.ts";

/** What clients are given to connect with, for the gateway as it runs. */
export function createConnections(options: {
  /** Base URL; the one that will be listened on while nothing listens. */
  address: () => string;
  isListening: () => boolean;
  settings: () => Settings;
  profiles: ProfilesService;
  runtimes: RuntimesService;
  launcher: Launcher;
  dataDir: string;
}): Connections {
  const { address, isListening, settings, profiles, runtimes, launcher, dataDir } = options;
  const home = homedir();
  /** Beyond this computer no profile is open without a token. */
  const reached = (route: ProfileRoute): ProfileRoute => ({
    ...route,
    allowWithoutToken: route.allowWithoutToken && isLoopbackHost(settings().host),
  });
  const isUsual = dataDir === resolvePaths({ env: {}, home }).dataDir;
  return new Connections({
    url: address,
    isListening,
    profile: (profile) => reached(profiles.routeBySlug(profiles.find(profile).slug)),
    activeProfile: () => reached(profiles.activeRoute()),
    launcher,
    dataDir: isUsual ? null : dataDir,
    home,
    env: () => runtimes.variables,
    version: VERSION,
  });
}
