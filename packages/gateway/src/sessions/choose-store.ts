import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import {
  type AnswerChoice,
  type SelectedStorage,
  selectStorage,
  type StorageChoice,
  type StorageType,
} from "@local-mcp/sessions";
import type { Configuration } from "../configuration/configuration.ts";
import type { GatewayOptions } from "../gateway-types.ts";

/** Where the gateway keeps sessions, and what it may do where it cannot. */
export interface ChosenStore extends SelectedStorage {
  /** Whether memory may be used while the store cannot be. */
  fallsBack: boolean;
  /** Whether messages to clients are kept: with the database backend, where somebody chose it. */
  keepsMessages: boolean;
}

const OWN_DATABASE: StorageChoice = { type: "sqlite", path: null };

/**
 * The desktop's sessions are always in the database of the gateway, whatever the environment of a
 * login shell says; anything else is for gateways that somebody sets up.
 *
 * @throws GatewayError session_store_unknown, session_store_unset, session_store_url, config_invalid
 */
export function chooseStore(
  kind: GatewayOptions["kind"],
  { environment, paths }: Configuration,
): ChosenStore {
  if (kind === "app") {
    return { choice: OWN_DATABASE, chosenBy: "default", fallsBack: false, keepsMessages: false };
  }
  const { choice, chosenBy } = selectStorage((name) => environment.find(name)?.value, OWN_DATABASE);
  const fallback = environment.find("MCP_TS_STORAGE_FALLBACK")?.value ?? null;
  if (fallback !== null && fallback !== "memory") {
    throw new GatewayError("session_store_unknown", {
      name: "MCP_TS_STORAGE_FALLBACK",
      value: fallback.slice(0, 32),
      valid: "memory",
    });
  }
  return {
    choice: inDataDirectory(choice, paths),
    chosenBy,
    fallsBack: fallback !== null,
    keepsMessages:
      choice.type === "sqlite" && ["CACHE_TYPE", "MCP_TS_STORAGE_TYPE"].includes(chosenBy),
  };
}

/**
 * Where `serve` keeps answers of resources, which `CACHE_TYPE` says also where sessions are kept
 * elsewhere; null for memory.
 *
 * @throws GatewayError session_store_unknown, session_store_unset, session_store_url
 */
export function chooseAnswerStore(
  kind: GatewayOptions["kind"],
  { environment, paths }: Configuration,
): AnswerChoice | null {
  if (kind !== "serve") return null;
  const read: Parameters<typeof selectStorage>[0] = (name) =>
    name === "CACHE_TYPE" || name === "REDIS_URL" ? environment.find(name)?.value : null;
  const { choice, chosenBy } = selectStorage(read, OWN_DATABASE);
  if (chosenBy !== "CACHE_TYPE") return null;
  if (choice.type === "redis") return choice;
  return choice.type === "sqlite"
    ? { type: "sqlite", path: join(paths.dataDir, "answers.db") }
    : null;
}

/**
 * The store of this type, where the environment says it is.
 *
 * @throws GatewayError session_store_unset, session_store_url, config_invalid
 */
export function storeOfType(
  type: StorageType,
  { environment, paths }: Configuration,
): StorageChoice {
  const read: Parameters<typeof selectStorage>[0] = (name) =>
    name === "MCP_TS_STORAGE_TYPE" ? type : environment.find(name)?.value;
  try {
    return inDataDirectory(selectStorage(read, OWN_DATABASE).choice, paths);
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === "session_store_unset")) throw error;
    // No variable has: that one stands for what was asked for.
    throw new GatewayError("session_store_unset", { ...error.params, name: "the command" });
  }
}

/** A service has no working directory that anybody knows, so a path starts where the data are. */
function inDataDirectory(choice: StorageChoice, paths: Configuration["paths"]): StorageChoice {
  if (!("path" in choice) || choice.path === null) return choice;
  const path = resolve(paths.dataDir, choice.path.replace(/^~(?=[\\/])/, homedir()));
  const isOwn = choice.type === "sqlite" && path === paths.database;
  return isOwn ? OWN_DATABASE : { ...choice, path };
}
