import { z } from "zod";
import type { Implementation } from "../definitions.ts";
import { isErrorResponse, type JsonObject } from "../jsonrpc.ts";
import { isLegacyVersion, LATEST_LEGACY_VERSION } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import { UpstreamFailure } from "./failure.ts";

/** As much of an InitializeResult as we act on; the rest is the client's business, not ours. */
const initializeResult = z.object({
  protocolVersion: z.string(),
  capabilities: z.record(z.string(), z.unknown()).default({}),
  serverInfo: z
    .object({ name: z.string().default("unknown"), version: z.string().default("") })
    .default({ name: "unknown", version: "" }),
  instructions: z.string().optional(),
});

/**
 * The legacy handshake (MCP 2025-11-25, lifecycle). No client capability is declared, since none
 * can be routed yet: a server is not asked to ask what nobody can answer.
 *
 * @throws UpstreamFailure, GatewayError of {@link Connection.request}
 */
export async function shakeHands(
  name: string,
  connection: Connection,
  clientInfo: { name: string; version: string },
  timeoutMs: number,
): Promise<{ implementation: Implementation; capabilities: JsonObject }> {
  const response = await connection.request(
    "initialize",
    { protocolVersion: LATEST_LEGACY_VERSION, capabilities: {}, clientInfo },
    { timeoutMs },
  );
  if (isErrorResponse(response)) {
    throw new UpstreamFailure("not_mcp", `${name} refused the handshake.`, {
      retry: "never",
      detail: response.error.message.slice(0, 500),
    });
  }
  const parsed = initializeResult.safeParse(response.result);
  if (!parsed.success) {
    throw new UpstreamFailure("not_mcp", `${name} answered the handshake with something else.`, {
      retry: "never",
      detail: z.prettifyError(parsed.error).slice(0, 500),
    });
  }
  const { protocolVersion, capabilities, serverInfo, instructions } = parsed.data;
  if (!isLegacyVersion(protocolVersion)) {
    const message = `${name} speaks MCP version ${protocolVersion.slice(0, 40)}, which is not spoken here.`;
    throw new UpstreamFailure("not_mcp", message, { retry: "never" });
  }
  connection.handshakeDone(protocolVersion);
  connection.notify("notifications/initialized");
  return {
    implementation: { ...serverInfo, protocolVersion, instructions: instructions ?? null },
    capabilities,
  };
}
