import { GatewayError } from "@local-mcp/contract";
import {
  isObject,
  type JsonObject,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  resultOf,
} from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import type { RequestTrace } from "../trace.ts";
import type { EndpointRequest } from "./endpoint.ts";
import { EventStream } from "./event-stream.ts";

/** Streams open at the same time, over all clients. */
const MAX_STREAMS = 1024;
/** Resources that one of them may name. */
const MAX_RESOURCES = 1000;

/** What a stream was opened for (MCP 2026-07-28, `SubscriptionFilter`). */
interface Filter {
  /** Methods of the list changes that were asked for. */
  lists: ReadonlySet<string>;
  resources: readonly string[];
  /** The filter as it is acknowledged: what was asked for and is known here. */
  accepted: JsonObject;
}

export interface Listener {
  id: RequestId;
  /** Null follows the active profile. */
  profileId: string | null;
  tokenId: string | null;
  filter: Filter;
  stream: EventStream;
  trace: RequestTrace;
  /**
   * What came before the acknowledgement, which has to be first; null once that is sent. By its
   * text: what is said twice is told once, so that a server that repeats itself costs no memory.
   */
  early: Map<string, RpcNotification> | null;
}

export interface ListenersOptions {
  onChange: () => void;
  /** Resolves when the servers have heard what is subscribed to. */
  subscribed: () => Promise<void>;
}

const LIST_FILTERS: Readonly<Record<string, string>> = {
  toolsListChanged: "notifications/tools/list_changed",
  promptsListChanged: "notifications/prompts/list_changed",
  resourcesListChanged: "notifications/resources/list_changed",
};

/** The streams on which modern clients hear of changes (`subscriptions/listen`). */
export class Listeners {
  readonly #open = new Set<Listener>();
  readonly #options: ListenersOptions;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  all(): readonly Listener[] {
    return [...this.#open];
  }

  /** Answers a `subscriptions/listen` request for as long as its client stays. */
  open(
    incoming: Pick<EndpointRequest, "response" | "profileId" | "tokenId">,
    request: RpcRequest,
    trace: RequestTrace,
  ): void {
    if (this.#open.size >= MAX_STREAMS) throw new GatewayError("too_many_streams");
    const filter = readFilter(request.params?.notifications);
    const stream = new EventStream(incoming.response, {});
    const { profileId, tokenId } = incoming;
    const { id } = request;
    const early = new Map<string, RpcNotification>();
    const listener: Listener = { id, profileId, tokenId, filter, stream, trace, early };
    this.#open.add(listener);
    stream.onceClosed(() => {
      // Its client has gone, where it was not ended here.
      if (this.#open.delete(listener)) {
        trace.answered({ text: null, outcome: "cancelled", error: null, httpStatus: 200 });
      }
      this.#options.onChange();
    });
    this.#options.onChange();
    void this.#acknowledge(listener);
  }

  /** Tells of a changed list those who asked for it and for whom `concerns` is true. */
  broadcast(notification: RpcNotification, concerns: (listener: Listener) => boolean): void {
    for (const listener of this.#open) {
      if (listener.filter.lists.has(notification.method) && concerns(listener)) {
        this.send(listener, notification);
      }
    }
  }

  /** Each message of a stream names the request that opened it. */
  send(listener: Listener, notification: RpcNotification): void {
    if (listener.early) {
      listener.early.set(JSON.stringify(notification), notification);
      return;
    }
    const { id, stream, trace } = listener;
    if (!stream.open) return;
    const meta = isObject(notification.params?._meta) ? notification.params._meta : {};
    const params = { ...notification.params, _meta: { ...meta, [META.subscriptionId]: id } };
    const told = { ...notification, params };
    stream.send({ data: JSON.stringify(told) });
    trace.notified(told);
  }

  /** Once this is said, no change goes unheard. */
  async #acknowledge(listener: Listener): Promise<void> {
    await this.#options.subscribed();
    const early = [...(listener.early?.values() ?? [])];
    listener.early = null;
    this.send(listener, {
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: listener.filter.accepted },
    });
    for (const notification of early) this.send(listener, notification);
  }

  endWhere(belongs: (listener: Listener) => boolean): number {
    const ended = [...this.#open].filter(belongs);
    for (const listener of ended) {
      const { id, stream, trace } = listener;
      const result = { resultType: "complete", _meta: { [META.subscriptionId]: id } };
      const text = JSON.stringify(resultOf(id, result));
      this.#open.delete(listener);
      stream.send({ data: text });
      stream.end();
      trace.answered({ text, outcome: "ok", error: null, httpStatus: 200 });
    }
    return ended.length;
  }
}

/** @throws GatewayError validation_failed */
function readFilter(asked: unknown): Filter {
  if (!isObject(asked)) throw unusable("needs an object in “params.notifications”.");
  const chosen = Object.entries(LIST_FILTERS).filter(([key]) => asked[key] === true);
  const { resourceSubscriptions: uris } = asked;
  const resources = Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : [];
  if (uris !== undefined && (!Array.isArray(uris) || resources.length !== uris.length)) {
    throw unusable("needs a list of URIs in “resourceSubscriptions”.");
  }
  if (resources.length > MAX_RESOURCES) {
    throw unusable(`can name at most ${MAX_RESOURCES} resources.`);
  }
  return {
    lists: new Set(chosen.map(([, method]) => method)),
    resources,
    accepted: {
      ...Object.fromEntries(chosen.map(([key]) => [key, true])),
      ...(uris === undefined ? {} : { resourceSubscriptions: resources }),
    },
  };
}

const unusable = (detail: string): GatewayError =>
  new GatewayError("validation_failed", { detail: `subscriptions/listen ${detail}` });
