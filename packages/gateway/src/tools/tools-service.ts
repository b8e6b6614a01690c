import {
  GatewayError,
  hasTags,
  type OpenApiImport,
  type OpenApiView,
  type SecretInfo,
  type Settings,
  type TagFilter,
  type ToolCreate,
  type ToolTrial,
  type ToolUpdate,
  type ToolView,
} from "@local-mcp/contract";
import type { ToolInsert, ToolRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import { inOrder, join, problemOf, slugsWith } from "../local/memberships.ts";
import { known, named } from "../local/named.ts";
import { OneByOne } from "../one-by-one.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";
import { type NewSecret, OwnedSecrets } from "../vault/owned-secrets.ts";
import { ToolCalls } from "./calls.ts";
import { checkAddress, checkTool } from "./check-tool.ts";
import { columnsOf } from "./columns.ts";
import { draftTool } from "./draft-tool.ts";
import type { OpenApiReader } from "./openapi/worker-client.ts";
import { changeRequest, refuseMove, secretIdsOf, secretsOf } from "./stored-request.ts";
import { offeredTool, viewTool } from "./tool-view.ts";

export interface ToolsServiceOptions {
  stores: Stores;
  sandbox: Sandbox;
  openApi: OpenApiReader;
  vault: Vault;
  settings: () => Settings;
  runtimes: RuntimesService;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

/** REST APIs that the gateway offers as tools of its own. */
export class ToolsService {
  readonly #options: ToolsServiceOptions;
  readonly #secrets: OwnedSecrets;
  readonly #calls: ToolCalls;
  /** What one change has checked, no other may have changed meanwhile. */
  readonly #changes = new OneByOne();

  constructor(options: ToolsServiceOptions) {
    this.#options = options;
    this.#secrets = new OwnedSecrets(options.stores, options.vault, "tools");
    this.#calls = new ToolCalls(options);
  }

  list(filter?: TagFilter): ToolView[] {
    return this.#options.stores.tools
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  /** By name or id. @throws GatewayError local_not_found */
  get(tool: string): ToolView {
    return this.#view(this.find(tool));
  }

  /** By name or id. @throws GatewayError local_not_found */
  find(tool: string): ToolRow {
    return known(named(this.#options.stores).tool(tool), "tool", tool);
  }

  /**
   * @throws GatewayError name_taken, validation_failed, tool_address_blocked, profile_not_found,
   * vault_missing, vault_locked, sandbox_…
   */
  async create(wanted: ToolCreate): Promise<ToolView> {
    const [made] = await this.#insert([await this.#draft(wanted)]);
    if (!made) throw new GatewayError("internal");
    return made;
  }

  /**
   * @throws GatewayError local_not_found, secrets_would_move, and as {@link create}
   */
  update(tool: string, changes: ToolUpdate): Promise<ToolView> {
    return this.#changes.run(() => this.#update(tool, changes));
  }

  /** With its secrets and its places in profiles. @throws GatewayError local_not_found */
  remove(tool: string): void {
    this.#options.stores.tools.delete(this.find(tool).id);
    this.#options.onChange();
  }

  /**
   * Calls it, also one that is turned off or in no profile.
   *
   * @throws GatewayError local_not_found, tool_arguments, tool_secret_unset, request_cancelled,
   * vault_…, sandbox_…
   */
  async test(tool: string, args: JsonObject, signal = NEVER): Promise<ToolTrial> {
    return this.#calls.test(this.find(tool), args, signal);
  }

  /** @throws GatewayError malformed_json, openapi_unreadable, openapi_too_old */
  readOpenApi(text: string): Promise<OpenApiView> {
    return this.#options.openApi.read(text, this.#names());
  }

  /**
   * Makes tools of the operations that were chosen, all or none; where none was, of those that can
   * become tools.
   *
   * @throws GatewayError openapi_no_operation, what reading it throws, and as {@link create}
   */
  async importOpenApi(
    wanted: OpenApiImport,
  ): Promise<{ tools: ToolView[]; skipped: { key: string; problem: string }[] }> {
    const { tools, skipped } = await this.#options.openApi.plan(wanted, this.#names());
    const drafts: Draft[] = [];
    const refusals: GatewayError[] = [];
    for (const { key, tool } of tools) {
      try {
        drafts.push(await this.#draft(tool));
      } catch (error) {
        if (!(error instanceof GatewayError) || wanted.operations !== undefined) throw error;
        refusals.push(error);
        skipped.push({ key, problem: error.message });
      }
    }
    if (drafts.length === 0) throw refusals[0] ?? new GatewayError("openapi_nothing");
    return { tools: await this.#insert(drafts), skipped };
  }

  /** What each profile has of them and can be called, as tools/list shows it; read once for all. */
  offered(): (profileId: string) => JsonObject[] {
    const { tools } = this.#options.stores;
    const all = this.#offerable(tools.list());
    return (profileId) => inOrder(tools.idsIn(profileId), all);
  }

  /** The others that could be offered, in the same form. */
  absentFrom(profileId: string): JsonObject[] {
    const { tools } = this.#options.stores;
    const present = new Set(tools.idsIn(profileId));
    return [...this.#offerable(tools.list().filter(({ id }) => !present.has(id))).values()];
  }

  /** The result of tools/call. @throws GatewayError tool_not_found, and as {@link ToolCalls.call} */
  async call(params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const { name, arguments: args = {} } = params;
    const tool = String(name);
    const row = this.#options.stores.tools.getByName(tool);
    if (!row?.enabled) throw new GatewayError("tool_not_found", { tool: tool.slice(0, 200) });
    if (!isObject(args)) {
      throw new GatewayError("tool_arguments", { tool, detail: "“arguments” is no object." });
    }
    return this.#calls.call(row, args, signal);
  }

  #names(): string[] {
    return this.#options.stores.tools.list().map(({ name }) => name);
  }

  async #insert(drafts: readonly Draft[]): Promise<ToolView[]> {
    const { stores } = this.#options;
    await this.#secrets.openVaultFor(drafts.flatMap(({ secrets }) => secrets));
    const rows = stores.db.transaction(() =>
      drafts.map(({ values, secrets, profiles }) => {
        const row = stores.tools.insert(values);
        this.#secrets.store(row.id, row.name, secrets);
        join(stores, stores.tools, row.id, profiles);
        return row;
      }),
    );
    this.#options.onChange();
    return rows.map((row) => this.#view(row));
  }

  async #draft(wanted: ToolCreate): Promise<Draft> {
    const { stores, sandbox } = this.#options;
    const { name, profiles } = wanted;
    if (stores.tools.getByName(name)) throw new GatewayError("name_taken", { kind: "tool", name });
    return { ...(await draftTool(wanted, sandbox)), profiles };
  }

  async #update(tool: string, changes: ToolUpdate): Promise<ToolView> {
    const { stores, sandbox } = this.#options;
    const before = this.find(tool);
    const { secrets, ...api } = changeRequest(before, changes);
    if (changes.keepSecrets !== true) refuseMove(before.name, before, api);
    const values = { ...columnsOf(before, changes), ...api };
    await checkTool(values, sandbox);
    await this.#secrets.openVaultFor(secrets);
    const row = stores.db.transaction(() => {
      const updated = stores.tools.update(before.id, values);
      // It was removed while it was looked at.
      if (!updated) return this.find(tool);
      this.#secrets.deleteUnused(before.id, secretIdsOf(api.request));
      this.#secrets.store(before.id, updated.name, secrets);
      if (updated.name !== before.name) stores.tools.forgetNames(before.id);
      return updated;
    });
    this.#options.onChange();
    return this.#view(row);
  }

  /** By id. */
  #offerable(rows: readonly ToolRow[]): Map<string, JsonObject> {
    const whole = rows.filter(
      (row) => row.enabled && this.#problem(row, this.#secrets.infos(row.id)) === null,
    );
    return new Map(whole.map((row) => [row.id, offeredTool(row)]));
  }

  #view(row: ToolRow): ToolView {
    const secret = this.#secrets.infos(row.id);
    const problem = this.#problem(row, secret);
    return viewTool(row, {
      secret,
      profiles: slugsWith(this.#options.stores.tools, row.id),
      problem: problem && problemOf(problem),
    });
  }

  /** Why no call of it could work. A vault that is locked is opened by then, or the call says so. */
  #problem(row: ToolRow, secret: (id: string) => SecretInfo): GatewayError | null {
    const unset = secretsOf(row.request).find(({ id }) => !secret(id).set);
    if (unset) return new GatewayError("tool_secret_unset", { tool: row.name, name: unset.name });
    try {
      checkAddress(row);
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }
}

/** A tool that is ready to be stored. */
interface Draft {
  values: ToolInsert;
  secrets: NewSecret[];
  /** Slugs of those that get it. */
  profiles: string[];
}

const NEVER = new AbortController().signal;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
