import { GatewayError } from "@local-mcp/contract";
import type { Client, Root } from "../definitions.ts";
import { InFlight } from "../in-flight.ts";
import {
  classify,
  isObject,
  isRequestId,
  type JsonObject,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import { refusalOfQuestion } from "../network/page-url.ts";
import { META } from "../protocol.ts";
import { NO_SERVER_TRACE, type SentTrace, type ServerTrace } from "../trace.ts";
import { Abandoned } from "./abandoned.ts";
import { type Attribution, attribute } from "./attribution.ts";
import type { UpstreamCall } from "./call.ts";
import { UpstreamFailure } from "./failure.ts";
import { outgoing } from "./outgoing.ts";
import { Questions } from "./questions.ts";
import { rootsResult } from "./server-roots.ts";
import { TimeLimit } from "./time-limit.ts";
import type { Garbage, Received, Transport } from "./transport.ts";

/** Notifications that belong to no request, whatever is open when they come. */
const OUTSIDE_OF_REQUESTS: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/resources/updated",
]);

/** Comes after the request has failed or while another one runs; it names its question by an id. */
const ELICITATION_COMPLETE = "notifications/elicitation/complete";

export interface RequestOptions {
  /** Null waits for ever. */
  timeoutMs: number | null;
  signal?: AbortSignal;
  /** For the transports that have any. */
  headers?: Readonly<Record<string, string>>;
  /** The one it is sent for; hears of progress and is asked what the server asks. */
  call?: UpstreamCall;
  /** Given the notifications of a `subscriptions/listen`. */
  onSubscribed?: (notification: RpcNotification) => void;
}

interface Pending {
  readonly method: string;
  readonly call: UpstreamCall | undefined;
  readonly trace: ServerTrace;
  readonly sent: SentTrace;
  readonly onSubscribed: ((notification: RpcNotification) => void) | undefined;
  readonly limit: TimeLimit;
  settle(outcome: RpcResponse | GatewayError): void;
}

export interface ConnectionEvents {
  /** Belongs to no request. */
  onNotification(notification: RpcNotification): void;
  onClosed(failure: UpstreamFailure): void;
  /** A message over the size limit was thrown away. */
  onOversized(): void;
  /**
   * What is answered to a `roots/list` that belongs to no request; null leaves it to the owner.
   * `owner` is the client whose own connection it is.
   */
  roots?(owner: Client | null): readonly Root[] | null;
  /** A message was refused or dropped since it could be one of several callers'. */
  onUnclear?(method: string): void;
  /** What belongs to no request may have been missed for a while. */
  onGap?(): void;
}

export interface ConnectionOptions {
  /** Of the server. */
  name: string;
  transport: Transport;
  events: ConnectionEvents;
  /** The client that it is for alone; null where it is shared. */
  owner: Client | null;
  /** Told of what is on no caller's account. */
  trace: () => ServerTrace;
}

/**
 * Requests and answers over one transport: own ids and progress tokens per connection, so that the
 * ids of many clients never meet; time limits that progress starts anew; cancellation; the server's
 * own requests and notifications, each given to the caller that it belongs to.
 */
export class Connection {
  readonly #name: string;
  readonly #transport: Transport;
  readonly #events: ConnectionEvents;
  readonly #owner: Client | null;
  readonly #trace: () => ServerTrace;
  readonly #pending = new InFlight<RequestId, Pending>();
  readonly #abandoned = new Abandoned<Pending>();
  readonly #questions: Questions;
  #nextId = 1;
  #isLegacy = false;
  /** Whether messages come without saying which request they belong to. */
  #isOneChannel = false;
  #isPinging = false;
  #closed: UpstreamFailure | null = null;

  constructor({ name, transport, events, owner, trace }: ConnectionOptions) {
    this.#name = name;
    this.#transport = transport;
    this.#events = events;
    this.#owner = owner;
    this.#trace = trace;
    this.#questions = new Questions((answer) => transport.send(answer));
  }

  /** Why it is over; null while it is not. */
  get closed(): UpstreamFailure | null {
    return this.#closed;
  }

