import { GatewayError } from "@local-mcp/contract";
import {
  classify,
  errorOf,
  isObject,
  type JsonObject,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Transport } from "./transport.ts";

export interface CallOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Given each progress notification of this call, with the token we had sent. */
  onProgress?: (notification: RpcNotification) => void;
}

interface Pending {
  resolve: (response: RpcResponse) => void;
  reject: (error: unknown) => void;
  restartTimer: () => void;
  onProgress: ((notification: RpcNotification) => void) | undefined;
  done: () => void;
}

export interface ConnectionEvents {
  onNotification(notification: RpcNotification): void;
  onClosed(failure: UpstreamFailure): void;
  /** A message over the size limit was thrown away. */
  onOversized(): void;
}

/**
 * Requests and answers over one transport: own ids and progress tokens per connection, so that the
 * ids of many clients never meet; time limits that progress starts anew; cancellation.
 */
export class Connection {
  readonly #name: string;
  readonly #transport: Transport;
  readonly #events: ConnectionEvents;
  readonly #pending = new Map<RequestId, Pending>();
  #nextId = 1;
  #closed: UpstreamFailure | null = null;

  constructor(name: string, transport: Transport, events: ConnectionEvents) {
    this.#name = name;
    this.#transport = transport;
    this.#events = events;
  }

  /** @throws UpstreamFailure */
  open(): Promise<void> {
    return this.#transport.open({
      onMessage: (value) => this.#onMessage(value),
      onRequestFailed: (id, error) => this.#onRequestFailed(id, error),
      onClosed: (failure) => this.#onClosed(failure),
    });
  }

  /**
   * Sends a request and returns the whole answer, an error answer included.
   *
   * @throws GatewayError server_timeout, request_cancelled, server_stopped_during_call,
   * message_too_big
   */
  request(
    method: string,
    params: JsonObject | undefined,
    options: CallOptions,
  ): Promise<RpcResponse> {
    if (this.#closed) return Promise.reject(this.#stopped(this.#closed));
    if (options.signal?.aborted) return Promise.reject(new GatewayError("request_cancelled"));

    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<RpcResponse>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const giveUp = (error: GatewayError, reason: string): void => {
        if (!this.#pending.has(id)) return;
        pending.done();
        // The spec forbids cancelling initialize (MCP 2025-11-25, cancellation).
        if (method !== "initialize") {
          this.#transport.send({
            jsonrpc: "2.0",
            method: "notifications/cancelled",
            params: { requestId: id, reason },
          });
        }
        this.#transport.abandon(id);
        reject(error);
      };
      const startTimer = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          const seconds = options.timeoutMs / 1000;
          giveUp(
            new GatewayError("server_timeout", { server: this.#name, seconds }),
            "The time limit was reached.",
          );
        }, options.timeoutMs);
      };
      const onAbort = (): void =>
        giveUp(new GatewayError("request_cancelled"), "The client cancelled it.");
      const pending: Pending = {
        resolve,
        reject,
        restartTimer: startTimer,
        onProgress: options.onProgress,
        done: () => {
          this.#pending.delete(id);
          clearTimeout(timer);
          options.signal?.removeEventListener("abort", onAbort);
        },
      };
      this.#pending.set(id, pending);
      options.signal?.addEventListener("abort", onAbort, { once: true });
      startTimer();
      this.#transport.send(this.#outgoing(id, method, params, options.onProgress !== undefined));
    });
  }

  notify(method: string, params?: JsonObject): void {
    this.#transport.send(
      params === undefined ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params },
    );
  }

  handshakeDone(protocolVersion: string): void {
    this.#transport.handshakeDone(protocolVersion);
  }

  output(): string[] {
    return this.#transport.output();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Our id serves as the progress token too: it is unique while the request is open. */
  #outgoing(
    id: RequestId,
    method: string,
    params: JsonObject | undefined,
    withProgress: boolean,
  ): RpcRequest {
    if (!withProgress) {
      return params === undefined
        ? { jsonrpc: "2.0", id, method }
        : { jsonrpc: "2.0", id, method, params };
    }
    const meta = isObject(params?._meta) ? params._meta : {};
    return {
      jsonrpc: "2.0",
      id,
      method,
      params: { ...params, _meta: { ...meta, progressToken: id } },
    };
  }

  #onMessage(value: unknown): void {
    const classified = classify(value);
    switch (classified.kind) {
      case "response": {
        const { id } = classified.message;
        // No entry: it was cancelled or timed out, and its late answer is nobody's.
        const pending = id === null ? undefined : this.#pending.get(id);
        if (!pending) return;
        pending.done();
        pending.resolve(classified.message);
        return;
      }
      case "notification":
        this.#onNotification(classified.message);
        return;
      case "request":
        this.#answer(classified.message);
        return;
      case "malformed":
        // Nothing to answer it with; the transport has kept it where it is text.
        return;
    }
  }

  #onNotification(notification: RpcNotification): void {
    if (notification.method !== "notifications/progress") {
      this.#events.onNotification(notification);
      return;
    }
    const token = notification.params?.progressToken;
    const pending =
      typeof token === "string" || typeof token === "number" ? this.#pending.get(token) : undefined;
    if (!pending) return;
    pending.restartTimer();
    pending.onProgress?.(notification);
  }

  /** We declare no client capability, so a server may only ask whether we are there. */
  #answer(request: RpcRequest): void {
    if (request.method === "ping") this.#transport.send(resultOf(request.id, {}));
    else {
      const error = new GatewayError("rpc_method_not_found", { method: request.method });
      this.#transport.send(errorOf(request.id, error.jsonRpc, error.message));
    }
  }

  #onRequestFailed(id: RequestId | null, error: GatewayError | UpstreamFailure): void {
    const failed =
      error instanceof UpstreamFailure
        ? new GatewayError("server_unavailable", {
            server: this.#name,
            reason: error.message,
            action: "Call again.",
          })
        : error;
    if (failed.code === "message_too_big") this.#events.onOversized();
    const concerned = id === null ? [...this.#pending.values()] : [this.#pending.get(id)];
    for (const pending of concerned) {
      pending?.done();
      pending?.reject(failed);
    }
  }

  #onClosed(failure: UpstreamFailure): void {
    if (this.#closed) return;
    this.#closed = failure;
    for (const pending of this.#pending.values()) {
      pending.done();
      pending.reject(this.#stopped(failure));
    }
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
