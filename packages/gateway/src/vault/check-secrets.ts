import type { Log } from "@local-mcp/engine";
import { MIN_SECRET_LENGTH } from "@local-mcp/vault";
import type { Configuration } from "../configuration/configuration.ts";

/**
 * Where nobody can be asked, what opens the vault is looked at when the gateway starts and not when
 * the first server waits for its secret.
 *
 * @throws GatewayError config_invalid for a `_FILE` that cannot be read
 */
export function checkVaultSecrets(configuration: Configuration, log: Log): void {
  for (const name of ["AUTH_ENCRYPTION_SECRET", "VAULT_PASSPHRASE"] as const) {
    const secret = configuration.secret(name);
    if (secret === null || secret.length >= MIN_SECRET_LENGTH) continue;
    log.warn(`${name} opens no vault: it has less than ${MIN_SECRET_LENGTH} characters`);
  }
}
