import type { ServerResponse } from "node:http";
import type { GatewayError } from "@local-mcp/contract";
import { refusalOf } from "@local-mcp/engine";

/** What every answer of ours says to a browser: this is for no page, and is no page itself. */
export const FOR_NO_PAGE = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;

interface Sent {
  headers?: Record<string, string>;
  /** The answer is whole before, but the connection stays open until then. */
  openUntil?: Promise<void> | null;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  { headers = {}, openUntil = null }: Sent = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...FOR_NO_PAGE,
  });
  if (openUntil === null) {
    response.end(text);
    return;
  }
  response.write(text);
  void openUntil.then(() => response.end());
}

/** 401 names the scheme (RFC 9110 §11.6.1). No metadata is named: tokens are made here, by hand. */
const authenticate = (error: GatewayError): Record<string, string> =>
  error.http === 401 ? { "www-authenticate": 'Bearer realm="local-mcp-gateway"' } : {};

const allow = (error: GatewayError): Record<string, string> =>
  error.code === "method_not_allowed"
    ? { allow: String(error.params.allowed).replaceAll(" or ", ", ") }
    : {};

/** RFC 9110 §10.2.3. */
const retryAfter = (error: GatewayError): Record<string, string> =>
  error.code === "too_many_failures" ? { "retry-after": String(error.params.seconds) } : {};

const headersOf = (error: GatewayError): Record<string, string> => ({
  ...authenticate(error),
  ...allow(error),
  ...retryAfter(error),
});

/** What is said of an error outside MCP. Scripts for gateways of the seeds' family read `detail`. */
export const errorBody = ({ code, params, message, wayOut }: GatewayError) => ({
  error: { code, params, message, wayOut },
  detail: `${message} ${wayOut}`,
});

/** An error outside MCP. */
export function sendError(
  response: ServerResponse,
  error: GatewayError,
  openUntil: Promise<void> | null,
): void {
  sendJson(response, error.http, errorBody(error), { headers: headersOf(error), openUntil });
}

/** An error at an MCP address; `message` as far as it was read, so that it is answered by its id. */
export function sendRpcError(
  response: ServerResponse,
  error: GatewayError,
  message: unknown,
  openUntil: Promise<void> | null,
): void {
  const headers = headersOf(error);
  sendJson(response, error.http, refusalOf(message, error), { headers, openUntil });
}
