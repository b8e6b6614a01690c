import type { ServerResponse } from "node:http";
import type { GatewayError } from "@local-mcp/contract";
import { refusalOf } from "@local-mcp/engine";

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

/** 401 names the scheme (RFC 9110 §11.6.1). No metadata is named: tokens are made here, by hand. */
const authenticate = (error: GatewayError): Record<string, string> =>
  error.http === 401 ? { "www-authenticate": 'Bearer realm="local-mcp-gateway"' } : {};

const allow = (error: GatewayError): Record<string, string> =>
  error.code === "method_not_allowed"
    ? { allow: String(error.params.allowed).replace(" or ", ", ") }
    : {};

/** An error outside MCP. */
export function sendError(response: ServerResponse, error: GatewayError): void {
  const { code, params, message, wayOut } = error;
  sendJson(
    response,
    error.http,
    { error: { code, params, message, wayOut } },
    {
      ...authenticate(error),
      ...allow(error),
    },
  );
}

/** An error at an MCP address before the message, as far as it was read, could be answered. */
export function sendRpcError(
  response: ServerResponse,
  error: GatewayError,
  message: unknown,
): void {
  const headers = { ...authenticate(error), ...allow(error) };
  sendJson(response, error.http, refusalOf(message, error), headers);
}
