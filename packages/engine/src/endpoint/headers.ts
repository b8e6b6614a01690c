import type { IncomingMessage } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { ALL_VERSIONS, isLegacyVersion } from "../protocol.ts";

export function accepts(request: IncomingMessage, type: string): boolean {
  const accept = request.headers.accept ?? "*/*";
  return (
    accept.includes(type) || accept.includes("*/*") || accept.includes(`${type.split("/")[0]}/*`)
  );
}

/** Whether a stream is named before plain JSON. Where both will do, the first one named is used. */
export function prefersStream(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? "";
  const [stream, json] = [accept.indexOf("text/event-stream"), accept.indexOf("application/json")];
  return stream !== -1 && stream < json;
}

/** @throws GatewayError unsupported_protocol_version (MCP 2025-11-25, protocol version header) */
export function checkLegacyVersionHeader(request: IncomingMessage): void {
  const version = request.headers["mcp-protocol-version"];
  if (version === undefined || isLegacyVersion(version)) return;
  throw unsupported(String(version));
}

export const unsupported = (requested: string): GatewayError =>
  new GatewayError("unsupported_protocol_version", {
    requested: requested.slice(0, 40),
    supported: ALL_VERSIONS.join(", "),
  });

/** One header's value; undefined also where it came several times. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value.trim() : undefined;
}
