import { createSealedValueQueries } from "@local-mcp/database";
import type { Vault } from "@local-mcp/vault";
import type { Stores } from "./stores.ts";

/**
 * Tries out what was opened: its lists can be read, and one secret can be opened where the vault
 * opens without a person.
 *
 * @throws whatever stands in the way
 */
export async function tryOut(stores: Stores, vault: Vault): Promise<void> {
  stores.servers.list();
  stores.profiles.list();
  stores.tokens.list();
  stores.settings.all();
  if (vault.state() === "locked") {
    // One that needs a person is opened by them later; that is no fault of the data.
    await vault.ready().catch(() => {});
  }
  if (vault.state() !== "open") return;
  const { id } = vault.key() ?? {};
  const [value] = createSealedValueQueries(stores.db).beginningWith(`v1.${id}.`);
  if (value) vault.open(value.sealed, value.place);
}
