import type { ErrorEntry } from "./entry.ts";

/** Debug logs. */
export const LOG_ERRORS = {
  log_not_found: {
    http: 404,
    jsonRpc: -32602,
    exit: 1,
    sentence: "There is no debug log {id}.",
    wayOut: "It may have been removed since. See what there is: “local-mcp-gateway logs tail”.",
  },
  log_query_invalid: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "The filter cannot be understood at “{part}”: {detail}",
    wayOut: 'Write it as in: profile:dev status:error duration:>500 text:"disk full".',
  },
  log_no_call: {
    http: 409,
    jsonRpc: -32602,
    exit: 1,
    sentence: "Debug log {id} cannot be sent again: it is no {what} of a client in a profile.",
    wayOut: "Choose a row of the kind request: kind:request method:tools/call.",
  },
  log_not_whole: {
    http: 409,
    jsonRpc: -32602,
    exit: 1,
    sentence: "Debug log {id} cannot be sent again as it is: {reason}",
    wayOut: "Give the arguments yourself: Edit and resend… in the app.",
  },
  logs_stopped: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Recording stopped: {reason}",
    wayOut:
      "The gateway keeps working. Recording goes on by itself once this is mended; messages that are missing so far: {dropped}.",
  },
  logs_dropped: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{dropped} messages were not recorded under load.",
    wayOut:
      "Calls were not slowed. Record less with “local-mcp-gateway settings set logLevel errors”.",
  },
} as const satisfies Record<string, ErrorEntry>;
