import type { RequestId, RpcNotification } from "../jsonrpc.ts";

/** Tells a server that nobody waits for an answer any more (MCP 2025-11-25, cancellation). */
export const cancelled = (requestId: RequestId, reason: string): RpcNotification => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId, reason },
});
