import { GatewayError } from "@local-mcp/contract";
import type { Client, Era, Root } from "../definitions.ts";
import {
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import { isSevereEnough } from "../protocol.ts";
import { NO_TRACE, type RequestTrace, type ServerTrace } from "../trace.ts";
import type { UrlVisits } from "./url-visits.ts";
import { rootsResult } from "../upstream/server-roots.ts";
import type { UpstreamCall } from "../upstream/upstream.ts";

/**
 * An answer: raw JSON where it is served from the catalog, a whole response message otherwise. The
 * endpoint gives it the caller's id.
 */
export type Answer = (
  | { kind: "json"; result: string }
  | { kind: "response"; response: RpcResponse }
) & {
  /** Of ours, where the answer is made of it. */
  error?: GatewayError;
};

/** The one whose request is being answered. */
export interface Caller {
  era: Era;
  /** Null for the gateway's own window and command line. */
  client: Client | null;
  signal: AbortSignal;
  /** Told of what is done for this very request. */
  trace: RequestTrace;
  /** What its progress is told under; undefined where it does not want to hear of it. */
  progressToken(): unknown;
  /** Sends a notification on the stream of this very request. */
  notify(notification: RpcNotification): void;
  /**
   * Asks the client something on account of this very request.
   *
   * @throws GatewayError client_cannot_be_asked, request_cancelled, too_many_waiting
   */
  ask(method: string, params: JsonObject | undefined, signal: AbortSignal): Promise<RpcResponse>;
  /** The server lets go of the stream for a while; so may we. */
  pause(retryMs: number | null): void;
}

/** The progress token that a request carries in its `_meta`. */
export function progressTokenOf({ params }: RpcRequest): unknown {
  return isObject(params?._meta) ? params._meta.progressToken : undefined;
}

/** A caller that can only be answered, such as the gateway's own window. */
export const silentCaller = (signal: AbortSignal, trace = NO_TRACE): Caller => ({
  era: "legacy",
  client: null,
  signal,
  trace,
  progressToken: () => undefined,
  notify: () => {},
  ask: () =>
    Promise.reject(new GatewayError("client_cannot_be_asked", { reason: "it is the gateway" })),
  pause: () => {},
});

/** The server that works for a caller. */
interface Towards {
  /** Its name. */
  server: string;
  visits: UrlVisits;
  roots: readonly Root[];
  trace: ServerTrace;
}

/** What a server may do towards the caller while it works for it. */
export function towards(caller: Caller, { server, visits, roots, trace }: Towards): UpstreamCall {
  return {
    client: caller.client,
    signal: caller.signal,
    trace,
    hasRoots: roots.length > 0,
    onNotification: (notification) => {
      const forwarded = forCaller(notification, server, caller);
      if (forwarded) caller.notify(forwarded);
    },
    onRequest: async (request, signal) => {
      const known = knownAnswer(request, roots);
      if (known) return known;
      checkAbility(request, caller.client?.capabilities ?? {});
      visits.noteQuestion(caller.client, request.params);
      return caller.ask(request.method, request.params, signal);
    },
    onPaused: (retryMs) => caller.pause(retryMs),
  };
}

/** What is asked of a client whose profile has the answer; null leaves it to the client. */
export const knownAnswer = (
  { method }: Pick<RpcRequest, "method">,
  roots: readonly Root[],
): RpcResponse | null =>
  method === "roots/list" && roots.length > 0 ? resultOf(0, rootsResult(roots)) : null;

/** Null where it is not for this caller. */
function forCaller(
  notification: RpcNotification,
  server: string,
  caller: Caller,
): RpcNotification | null {
  if (notification.method === "notifications/progress") {
    const token = caller.progressToken();
    if (token === undefined) return null;
    return { ...notification, params: { ...notification.params, progressToken: token } };
  }
  if (notification.method !== "notifications/message") return notification;
  const level = caller.client?.logLevel ?? null;
  // A modern client hears nothing without asking for it (MCP 2026-07-28, logging).
  if (level === null) return caller.era === "modern" ? null : withServerName(notification, server);
  return isSevereEnough(notification.params?.level, level)
    ? withServerName(notification, server)
    : null;
}

/** Of several servers behind one endpoint, the logger says which one speaks. */
export function withServerName(notification: RpcNotification, server: string): RpcNotification {
  const { logger } = notification.params ?? {};
  const name = typeof logger === "string" && logger !== "" ? `${server}/${logger}` : server;
  return { ...notification, params: { ...notification.params, logger: name } };
}

/** What a client has to have declared before a server may ask it for something. */
const ABILITIES: ReadonlyMap<string, string> = new Map([
  ["elicitation/create", "elicitation"],
  ["sampling/createMessage", "sampling"],
  ["roots/list", "roots"],
]);

/**
 * Refuses in the client's place what it has not declared, so that a server learns it at once.
 *
 * @throws GatewayError client_cannot
 */
export function checkAbility(
  { method, params }: Pick<RpcRequest, "method" | "params">,
  capabilities: JsonObject,
): void {
  const ability = ABILITIES.get(method);
  // Nobody knows what it takes; the client itself will say.
  if (ability === undefined) return;
  const declared = capabilities[ability];
  if (!isObject(declared)) throw new GatewayError("client_cannot", { method });
  if (method === "elicitation/create" && params?.mode === "url" && !isObject(declared.url)) {
    throw new GatewayError("client_cannot", { method: `${method} with a URL` });
  }
  const onlyUrl = isObject(declared.url) && !isObject(declared.form);
  if (method === "elicitation/create" && params?.mode !== "url" && onlyUrl) {
    throw new GatewayError("client_cannot", { method: `${method} with a form` });
  }
  const wantsTools = params?.tools !== undefined || params?.toolChoice !== undefined;
  if (method === "sampling/createMessage" && wantsTools && !isObject(declared.tools)) {
    throw new GatewayError("client_cannot", { method: `${method} with tools` });
  }
}
