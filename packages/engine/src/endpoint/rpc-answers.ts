import { setImmediate as nextTurn } from "node:timers/promises";
import type { GatewayError } from "@local-mcp/contract";
import {
  errorOf,
  isObject,
  isRequestId,
  type JsonObject,
  type RpcError,
  type RpcRequest,
} from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import { LARGE, roughSize } from "../message-size.ts";
import type { Answer } from "../router/caller.ts";

/** The whole response message to a request. */
export function serialize(request: RpcRequest, answer: Answer): string {
  if (answer.kind === "response") return JSON.stringify({ ...answer.response, id: request.id });
  return `{"jsonrpc":"2.0","id":${JSON.stringify(request.id)},"result":${answer.result}}`;
}

/** The same in a turn of its own where it is long: reading it, writing it down and sending it add up. */
export async function serializeInTurn(request: RpcRequest, answer: Answer): Promise<string> {
  const size = answer.kind === "response" ? roughSize(answer.response) : answer.result.length;
  if (size < LARGE) return serialize(request, answer);
  await nextTurn();
  const text = serialize(request, answer);
  await nextTurn();
  return text;
}

/** What was thrown, as the caller may read it. */
export function rpcError(request: RpcRequest, thrown: unknown): RpcError {
  const error = knownError(thrown);
  return errorOf(request.id, error.jsonRpc, error.message, dataOf(error));
}

/**
 * An error before a message could be answered. `message` is what was read of it so far; where that
 * has no id, the error has none either (MCP 2025-11-25, `JSONRPCErrorResponse`).
 */
export function refusalOf(message: unknown, error: GatewayError): JsonObject {
  const isRequest =
    isObject(message) && typeof message.method === "string" && isRequestId(message.id);
  const { id: _, ...anonymous } = errorOf(null, error.jsonRpc, error.message, dataOf(error));
  return isRequest ? { ...anonymous, id: message.id } : anonymous;
}

/** What MCP 2026-07-28 wants in the data of some errors, beside our own. */
function dataOf({ code, wayOut, params }: GatewayError): JsonObject {
  if (code === "resource_not_found") return { code, wayOut, uri: params.uri };
  if (code !== "unsupported_protocol_version") return { code, wayOut };
  const supported = String(params.supported).split(", ");
  return { code, wayOut, supported, requested: params.requested };
}
