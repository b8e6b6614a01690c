import type { ErrorEntry } from "./entry.ts";

/** The vault. */
export const VAULT_ERRORS = {
  vault_missing: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "No secret can be stored yet: this data directory has no vault.",
    wayOut:
      "Run “local-mcp-gateway vault init”, or set AUTH_ENCRYPTION_SECRET. A value that is not secret can be given as a plain one: --env-plain, --header-plain, --query-plain.",
  },
  vault_locked: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The vault is locked, so the secrets of {what} cannot be read or written.",
    wayOut: "{way}",
  },
  vault_wrong_key: {
    http: 403,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The {provider} does not open this vault.",
    wayOut: "Nothing was changed. “local-mcp-gateway vault status” shows which keys open it.",
  },
  vault_keychain_changed: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "Secrets were sealed with {was}; this session offers {now}. Nothing was lost.",
    wayOut: "Start a session with {was} again, or unlock with a passphrase or the recovery key.",
  },
  vault_keychain_weak: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "Secrets were sealed with {was}; this session has no keychain. Nothing was lost.",
    wayOut: "Start a session with {was} again, or unlock with a passphrase or the recovery key.",
  },
  vault_keychain_refused: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "{name} did not give the key of the vault: {reason}",
    wayOut: "Unlock {name} and try again, or unlock with a passphrase or the recovery key.",
  },
  vault_keychain_lost: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "{name} of this session does not hold the key of this vault, which “{user}” stored.",
    wayOut:
      "Use it as that user on the machine where it was made, unlock with a passphrase or the recovery key, or restore a backup.",
  },
  vault_newer_format: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The key “{slot}” was written by a newer version, which this one cannot read.",
    wayOut: "Update Local MCP Gateway, or unlock with another key. Nothing was changed.",
  },
  vault_damaged: {
    http: 500,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The key “{slot}” of the vault is not as it was written, and is refused.",
    wayOut: "Unlock with another key, or restore a backup. Nothing was changed.",
  },
  vault_keys_missing: {
    http: 423,
    jsonRpc: -32603,
    exit: 6,
    sentence: "Secrets are stored here, and no key is left that opens them.",
    wayOut:
      "Restore a backup. Where there is none, “local-mcp-gateway vault reset” forgets them, and they can be entered again.",
  },
  vault_opens: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "The vault is open, so no secret has to be forgotten.",
    wayOut:
      "Delete the servers that you do not need. “local-mcp-gateway vault rotate” gives the other secrets a new key.",
  },
  vault_slot_older: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "The key “{slot}” was added by an earlier version and has not been used since.",
    wayOut: "Unlock the vault with it once, or remove it. Then replace the data key.",
  },
  vault_not_a_passphrase: {
    http: 409,
    jsonRpc: -32603,
    exit: 3,
    sentence: "The key “{slot}” is not a passphrase, so it cannot be changed.",
    wayOut: "Add a passphrase and remove this key.",
  },
  vault_no_environment: {
    http: 409,
    jsonRpc: -32603,
    exit: 3,
    sentence: "The gateway was started without AUTH_ENCRYPTION_SECRET.",
    wayOut: "Set it, or AUTH_ENCRYPTION_SECRET_FILE, and start the gateway again.",
  },
  vault_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "This data directory has a vault already.",
    wayOut: "Add another way to open it with “local-mcp-gateway vault add-passphrase”.",
  },
  vault_no_keychain: {
    http: 409,
    jsonRpc: -32603,
    exit: 6,
    sentence: "The keychain of this system cannot keep the key of the vault: {reason}",
    wayOut: "Protect the vault with a passphrase instead.",
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
    wayOut: "Set it with “local-mcp-gateway servers edit {server} {option} {name}”.",
  },
} as const satisfies Record<string, ErrorEntry>;
