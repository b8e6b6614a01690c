import { randomUUID } from "node:crypto";
import type { SecretInfo } from "@local-mcp/contract";
import { hintOf, type Vault } from "@local-mcp/vault";
import type { Stores } from "../stores.ts";

/** A secret that has to be sealed and stored before the configuration that refers to it. */
export interface NewSecret {
  id: string;
  /** Unique within its owner; says where it belongs. */
  name: string;
  value: string;
}

/** The id of a secret that is not to be stored anew; null for one that is. */
export type KnownSecret = (name: string, value: string) => string | null;

/** Collects the secrets found while a configuration is built; the last of a name counts. */
export class SecretCollector {
  readonly #secrets = new Map<string, NewSecret>();
  readonly #known: KnownSecret;

  constructor(known: KnownSecret = () => null) {
    this.#known = known;
  }

  /** @returns the id under which it is to be stored, or is */
  readonly add = (name: string, value: string): string => {
    const known = this.#known(name, value);
    if (known !== null) {
      this.#secrets.delete(name);
      return known;
    }
    const id = randomUUID();
    this.#secrets.set(name, { id, name, value });
    return id;
  };

  get secrets(): NewSecret[] {
    return [...this.#secrets.values()];
  }
}

/** The secrets that the rows of one table own. */
export class OwnedSecrets {
  readonly #stores: Pick<Stores, "vault">;
  readonly #vault: Vault;
  readonly #table: string;

  constructor(stores: Pick<Stores, "vault">, vault: Vault, table: string) {
    this.#stores = stores;
    this.#vault = vault;
    this.#table = table;
  }

  /** Before what is new can be stored. @throws GatewayError vault_missing, vault_locked */
  async openVaultFor(secrets: readonly NewSecret[]): Promise<void> {
    if (secrets.length > 0) await this.#vault.ready({ create: true });
  }

  /** @param owner what a person calls it, for errors */
  store(ownerId: string, owner: string, secrets: readonly NewSecret[]): void {
    for (const { id, name, value } of secrets) {
      this.#stores.vault.secrets.put({
        id,
        ownerTable: this.#table,
        ownerId,
        name,
        sealed: this.#vault.seal(value, placeOf(id, owner)),
        hint: hintOf(value),
      });
    }
  }

  deleteUnused(ownerId: string, usedIds: readonly string[]): void {
    const { secrets } = this.#stores.vault;
    const used = new Set(usedIds);
    for (const { id } of secrets.listOwned(this.#table, ownerId)) {
      if (!used.has(id)) secrets.delete(id);
    }
  }

  /** What is shown of them, by id. */
  infos(ownerId: string): (id: string) => SecretInfo {
    let hints: Map<string, string | null> | null = null;
    return (secretId) => {
      // Most have none, and are not looked for then.
      hints ??= new Map(
        this.#stores.vault.secrets
          .listOwned(this.#table, ownerId)
          .map(({ id, hint }) => [id, hint]),
      );
      return { set: hints.has(secretId), hint: hints.get(secretId) ?? null };
    };
  }
}

/**
 * Opens a secret for the moment that it is needed.
 *
 * @returns null for one that is stored no more
 * @throws GatewayError vault_locked, secret_damaged
 */
export function openSecret(
  stores: Pick<Stores, "vault">,
  vault: Vault,
  owner: string,
  id: string,
): string | null {
  const secret = stores.vault.secrets.get(id);
  return secret === undefined ? null : openSealed(vault, owner, secret);
}

/** The same of one that was read already. @throws GatewayError vault_locked, secret_damaged */
export const openSealed = (
  vault: Vault,
  owner: string,
  { id, sealed }: { id: string; sealed: string },
): string => vault.open(sealed, placeOf(id, owner));

const placeOf = (row: string, owner: string) => ({
  table: "vault_secrets",
  column: "sealed",
  row,
  owner,
});
