import { readFileSync } from "node:fs";
import { GatewayError } from "@local-mcp/contract";
import type { Sealer } from "@local-mcp/vault";
import { ForwardingStorage } from "./forwarding-storage.ts";
import { type OpenedStorage, openStorage } from "./open-storage.ts";
import { sealerOf } from "./sealer-of.ts";
import { selectStorage } from "./select-storage.ts";
import type { StorageBackend } from "./storage-backend.ts";

/** Where a program of its own finds the store; `CACHE_TYPE` is the gateway's, and others have one too. */
const VARIABLES = new Set([
  "MCP_TS_STORAGE_TYPE",
  "REDIS_URL",
  "MCP_TS_STORAGE_FILE",
  "MCP_TS_STORAGE_SQLITE",
  "MCP_TS_STORAGE_POSTGRES",
]);

/**
 * The store that the environment chooses, opened when it is first used. What keeps it from being
 * opened is told to everybody who asked for it, and the next call tries again.
 */
export class EnvironmentStorage extends ForwardingStorage {
  readonly #env: NodeJS.ProcessEnv;
  #opened: Promise<OpenedStorage> | null = null;

  constructor(env: NodeJS.ProcessEnv) {
    super();
    this.#env = env;
  }

  async init(): Promise<void> {
    await this.#open();
  }

  /** Closes what was opened; a later call opens it again. */
  async disconnect(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    const store = await opened.catch(() => null);
    await store?.close();
  }

  protected async use<T>(work: (backend: StorageBackend) => Promise<T>): Promise<T> {
    const { backend } = await this.#open();
    return work(backend);
  }

  #open(): Promise<OpenedStorage> {
    if (this.#opened !== null) return this.#opened;
    const opened = openFrom(this.#env);
    this.#opened = opened;
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = null;
    });
    return opened;
  }
}

/** @throws GatewayError as selectStorage and openStorage; config_invalid */
async function openFrom(env: NodeJS.ProcessEnv): Promise<OpenedStorage> {
  const { choice } = selectStorage((name) => (VARIABLES.has(name) ? read(env, name) : null), {
    type: "memory",
  });
  // What stays in the process is not sealed, and a key takes a moment to make.
  const sealer = choice.type === "memory" ? null : await sealerFrom(env);
  return openStorage(choice, sealer === null ? {} : { sealer });
}

async function sealerFrom(env: NodeJS.ProcessEnv): Promise<Sealer | null> {
  const secret = read(env, "AUTH_ENCRYPTION_SECRET");
  return secret === null ? null : sealerOf(secret);
}

/** A variable, or the file that its `_FILE` form names. @throws GatewayError config_invalid */
function read(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  const path = env[`${name}_FILE`];
  if (path === undefined || path === "") return null;
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new GatewayError("config_invalid", {
      name: `${name}_FILE`,
      source: "the environment",
      detail: "the file cannot be read",
    });
  }
}

/** The store that the environment of this process chooses. */
export const storage: StorageBackend = new EnvironmentStorage(process.env);
