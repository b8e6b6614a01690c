import {
  GatewayError,
  serverCreate,
  type ServerCreate,
  type ServerImportRow,
  type serverTestResult,
  type ServerUpdate,
  type ServerView,
  type Warning,
} from "@local-mcp/contract";
import type { ServerRow, StoredServerConfig } from "@local-mcp/database";
import type { Engine } from "@local-mcp/engine";
import { hintOf, type Vault } from "@local-mcp/vault";
import type { z } from "zod";
import { describeIssues } from "../issues.ts";
import type { Status } from "../status/status.ts";
import type { Stores } from "../stores.ts";
import { readClientFile } from "./client-files.ts";
import {
  buildConfig,
  changeConfig,
  configHash,
  consentHash,
  type NewSecret,
  secretIds,
  viewConfig,
} from "./config.ts";
import { probeCommand, probeUrl } from "./probe.ts";
import { marksIn } from "./url-secrets.ts";

const OWNER = "mcp_servers";

export interface ServersServiceOptions {
  stores: Stores;
  vault: Vault;
  engine: Engine;
  status: Status;
  baseEnv: Record<string, string>;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

/** Adding, changing and removing servers. */
export class ServersService {
  readonly #options: ServersServiceOptions;

  constructor(options: ServersServiceOptions) {
    this.#options = options;
  }

