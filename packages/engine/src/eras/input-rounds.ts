import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { isErrorResponse, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import { type InputRequest, inputRequired, legacyQuestion } from "./inputs.ts";
import { shortened } from "../text.ts";

/** A server that asks more often than this will not come to an end. */
const MAX_ROUNDS = 8;
/** A server that asks for nothing but to be called again is given a moment, ms per round. */
const PATIENCE_MS = 250;

export interface InputRounds {
  server: string;
  /** Calls the server again with what it asked for. */
  again(params: JsonObject): Promise<RpcResponse>;
  /** Puts one question to the client, which the server knows by `key`. Rejects where the client must not or cannot be asked. */
  ask(method: string, params: JsonObject | undefined, key: string): Promise<RpcResponse>;
  signal: AbortSignal;
}

/**
 * Completes a call of a legacy client at a modern server: what the server asks for in its results
 * is asked of the client by requests, and sent back with the call repeated (MCP 2026-07-28, MRTR).
 * The server has not done the work while it asks, so repeating is how the call goes on.
 *
 * @param first the server's answer to the call as the client made it
 * @throws GatewayError input_refused, too_many_rounds, answer_out_of_order, request_cancelled
 */
export async function completeInputs(
  first: RpcResponse,
  rounds: InputRounds,
): Promise<RpcResponse> {
  let response = first;
  for (let round = 1; ; round += 1) {
    const wanted = inputRequired(response, rounds.server);
    if (wanted === null) return response;
    if (round > MAX_ROUNDS) throw new GatewayError("too_many_rounds", { rounds: MAX_ROUNDS });
    if (wanted.requests.size === 0) await pause(PATIENCE_MS * round, rounds.signal);

    const inputResponses: JsonObject = {};
    // One after another, since a person answers one question at a time.
    for (const [key, request] of wanted.requests) {
      inputResponses[key] = await answerTo(key, request, rounds);
    }
    response = await rounds.again({
      ...(wanted.requests.size === 0 ? {} : { inputResponses }),
      ...(wanted.requestState === undefined ? {} : { requestState: wanted.requestState }),
    });
  }
}

/** An input response can only be a result, so a client that answers with an error ends the call. */
async function answerTo(
  key: string,
  request: InputRequest,
  rounds: InputRounds,
): Promise<JsonObject> {
  const answer = await rounds.ask(request.method, legacyQuestion(request), key);
  if (!isErrorResponse(answer)) return answer.result;
  throw new GatewayError("input_refused", {
    method: request.method,
    reason: shortened(answer.error.message, 300),
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new GatewayError("request_cancelled", {}, { cause: error });
  }
}
