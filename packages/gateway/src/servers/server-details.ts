import {
  GatewayError,
  type ServerActivity,
  type ServerCapability,
  type ServerReview,
} from "@local-mcp/contract";
import type { Engine, JsonObject } from "@local-mcp/engine";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { toolResult } from "../tool-result.ts";
import type { Activity } from "./activity.ts";
import { findProgram } from "./probe.ts";
import type { ServersService } from "./servers-service.ts";

export interface ServerDetailsOptions {
  servers: ServersService;
  engine: Engine;
  activity: Activity;
  runtimes: Pick<RuntimesService, "ready" | "variables" | "view">;
}

/** One server looked at closely: what would run, what it offers, what happened to it. */
export class ServerDetails {
  readonly #options: ServerDetailsOptions;

  constructor(options: ServerDetailsOptions) {
    this.#options = options;
  }

  /**
   * What a person reads before they let it run. Runs nothing of the server.
   *
   * @throws GatewayError server_not_found, validation_failed for one that runs nothing here
   */
  async review(server: string): Promise<ServerReview> {
    const { servers, runtimes } = this.#options;
    const { name, config, createdAt } = servers.find(server);
    if (config.transport !== "stdio") {
      throw new GatewayError("validation_failed", {
        detail: `“${name}” is reached by URL; nothing of it runs on this computer.`,
      });
    }
    const { command, args, cwd } = config;
    await runtimes.ready();
    const path = findProgram(config, runtimes.variables);
    const { programs } = await runtimes.view();
    return {
      command,
      args,
      path,
      version: programs.find((program) => program.path === path)?.version ?? null,
      cwd,
      env: Object.keys(config.env),
      addedAt: createdAt,
    };
  }

  /** As it last listed them. @throws GatewayError server_not_found */
  capabilities(server: string): ServerCapability[] {
    const { servers, engine } = this.#options;
    const lists = engine.upstream(servers.find(server).id)?.catalog?.lists;
    if (!lists) return [];
    const { tools, prompts, resources, resourceTemplates } = lists;
    return [
      ...tools.map((definition) => capability("tool", definition.name, definition)),
      ...prompts.map((definition) => capability("prompt", definition.name, definition)),
      ...resources.map((definition) => capability("resource", definition.uri, definition)),
      ...resourceTemplates.map((definition) =>
        capability("resource_template", definition.uriTemplate, definition),
      ),
    ];
  }

  /** Newest first. @throws GatewayError server_not_found */
  activity(server: string): ServerActivity[] {
    return this.#options.activity.of(this.#options.servers.find(server).id);
  }

  /** By its own name for the tool; never repeated. @throws GatewayError as the router does */
  async callTool(
    server: string,
    name: string,
    args: JsonObject,
    signal: AbortSignal | undefined,
  ): Promise<{ result: JsonObject; durationMs: number }> {
    const { servers, engine } = this.#options;
    const { id } = servers.find(server);
    return toolResult(name, () =>
      engine.callServerTool(id, name, args, signal ?? new AbortController().signal),
    );
  }
}

const capability = (
  kind: ServerCapability["kind"],
  name: unknown,
  definition: JsonObject,
): ServerCapability => ({
  kind,
  name: String(name),
  title: textOf(definition.title),
  description: textOf(definition.description),
  definition,
});

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
