import type { ExitCode } from "./exit-codes.ts";

/**
 * The one table of what can go wrong. Every face renders an entry of it: REST by `http`, the MCP
 * endpoint by `http` and `jsonRpc`, the command line by `exit`, people by `sentence` and `wayOut`.
 *
 * `{name}` in a text is filled from the parameters of the error. JSON-RPC codes follow MCP
 * 2025-11-25 and 2026-07-28: -32000…-32019 are ours to use, -32020…-32099 belong to the protocol.
 */
interface ErrorEntry {
  http: number;
  jsonRpc: number;
  exit: ExitCode;
  sentence: string;
  wayOut: string;
}

export const ERRORS = {
  // What was sent cannot be understood.
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
    wayOut: "Correct it and send it again; nothing was changed.",
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
    wayOut: "See the capabilities in the answer to initialize.",
  },
  unsupported_protocol_version: {
    http: 400,
    jsonRpc: -32022,
    exit: 2,
    sentence: "MCP version “{requested}” is not spoken here.",
    wayOut: "Use one of: {supported}.",
  },

  // Who is asking.
  token_missing: {
    http: 401,
    jsonRpc: -32001,
    exit: 1,
    sentence: "This address needs an access token.",
    wayOut:
      "Create one with “local-mcp-gateway tokens create --name NAME” and send it as “Authorization: Bearer TOKEN”.",
  },
  token_unknown: {
    http: 401,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The access token is not valid here; it may have been revoked.",
    wayOut: "Create a new one with “local-mcp-gateway tokens create --name NAME”.",
  },
  token_lacks_right: {
    http: 403,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The access token does not carry the right “{right}”.",
    wayOut: "Create one with “local-mcp-gateway tokens create --name NAME --rights {right}”.",
  },
  token_other_profile: {
    http: 403,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The access token is not valid for the profile “{profile}”.",
    wayOut: "Create one with “local-mcp-gateway tokens create --name NAME --profile {profile}”.",
  },
  host_refused: {
    http: 403,
    jsonRpc: -32600,
    exit: 1,
    sentence: "The Host header “{host}” is not an address of this gateway.",
    wayOut: "Connect to {url}.",
  },
  origin_refused: {
    http: 403,
    jsonRpc: -32600,
    exit: 1,
    sentence: "Requests from the web page “{origin}” are refused.",
    wayOut: "Connect from a program, not from a page in a browser.",
  },

  // What is asked for is not there, or is there already.
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
    wayOut: "tools/list shows the tools of this profile.",
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
  session_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "A session with this id exists already.",
    wayOut: "Make a new id, or update the session that exists.",
  },
  sign_in_not_found: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The sign-in has expired or never began.",
    wayOut: "Start the sign-in again.",
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

  // An upstream server did not deliver.
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

  // The vault.
  vault_missing: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "No secret can be stored yet: this data directory has no vault.",
    wayOut:
      "Run “local-mcp-gateway vault init”, or set AUTH_ENCRYPTION_SECRET. A value that is not secret can be given with --env-plain.",
  },
  vault_locked: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The vault is locked, so the secrets of {what} cannot be read or written.",
    wayOut:
      "Run “local-mcp-gateway vault unlock”, or start with VAULT_PASSPHRASE_FILE or AUTH_ENCRYPTION_SECRET.",
  },
  vault_wrong_key: {
    http: 403,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The {provider} does not open this vault.",
    wayOut: "Nothing was changed. “local-mcp-gateway vault status” shows which keys open it.",
  },
  vault_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "This data directory has a vault already.",
    wayOut: "Add another way to open it with “local-mcp-gateway vault add-passphrase”.",
  },
  vault_last_slot: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "“{slot}” is the only key of the vault; without it the stored secrets are lost.",
    wayOut: "Add another one first: “local-mcp-gateway vault add-passphrase”.",
  },
  vault_slot_not_found: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The vault has no key “{slot}”.",
    wayOut: "“local-mcp-gateway vault status” shows its keys.",
  },
  secret_damaged: {
    http: 500,
    jsonRpc: -32603,
    exit: 6,
    sentence: "A stored secret of {what} was changed or damaged and is refused.",
    wayOut: "Enter it again.",
  },
  secret_unset: {
    http: 409,
    jsonRpc: -32603,
    exit: 3,
    sentence: "“{server}” refers to the secret “{name}”, which has no value.",
    wayOut: "Set it with “local-mcp-gateway servers edit {server} --secret {name}”.",
  },

  // The gateway itself.
  port_taken: {
    http: 500,
    jsonRpc: -32603,
    exit: 7,
    sentence: "Port {port} is used by {holder}. Clients cannot connect.",
    wayOut: "Stop it, or start with --port {other}.",
  },
  address_refused: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "This system does not let the gateway listen on {host}:{port} ({reason}).",
    wayOut: "Start with another --host or --port.",
  },
  data_dir_held: {
    http: 500,
    jsonRpc: -32603,
    exit: 7,
    sentence: "Another Local MCP Gateway ({holder}) is using {dataDir}.",
    wayOut: "Stop it, or choose another directory with --data-dir.",
  },
  data_dir_unusable: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The data directory {dataDir} cannot be used: {reason}.",
    wayOut: "Make it readable and writable, or choose another with --data-dir.",
  },
  database_newer: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{path} was written by a newer version of this program. Nothing was changed.",
    wayOut: "Install the newer version, or choose another directory with --data-dir.",
  },
  database_damaged: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{path} is damaged: {reason}. Nothing was changed.",
    wayOut:
      "Put back a good copy (docs/database/troubleshooting.md), or choose another directory with --data-dir.",
  },
  database_busy: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "An asynchronous transaction is open, so a synchronous query cannot run now.",
    wayOut: "Await the query, or run it when the transaction has ended.",
  },
  database_misuse: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "A transaction was used wrongly: {detail}.",
    wayOut: "Nothing of it was kept. docs/database/README.md describes transactions.",
  },
  database_locked: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{path} is locked by another program.",
    wayOut: "Close the program that has it open, then try again.",
  },
  sqlite_too_old: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "SQLite {version} is loaded; {needed} or newer is needed, since older ones can damage a database that has two connections.",
    wayOut: "Unset LOCAL_MCP_SQLITE_BINDING, or run “npm ci” to get the SQLite this program ships.",
  },
  disk_full: {
    http: 507,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{path} cannot be written: {reason}. Nothing was changed.",
    wayOut: "Free some space and try again.",
  },
  config_invalid: {
    http: 500,
    jsonRpc: -32603,
    exit: 2,
    sentence: "{name} from {source} cannot be used: {detail}.",
    wayOut: "Correct it; “local-mcp-gateway doctor” shows where each setting comes from.",
  },
  node_too_old: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Node {version} cannot load the database; Node 22.14 or newer is needed.",
    wayOut: "Install a newer Node, or run “npm ci” here, which brings one along.",
  },
  gateway_unreachable: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "No gateway answers at {url}.",
    wayOut: "Start one with “local-mcp-gateway serve”.",
  },
  gateway_not_running: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "No Local MCP Gateway is running.",
    wayOut: "Open the app or run “local-mcp-gateway serve”, then connect again.",
  },
  gateway_stopped_during_call: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway stopped while this request was running.",
    wayOut: "It was not repeated, since it may have taken effect. Check, then call again.",
  },
  not_a_gateway: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{url} does not answer as a Local MCP Gateway does.",
    wayOut: "Check the address (HOST and PORT, or --gateway), and that both are of one version.",
  },
  remote_token_missing: {
    http: 401,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The gateway at {url} needs an access token.",
    wayOut: "Set MCPGATEWAY_BEARER_TOKEN or MCPGATEWAY_BEARER_TOKEN_FILE.",
  },
  file_unreadable: {
    http: 400,
    jsonRpc: -32602,
    exit: 1,
    sentence: "{path} cannot be read: {reason}.",
    wayOut: "Check the path and who may read it.",
  },
  shutting_down: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway is shutting down.",
    wayOut: "Start it again.",
  },
  internal: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Something went wrong inside the gateway.",
    wayOut: "The log has the details; report it if it happens again.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Values for the `{placeholders}` of an error's texts. Never a secret. */
export type ErrorParams = Record<string, string | number>;

const fill = (template: string, params: ErrorParams): string =>
  template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in params ? String(params[name]) : placeholder,
  );

/**
 * An error a person can act on: `message` says what happened, `wayOut` what to do, `code` is the
 * key of {@link ERRORS}. Its texts hold no secret, so it may be shown, logged and returned.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly wayOut: string;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(fill(ERRORS[code].sentence, params), options);
    this.name = "GatewayError";
    this.code = code;
    this.params = params;
    this.wayOut = fill(ERRORS[code].wayOut, params);
  }

  get http(): number {
    return ERRORS[this.code].http;
  }

  get jsonRpc(): number {
    return ERRORS[this.code].jsonRpc;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(ERRORS, code);
