import type { ErrorEntry } from "./entry.ts";

/** An upstream server did not deliver. */
export const UPSTREAM_ERRORS = {
  server_unavailable: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” cannot answer: {reason}",
    wayOut: "{action}",
  },
  server_stopped_during_call: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” stopped while this request was running: {reason}",
    wayOut: "It was not repeated, since it may have taken effect. Check, then call again.",
  },
  server_timeout: {
    http: 504,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” did not answer within {seconds} s.",
    wayOut:
      "Call again, or give it more time with “local-mcp-gateway servers edit {server} --timeout SECONDS”.",
  },
  message_too_big: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” sent a message of {size}; the limit is {limit}. The call was ended.",
    wayOut: "Ask for less, or raise the limit in Settings.",
  },
  request_cancelled: {
    http: 200,
    jsonRpc: -32603,
    exit: 130,
    sentence: "The request was cancelled.",
    wayOut: "Send it again if it is still wanted.",
  },
} as const satisfies Record<string, ErrorEntry>;
