import type { ErrorEntry } from "./entry.ts";

/** What the gateway itself defines: tools, prompts, resources and roots of its own. */
export const LOCAL_ERRORS = {
  local_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The gateway has no {kind} “{name}” of its own.",
    wayOut: "“local-mcp-gateway {kind}s list” shows those it has.",
  },
  profile_off: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The profile “{profile}” is turned off.",
    wayOut: "Turn it on with “local-mcp-gateway profiles edit {profile} --enable”.",
  },
} as const satisfies Record<string, ErrorEntry>;
