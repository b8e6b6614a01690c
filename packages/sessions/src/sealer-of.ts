import { GatewayError } from "@local-mcp/contract";
import { MIN_SECRET_LENGTH, type Sealer, sealerOfSecret } from "@local-mcp/vault";

/**
 * What seals the secrets of sessions for a program that has no vault: its key is derived (scrypt)
 * from one secret, the same wherever the store is used. {@link storage} makes it of
 * `AUTH_ENCRYPTION_SECRET`.
 *
 * @param secret at least 12 random characters
 * @throws GatewayError validation_failed
 */
export async function sealerOf(secret: string): Promise<Sealer> {
  if (secret.length < MIN_SECRET_LENGTH) {
    throw new GatewayError("validation_failed", {
      detail: `The secret that sessions are sealed with has less than ${MIN_SECRET_LENGTH} characters.`,
    });
  }
  return sealerOfSecret(secret, "sessions");
}
