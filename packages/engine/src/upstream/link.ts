import type { Client, Era, Implementation } from "../definitions.ts";
import { isObject, type JsonObject, type RpcNotification, type RpcResponse } from "../jsonrpc.ts";
import { withoutEnvelope } from "../protocol.ts";
import type { UpstreamCall } from "./call.ts";
import type { Connection, RequestOptions } from "./connection.ts";
import { declaredFor } from "./declared.ts";
import { withEnvelope } from "./envelope.ts";
import type { UpstreamFailure } from "./failure.ts";

export interface LinkOptions {
  connection: Connection;
  era: Era;
  implementation: Implementation;
  /** The gateway's own. */
  clientInfo: JsonObject;
  /** Whether messages travel by Streamable HTTP, and so can have headers. */
  isHttp: boolean;
}

/**
 * Asks for the log messages that a client wants, on a connection of its own, where the server has
 * any and this is not what it was told last.
 *
 * @throws GatewayError as {@link Connection.request}
 */
export async function setLogLevel(
  link: Link,
  { logLevel: level }: Client,
  timeoutMs: number,
): Promise<void> {
  if (level === null || level === link.logLevel || !link.offers("logging")) return;
  link.logLevel = level;
  // Whether the server agrees or not, it is not asked again for the same.
  await link.request("logging/setLevel", { level }, { timeoutMs });
}

/** A connection after its opening: what the server on it is, and requests in the words of its era. */
export class Link {
  readonly era: Era;
  readonly implementation: Implementation;
  readonly isHttp: boolean;
  /** What it was last asked for by {@link setLogLevel}. */
  logLevel: string | null = null;
  readonly #connection: Connection;
  readonly #clientInfo: JsonObject;

  constructor(options: LinkOptions) {
    this.era = options.era;
    this.implementation = options.implementation;
    this.isHttp = options.isHttp;
    this.#connection = options.connection;
    this.#clientInfo = options.clientInfo;
  }

  get closed(): UpstreamFailure | null {
    return this.#connection.closed;
  }

  /** Whether the server declared this, for example `offers("resources", "subscribe")`. */
  offers(capability: string, detail?: string): boolean {
    const declared = this.implementation.capabilities[capability];
    if (detail === undefined) return declared !== undefined;
    return isObject(declared) && declared[detail] === true;
  }

  /** @throws GatewayError as {@link Connection.request} */
  request(method: string, params: JsonObject, options: RequestOptions): Promise<RpcResponse> {
    return this.#connection.request(method, this.#worded(params, options.call), options);
  }

  forward(notification: RpcNotification): void {
    this.#connection.forward(notification);
  }

  /** What may have died unnoticed is opened anew. */
  refresh(): void {
    this.#connection.refresh();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #worded(params: JsonObject, call?: UpstreamCall): JsonObject {
    const bare = withoutEnvelope(params);
    if (this.era === "legacy") return bare;
    const client = call?.client ?? null;
    return withEnvelope(bare, {
      protocolVersion: this.implementation.protocolVersion,
      clientInfo: client?.info ?? this.#clientInfo,
      capabilities: declaredFor(client, { roots: call?.hasRoots === true ? {} : null }),
      logLevel: client?.logLevel ?? null,
    });
  }
}
