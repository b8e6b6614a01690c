import type { ErrorEntry } from "./entry.ts";

/** Who is asking. */
export const ACCESS_ERRORS = {
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
  token_refused: {
    http: 401,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The signature of the access token is right, but {reason}.",
    wayOut: "Sign a new one; docs/access-tokens.md says what it has to hold.",
  },
  too_many_failures: {
    http: 429,
    jsonRpc: -32001,
    exit: 1,
    sentence: "Too many access tokens that are not valid came from {address}.",
    wayOut:
      "Correct the one that is wrong, and try again in {seconds} s. Tokens made here work all the while.",
  },
  token_lacks_right: {
    http: 403,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The access token does not carry the right “{right}”.",
    wayOut: "Create one with “local-mcp-gateway tokens create --name NAME --rights {right}”.",
  },
  page_starts_nothing: {
    http: 403,
    jsonRpc: -32001,
    exit: 1,
    sentence: "A page in a browser can neither start a command nor decide what runs.",
    wayOut: "Do this in the app, or with “local-mcp-gateway” on the gateway's own computer.",
  },
  page_without_desktop: {
    http: 501,
    jsonRpc: -32001,
    exit: 1,
    sentence: "A page in a browser cannot do this.",
    wayOut: "Do it in the app, or with “local-mcp-gateway” on the gateway's own computer.",
  },
  token_other_profile: {
    http: 403,
    jsonRpc: -32001,
    exit: 1,
    sentence: "The access token is not valid for the profile “{profile}”.",
    wayOut: "Create one with “local-mcp-gateway tokens create --name NAME --profile {profile}”.",
  },
  header_repeated: {
    http: 400,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The header {name} came more than once.",
    wayOut: "Send it once.",
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
} as const satisfies Record<string, ErrorEntry>;
