import type { ServerResponse } from "node:http";
import type { GatewayError } from "@local-mcp/contract";
import { z } from "zod";

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

/**
 * An error before a JSON-RPC message could be answered. `message` is what was read of it so far;
 * where that has no id, the error has none either (MCP 2025-11-25, `JSONRPCErrorResponse`).
 */
export function sendRpcError(
  response: ServerResponse,
  error: GatewayError,
  message: unknown,
): void {
  const { code, wayOut, params } = error;
  const supported = code === "unsupported_protocol_version" ? splitVersions(params) : {};
  const data = { code, wayOut, ...supported };
  const body = {
    jsonrpc: "2.0",
    ...idOf(message),
    error: { code: error.jsonRpc, message: error.message, data },
  };
  sendJson(response, error.http, body, { ...authenticate(error), ...allow(error) });
}

const request = z.object({ method: z.string(), id: z.union([z.string(), z.number().int()]) });

const idOf = (message: unknown): { id?: string | number } => {
  const parsed = request.safeParse(message);
  return parsed.success ? { id: parsed.data.id } : {};
};

/** As MCP 2026-07-28 wants the data of UnsupportedProtocolVersion. */
const splitVersions = (params: GatewayError["params"]): Record<string, unknown> => ({
  supported: String(params.supported).split(", "),
  requested: params.requested,
});
