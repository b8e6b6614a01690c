import type { Era } from "../definitions.ts";
import {
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcError,
  type RpcResponse,
} from "../jsonrpc.ts";
import { META } from "../protocol.ts";

export interface Translation {
  from: Era;
  to: Era;
  method: string;
  /** What the gateway is to a modern client. */
  serverInfo: JsonObject;
}

/** Results a modern client may keep, and which say for how long (MCP 2026-07-28, caching). */
const CACHEABLE: readonly string[] = ["resources/read"];

/** A server's response in the words of the caller's era. Within the legacy era it is untouched. */
export function translate(response: RpcResponse, translation: Translation): RpcResponse {
  const { from, to } = translation;
  if (from === "legacy" && to === "legacy") return response;
  if (isErrorResponse(response)) return translateError(response, translation);
  const result =
    to === "modern"
      ? modernResult(response.result, translation)
      : legacyResult(response.result, translation);
  return { ...response, result };
}

/** A result as a modern client expects it; what it says of itself already is kept. */
export function modernResult(
  result: JsonObject,
  { method, serverInfo }: Pick<Translation, "method" | "serverInfo">,
): JsonObject {
  const meta = isObject(result._meta) ? result._meta : {};
  const caching =
    CACHEABLE.includes(method) && (result.resultType ?? "complete") === "complete"
      ? { ttlMs: 0, cacheScope: "private" }
      : {};
  return {
    resultType: "complete",
    ...caching,
    ...result,
    // Who answers is the gateway: clients keep what they know of a server by it.
    _meta: { ...meta, [META.serverInfo]: serverInfo },
  };
}

/** What only the modern era knows is taken off, so that a legacy client sees its own revision. */
function legacyResult(result: JsonObject, { method }: Pick<Translation, "method">): JsonObject {
  const modernOnly = ["resultType", ...(CACHEABLE.includes(method) ? ["ttlMs", "cacheScope"] : [])];
  const rest = without(result, modernOnly);
  if (!isObject(rest._meta) || !(META.serverInfo in rest._meta)) return rest;
  const meta = without(rest._meta, [META.serverInfo]);
  return Object.keys(meta).length === 0 ? without(rest, ["_meta"]) : { ...rest, _meta: meta };
}

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Codes of JSON-RPC errors whose meaning, or number, differs between the eras. */
const RESOURCE_NOT_FOUND = -32002;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
export const URL_ELICITATION_REQUIRED = -32042;
export const MISSING_CLIENT_CAPABILITY = -32021;
/** HeaderMismatch and UnsupportedProtocolVersion: between the gateway and the server alone. */
const OUR_HOP: readonly number[] = [-32020, -32022];
/** Used by implementations of the legacy era for closed connections and time limits. */
const LEGACY_ONLY: readonly number[] = [-32000, -32001];

function translateError(response: RpcError, { from, to }: Translation): RpcResponse {
  const code = codeFor(response.error.code, from, to);
  if (code === response.error.code) return response;
  return { ...response, error: { ...response.error, code } };
}

function codeFor(code: number, from: Era, to: Era): number {
  if (from === "modern" && OUR_HOP.includes(code)) return INTERNAL_ERROR;
  if (from === "modern" && to === "legacy" && code === MISSING_CLIENT_CAPABILITY) {
    return INVALID_PARAMS;
  }
  if (from === "legacy" && to === "modern") {
    if (code === RESOURCE_NOT_FOUND || code === URL_ELICITATION_REQUIRED) return INVALID_PARAMS;
    if (LEGACY_ONLY.includes(code)) return INTERNAL_ERROR;
  }
  return code;
}
