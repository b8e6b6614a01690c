import type { GatewayError, SlotProvider, VaultProblem, VaultStatus } from "@local-mcp/contract";
import { vaultProblemCode } from "@local-mcp/contract";

/** Why a key did not open the vault, as the status tells it; null for what is no fault of a key. */
export const problemOf = (error: GatewayError | null): VaultProblem | null => {
  const code = vaultProblemCode.safeParse(error?.code.replace(/^vault_/, ""));
  return error && code.success
    ? { code: code.data, message: error.message, wayOut: error.wayOut }
    : null;
};

/** What can be done with each kind of key, best first. */
const WAYS: readonly [SlotProvider, string][] = [
  ["passphrase", "run “local-mcp-gateway vault unlock”, or start with VAULT_PASSPHRASE_FILE"],
  ["environment", "start with the AUTH_ENCRYPTION_SECRET that it was made with"],
  [
    "keychain",
    "open the desktop app on this computer, which has the key in its keychain; with “Add passphrase” in its Settings every other program opens the vault too",
  ],
  ["recovery", "run “local-mcp-gateway vault unlock --recovery-key-stdin”"],
];

const WITHOUT_KEYS = {
  open: null,
  missing: "Run “local-mcp-gateway vault init”, or set AUTH_ENCRYPTION_SECRET.",
  lost: "Restore a backup. Where there is none, “local-mcp-gateway vault reset” forgets the secrets, and they can be entered again.",
};

/** What to do when the vault is not open, by the keys that it has. */
export const wayOutOf = (
  state: VaultStatus["state"],
  providers: ReadonlySet<SlotProvider>,
): string | null => {
  if (state !== "locked") return WITHOUT_KEYS[state];
  const ways = WAYS.filter(([provider]) => providers.has(provider)).map(([, way]) => way);
  const text = ways.join("; or ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};