  list(): ServerView[] {
    return this.#options.stores.servers.list().map((row) => this.#view(row));
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

  /** @throws GatewayError name_taken, profile_not_found, vault_missing, vault_locked */
  async create(wanted: ServerCreate): Promise<{ server: ServerView; warnings: Warning[] }> {
    const { stores } = this.#options;
    const { config, secrets } = buildConfig(wanted.config, wanted.secrets);
    if (stores.servers.getByName(wanted.name)) {
      throw new GatewayError("name_taken", { kind: "server", name: wanted.name });
    }
    await this.#openVaultFor(secrets);
    const row = stores.db.transaction(() => {
      const inserted = stores.servers.insert({
        name: wanted.name,
        title: wanted.title ?? wanted.name,
        description: wanted.description,
        config,
        limits: wanted.limits,
        enabled: wanted.enabled,
        confirmedHash: wanted.confirmed ? consentHash(config) : null,
      });
      this.#seal(inserted.id, inserted.name, secrets);
      for (const slug of wanted.profiles) this.#join(slug, inserted.id);
      return inserted;
    });
    this.#options.onChange();
    return { server: this.#view(row), warnings: await this.#warnings(row) };
  }

  /** @throws GatewayError server_not_found, name_taken, validation_failed, vault_missing, vault_locked */
  async update(
    server: string,
    changes: ServerUpdate,
  ): Promise<{ server: ServerView; warnings: Warning[] }> {
    const { stores } = this.#options;
    await this.#openVaultFor(changeConfig(this.find(server).config, changes).secrets);
    // Read again: another change may have been acknowledged while the vault opened.
    const before = this.find(server);
    const { config, secrets } = changeConfig(before.config, changes);
    const row = stores.db.transaction(() => {
      this.#deleteUnused(before.id, config);
      this.#seal(before.id, changes.name ?? before.name, secrets);
      const consent = changes.confirmed === true ? { confirmedHash: consentHash(config) } : {};
      return stores.servers.update(before.id, {
        name: changes.name,
        title: changes.title,
        description: changes.description,
        limits: changes.limits,
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
    this.#options.stores.servers.delete(this.find(server).id);
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

  /** @throws GatewayError server_not_found */
  async restart(server: string): Promise<void> {
    await this.#upstream(this.find(server)).restart();
  }

  /** @throws GatewayError server_not_found */
  output(server: string): string[] {
    return this.#upstream(this.find(server)).output();
  }

  /**
   * Adds the servers of a client's file. Never consent: what would run stays unconfirmed.
   *
   * @param mayRun whether whoever imports may add servers that run a command
   * @throws GatewayError malformed_json, validation_failed
   */
  async importFile(text: string, mayRun: boolean): Promise<ServerImportRow[]> {
    const rows: ServerImportRow[] = [];
    for (const { original, server, problem } of readClientFile(text)) {
      if (server === null) {
        rows.push({ original, name: null, outcome: "failed", message: problem });
        continue;
      }
      rows.push({ original, ...(await this.#importOne(server, mayRun)) });
    }
    return rows;
  }

  async #importOne(
    input: z.input<typeof serverCreate>,
    mayRun: boolean,
  ): Promise<Omit<ServerImportRow, "original">> {
    const { name } = input;
    const parsed = serverCreate.safeParse(input);
    if (!parsed.success) {
      return { name, outcome: "failed", message: describeIssues(parsed.error.issues) };
    }
    if (this.#options.stores.servers.getByName(name)) {
      return { name, outcome: "skipped", message: `There is a server “${name}” already.` };
    }
    if (parsed.data.config.transport === "stdio" && !mayRun) {
      const error = new GatewayError("token_lacks_right", { right: "processes" });
      return { name, outcome: "failed", message: error.message };
    }
    try {
      const { warnings } = await this.create(parsed.data);
      const message = warnings.map((one) => one.message).join(" ") || null;
      return { name, outcome: "added", message };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { name, outcome: "failed", message: `${error.message} ${error.wayOut}` };
    }
  }

  #upstream(row: ServerRow): NonNullable<ReturnType<Engine["upstream"]>> {
    const upstream = this.#options.engine.upstream(row.id);
    if (!upstream) throw new GatewayError("server_not_found", { server: row.name });
    return upstream;
  }

  async #openVaultFor(secrets: readonly NewSecret[]): Promise<void> {
    if (secrets.length > 0) await this.#options.vault.ready({ create: true });
  }

  #seal(serverId: string, owner: string, secrets: readonly NewSecret[]): void {
    const { stores, vault } = this.#options;
    for (const { id, name, value } of secrets) {
      stores.vault.secrets.put({
        id,
        ownerTable: OWNER,
        ownerId: serverId,
        name,
        sealed: vault.seal(value, { table: "vault_secrets", column: "sealed", row: id, owner }),
        hint: hintOf(value),
      });
    }
  }

  #deleteUnused(serverId: string, config: StoredServerConfig): void {
    const { secrets } = this.#options.stores.vault;
    const used = new Set(secretIds(config));
    for (const { id } of secrets.listOwned(OWNER, serverId)) {
      if (!used.has(id)) secrets.delete(id);
    }
  }

  #join(slug: string, serverId: string): void {
    const { profiles } = this.#options.stores;
    const profile = profiles.getBySlug(slug);
    if (!profile) throw new GatewayError("profile_not_found", { profile: slug });
    const members = profiles.servers(profile.id).map((server) => server.id);
    profiles.replaceServers(profile.id, [...members, serverId]);
  }

  async #warnings({ name, config }: ServerRow): Promise<Warning[]> {
    const { baseEnv } = this.#options;
    const texts = config.transport === "stdio" ? config.args : [config.url];
    const unset = texts.flatMap(marksIn).filter((mark) => !(mark in config.secrets));
    const missing = unset.map((mark) => ({
      code: "secret_unset",
      message: `“${name}” refers to the secret “${mark}”, which has no value yet.`,
    }));
    const reachable =
      config.transport === "stdio"
        ? probeCommand(config.command, baseEnv, config.cwd)
        : await probeUrl(new URL(config.url));
    return [...missing, ...reachable];
  }

  #view(row: ServerRow): ServerView {
    const { stores, status, engine } = this.#options;
    const owned = stores.vault.secrets.listOwned(OWNER, row.id);
    const hints = new Map(owned.map(({ id, hint }) => [id, hint]));
    const info = (id: string) => ({ set: true as const, hint: hints.get(id) ?? null });
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
      status: status.ofServer(row.id),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

/** Whether a person has agreed to exactly what would run now. Remote servers run nothing here. */
export const isConfirmed = (row: ServerRow): boolean =>
  row.config.transport !== "stdio" || row.confirmedHash === consentHash(row.config);
