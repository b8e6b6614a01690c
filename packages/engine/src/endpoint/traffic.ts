import type { IncomingMessage } from "node:http";
import type { GatewayError } from "@local-mcp/contract";
import type { CalledItem, Exchange, TrafficClient } from "../definitions.ts";
import { isErrorResponse, isObject, type RpcRequest } from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import type { Answer } from "../router/caller.ts";
import { calledItem } from "../router/called.ts";
import type { Routes } from "../router/routes.ts";
import type { RequestTrace, SeenRequest, TrafficSink } from "../trace.ts";
import type { Written } from "./reply.ts";
import type { Session } from "./session.ts";

export interface Arrived {
  /** Null for the gateway's own window and command line, and where nobody is known yet. */
  client: TrafficClient | null;
  /** From the gateway's own window or command line. */
  isOwn?: boolean;
  /** Null in no profile's name. */
  profileId: string | null;
  request: RpcRequest;
  /** What it is about; asked for at the beginning and at the end. */
  item: () => CalledItem | null;
}

/** A request of a client that is being answered. Tells of it when it begins, and once when it ends. */
export class OpenExchange {
  /** Of what happens meanwhile. */
  readonly trace: RequestTrace;
  readonly #traffic: TrafficSink;
  readonly #arrived: Arrived;
  readonly #before: CalledItem | null;
  readonly #startedAt = Date.now();
  readonly #began = performance.now();

  constructor(traffic: TrafficSink, arrived: Arrived) {
    this.#traffic = traffic;
    this.#arrived = arrived;
    // What a list lost while it was called is known before, who knows an unlisted resource after.
    this.#before = arrived.item();
    const { client, isOwn = false, profileId, request } = arrived;
    const serverId = this.#before?.serverId ?? null;
    this.trace = traffic.onRequest({ client, isOwn, profileId, serverId, ...asRead(request) });
  }

  /** Of a profile, whose table says what it is about. */
  static inProfile(
    traffic: TrafficSink,
    client: TrafficClient | null,
    request: RpcRequest,
    routes: Routes,
  ): OpenExchange {
    const item = (): CalledItem | null => calledItem(request, routes);
    return new OpenExchange(traffic, { client, profileId: routes.profileId, request, item });
  }

  /** @param listed how many tools it named */
  answered(answer: Answer, written: Written, listed: number | null = null): void {
    const { client, request } = this.#arrived;
    const error = answer.error ?? null;
    const outcome = outcomeOf(request, answer);
    const result = answer.kind === "response" ? answer.response.result : undefined;
    this.trace.answered({ ...written, result, outcome, error });
    this.#traffic.onExchange(this.#exchange(client, outcome, listed));
  }

  /** @param isGivenUp whether nobody waits for it any more */
  failed(thrown: unknown, written: Written, isGivenUp: boolean): void {
    const error = knownError(thrown);
    const outcome = isGivenUp ? "cancelled" : isOverTime(error) ? "timed_out" : "error";
    this.trace.answered({ ...written, outcome, error });
    this.#traffic.onExchange(this.#exchange(this.#arrived.client, outcome, null));
  }

  /** It has begun a session; only now its client is known. */
  opened(client: TrafficClient, written: Written): void {
    this.trace.answered({ ...written, outcome: "ok", error: null, client });
    this.#traffic.onExchange(this.#exchange(client, "ok", null));
  }

  /** It was turned away before anything was done for it. */
  refused(thrown: unknown, written: Written): void {
    this.trace.answered({ ...written, outcome: "error", error: knownError(thrown) });
  }

  #exchange(
    client: TrafficClient | null,
    outcome: Exchange["outcome"],
    listed: number | null,
  ): Exchange {
    const { profileId, request, item } = this.#arrived;
    const { method, params } = request;
    const name = method === "tools/call" ? params?.name : undefined;
    return {
      client,
      profileId,
      method,
      tool: typeof name === "string" ? name : null,
      item: this.#before ?? item(),
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#began,
      outcome,
      listed,
    };
  }
}

/** Tells of what was turned away without being taken for a request. */
export function tellRefused(
  traffic: TrafficSink,
  { client, profileId, message }: Pick<SeenRequest, "client" | "profileId" | "message">,
  error: GatewayError,
  written: Written,
): void {
  const seen = { client, isOwn: false, profileId, serverId: null, ...asRead(message) };
  traffic.onRequest(seen).answered({ ...written, outcome: "error", error });
}

/** A session's client, as it is known from `initialize`. */
export const clientOf = ({ record }: Session): TrafficClient => ({
  sessionId: record.sessionId,
  info: record.clientInfo,
  era: "legacy",
  tokenId: record.tokenId,
  since: record.createdAt,
});

/** One that names a session which it may not have: all that is known of it. Null for others. */
export function namedClient(
  { headers }: IncomingMessage,
  tokenId: string | null,
): TrafficClient | null {
  const sessionId = headers["mcp-session-id"];
  if (typeof sessionId !== "string" || !SESSION_ID.test(sessionId)) return null;
  return { sessionId, info: {}, era: "legacy", tokenId, since: Date.now() };
}

const SESSION_ID = /^[0-9a-f-]{36}$/;

/** How many tools a list named, or null where none was asked for. */
export const listedTools = ({ method }: RpcRequest, { view }: Routes): number | null =>
  method === "tools/list" ? view.counts().tools : null;

/**
 * What a message says of itself, as far as it can be read. What is no message at all was not meant
 * for a server, and is told without what is in it: it may be a configuration with its secrets.
 */
function asRead(message: unknown): Pick<SeenRequest, "message" | "method" | "name"> {
  const { method, params } = isObject(message) ? message : {};
  if (typeof method !== "string" || method === "") {
    return { message: undefined, method: "?", name: null };
  }
  return { message, method, name: nameIn(params) };
}

/** The tool, prompt or URI that the parameters of a request name. */
export function nameIn(params: unknown): string | null {
  const { name, uri, ref } = isObject(params) ? params : {};
  const asked = isObject(ref) ? [ref.name, ref.uri] : [name, uri];
  return asked.find((one) => typeof one === "string") ?? null;
}

/** A tool's own failure is an answer as well: its result says `isError`. */
function outcomeOf({ method }: RpcRequest, answer: Answer): Exchange["outcome"] {
  if (answer.error && isOverTime(answer.error)) return "timed_out";
  if (answer.kind === "json") return "ok";
  if (isErrorResponse(answer.response)) return "error";
  return method === "tools/call" && answer.response.result.isError === true ? "tool_error" : "ok";
}

/** Its time was over, at the server or while it waited for its turn there. */
export const isOverTime = ({ code }: GatewayError): boolean =>
  code === "server_timeout" || code === "server_busy";
