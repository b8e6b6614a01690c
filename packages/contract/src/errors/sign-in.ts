import type { ErrorEntry } from "./entry.ts";

/** Signing in to upstream servers. */
export const SIGN_IN_ERRORS = {
  sign_in_not_found: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The sign-in has expired or never began.",
    wayOut: "Start the sign-in again.",
  },
  sign_in_not_offered: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "“{server}” cannot be signed in to: {reason}",
    wayOut: "{way}",
  },
  sign_in_needed: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” needs a sign-in: {reason}",
    wayOut: "Run “local-mcp-gateway servers signin {server}”, or press “Sign in…” in the app.",
  },
  sign_in_scope_missing: {
    http: 403,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{server}” refused this: the sign-in does not allow it ({scopes}).",
    wayOut:
      "Run “local-mcp-gateway servers signin {server}”, or press “Allow more…” in the app; then call again.",
  },
  sign_in_not_renewed: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Access to “{server}” has expired and could not be renewed yet: {reason}",
    wayOut: "It is tried again by itself; call again in a moment.",
  },
  sign_in_metadata: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "How to sign in to “{server}” could not be found out: {reason}",
    wayOut:
      "Try again later, or name its authorization server with “local-mcp-gateway servers edit {server} --issuer URL”.",
  },
  sign_in_no_client: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "{host} does not let the gateway register itself: {reason}",
    wayOut:
      "Register an application there, and give its id with “local-mcp-gateway servers edit {server} --client-id ID”.",
  },
  sign_in_refused: {
    http: 403,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{host} refused the sign-in to “{server}”: {reason}",
    wayOut:
      "Sign in again with an account that may use it, or check its client id, secret and scopes.",
  },
  sign_in_wrong_answer: {
    http: 400,
    jsonRpc: -32602,
    exit: 1,
    sentence: "The answer to the sign-in to “{server}” was not used: {reason}",
    wayOut: "Start the sign-in again. Where this repeats, somebody may be trying to mislead you.",
  },
  sign_in_secret_unset: {
    http: 409,
    jsonRpc: -32603,
    exit: 3,
    sentence: "The {what} with which “{server}” is signed in to has no value.",
    wayOut: "Set it with “local-mcp-gateway servers edit {server} {option}”.",
  },
  host_unreachable: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{host} could not be asked: {reason}",
    wayOut: "Check the network and the proxy, then try again.",
  },
} as const satisfies Record<string, ErrorEntry>;
