import { randomUUID } from "node:crypto";
import type { Vault } from "@local-mcp/vault";
import type { Stores } from "../stores.ts";

/** Where it is among the secrets; a restore looks for it there as well. */
const OWNER = { table: "backups", id: "schedule" } as const;
const NAME = "passphrase";

/** The passphrase that is kept for automatic backups: a secret in the vault like any other. */
export class KeptPassphrase {
  readonly #stores: Stores;
  readonly #vault: Vault;

  constructor({ stores, vault }: { stores: Stores; vault: Vault }) {
    this.#stores = stores;
    this.#vault = vault;
  }

  /** Whether there is one, without opening it; since when in ms since 1970. */
  status(): { set: boolean; since: number | null } {
    const [kept] = this.#rows();
    return { set: kept !== undefined, since: kept?.createdAt ?? null };
  }

  /**
   * @returns null where none is kept
   * @throws GatewayError vault_locked and others that say why the vault is closed, secret_damaged
   */
  async reveal(): Promise<string | null> {
    const [kept] = this.#rows();
    if (kept === undefined) return null;
    await this.#vault.ready();
    return this.#vault.open(kept.sealed, placeOf(kept.id));
  }

  /** @throws GatewayError vault_missing, vault_locked and others that say why it is closed */
  async keep(passphrase: string): Promise<void> {
    await this.#vault.ready({ create: true });
    const { secrets } = this.#stores.vault;
    this.#stores.db.transaction(() => {
      // A new row, whose age is that of the passphrase.
      secrets.deleteOwned(OWNER.table, OWNER.id);
      const id = randomUUID();
      secrets.put({
        id,
        ownerTable: OWNER.table,
        ownerId: OWNER.id,
        name: NAME,
        sealed: this.#vault.seal(passphrase, placeOf(id)),
        // Not even its end: it is the one key to every backup.
        hint: null,
      });
    });
  }

  forget(): void {
    this.#stores.vault.secrets.deleteOwned(OWNER.table, OWNER.id);
  }

  #rows() {
    return this.#stores.vault.secrets.listOwned(OWNER.table, OWNER.id);
  }
}

const placeOf = (row: string) => ({
  table: "vault_secrets",
  column: "sealed",
  row,
  owner: "automatic backups",
});
