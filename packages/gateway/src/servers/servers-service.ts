import {
  GatewayError,
  hasTags,
  type ServerCreate,
  type ServerOutput,
  type serverTestResult,
  type ServerUpdate,
  type ServerUsageRow,
  type ServerView,
  type TagFilter,
  type Warning,
} from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import type { Engine } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { z } from "zod";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { Status } from "../status/status.ts";
import type { Stores } from "../stores.ts";
import { OwnedSecrets } from "../vault/owned-secrets.ts";
import {
  buildConfig,
  type BuiltConfig,
  changeConfig,
  configHash,
  consentHash,
  secretIds,
} from "./config.ts";
import { viewConfig } from "./config-view.ts";
import { eraView } from "./era.ts";
import { probeCommand, probeUrl } from "./probe.ts";
import { isMoved, refuseMove } from "./secret-move.ts";
import { columnsOf, configWarnings, refuseIdleStop } from "./server-columns.ts";
import { isOtherSignIn } from "./sign-in-config.ts";

export interface ServersServiceOptions {
  stores: Stores;
  vault: Vault;
  engine: Engine;
  status: Status;
  runtimes: RuntimesService;
  /** Called after each change of what is configured. */
  onChange: () => void;
  /** Called with the id of a server that is gone. */
  onRemoved: (serverId: string) => void;
  /** Called with the id of a server that goes to another origin, within the transaction that stores that. */
  onMoved: (serverId: string) => void;
  /** The same of a server to which another client, or nobody, is to sign in. */
  onSignInChanged: (serverId: string) => void;
}

/** Adding, changing and removing servers. */
export class ServersService {
  readonly #options: ServersServiceOptions;
  readonly #secrets: OwnedSecrets;

  constructor(options: ServersServiceOptions) {
    this.#options = options;
    this.#secrets = new OwnedSecrets(options.stores, options.vault, "mcp_servers");
  }

