import type { GatewayError } from "@local-mcp/contract";
import type { Era, ServerDefinition } from "../definitions.ts";
import type { JsonObject, RpcResponse } from "../jsonrpc.ts";
import { parameterHeaders } from "../protocol-headers.ts";
import type { UpstreamCall } from "./call.ts";
import { CallSlots } from "./call-slots.ts";
import type { ClientConnections } from "./client-connections.ts";
import { failureBehind, isLockedOut, type UpstreamFailure } from "./failure.ts";
import { type Link, setLogLevel } from "./link.ts";

/** What a server answered, in the words of its era. An error answer is one too. */
export interface Answered {
  era: Era;
  response: RpcResponse;
}

export interface CallsOptions {
  definition: () => ServerDefinition;
  /** Brings the server up where it rests. Null where it is not up then. */
  link: () => Promise<Link | null>;
  clients: ClientConnections;
  /** As the server listed it. */
  tool: (name: unknown) => JsonObject | undefined;
  /** Why a request may not be sent, by what the server listed when it came up. */
  refusal: (method: string, params: JsonObject) => GatewayError | null;
  /** One has come to its end. */
  onEnd: () => void;
  /** One has failed, not by an answer of the server. */
  onFailed: (failure: UpstreamFailure) => void;
}

/** The calls of clients at one server. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #slots: CallSlots;

  constructor(options: CallsOptions) {
    this.#options = options;
    const { definition } = options;
    this.#slots = new CallSlots({
      serverName: () => definition().name,
      limit: () => definition().maxConcurrentCalls,
      waitMs: () => definition().callTimeoutMs,
    });
  }

  /** How many have not come to their end. */
  get open(): number {
    return this.#slots.open;
  }

  /**
   * Sends one request once the server is up and it is its turn. A request that met a session which
   * the server had forgotten, and so was not looked at, is sent once more.
   *
   * @returns null where the server is not up, or lets nobody in
   * @throws GatewayError as {@link Connection.request}; too_many_connections, server_busy; why it may
   * not be sent
   */
  async run(method: string, params: JsonObject, call: UpstreamCall): Promise<Answered | null> {
    try {
      return await this.#slots.run(call, (lent) => this.#send(method, params, lent));
    } finally {
      this.#options.onEnd();
    }
  }

  async #send(method: string, params: JsonObject, call: UpstreamCall): Promise<Answered | null> {
    try {
      return await this.#sendOnce(method, params, call);
    } catch (error) {
      const failure = failureBehind(error);
      if (failure) this.#options.onFailed(failure);
      // What is told of the server then says what to do about it.
      if (failure?.neverProcessed && isLockedOut(failure)) return null;
      if (!failure?.sessionLost || !failure.neverProcessed) throw error;
      return this.#sendOnce(method, params, call);
    }
  }

  async #sendOnce(
    method: string,
    params: JsonObject,
    call: UpstreamCall,
  ): Promise<Answered | null> {
    const link = await this.#options.link();
    if (!link) return null;
    const { callTimeoutMs: timeoutMs, connections } = this.#options.definition();
    const { client, signal } = call;
    const options = { timeoutMs, signal, call };
    this.#refuse(method, params);
    if (client && connections === "per_client" && link.era === "legacy") {
      const response = await this.#options.clients.run(client, async (own) => {
        await setLogLevel(own, client, timeoutMs);
        this.#refuse(method, params);
        return own.request(method, params, options);
      });
      return { era: "legacy", response };
    }
    const headers = this.#parameterHeaders(link, method, params);
    const response = await link.request(method, params, { ...options, headers });
    return { era: link.era, response };
  }

  /** What came to be known while it waited counts: nothing is in between this and the sending. */
  #refuse(method: string, params: JsonObject): void {
    const refusal = this.#options.refusal(method, params);
    if (refusal) throw refusal;
  }

  #parameterHeaders(
    link: Link,
    method: string,
    { name, arguments: args }: JsonObject,
  ): Record<string, string> | undefined {
    if (method !== "tools/call" || link.era === "legacy" || !link.isHttp) return undefined;
    return parameterHeaders(this.#options.tool(name)?.inputSchema, args);
  }
}
