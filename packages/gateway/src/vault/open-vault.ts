import { GatewayError, type SlotProvider } from "@local-mcp/contract";
import { createSealedValueQueries } from "@local-mcp/database";
import {
  createVault,
  environmentProvider,
  type KeyProvider,
  type KeyStore,
  passphraseProvider,
  type Redactor,
  type Vault,
} from "@local-mcp/vault";
import type { Configuration } from "../configuration/configuration.ts";
import type { Log } from "@local-mcp/engine";
import { TOLD } from "../sessions/peers.ts";
import type { Stores } from "../stores.ts";
import type { Keychain } from "./vault-service.ts";

/** Tables of secrets that are replaced by themselves, again and again. */
const PASSING = ["oauth_tokens", "mcp_sessions"];

/** The vault over the database, with the keys that are at hand. Opens nothing yet. */
export function openVault(options: {
  stores: Stores;
  configuration: Configuration;
  passphrase: string | null;
  keychain: Keychain | null;
  /** Is told every secret that is read. */
  redactor: Pick<Redactor, "know" | "knowForNow">;
  onMade: (provider: SlotProvider) => void;
  onRotated: () => void;
  log: Log;
}): Vault {
  const { stores, configuration, passphrase, keychain, log } = options;
  const { redactor, onMade, onRotated } = options;
  const { slots, dataKeys } = stores.vault;
  const keyStore: KeyStore = {
    slots: () => slots.list(),
    putSlot: (slot) => slots.put(slot),
    deleteSlot: (id) => {
      slots.delete(id);
    },
    dataKeys: () => dataKeys.list(),
    putDataKey: (key) => dataKeys.put(key),
    deleteDataKey: (id) => dataKeys.delete(id),
    transaction: (work) => stores.db.transaction(work),
  };
  return createVault({
    keyStore,
    values: createSealedValueQueries(stores.db),
    now: () => Date.now(),
    ambient: () => keysAtHand({ configuration, passphrase, keychain }),
    onSecret: (secret, { table }) => {
      // Whole messages, of which nothing is shown.
      if (table === TOLD.table) return;
      if (PASSING.includes(table)) redactor.knowForNow(secret);
      else redactor.know(secret);
    },
    onMade,
    onRotated: () => {
      // Until then the log before the database file has pages with what the old key sealed.
      stores.health.emptyLog();
      onRotated();
    },
    onFailure: (what, error) => log.error(what, { error: String(error) }),
  });
}

interface KeysAtHand {
  configuration: Configuration;
  passphrase: string | null;
  keychain: Keychain | null;
}

/** What opens a vault without asking anyone, best first. */
function keysAtHand({ configuration, passphrase, keychain }: KeysAtHand): KeyProvider[] {
  const known = passphrase ?? configuration.secret("VAULT_PASSPHRASE");
  const secret = configuration.secret("AUTH_ENCRYPTION_SECRET");
  const providers: KeyProvider[] = [];
  if (known !== null) providers.push(passphraseProvider(known));
  if (secret !== null) providers.push(environmentProvider(secret));
  if (keychain) providers.push(keychain.provider);
  return providers;
}

/** The vault of a computer whose database cannot be opened: nothing but the keys at hand. */
export const vaultOfNothing = (keys: KeysAtHand): Vault =>
  createVault({
    keyStore: {
      slots: () => [],
      putSlot: refuse,
      deleteSlot: refuse,
      dataKeys: () => [],
      putDataKey: refuse,
      deleteDataKey: refuse,
      transaction: (work) => work(),
    },
    values: { count: () => 0, beginningWith: () => [], replace: refuse, forget: refuse },
    ambient: () => keysAtHand(keys),
    now: () => Date.now(),
  });

const refuse = (): never => {
  throw new GatewayError("vault_missing");
};
