import type { ErrorEntry } from "./entry.ts";

/** What goes against the rules of MCP itself, or cannot be carried between client and server. */
export const PROTOCOL_ERRORS = {
  envelope_missing: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The request's _meta lacks {key}.",
    wayOut: "Send it with every request, as MCP 2026-07-28 asks.",
  },
  header_mismatch: {
    http: 400,
    jsonRpc: -32020,
    exit: 3,
    sentence: "{detail}",
    wayOut: "Send the headers of MCP 2026-07-28 with the values that the message has.",
  },
  sse_stream_missing: {
    http: 400,
    jsonRpc: -32000,
    exit: 1,
    sentence: "This message belongs to no event stream.",
    wayOut:
      "Open the stream with GET first, and post to the address that its first event names; or use /mcp instead of /sse.",
  },
  stream_elsewhere: {
    http: 421,
    jsonRpc: -32000,
    exit: 1,
    sentence: "The event stream that this message belongs to is not open at this gateway.",
    wayOut:
      "Use /mcp instead of /sse, which any of the gateways on a session store answers; or let the load balancer send all of one client to one gateway.",
  },
  batch_refused: {
    http: 400,
    jsonRpc: -32600,
    exit: 3,
    sentence: "Several messages in one body belong to MCP 2025-03-26 alone.",
    wayOut: "Send each message by itself.",
  },
  request_state_expired: {
    http: 200,
    jsonRpc: -32602,
    exit: 1,
    sentence: "The state of this request has expired or was never given.",
    wayOut: "Send the request again without requestState.",
  },
  input_response_unusable: {
    http: 200,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The input response “{key}” is not an answer to {method}: {detail}.",
    wayOut: "Send it again with the same requestState.",
  },
  input_refused: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The call needs an answer from the client, which refused: {reason}",
    wayOut: "Call again with a client that can answer {method}.",
  },
  too_many_rounds: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The server asked {rounds} times for more and was not asked again.",
    wayOut: "Call again, or look at what the server is waiting for.",
  },
  client_cannot: {
    http: 200,
    jsonRpc: -32601,
    exit: 1,
    sentence: "The client that made this call does not support {method}.",
    wayOut: "Go on without, or call from a client that supports it.",
  },
  client_cannot_be_asked: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The client cannot be asked now: {reason}.",
    wayOut: "Ask again while a call of the client is running.",
  },
  too_many_waiting: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Too many calls wait for an answer from their clients.",
    wayOut: "Answer or cancel some of them, then call again.",
  },
  too_many_streams: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Too many clients listen for changes.",
    wayOut: "Close some of them, then listen again.",
  },
  subscription_not_offered: {
    http: 200,
    jsonRpc: -32601,
    exit: 1,
    sentence: "“{server}” does not report changes of its resources.",
    wayOut: "Read the resource again when it may have changed.",
  },
  answer_out_of_order: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” did not understand the gateway: {reason}",
    wayOut: "Restart the server in Servers, so that its version is asked anew.",
  },
} as const satisfies Record<string, ErrorEntry>;
