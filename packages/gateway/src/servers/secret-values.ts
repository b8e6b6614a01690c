import { GatewayError, SECRET_MARK } from "@local-mcp/contract";
import type { ServerRow, StoredServerConfig } from "@local-mcp/database";
import type { Vault } from "@local-mcp/vault";
import type { Stores } from "../stores.ts";
import { openSecret } from "../vault/owned-secrets.ts";

/** The value of a secret, by its id; null for one that is stored no more. */
export type Reveal = (secretId: string) => string | null;

/**
 * Puts the values of named secrets into a text.
 *
 * @throws GatewayError secret_unset, and what `reveal` throws
 */
export const filler =
  (server: string, { secrets }: StoredServerConfig, reveal: Reveal) =>
  (text: string): string =>
    text.replace(SECRET_MARK, (_, name: string) => {
      const id = secrets[name];
      const value = id === undefined ? null : reveal(id);
      if (value === null)
        throw new GatewayError("secret_unset", { server, name, option: "--secret" });
      return value;
    });

/**
 * Opens secrets of servers, for the moment that they are needed.
 *
 * @returns null for one that is stored no more
 */
export const revealSecrets =
  (stores: Stores, vault: Vault) =>
  ({ name }: ServerRow, secretId: string): string | null =>
    openSecret(stores, vault, name, secretId);
