import type { ErrorEntry } from "./entry.ts";

/** What is asked for is not there, or is there already. */
export const NAMING_ERRORS = {
  profile_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "There is no profile “{profile}”.",
    wayOut: "“local-mcp-gateway profiles list” shows the profiles.",
  },
  no_active_profile: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "No profile is active, so /mcp has nothing to serve.",
    wayOut:
      "Create one with “local-mcp-gateway profiles create SLUG”, or connect to /mcp/SLUG directly.",
  },
  server_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "There is no server “{server}”.",
    wayOut: "“local-mcp-gateway servers list” shows the servers.",
  },
  server_not_in_profile: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The server “{server}” is not in the profile “{profile}”.",
    wayOut: "Add it with “local-mcp-gateway profiles add-server {profile} {server}”.",
  },
  token_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "There is no access token “{token}”.",
    wayOut: "“local-mcp-gateway tokens list” shows the tokens.",
  },
  tool_not_found: {
    http: 404,
    jsonRpc: -32602,
    exit: 1,
    sentence: "Unknown tool: {tool}",
    wayOut:
      "tools/list shows the tools of this profile, as does “local-mcp-gateway tools list --profile SLUG”.",
  },
  prompt_not_found: {
    http: 404,
    jsonRpc: -32602,
    exit: 1,
    sentence: "Unknown prompt: {prompt}",
    wayOut: "prompts/list shows the prompts of this profile.",
  },
  resource_not_found: {
    http: 404,
    jsonRpc: -32002,
    exit: 1,
    sentence: "Resource not found: {uri}",
    wayOut: "resources/list shows the resources of this profile.",
  },
  session_not_found: {
    http: 404,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The session has ended or never existed.",
    wayOut: "Send a new initialize request.",
  },
  session_missing: {
    http: 400,
    jsonRpc: -32000,
    exit: 1,
    sentence: "The Mcp-Session-Id header is missing.",
    wayOut: "Send initialize first and repeat the session id of its answer.",
  },
  too_many_sessions: {
    http: 503,
    jsonRpc: -32000,
    exit: 1,
    sentence: "Too many sessions are open and in use.",
    wayOut: "Close clients that are not needed, then connect again.",
  },
  session_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "A session with this id exists already.",
    wayOut: "Make a new id, or update the session that exists.",
  },
  name_taken: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence: "The {kind} “{name}” exists already.",
    wayOut: "Choose another name, or edit the one that exists.",
  },
  exposed_name_taken: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence: "Clients of “{profile}” already see another {kind} named “{name}”, from “{server}”.",
    wayOut: "Choose another name, or rename that one first.",
  },
  duplicate_request_id: {
    http: 400,
    jsonRpc: -32600,
    exit: 3,
    sentence: "A request with the id {id} is still running in this session.",
    wayOut: "Give each request its own id.",
  },
} as const satisfies Record<string, ErrorEntry>;
