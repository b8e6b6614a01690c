import { z } from "zod";
import type { Implementation } from "../definitions.ts";
import { isErrorResponse, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import { isLegacyVersion, LATEST_LEGACY_VERSION, META, MODERN_VERSIONS } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { withEnvelope } from "./envelope.ts";
import { UpstreamFailure } from "./failure.ts";
import { shortened } from "../text.ts";

const UNKNOWN_SERVER = { name: "unknown", version: "" };

/** Real servers leave out or mistype what only serves for showing; none is turned away for that. */
const serverInfo = z
  .object({
    name: z.string().catch(UNKNOWN_SERVER.name),
    version: z.union([z.string(), z.number().transform(String)]).catch(UNKNOWN_SERVER.version),
  })
  .catch(UNKNOWN_SERVER);
const capabilities = z.record(z.string(), z.unknown()).catch({});
const instructions = z.string().nullable().catch(null);

/** As much of an InitializeResult as we act on; the rest is the client's business, not ours. */
const initializeResult = z.object({
  protocolVersion: z.string(),
  capabilities,
  serverInfo,
  instructions,
});

/** The same of a DiscoverResult. */
const discoverResult = z.object({
  supportedVersions: z.array(z.string()),
  capabilities,
  instructions,
  _meta: z.object({ [META.serverInfo]: serverInfo }).catch({ [META.serverInfo]: UNKNOWN_SERVER }),
});

/** What a server says of itself when a connection begins. */
export interface Introduction {
  implementation: Implementation;
  capabilities: JsonObject;
}

/**
 * The legacy handshake (MCP 2025-11-25, lifecycle). What is declared in `clientCapabilities` is
 * what the server may ask for on this connection.
 *
 * @throws UpstreamFailure, GatewayError of {@link Connection.request}
 */
export async function shakeHands(
  name: string,
  connection: Connection,
  clientInfo: JsonObject,
  clientCapabilities: JsonObject,
  timeoutMs: number,
): Promise<Introduction> {
  const response = await askToInitialize(connection, clientInfo, clientCapabilities, timeoutMs);
  const result = introduction(name, initializeResult, response);
  const { protocolVersion } = result;
  if (!isLegacyVersion(protocolVersion)) throw unspoken(name, [protocolVersion]);
  connection.handshakeDone(protocolVersion);
  connection.notify("notifications/initialized");
  return introduced(result.serverInfo, protocolVersion, result);
}

/**
 * Asks a modern server what it is (MCP 2026-07-28, discovery). Begins nothing: every later request
 * stands for itself.
 *
 * @throws UpstreamFailure, GatewayError of {@link Connection.request}
 */
export async function discover(
  name: string,
  connection: Connection,
  clientInfo: JsonObject,
  timeoutMs: number,
): Promise<Introduction> {
  const response = await askToDiscover(connection, clientInfo, timeoutMs);
  const result = introduction(name, discoverResult, response);
  const protocolVersion = spokenModernVersion(result.supportedVersions);
  if (protocolVersion === null) throw unspoken(name, result.supportedVersions);
  return introduced(result._meta[META.serverInfo], protocolVersion, result);
}

/** Sends `initialize`. @throws as {@link Connection.request} */
export const askToInitialize = (
  connection: Connection,
  clientInfo: JsonObject,
  capabilities: JsonObject,
  timeoutMs: number,
): Promise<RpcResponse> =>
  connection.request(
    "initialize",
    { protocolVersion: LATEST_LEGACY_VERSION, capabilities, clientInfo },
    { timeoutMs },
  );

/** Sends `server/discover` as a client that can do nothing. @throws as {@link Connection.request} */
export const askToDiscover = (
  connection: Connection,
  clientInfo: JsonObject,
  timeoutMs: number,
): Promise<RpcResponse> =>
  connection.request(
    "server/discover",
    withEnvelope(undefined, {
      protocolVersion: MODERN_VERSIONS[0],
      clientInfo,
      capabilities: {},
      logLevel: null,
    }),
    { timeoutMs },
  );

/** The versions in a DiscoverResult, or null where the result is none. */
export function discoveredVersions(result: JsonObject): string[] | null {
  const parsed = discoverResult.safeParse(result);
  return parsed.success ? parsed.data.supportedVersions : null;
}

/** The newest modern version among those of a server that is spoken here too. */
export const spokenModernVersion = (versions: readonly unknown[]): string | null =>
  MODERN_VERSIONS.find((known) => versions.includes(known)) ?? null;

function introduction<T>(name: string, schema: z.ZodType<T>, response: RpcResponse): T {
  if (isErrorResponse(response)) {
    throw new UpstreamFailure("not_mcp", `${name} refused the handshake.`, {
      retry: "never",
      detail: shortened(response.error.message, 500),
    });
  }
  const parsed = schema.safeParse(response.result);
  if (!parsed.success) {
    throw new UpstreamFailure("not_mcp", `${name} answered the handshake with something else.`, {
      retry: "never",
      detail: shortened(z.prettifyError(parsed.error), 500),
    });
  }
  return parsed.data;
}

function introduced(
  server: { name: string; version: string },
  protocolVersion: string,
  said: { capabilities: JsonObject; instructions: string | null },
): Introduction {
  const { capabilities, instructions } = said;
  return {
    implementation: { ...server, protocolVersion, instructions, capabilities },
    capabilities,
  };
}

function unspoken(name: string, versions: readonly string[]): UpstreamFailure {
  const listed = versions.join(", ").slice(0, 40) || "none";
  const message = `${name} speaks MCP version ${listed}, which is not spoken here.`;
  return new UpstreamFailure("not_mcp", message, { retry: "never" });
}
