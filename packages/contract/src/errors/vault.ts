import type { ErrorEntry } from "./entry.ts";

/** The vault. */
export const VAULT_ERRORS = {
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
    wayOut: "Set it with “local-mcp-gateway servers edit {server} --secret {name}”.",
  },
} as const satisfies Record<string, ErrorEntry>;
