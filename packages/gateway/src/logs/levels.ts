import { type LogLevel, type LogLevelChoice, logLevel, type Settings } from "@local-mcp/contract";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { Stores } from "../stores.ts";

export interface LevelsOptions {
  store: Stores["logLevels"];
  settings: () => Pick<Settings, "logLevel">;
  profiles: Pick<ProfilesService, "find">;
  servers: Pick<ServersService, "find">;
}

/** Ids of profiles and servers that have a level of their own. */
type Own = ReadonlyMap<string, LogLevel>;

/** How much is recorded of whom. */
export class Levels {
  readonly #options: LevelsOptions;
  #own: Own | null = null;

  constructor(options: LevelsOptions) {
    this.#options = options;
  }

  /** Where both have a level of their own the lesser counts, where none has one the setting does. */
  of(profileId: string | null, serverId: string | null): LogLevel {
    const own = (this.#own ??= this.#read());
    const ofProfile = profileId === null ? undefined : own.get(profileId);
    const ofServer = serverId === null ? undefined : own.get(serverId);
    if (ofProfile !== undefined && ofServer !== undefined) return lesser(ofProfile, ofServer);
    return ofProfile ?? ofServer ?? this.#options.settings().logLevel;
  }

  list(): LogLevelChoice[] {
    return this.#options.store.list().map(({ profile, server, level }) => ({
      ...(profile !== null && { profile }),
      ...(server !== null && { server }),
      level,
    }));
  }

  /**
   * @param level null for none of its own
   * @throws GatewayError profile_not_found, server_not_found
   */
  set({
    profile,
    server,
    level,
  }: Omit<LogLevelChoice, "level"> & { level: LogLevel | null }): void {
    const { store, profiles, servers } = this.#options;
    if (profile !== undefined) store.set({ profileId: profiles.find(profile).id }, level);
    if (server !== undefined) store.set({ mcpServerId: servers.find(server).id }, level);
    this.forget();
  }

  /** Profiles or servers are others now. */
  forget(): void {
    this.#own = null;
  }

  #read(): Own {
    const rows = this.#options.store.list();
    return new Map(
      rows.map(({ profileId, mcpServerId, level }) => [profileId ?? mcpServerId ?? "", level]),
    );
  }
}

/** Of two levels the one that records less. */
export const lesser = (one: LogLevel, other: LogLevel): LogLevel =>
  logLevel.options.indexOf(one) < logLevel.options.indexOf(other) ? one : other;
