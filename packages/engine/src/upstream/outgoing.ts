import { isObject, type JsonObject, type RequestId, type RpcRequest } from "../jsonrpc.ts";
import type { UpstreamCall } from "./call.ts";

/** A request as it is sent. Our id serves as the progress token too: it is unique while the request is open. */
export function outgoing(
  id: RequestId,
  method: string,
  params: JsonObject | undefined,
  call: UpstreamCall | undefined,
): RpcRequest {
  if (!call) {
    return params === undefined
      ? { jsonrpc: "2.0", id, method }
      : { jsonrpc: "2.0", id, method, params };
  }
  const meta = isObject(params?._meta) ? params._meta : {};
  return {
    ...call.members,
    jsonrpc: "2.0",
    id,
    method,
    params: { ...params, _meta: { ...meta, progressToken: id } },
  };
}
