import type { ErrorEntry } from "./entry.ts";

/** What was sent cannot be understood. */
export const MESSAGE_ERRORS = {
  usage: {
    http: 400,
    jsonRpc: -32602,
    exit: 2,
    sentence: "{detail}",
    wayOut: "Run the command with --help to see what it takes.",
  },
  validation_failed: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "{detail}",
    wayOut: "Correct it and try again; nothing was changed.",
  },
  tool_refused: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "{tool} refused the call: {detail}",
    wayOut:
      "Correct the arguments and call it again. Only its server knows whether it did something.",
  },
  malformed_json: {
    http: 400,
    jsonRpc: -32700,
    exit: 3,
    sentence: "The {what} is not JSON: {detail}.",
    wayOut: "Send valid JSON; nothing was changed.",
  },
  malformed_message: {
    http: 400,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The body is not a JSON-RPC 2.0 message: {detail}.",
    wayOut: "Send one request, notification or response as MCP describes it.",
  },
  unsupported_media_type: {
    http: 415,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The content type is “{type}”; this address reads application/json.",
    wayOut: "Send the header Content-Type: application/json.",
  },
  not_acceptable: {
    http: 406,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The client does not accept {type}.",
    wayOut: "Send Accept: application/json, text/event-stream.",
  },
  payload_too_large: {
    http: 413,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The body is larger than the limit of {limit}.",
    wayOut: "Send less, or raise the limit in Settings.",
  },
  method_not_allowed: {
    http: 405,
    jsonRpc: -32600,
    exit: 2,
    sentence: "{method} is not possible at {path}.",
    wayOut: "Use {allowed}.",
  },
  route_not_found: {
    http: 404,
    jsonRpc: -32601,
    exit: 2,
    sentence: "There is nothing at {path}.",
    wayOut: "MCP clients connect to /mcp or /mcp/PROFILE; the API is described at /openapi.json.",
  },
  rpc_method_not_found: {
    http: 200,
    jsonRpc: -32601,
    exit: 2,
    sentence: "The method “{method}” is not offered here.",
    wayOut: "See the capabilities in the answer to initialize or server/discover.",
  },
  unsupported_protocol_version: {
    http: 400,
    jsonRpc: -32022,
    exit: 2,
    sentence: "MCP version “{requested}” is not spoken here.",
    wayOut: "Use one of: {supported}.",
  },
} as const satisfies Record<string, ErrorEntry>;
