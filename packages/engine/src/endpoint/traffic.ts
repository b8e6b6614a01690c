import type { Exchange, TrafficClient } from "../definitions.ts";
import { isErrorResponse, type RpcRequest } from "../jsonrpc.ts";
import type { Answer } from "../router/caller.ts";
import type { Routes } from "../router/routes.ts";
import type { Session } from "./session.ts";

/** A request that is being answered, with the time it has taken so far. */
export class Measured {
  readonly #profileId: string;
  readonly #request: RpcRequest;
  readonly #startedAt = Date.now();
  readonly #began = performance.now();

  constructor(profileId: string, request: RpcRequest) {
    this.#profileId = profileId;
    this.#request = request;
  }

  ended(
    client: TrafficClient,
    outcome: Exchange["outcome"],
    listed: number | null = null,
  ): Exchange {
    const { method, params } = this.#request;
    const name = method === "tools/call" ? params?.name : undefined;
    return {
      client,
      profileId: this.#profileId,
      method,
      tool: typeof name === "string" ? name : null,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#began,
      outcome,
      listed,
    };
  }
}

/** A session's client, as it is known from `initialize`. */
export const clientOf = ({ record }: Session): TrafficClient => ({
  sessionId: record.sessionId,
  info: record.clientInfo,
  era: "legacy",
  tokenId: record.tokenId,
  since: record.createdAt,
});

/** How many tools a list named, or null where none was asked for. */
export const listedTools = ({ method }: RpcRequest, { view }: Routes): number | null =>
  method === "tools/list" ? view.counts().tools : null;

/** A tool's own failure is an answer as well: its result says `isError`. */
export function outcomeOf({ method }: RpcRequest, answer: Answer): Exchange["outcome"] {
  if (answer.kind === "json") return "ok";
  if (isErrorResponse(answer.response)) return "error";
  return method === "tools/call" && answer.response.result.isError === true ? "tool_error" : "ok";
}
