import { GatewayError, type Settings, type ToolTrial } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";
import { openSecret } from "../vault/owned-secrets.ts";
import { resultOf, type ToolAnswer } from "./answer.ts";
import { ask } from "./exchange.ts";
import { buildToolRequest, type ToolRequest } from "./request.ts";
import { secretsOf } from "./stored-request.ts";

export interface ToolCallsOptions {
  stores: Stores;
  vault: Vault;
  settings: () => Settings;
  runtimes: RuntimesService;
  sandbox: Sandbox;
}

/** A request with the secrets that are in it. */
interface Prepared {
  request: ToolRequest;
  secrets: string[];
}

/** Of an answer that a person tries a tool with, UTF-16 units. */
const MOST_SHOWN = 64 * 1024;
/** Problems of arguments that are told, at most. */
const MOST_PROBLEMS = 5;

/** Calls of REST tools: a tool is asked once per call, whatever comes of it. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  /** How many of each tool are under way, by its id. */
  readonly #running = new Map<string, number>();

  constructor(options: ToolCallsOptions) {
    this.#options = options;
  }

  /**
   * The result of `tools/call`.
   *
   * @throws GatewayError tool_arguments, tool_secret_unset, tool_address_blocked, tool_unreachable,
   * tool_too_late, tool_answer_too_large, tool_busy, request_cancelled, vault_…, sandbox_…
   */
  async call(tool: ToolRow, args: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const running = this.#running.get(tool.id) ?? 0;
    const limit = this.#options.settings().maxConcurrentCalls;
    if (running >= limit) throw new GatewayError("tool_busy", { tool: tool.name, limit });
    this.#running.set(tool.id, running + 1);
    try {
      return await this.#call(tool, args, signal);
    } finally {
      const left = (this.#running.get(tool.id) ?? 1) - 1;
      if (left > 0) this.#running.set(tool.id, left);
      else this.#running.delete(tool.id);
    }
  }

  async #call(tool: ToolRow, args: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const prepared = await this.#prepare(tool, args, signal);
    const answer = await this.#ask(tool, prepared, signal);
    return resultOf(tool, answer, this.#options.sandbox, signal);
  }

  /**
   * The same, with what came over the wire.
   *
   * @throws GatewayError where nothing could be sent
   */
  async test(tool: ToolRow, args: JsonObject, signal: AbortSignal): Promise<ToolTrial> {
    const prepared = await this.#prepare(tool, args, signal);
    const startedAt = performance.now();
    let answer: ToolAnswer | null = null;
    let result: JsonObject;
    let durationMs = 0;
    try {
      answer = await this.#ask(tool, prepared, signal);
      durationMs = performance.now() - startedAt;
      result = await resultOf(tool, answer, this.#options.sandbox, signal);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code === "request_cancelled") throw error;
      result = failedResult(error);
    }
    return {
      request: { method: tool.method, url: prepared.request.shownUrl },
      status: answer?.status ?? null,
      contentType: answer?.contentType ?? null,
      durationMs: durationMs || performance.now() - startedAt,
      bytes: answer?.bytes.length ?? 0,
      answer: answer?.text?.slice(0, MOST_SHOWN) ?? null,
      result,
    };
  }

  async #prepare(tool: ToolRow, args: JsonObject, signal: AbortSignal): Promise<Prepared> {
    const { sandbox, runtimes } = this.#options;
    const { valid, problems } = await sandbox.validate(tool.inputSchema, args, signal);
    if (!valid) {
      const where = problems
        .slice(0, MOST_PROBLEMS)
        .map(({ path, message }) => (path === "" ? message : `“${path}”: ${message}`));
      throw new GatewayError("tool_arguments", { tool: tool.name, detail: where.join(" ") });
    }
    const values = await this.#secrets(tool);
    // A shell that was asked may still be thinking, and knows where proxies are.
    await runtimes.ready();
    const request = buildToolRequest(tool, args, (id) => values.get(id) ?? "");
    return { request, secrets: shownSecrets(tool, values) };
  }

  /** @throws GatewayError tool_secret_unset, vault_missing, vault_locked, secret_damaged */
  async #secrets({ name: tool, request }: ToolRow): Promise<Map<string, string>> {
    const { stores, vault } = this.#options;
    const needed = secretsOf(request);
    if (needed.length > 0) await vault.ready();
    return new Map(
      needed.map(({ id, name }) => {
        const value = openSecret(stores, vault, tool, id);
        if (value === null) throw new GatewayError("tool_secret_unset", { tool, name });
        return [id, value];
      }),
    );
  }

  #ask(tool: ToolRow, { request, secrets }: Prepared, signal: AbortSignal): Promise<ToolAnswer> {
    const { settings, runtimes } = this.#options;
    return ask(tool, request, {
      settings: settings(),
      routeTo: (url) => runtimes.routeTo(url),
      secrets,
      signal,
    });
  }
}

/** Also as they are sent: a user and a password are one text then. */
function shownSecrets(
  { request: { auth } }: ToolRow,
  values: ReadonlyMap<string, string>,
): string[] {
  const all = [...values.values()];
  if (auth.type !== "basic") return all;
  const pair = `${auth.username}:${values.get(auth.password.secret) ?? ""}`;
  return [...all, pair, Buffer.from(pair).toString("base64")];
}

/** As the engine tells a model of an error. */
const failedResult = ({ message, wayOut }: GatewayError): JsonObject => ({
  content: [{ type: "text", text: `${message} ${wayOut}` }],
  isError: true,
});
