import type { CalledItem, Exchange, TrafficClient } from "../definitions.ts";
import { isErrorResponse, type RpcRequest } from "../jsonrpc.ts";
import type { Answer } from "../router/caller.ts";
import { calledItem } from "../router/called.ts";
import type { Routes } from "../router/routes.ts";
import type { Session } from "./session.ts";

/** A request that is being answered, with the time it has taken so far. */
export class Measured {
  readonly #profileId: string | null;
  readonly #request: RpcRequest;
  readonly #item: () => CalledItem | null;
  readonly #startedAt = Date.now();
  readonly #began = performance.now();

  /** @param item what it is about */
  constructor(profileId: string | null, request: RpcRequest, item: () => CalledItem | null) {
    this.#profileId = profileId;
    this.#request = request;
    this.#item = item;
  }

  /** Of a profile, whose table says what it is about. */
  static inProfile(request: RpcRequest, routes: Routes): Measured {
    // What a list lost while it was called is known before, who knows an unlisted resource after.
    const before = calledItem(request, routes);
    return new Measured(routes.profileId, request, () => before ?? calledItem(request, routes));
  }

  /** @param listed how many tools it named */
  answered(client: TrafficClient | null, answer: Answer, listed: number | null = null): Exchange {
    return this.ended(client, outcomeOf(this.#request, answer), listed);
  }

  ended(
    client: TrafficClient | null,
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
      item: this.#item(),
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
function outcomeOf({ method }: RpcRequest, answer: Answer): Exchange["outcome"] {
  if (answer.kind === "json") return "ok";
  if (isErrorResponse(answer.response)) return "error";
  return method === "tools/call" && answer.response.result.isError === true ? "tool_error" : "ok";
}