  list(filter?: TagFilter): ServerView[] {
    return this.#options.stores.servers
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  names(): Set<string> {
    return new Set(this.#options.stores.servers.list().map(({ name }) => name));
  }

  /** By name or id. @throws GatewayError server_not_found */
  get(server: string): ServerView {
    return this.#view(this.find(server));
  }

  /** @throws GatewayError server_not_found */
  find(server: string): ServerRow {
    const { servers } = this.#options.stores;
    const row = servers.getByName(server) ?? servers.get(server);
    if (!row) throw new GatewayError("server_not_found", { server: server.slice(0, 200) });
    return row;
  }

  /** @throws GatewayError name_taken, address_blocked, profile_not_found, vault_missing, vault_locked */
  async create(wanted: ServerCreate): Promise<{ server: ServerView; warnings: Warning[] }> {
    const { stores } = this.#options;
    const { config, secrets } = buildConfig(wanted.config, wanted.secrets);
    refuseIdleStop(wanted.name, config, wanted.limits);
    if (stores.servers.getByName(wanted.name)) {
      throw new GatewayError("name_taken", { kind: "server", name: wanted.name });
    }
    await this.#secrets.openVaultFor(secrets);
    const row = stores.db.transaction(() => {
      const inserted = stores.servers.insert({
        ...columnsOf(wanted, config),
        confirmedHash: wanted.confirmed ? consentHash(config) : null,
      });
      this.#secrets.store(inserted.id, inserted.name, secrets);
      for (const slug of wanted.profiles) this.#join(slug, inserted.id);
      return inserted;
    });
    this.#options.onChange();
    return { server: this.#view(row), warnings: await this.#warnings(row) };
  }

  /**
   * @throws GatewayError server_not_found, name_taken, validation_failed, address_blocked,
   * secrets_would_move, vault_missing, vault_locked
   */
  async update(
    server: string,
    changes: ServerUpdate,
  ): Promise<{ server: ServerView; warnings: Warning[] }> {
    const { stores } = this.#options;
    await this.#secrets.openVaultFor(changed(this.find(server), changes).secrets);
    // Read again: another change may have been acknowledged while the vault opened.
    const before = this.find(server);
    const { config, secrets } = changed(before, changes);
    // One that it had as a command is kept, for when it is one again.
    if (changes.limits?.idleStopMs !== before.limits.idleStopMs) {
      refuseIdleStop(before.name, config, changes.limits);
    }
    const row = stores.db.transaction(() => {
      this.#secrets.deleteUnused(before.id, secretIds(config));
      this.#secrets.store(before.id, changes.name ?? before.name, secrets);
      // Together with the change, so that no crash leaves tokens behind with those they are not for.
      if (isMoved(before.config, config)) this.#options.onMoved(before.id);
      if (isOtherSignIn(before.config, config)) this.#options.onSignInChanged(before.id);
      const consent = changes.confirmed === true ? { confirmedHash: consentHash(config) } : {};
      return stores.servers.update(before.id, {
        name: changes.name,
        title: changes.title,
        description: changes.description,
        limits: changes.limits,
        connections: changes.connections,
        tags: changes.tags,
        healthUrl: changes.healthUrl,
        holdChangedTools: changes.holdChangedTools,
        enabled: changes.enabled,
        config,
        ...consent,
      });
    });
    if (!row) throw new GatewayError("server_not_found", { server });
    this.#options.onChange();
    const reachedOtherwise = configHash(before.config) !== configHash(config);
    const warnings = reachedOtherwise ? await this.#warnings(row) : [];
    return { server: this.#view(row), warnings };
  }

  /** With its secrets and its places in profiles. @throws GatewayError server_not_found */
  remove(server: string): void {
    const { id } = this.find(server);
    this.#options.stores.servers.delete(id);
    this.#options.onRemoved(id);
    this.#options.onChange();
  }

  /** Starts it anew and waits for what comes of it. @throws GatewayError server_not_found */
  async test(server: string): Promise<z.infer<typeof serverTestResult>> {
    const row = this.find(server);
    const upstream = this.#upstream(row);
    const startedAt = performance.now();
    if (upstream.observation.state === "ready") await upstream.settled();
    else await upstream.restart();
    await upstream.settled();
    const { status, counts, implementation } = this.#view(row);
    return {
      ok: status.state === "ready",
      status,
      counts,
      implementation,
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  /** @throws GatewayError server_not_found; server_unavailable for one that is not to run */
  async restart(server: string): Promise<void> {
    const upstream = this.#upstream(this.find(server));
    const { enabled, confirmed, id } = upstream.definition;
    if (!enabled || !confirmed) throw this.#options.status.explain(id);
    await upstream.restart();
  }

  /** @throws GatewayError server_not_found */
  output(server: string): ServerOutput {
    const upstream = this.#upstream(this.find(server));
    return { lines: upstream.output(), garbage: upstream.garbage() ?? { lines: 0, last: null } };
  }

  /** Of the servers that have processes here. */
  async usage(): Promise<ServerUsageRow[]> {
    const { stores, engine } = this.#options;
    const usage = await engine.usage();
    return stores.servers.list().flatMap(({ id, name }) => {
      const own = usage.get(id);
      return own ? [{ serverId: id, name, usage: own }] : [];
    });
  }

  #upstream(row: ServerRow): NonNullable<ReturnType<Engine["upstream"]>> {
    const upstream = this.#options.engine.upstream(row.id);
    if (!upstream) throw new GatewayError("server_not_found", { server: row.name });
    return upstream;
  }

  #join(slug: string, serverId: string): void {
    const { profiles } = this.#options.stores;
    const profile = profiles.getBySlug(slug);
    if (!profile) throw new GatewayError("profile_not_found", { profile: slug });
    const members = profiles.servers(profile.id).map((server) => server.id);
    profiles.replaceServers(profile.id, [...members, serverId]);
  }

  async #warnings({ name, config }: ServerRow): Promise<Warning[]> {
    const { runtimes } = this.#options;
    await runtimes.ready();
    const reachable =
      config.transport === "stdio"
        ? probeCommand(config, runtimes)
        : await probeUrl(new URL(config.url), runtimes);
    return [...configWarnings(name, config), ...reachable];
  }

  #view(row: ServerRow): ServerView {
    const { stores, status, engine } = this.#options;
    const info = this.#secrets.infos(row.id);
    const marks = Object.entries(row.config.secrets).map(([name, id]) => [name, info(id)]);
    const catalog = engine.upstream(row.id)?.catalog ?? null;
    const implementation = catalog?.implementation ?? null;
    return {
      id: row.id,
      name: row.name,
      title: row.title,
      description: row.description,
      config: viewConfig(row.config, info),
      secrets: Object.fromEntries(marks),
      limits: row.limits,
      connections: row.connections,
      tags: row.tags,
      healthUrl: row.healthUrl,
      holdChangedTools: row.holdChangedTools,
      enabled: row.enabled,
      confirmed: isConfirmed(row),
      profiles: stores.profiles.ofServer(row.id).map(({ slug }) => slug),
      counts: {
        tools: catalog?.lists.tools.length ?? 0,
        prompts: catalog?.lists.prompts.length ?? 0,
        resources: catalog?.lists.resources.length ?? 0,
        resourceTemplates: catalog?.lists.resourceTemplates.length ?? 0,
      },
      implementation: implementation && {
        name: implementation.name,
        version: implementation.version,
        protocolVersion: implementation.protocolVersion,
      },
      era: eraView(stores.eras.get(row.id), configHash(row.config), catalog),
      status: status.ofServer(row.id),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

/** @throws GatewayError validation_failed, address_blocked, secrets_would_move */
function changed({ name, config }: ServerRow, changes: ServerUpdate): BuiltConfig {
  const built = changeConfig(config, changes);
  if (changes.keepSecrets !== true) refuseMove(name, config, built.config);
  return built;
}

/** Whether a person has agreed to exactly what would run now. Remote servers run nothing here. */
export const isConfirmed = (row: ServerRow): boolean =>
  row.config.transport !== "stdio" || row.confirmedHash === consentHash(row.config);
