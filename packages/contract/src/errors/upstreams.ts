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
  server_busy: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "“{server}” is busy: it is given {limit} at a time, and this call waited {seconds} s for its turn. It was not sent.",
    wayOut:
      "Call again, or let it work on more with “local-mcp-gateway servers edit {server} --max-concurrent-calls NUMBER”.",
  },
  message_too_big: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” sent a message of {size}; the limit is {limit}. The call was ended.",
    wayOut: "Ask for less, or raise the limit in Settings.",
  },
  question_unclear: {
    http: 200,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "“{server}” asked {method} without saying for which request, and it could be one of several clients'.",
    wayOut: "Give each client a connection of its own in the settings of “{server}”.",
  },
  too_many_connections: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” has {limit} clients with a connection of their own, and all are busy.",
    wayOut: "Call again when one is done, or let clients share a connection in its settings.",
  },
  address_blocked: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The gateway does not connect to “{host}”: it is {rule}.",
    wayOut:
      "Use the address at which the server is reached by others; on this computer that is 127.0.0.1.",
  },
  secrets_would_move: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence: "The secrets stored for “{server}” ({count}) are for {from}, and would go to {to}.",
    wayOut:
      "Give them anew with the change, or agree with --keep-secrets (keepSecrets: true). Nothing was changed.",
  },
  page_refused: {
    http: 200,
    jsonRpc: -32602,
    exit: 1,
    sentence: "“{server}” wants something visited that is no safe page, which was not passed on.",
    wayOut:
      "A person is only sent to https pages, and to http pages of this computer. Tell whoever wrote the server.",
  },
  secret_changes_address: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence:
      "A secret in the URL of “{server}” changes which server it leads to, so it is not used.",
    wayOut:
      "Store it anew with “local-mcp-gateway servers edit {server} --secret NAME”, without / ? # and other signs that have a meaning in URLs.",
  },
  secret_breaks_header: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence:
      "The header {header} of “{server}” is not one line of text with its secrets filled in, so it is not sent.",
    wayOut:
      "Store the secret anew with “local-mcp-gateway servers edit {server} --secret NAME”, without line breaks.",
  },
  tool_held_back: {
    http: 403,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "The tool “{tool}” of “{server}” {change}, and is held back until a person accepts it.",
    wayOut:
      "Review it in the app under Servers, or with “local-mcp-gateway servers changes {server}”. It was not called.",
  },
  tool_changed_again: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence: "The tool “{tool}” of “{server}” is not what it was when you looked at it.",
    wayOut:
      "Nothing was accepted. Look at it again in the app under Servers, or with “local-mcp-gateway servers changes {server}”.",
  },
  request_cancelled: {
    http: 200,
    jsonRpc: -32603,
    exit: 130,
    sentence: "The request was cancelled.",
    wayOut: "Send it again if it is still wanted.",
  },
} as const satisfies Record<string, ErrorEntry>;
