import { dumpSessions, restoreSessions } from "@local-mcp/sessions";
import { Configuration } from "../configuration/configuration.ts";
import type { GatewayOptions } from "../gateway-types.ts";
import { storeOfType } from "./choose-store.ts";

type Where = Pick<GatewayOptions, "dataDir" | "configEnv" | "env">;

/** The store that MCP_TS_STORAGE_POSTGRES names. @throws GatewayError session_store_unset */
const urlOf = (options: Where): string => {
  const choice = storeOfType("postgres", new Configuration(options));
  if (choice.type !== "postgres") throw new Error("the store of a type is of that type");
  return choice.url;
};

/**
 * Writes the sessions of the PostgreSQL store to an open file; no gateway is needed for it.
 *
 * @returns what people know the store by
 * @throws GatewayError session_store_unset, and as dumpSessions
 */
export const dumpSessionStore = async (
  options: Where,
  file: number,
  signal?: AbortSignal,
): Promise<string> => dumpSessions(urlOf(options), file, signal);

/**
 * Replaces the sessions of the PostgreSQL store, which no gateway may use meanwhile.
 *
 * @returns what people know the store by
 * @throws GatewayError session_store_unset, and as restoreSessions
 */
export const restoreSessionStore = async (
  options: Where,
  path: string,
  signal?: AbortSignal,
): Promise<string> => restoreSessions(urlOf(options), path, signal);
