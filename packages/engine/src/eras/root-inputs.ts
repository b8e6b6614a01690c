import { GatewayError } from "@local-mcp/contract";
import type { Root } from "../definitions.ts";
import { isErrorResponse, isObject, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import { rootsResult } from "../upstream/server-roots.ts";
import { inputRequired } from "./inputs.ts";

/** A server that asks more often than this will not come to an end. */
const MAX_ROUNDS = 8;
const PREFIX = "local-mcp-gateway-roots.";

/** What a server waits for beside what its client is asked. */
interface Waiting {
  /** Its questions for roots, by the keys it gave them. */
  keys: string[];
  /** Its own; undefined where it keeps none. */
  requestState: string | undefined;
}

/**
 * Answers a modern server's questions for roots in the place of a modern client (MCP 2026-07-28,
 * MRTR). Where it asks for more than roots, its client is asked for the rest, and the answers go
 * together when the client comes back: {@link withRoots}.
 *
 * @param again calls the server once more; it has not done the work while it asks
 * @throws GatewayError too_many_rounds, answer_out_of_order
 */
export async function answerRoots(
  first: RpcResponse,
  roots: readonly Root[],
  server: string,
  again: (params: JsonObject) => Promise<RpcResponse>,
): Promise<RpcResponse> {
  let response = first;
  for (let round = 1; ; round += 1) {
    const wanted = roots.length === 0 ? null : inputRequired(response, server);
    const keys = [...(wanted?.requests ?? [])]
      .filter(([, { method }]) => method === "roots/list")
      .map(([key]) => key);
    if (wanted === null || keys.length === 0) return response;
    const { requestState } = wanted;
    if (wanted.requests.size > keys.length) return rest(response, { keys, requestState });
    if (round > MAX_ROUNDS) throw new GatewayError("too_many_rounds", { rounds: MAX_ROUNDS });
    response = await again({
      inputResponses: answers(keys, roots),
      ...(requestState !== undefined && { requestState }),
    });
  }
}

/** The params of a request that comes back after {@link answerRoots}, as the server expects them. */
export function withRoots(params: JsonObject, roots: readonly Root[]): JsonObject {
  const waiting = read(params.requestState);
  if (waiting === null) return params;
  const { requestState: _, inputResponses, ...own } = params;
  const given = isObject(inputResponses) ? inputResponses : {};
  return {
    ...own,
    // Its roots may have been taken from the profile meanwhile: then it has none.
    inputResponses: { ...given, ...answers(waiting.keys, roots) },
    ...(waiting.requestState !== undefined && { requestState: waiting.requestState }),
  };
}

const answers = (keys: readonly string[], roots: readonly Root[]): JsonObject =>
  Object.fromEntries(keys.map((key) => [key, rootsResult(roots)]));

function rest(response: RpcResponse, waiting: Waiting): RpcResponse {
  if (isErrorResponse(response)) return response;
  const { inputRequests } = response.result;
  const others = Object.entries(isObject(inputRequests) ? inputRequests : {}).filter(
    ([key]) => !waiting.keys.includes(key),
  );
  const requestState = `${PREFIX}${Buffer.from(JSON.stringify(waiting)).toString("base64url")}`;
  const inputsLeft = Object.fromEntries(others);
  return { ...response, result: { ...response.result, inputRequests: inputsLeft, requestState } };
}

/** Null for any other state. Whoever changed it has only changed a call of their own. */
function read(requestState: unknown): Waiting | null {
  if (typeof requestState !== "string" || !requestState.startsWith(PREFIX)) return null;
  try {
    const text = Buffer.from(requestState.slice(PREFIX.length), "base64url").toString();
    const state: unknown = JSON.parse(text);
    if (!isObject(state) || !Array.isArray(state.keys)) return null;
    const keys = state.keys.filter((key): key is string => typeof key === "string");
    const own = state.requestState;
    return { keys, requestState: typeof own === "string" ? own : undefined };
  } catch {
    return null;
  }
}
