import {
  GatewayError,
  type GatewayStatus,
  type Problem,
  type ServerStatus,
} from "@local-mcp/contract";
import type { Engine } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import { problemOf } from "../problem.ts";
import type { Stores } from "../stores.ts";
import { rollUp } from "./gateway-status.ts";
import type { ToolChanges } from "../tool-changes/tool-changes.ts";
import {
  type ServerFacts,
  serverStatus,
  type SignInFactsOfServer,
  unavailable,
} from "./server-status.ts";

export interface StatusOptions {
  stores: Stores;
  engine: () => Engine;
  vault: Vault;
  signIn: (serverId: string) => SignInFactsOfServer;
  tools: Pick<ToolChanges, "counts">;
  url: () => string | null;
  /** Why nothing listens though it should. */
  problem: () => Problem | null;
  /** What should be known though it is served: of the address, of backups, of where sessions are. */
  warnings: () => (GatewayError | null)[];
  version: string;
  dataDir: string;
}

/** Gathers the facts that the status of each server and of the gateway is computed from. */
export class Status {
  readonly #options: StatusOptions;
  readonly #startedAt = Date.now();

  constructor(options: StatusOptions) {
    this.#options = options;
  }

  /** @throws GatewayError server_not_found */
  ofServer(serverId: string): ServerStatus {
    return serverStatus(this.#facts(serverId), Date.now());
  }

  /** Why the server cannot answer, for a caller. */
  explain(serverId: string): GatewayError {
    return unavailable(this.#facts(serverId), Date.now());
  }

  ofGateway(): GatewayStatus {
    const { stores, engine, vault, url, problem, warnings, version, dataDir } = this.#options;
    const servers = stores.servers.list().map(({ id, name, title, enabled }) => ({
      id,
      name,
      title,
      enabled,
      status: this.ofServer(id),
    }));
    return {
      ...rollUp(url(), servers),
      url: url(),
      problem: problem(),
      warnings: warnings()
        .filter((one) => one !== null)
        .map(problemOf),
      pid: process.pid,
      version,
      dataDir,
      startedAt: this.#startedAt,
      activeProfile: stores.profiles.active()?.slug ?? null,
      servers,
      sessions: engine().sessionCount,
      vault: vault.state(),
    };
  }

  #facts(serverId: string): ServerFacts {
    const { stores, engine, vault } = this.#options;
    const upstream = engine().upstream(serverId);
    if (!upstream) throw new GatewayError("server_not_found", { server: serverId });
    return {
      definition: upstream.definition,
      observation: upstream.observation,
      catalog: upstream.catalog,
      profiles: stores.profiles.ofServer(serverId).map(({ slug }) => slug),
      vault: vault.state(),
      signIn: this.#options.signIn(serverId),
      tools: this.#options.tools.counts(upstream.definition),
    };
  }
}
