import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { type Classified, classify } from "../jsonrpc.ts";
import { claimedModernVersion, isModernVersion } from "../protocol.ts";
import type { Routes } from "../router/routes.ts";
import { headerOf } from "./headers.ts";
import type { LegacyEndpoint } from "./legacy-endpoint.ts";
import type { ModernEndpoint } from "./modern-endpoint.ts";

/** A request that passed the guard, for a profile that exists. */
export interface EndpointRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** The parsed body of a POST. */
  body: unknown;
  /** Null where the address is the one that follows the active profile. */
  profileId: string | null;
  tokenId: string | null;
  routes: Routes;
}

/**
 * One address for both eras of Streamable HTTP. The era is decided for each request by itself: a
 * client may probe with one and then speak the other.
 */
export class Endpoint {
  readonly #legacy: LegacyEndpoint;
  readonly #modern: ModernEndpoint;

  constructor(eras: { legacy: LegacyEndpoint; modern: ModernEndpoint }) {
    this.#legacy = eras.legacy;
    this.#modern = eras.modern;
  }

  /** @throws GatewayError before anything has been written */
  async handle(incoming: EndpointRequest): Promise<void> {
    const { request } = incoming;
    if (request.method === "POST") return this.#post(incoming);
    const isModern = hasModernHeader(request);
    if (request.method === "GET" && !isModern) return this.#legacy.get(incoming);
    if (request.method === "DELETE" && !isModern) return this.#legacy.delete(incoming);
    throw new GatewayError("method_not_allowed", {
      method: request.method ?? "",
      path: isModern ? "an MCP address in this version of MCP" : "an MCP address",
      allowed: isModern ? "POST" : "POST, GET or DELETE",
    });
  }

  /** @throws GatewayError batch_refused, malformed_message, and as the endpoints */
  async #post(incoming: EndpointRequest): Promise<void> {
    const { request, body } = incoming;
    const classified = classify(body);
    const isModern = speaksModern(request, classified);
    if (Array.isArray(body)) {
      if (isModern) throw new GatewayError("batch_refused");
      return this.#legacy.batch(incoming, body);
    }
    if (classified.kind === "malformed") {
      throw new GatewayError("malformed_message", { detail: classified.detail });
    }
    return isModern
      ? this.#modern.post(incoming, classified)
      : this.#legacy.post(incoming, classified);
  }
}

const hasModernHeader = (request: IncomingMessage): boolean =>
  isModernVersion(headerOf(request, "mcp-protocol-version"));

/** What says so is the message; where it does not, the header with a modern version does. */
function speaksModern(request: IncomingMessage, classified: Classified): boolean {
  const byHeader = hasModernHeader(request);
  if (classified.kind !== "request") return byHeader;
  if (claimedModernVersion(classified.message) !== null) return true;
  // A client that has probed may go on with the opening of the other era under the same header.
  return byHeader && classified.message.method !== "initialize";
}
