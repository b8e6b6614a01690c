import type { ErrorEntry } from "./entry.ts";

/** The session store. */
export const SESSION_ERRORS = {
  client_session_not_found: {
    http: 404,
    jsonRpc: -32602,
    exit: 1,
    sentence: "There is no session “{id}”.",
    wayOut: "It may have ended since. See what there is: “local-mcp-gateway sessions list”.",
  },
  client_session_ambiguous: {
    http: 409,
    jsonRpc: -32602,
    exit: 1,
    sentence: "{count} sessions begin with “{id}”.",
    wayOut: "Write more of it, as “local-mcp-gateway sessions list --json” has it.",
  },
  sessions_in_the_way: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Under the same ids there are others already: {ids}. Nothing was copied.",
    wayOut: "Add --overwrite to replace them, or remove them there first.",
  },
  sessions_in_clear: {
    http: 409,
    jsonRpc: -32603,
    exit: 6,
    sentence:
      "The secrets of these sessions are in clear, and only sealed ones are copied: {ids}. Nothing was copied.",
    wayOut:
      "They are sealed by what writes to the store next with a key: a gateway with a vault when a client connects, or a program with AUTH_ENCRYPTION_SECRET when it stores a session. Then run the same command again.",
  },
  sessions_not_copied: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "What was copied is not there as it was: {ids}.",
    wayOut: "End what else uses the store, and run the same command again.",
  },
  session_store_in_use: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{store} is used by {members} now, and sessions would change while they are copied.",
    wayOut: "Stop it first, and run the same command again.",
  },
  session_store_unknown: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "{name} is “{value}”, which is no session store.",
    wayOut: "Write one of {valid}.",
  },
  session_store_unset: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence:
      "The session store {type} was chosen by {name}, and {missing} does not say where it is.",
    wayOut: "Set {missing}, for example {example}.",
  },
  session_store_url: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "{name} is no {type} URL.",
    wayOut: "Write one like {example}.",
  },
  session_secret_unset: {
    http: 400,
    jsonRpc: -32602,
    exit: 6,
    sentence:
      "A session with a secret in it is kept sealed only, and there is no key to seal with.",
    wayOut:
      "Set AUTH_ENCRYPTION_SECRET to at least 12 random characters, or give the storage backend a sealer: { sealer: await sealerOf(secret) }.",
  },
  session_store_unreachable: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{store} cannot be reached: {reason}",
    wayOut: "{action}",
  },
  /** What the status says while a store that has worked does not. */
  session_store_down: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{what} Legacy clients cannot resume.{memory}",
    wayOut: "{action}",
  },
  session_store_damaged: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The session store {store} cannot be read: {reason}",
    wayOut: "{action}",
  },
  session_store_held: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The session store {store} is being written by another process for too long.",
    wayOut:
      "Let each process have its own file, or use a store that is made for several: sqlite, redis or postgres.",
  },
  session_store_full: {
    http: 507,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "The session store {store} holds {count} sessions, and a file is read and written whole.",
    wayOut:
      "Use another store: “local-mcp-gateway sessions migrate --from file --to sqlite” copies what there is.",
  },
  session_store_busy: {
    http: 503,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Another gateway on {store} has been busy with “{name}” for too long.",
    wayOut: "Try again. “local-mcp-gateway doctor” shows the gateways that share the store.",
  },
  session_store_other_key: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "This gateway seals with the key {own}, and {others} on {store} with {key}: neither could open what the other stores.",
    wayOut:
      "Start every gateway from the same backup: “local-mcp-gateway backup restore FILE”. docs/scale-out.md says how.",
  },
  session_store_other_configuration: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "The configuration of this gateway ({own}) is not that of {others} on {store} ({configuration}).",
    wayOut:
      "Start every gateway from the same backup, after those with the old configuration have stopped. docs/scale-out.md says how.",
  },
  configuration_shared: {
    http: 409,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The configuration cannot be changed here while it is shared with {others}.",
    wayOut:
      "Stop the other gateways, change it, make a backup, and start all of them from that. docs/scale-out.md says how.",
  },
} as const satisfies Record<string, ErrorEntry>;
