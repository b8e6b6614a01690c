import {
  GatewayError,
  type ServerConnections,
  type ServerCreate,
  type ServerLimits,
  type Transport,
  type Warning,
} from "@local-mcp/contract";
import type { ServerRow, StoredServerConfig } from "@local-mcp/database";
import { namedSecrets } from "./config.ts";
import { hasAuthorizationHeader } from "./sign-in-config.ts";

/** What of a row is configured. */
export type ServerColumns = Pick<
  ServerRow,
  | "name"
  | "title"
  | "description"
  | "config"
  | "limits"
  | "connections"
  | "tags"
  | "healthUrl"
  | "holdChangedTools"
  | "enabled"
>;

/** What is stored of a server that is being added, beside consent. */
export const columnsOf = (
  wanted: Omit<ServerCreate, "config" | "secrets" | "profiles" | "confirmed">,
  config: StoredServerConfig,
): ServerColumns => ({
  name: wanted.name,
  title: wanted.title ?? wanted.name,
  description: wanted.description,
  config,
  limits: wanted.limits,
  connections: wanted.connections ?? usualConnections(config.transport),
  tags: wanted.tags,
  healthUrl: wanted.healthUrl,
  holdChangedTools: wanted.holdChangedTools ?? false,
  enabled: wanted.enabled,
});

/** A connection to a stdio server is a process, which is why clients share one. */
const usualConnections = (transport: Transport): ServerConnections =>
  transport === "stdio" ? "shared" : "per_client";

/** Whether a server is to be stopped when it is idle, and nothing of it runs here. */
export const stopsNothing = (
  { transport }: StoredServerConfig,
  limits: ServerLimits | undefined,
): boolean => transport !== "stdio" && (limits?.idleStopMs ?? 0) !== 0;

/** @throws GatewayError validation_failed where nothing of the server runs here */
export function refuseIdleStop(
  name: string,
  config: StoredServerConfig,
  limits: ServerLimits | undefined,
): void {
  if (stopsNothing(config, limits)) {
    throw new GatewayError("validation_failed", { detail: idleStopWords(name) });
  }
}

export const idleStopWords = (name: string): string =>
  `“${name}” is reached by URL; there is no process that could be stopped when it is idle.`;

/** What will not work as it is, as far as that shows without looking elsewhere. */
export function configWarnings(name: string, config: StoredServerConfig): Warning[] {
  const unset = namedSecrets(config).filter((mark) => !(mark in config.secrets));
  const missing = unset.map((mark) => ({
    code: "secret_unset",
    message: `“${name}” refers to the secret “${mark}”, which has no value yet.`,
  }));
  return [...missing, ...unusedSignIn(name, config)];
}

function unusedSignIn(name: string, config: StoredServerConfig): Warning[] {
  const signIn = config.transport === "stdio" ? undefined : config.signIn;
  if (signIn === undefined || signIn.kind === "off" || !hasAuthorizationHeader(config)) return [];
  const message = `“${name}” has an Authorization header, which is sent in place of its sign-in.`;
  return [{ code: "authorization_header", message }];
}