  /** @throws UpstreamFailure */
  open(): Promise<void> {
    return this.#transport.open({
      onMessage: (value, stream) => this.#onMessage(value, stream),
      onRequestFailed: (id, error) => this.#onRequestFailed(id, error),
      onPaused: (id, retryMs) => this.#onPaused(id, retryMs),
      onHead: (id, httpStatus) => this.#pending.get(id)?.sent.head(httpStatus),
      onGap: () => this.#events.onGap?.(),
      onClosed: (failure) => this.#onClosed(failure),
    });
  }

  /**
   * Sends a request and returns the whole answer, an error answer included.
   *
   * @throws GatewayError server_timeout, request_cancelled, server_stopped_during_call,
   * server_unavailable, message_too_big
   */
  request(
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions,
  ): Promise<RpcResponse> {
    const { signal, timeoutMs, call } = options;
    if (this.#closed) return Promise.reject(this.#stopped(this.#closed));
    if (signal?.aborted) return Promise.reject(new GatewayError("request_cancelled"));

    const id = this.#nextId;
    this.#nextId += 1;
    const message = outgoing(id, method, params, call);
    // What we ask only to hear that it was read is of no interest.
    const trace = method === "ping" ? NO_SERVER_TRACE : (call?.trace ?? this.#trace());
    const sent = trace.sent(message);
    return new Promise<RpcResponse>((resolve, reject) => {
      const giveUp = (error: GatewayError, reason: string): void => {
        if (!this.#pending.has(id)) return;
        const told = this.#transport.cancel(id, reason, method === "initialize");
        if (told) trace.notified(told, "to_server");
        pending.settle(error);
        if (call) this.#abandon(id, pending, timeoutMs);
      };
      const onAbort = (): void =>
        giveUp(new GatewayError("request_cancelled"), "The client cancelled it.");
      const limit = new TimeLimit(timeoutMs, () => {
        const seconds = (timeoutMs ?? 0) / 1000;
        giveUp(
          new GatewayError("server_timeout", { server: this.#name, seconds }),
          "The time limit was reached.",
        );
      });
      const pending: Pending = {
        method,
        call,
        trace,
        sent,
        onSubscribed: options.onSubscribed,
        limit,
        settle: (outcome) => {
          this.#pending.delete(id);
          limit.clear();
          signal?.removeEventListener("abort", onAbort);
          this.#questions.endOf(pending);
          sent.ended(outcome);
          if (outcome instanceof GatewayError) reject(outcome);
          else resolve(outcome);
        },
      };
      this.#pending.set(id, pending);
      signal?.addEventListener("abort", onAbort, { once: true });
      limit.restart();
      this.#transport.send(message, options.headers);
    });
  }

  notify(method: string, params?: JsonObject): void {
    this.forward(
      params === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params },
    );
  }

  /** Passes a notification on whole. */
  forward(notification: RpcNotification): void {
    if (this.#closed) return;
    this.#trace().notified(notification, "to_server");
    this.#transport.send(notification);
  }

  handshakeDone(protocolVersion: string): void {
    this.#isLegacy = true;
    this.#transport.handshakeDone(protocolVersion);
  }

  output(): string[] {
    return this.#transport.output();
  }

  /** Null where there is no stdout. */
  garbage(): Garbage | null {
    return this.#transport.garbage?.() ?? null;
  }

  /** What may have died unnoticed is opened anew. */
  refresh(): void {
    this.#transport.refresh?.();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Where all are one session's nothing can be mistaken. */
  #abandon(id: RequestId, pending: Pending, limitMs: number | null): void {
    if (this.#owner?.isSession) return;
    const isHeard = !this.#isOneChannel;
    this.#abandoned.add(id, { call: pending, nextId: this.#nextId, isHeard }, limitMs);
    if (this.#isLegacy && !isHeard) void this.#ping();
  }

  /** So that an answer comes soon which shows that the server has read what was sent before. */
  async #ping(): Promise<void> {
    if (this.#isPinging) return;
    this.#isPinging = true;
    try {
      while (this.#abandoned.unheard().length > 0) {
        await this.request("ping", undefined, { timeoutMs: null });
      }
    } catch {
      // The connection is over, or any later answer will do as well.
    } finally {
      this.#isPinging = false;
    }
  }

  #onMessage(value: unknown, stream: RequestId | null | undefined): Received {
    this.#isOneChannel = stream === undefined;
    const classified = classify(value);
    switch (classified.kind) {
      case "response": {
        const { id } = classified.message;
        if (id === null) return "other";
        this.#abandoned.onAnswer(id);
        const pending = this.#pending.get(id);
        // It was cancelled or timed out, and its late answer is nobody's.
        if (!pending) return "other";
        pending.settle(classified.message);
        return "answer";
      }
      case "notification":
        this.#onNotification(classified.message, stream);
        return "other";
      case "request":
        this.#onRequest(classified.message, stream);
        return "other";
      default:
        // Nothing to answer it with; the transport keeps it where it is text.
        return "malformed";
    }
  }

  #onNotification(notification: RpcNotification, stream: RequestId | null | undefined): void {
    const { method, params } = notification;
    if (method === "notifications/progress") {
      const pending = this.#pendingOf(params?.progressToken);
      (pending?.trace ?? this.#trace()).notified(notification, "from_server");
      pending?.limit.restart();
      pending?.call?.onNotification(notification);
      return;
    }
    if (method === "notifications/cancelled") {
      this.#traceOf(this.#attribute(stream)).notified(notification, "from_server");
      this.#onCancelled(params?.requestId);
      return;
    }
    const meta = isObject(params?._meta) ? params._meta : {};
    const subscription = this.#pendingOf(meta[META.subscriptionId] ?? stream);
    if (subscription?.onSubscribed) {
      subscription.trace.notified(notification, "from_server");
      subscription.onSubscribed(notification);
      return;
    }
    if (OUTSIDE_OF_REQUESTS.has(method) || (method === ELICITATION_COMPLETE && !stream)) {
      this.#trace().notified(notification, "from_server");
      this.#events.onNotification(notification);
      return;
    }
    const to = this.#attribute(stream, this.#abandoned.unheard());
    this.#traceOf(to).notified(notification, "from_server");
    if (to.kind === "call") to.open.call.onNotification(notification);
    else if (to.kind === "unclear") this.#events.onUnclear?.(method);
    else this.#events.onNotification(notification);
  }

  /** The server takes a question back, or ends a subscription on a channel without streams. */
  #onCancelled(id: unknown): void {
    if (!isRequestId(id)) return;
    if (this.#questions.takeBack(id)) return;
    const pending = this.#pending.get(id);
    if (pending?.onSubscribed) pending.settle(new GatewayError("request_cancelled"));
  }

  #onRequest(request: RpcRequest, stream: RequestId | null | undefined): void {
    const { id, method, params } = request;
    if (this.#questions.has(id)) return;
    const to = this.#attribute(stream, this.#abandoned.all());
    const question = { id, trace: this.#traceOf(to).asked(request) };
    if (method === "ping") {
      this.#questions.acknowledge(question);
      return;
    }
    const refusal = refusalOfQuestion(this.#name, method, params);
    if (refusal) {
      this.#questions.refuse(question, refusal);
      return;
    }
    if (to.kind === "call") {
      const { open } = to;
      void this.#questions.ask(question, open, (signal) => open.call.onRequest(request, signal));
      return;
    }
    const roots = method === "roots/list" && to.kind !== "unclear" ? this.#roots(to) : null;
    if (roots) {
      void this.#questions.ask(question, null, async () => resultOf(id, rootsResult(roots)));
    } else if (to.kind === "owner") {
      void this.#questions.ask(question, null, (signal) => to.owner.ask(method, params, signal));
    } else {
      this.#events.onUnclear?.(method);
      const server = this.#name;
      this.#questions.refuse(question, new GatewayError("question_unclear", { server, method }));
    }
  }

  #roots(to: Attribution<Pending>): readonly Root[] | null {
    return this.#events.roots?.(to.kind === "owner" ? to.owner : null) ?? null;
  }

  #attribute(
    stream: RequestId | null | undefined,
    abandoned: readonly Pending[] = [],
  ): Attribution<Pending> {
    return attribute(stream, this.#pending, this.#owner, abandoned);
  }

  #traceOf(to: Attribution<Pending>): ServerTrace {
    return to.kind === "call" ? to.open.trace : this.#trace();
  }

  #pendingOf(id: unknown): Pending | undefined {
    return isRequestId(id) ? this.#pending.get(id) : undefined;
  }

  #onPaused(id: RequestId, retryMs: number | null): void {
    const pending = this.#pending.get(id);
    pending?.limit.restart(retryMs ?? 0);
    pending?.call?.onPaused(retryMs);
  }

  #onRequestFailed(id: RequestId | null, error: GatewayError | UpstreamFailure): boolean {
    const failed =
      error instanceof UpstreamFailure
        ? new GatewayError(
            "server_unavailable",
            { server: this.#name, reason: error.message, action: "Call again." },
            { cause: error },
          )
        : error;
    if (failed.code === "message_too_big") this.#events.onOversized();
    const named = id === null ? undefined : this.#pending.get(id);
    const concerned = id === null ? [...this.#pending.values()] : named ? [named] : [];
    for (const pending of concerned) pending.settle(failed);
    return concerned.length > 0;
  }

  #onClosed(failure: UpstreamFailure): void {
    if (this.#closed) return;
    this.#closed = failure;
    for (const pending of this.#pending.values()) pending.settle(this.#stopped(failure));
    this.#questions.endAll();
    this.#events.onClosed(failure);
  }

  #stopped(failure: UpstreamFailure): GatewayError {
    return new GatewayError(
      "server_stopped_during_call",
      { server: this.#name, reason: failure.message },
      { cause: failure },
    );
  }
}
