import type { Client } from "../definitions.ts";
import type { ServerTrace } from "../trace.ts";
import type { JsonObject, RpcNotification, RpcRequest, RpcResponse } from "../jsonrpc.ts";

/** What a server does towards the one whose request is open. */
export interface UpstreamCall {
  /** Null where the gateway itself asks. */
  client: Client | null;
  signal?: AbortSignal;
  trace: ServerTrace;
  /** Whether the gateway says what to work in, whatever the client can do. */
  hasRoots?: boolean;
  /** Members of its request message that JSON-RPC does not know; they go along. */
  members?: JsonObject;
  /**
   * Given the notifications that surely belong to this request. Progress carries the token that we
   * had sent, not the caller's.
   */
  onNotification(notification: RpcNotification): void;
  /**
   * A request of the server that surely belongs to this one. What comes of it is sent to the server
   * under the server's id; rejecting with a GatewayError answers with that error. `signal` is
   * aborted when the server takes its question back, or when the call ends.
   */
  onRequest(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse>;
  /** The server has closed the stream of this request for a while (MCP 2025-11-25, SSE polling). */
  onPaused(retryMs: number | null): void;
}
