/**
 * JSON-RPC 2.0 messages as MCP uses them. The engine routes the parsed message itself and never
 * rebuilds it from known fields, so that fields it does not know survive.
 */
export type JsonObject = Record<string, unknown>;

/** Ids keep their type: "1" and 1 are two ids. */
export type RequestId = string | number;

export interface RpcRequest extends JsonObject {
  jsonrpc: "2.0";
  id: RequestId;
  method: string;
  params?: JsonObject;
}

export interface RpcNotification extends JsonObject {
  jsonrpc: "2.0";
  method: string;
  params?: JsonObject;
}

export interface RpcResult extends JsonObject {
  jsonrpc: "2.0";
  id: RequestId;
  result: JsonObject;
}

export interface RpcError extends JsonObject {
  jsonrpc: "2.0";
  id: RequestId | null;
  error: { code: number; message: string; data?: unknown } & JsonObject;
}

export type RpcResponse = RpcResult | RpcError;
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** MCP asks for a string or an integer; null and fractions are refused (JSON-RPC 2.0 §4). */
export const isRequestId = (value: unknown): value is RequestId =>
  typeof value === "string" || (typeof value === "number" && Number.isInteger(value));

/** A message that is well formed, with what it is. */
export type ClassifiedMessage =
  | { kind: "request"; message: RpcRequest }
  | { kind: "notification"; message: RpcNotification }
  | { kind: "response"; message: RpcResponse };

export type Classified = ClassifiedMessage | { kind: "malformed"; detail: string };

const malformed = (detail: string): Classified => ({ kind: "malformed", detail });

const isNotification = (value: JsonObject): value is RpcNotification =>
  typeof value.method === "string" && (value.params === undefined || isObject(value.params));

const isRequest = (value: JsonObject): value is RpcRequest =>
  isNotification(value) && isRequestId(value.id);

const isError = (value: JsonObject): value is RpcError =>
  isObject(value.error) &&
  typeof value.error.code === "number" &&
  typeof value.error.message === "string" &&
  (value.id === null || isRequestId(value.id));

const isResult = (value: JsonObject): value is RpcResult =>
  isObject(value.result) && isRequestId(value.id);

/** Says what a parsed JSON value is, by the envelope alone; everything else in it is left as is. */
export function classify(value: unknown): Classified {
  if (!isObject(value)) return malformed("it is not an object");
  if (value.jsonrpc !== "2.0") return malformed('"jsonrpc" is not "2.0"');

  if ("method" in value) {
    if (!isNotification(value)) return malformed('"method" or "params" has the wrong type');
    if (!("id" in value)) return { kind: "notification", message: value };
    if (isRequest(value)) return { kind: "request", message: value };
    return malformed('"id" is neither a string nor an integer');
  }
  // Some servers send "error": null beside a result, so the one with content decides.
  if (isError(value)) return { kind: "response", message: value };
  if (isResult(value)) return { kind: "response", message: value };
  return malformed('it has no "method", and no complete "result" or "error"');
}

export const resultOf = (id: RequestId, result: JsonObject): RpcResult => ({
  jsonrpc: "2.0",
  id,
  result,
});

export const errorOf = (
  id: RequestId | null,
  code: number,
  message: string,
  data?: unknown,
): RpcError => ({
  jsonrpc: "2.0",
  id,
  error: data === undefined ? { code, message } : { code, message, data },
});

export const isErrorResponse = (response: RpcResponse): response is RpcError => isError(response);

/** The id of a request, or null for any other message. */
export const requestIdOf = (message: RpcMessage): RequestId | null =>
  "method" in message && isRequestId(message.id) ? message.id : null;
