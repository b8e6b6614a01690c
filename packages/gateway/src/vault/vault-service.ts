import { GatewayError, type VaultStatus, type VaultUnlock } from "@local-mcp/contract";
import {
  createRecoveryKey,
  environmentProvider,
  type KeyProvider,
  passphraseProvider,
  recoveryProvider,
  type Vault,
} from "@local-mcp/vault";
import type { Log } from "@local-mcp/engine";
import type { Stores } from "../stores.ts";
import { problemOf, wayOutOf } from "./vault-words.ts";

/** Digits of the key check value that a person compares. */
const CHECK_DIGITS = 8;

/** The keychain of this system, as the desktop app offers it. */
export interface Keychain {
  provider: KeyProvider;
  /** Why it cannot keep a key here, as a sentence; null where it can. */
  problem(): string | null;
}

export interface VaultServiceOptions {
  vault: Vault;
  stores: Stores;
  keychain: Keychain | null;
  /** AUTH_ENCRYPTION_SECRET, where it is set. */
  environmentSecret: () => string | null;
  /** What a person or a program gave to open the vault, so that it is kept out of what is shown. */
  onSecret: (text: string) => void;
  /** Servers wait for the vault; they are told when it opens. */
  onChange: () => void;
}

/** What a person can do with the vault. */
export class VaultService {
  readonly #options: VaultServiceOptions;

  constructor(options: VaultServiceOptions) {
    this.#options = options;
  }

  async status(): Promise<VaultStatus> {
    const problem = await this.#tryToOpen();
    const { vault, stores } = this.#options;
    const state = vault.state();
    const refusals = vault.refusals();
    const slots = stores.vault.slots.list();
    const key = vault.key();
    return {
      state,
      slots: slots.map(({ id, provider, label, createdAt }) => ({
        id,
        provider,
        label,
        createdAt,
        problem: refusals.get(id)?.message ?? null,
      })),
      secrets: stores.vault.secrets.count(),
      key: key && {
        id: key.id,
        check: key.check.slice(0, CHECK_DIGITS),
        createdAt: key.createdAt,
      },
      rotation: vault.rotation(),
      keychain: this.#keychainView(),
      problem: problemOf(problem),
      wayOut: wayOutOf(state, new Set(slots.map(({ provider }) => provider))),
    };
  }

  /**
   * Where the system has a keychain, a person need not be asked for a passphrase before they have
   * seen anything.
   */
  async initWithKeychain(): Promise<void> {
    const { vault, keychain } = this.#options;
    if (vault.state() !== "missing" || keychain?.problem() !== null) return;
    await vault.ready({ create: true });
    this.#options.onChange();
  }

  async init(passphrase: string): Promise<VaultStatus> {
    await this.#options.vault.init(this.#passphrase(passphrase), "Passphrase");
    return this.#changed();
  }

  /** With neither, the keys at hand are tried again. */
  async unlock({ passphrase, recoveryKey }: VaultUnlock): Promise<VaultStatus> {
    const { vault } = this.#options;
    if (passphrase !== undefined) await vault.unlock(this.#passphrase(passphrase));
    else if (recoveryKey !== undefined) await vault.unlock(this.#recovery(recoveryKey));
    else await vault.ready({ again: true });
    return this.#changed();
  }

  /**
   * Opens it with a secret that is given in the place of AUTH_ENCRYPTION_SECRET, where nothing at
   * hand does.
   *
   * @param how `create`: one that was never made is made with it
   * @throws GatewayError vault_wrong_key, vault_keys_missing
   */
  async openWith(secret: string, { create }: { create: boolean }): Promise<void> {
    const { vault, onSecret, onChange } = this.#options;
    if (vault.state() === "locked") await this.#tryToOpen();
    const isMissing = vault.state() === "missing";
    if (isMissing ? !create : vault.state() === "open") return;
    onSecret(secret);
    const provider = environmentProvider(secret);
    await (isMissing ? vault.init(provider) : vault.unlock(provider));
    onChange();
  }

  async addPassphrase(passphrase: string, label = "Passphrase"): Promise<VaultStatus> {
    return this.#add(this.#passphrase(passphrase), label);
  }

  /** The only time that the key is told. */
  async addRecoveryKey(): Promise<{ status: VaultStatus; recoveryKey: string }> {
    const recoveryKey = createRecoveryKey();
    return { status: await this.#add(this.#recovery(recoveryKey)), recoveryKey };
  }

  /** @throws GatewayError vault_no_keychain, vault_locked, vault_missing */
  async addKeychain(): Promise<VaultStatus> {
    const { keychain } = this.#options;
    if (!keychain)
      throw new GatewayError("vault_no_keychain", { reason: "This program has none." });
    // It is asked anew: what was wrong with it may be mended.
    return this.#add(keychain.provider);
  }

  /** @throws GatewayError vault_no_environment, vault_locked, vault_missing */
  async addEnvironment(): Promise<VaultStatus> {
    const secret = this.#options.environmentSecret();
    if (secret === null) throw new GatewayError("vault_no_environment");
    return this.#add(environmentProvider(secret));
  }

  /** @throws GatewayError vault_slot_not_found, vault_not_a_passphrase, vault_locked */
  async changePassphrase(slot: string, passphrase: string): Promise<VaultStatus> {
    const { vault, stores } = this.#options;
    await vault.ready();
    const known = stores.vault.slots.list().find(({ id }) => id === slot);
    if (known && known.provider !== "passphrase") {
      throw new GatewayError("vault_not_a_passphrase", { slot: known.label });
    }
    await vault.changeSlot(slot, this.#passphrase(passphrase));
    return this.#changed();
  }

  /**
   * Only while it is open: who takes a key away has shown another that fits.
   *
   * @throws GatewayError vault_slot_not_found, vault_last_slot, vault_locked, vault_missing
   */
  async removeSlot(slot: string): Promise<VaultStatus> {
    const { vault } = this.#options;
    await vault.ready();
    vault.removeSlot(slot);
    return this.#changed();
  }

  /** @throws GatewayError vault_slot_older, vault_damaged, vault_locked, vault_missing */
  async rotate(): Promise<VaultStatus> {
    const { vault, onChange } = this.#options;
    await vault.ready();
    const done = vault.rotate();
    onChange();
    await done;
    return this.#changed();
  }

  /** @throws GatewayError vault_opens where nothing is unreadable */
  async reset(): Promise<VaultStatus> {
    const { vault } = this.#options;
    await this.#tryToOpen();
    if (vault.state() === "open") throw new GatewayError("vault_opens");
    vault.reset();
    return this.#changed();
  }

  async #add(provider: KeyProvider, label?: string): Promise<VaultStatus> {
    const { vault } = this.#options;
    await vault.ready({ create: true });
    await vault.addSlot(provider, label);
    return this.#changed();
  }

  #passphrase(passphrase: string): KeyProvider {
    this.#options.onSecret(passphrase);
    return passphraseProvider(passphrase);
  }

  #recovery(recoveryKey: string): KeyProvider {
    this.#options.onSecret(recoveryKey);
    return recoveryProvider(recoveryKey);
  }

  #keychainView(): VaultStatus["keychain"] {
    const { keychain } = this.#options;
    if (!keychain) return null;
    const problem = keychain.problem();
    return { available: problem === null, name: keychain.provider.label, problem };
  }

  /** It is locked only where nothing at hand opens it, which is found out by trying. */
  async #tryToOpen(): Promise<GatewayError | null> {
    try {
      await this.#options.vault.ready();
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }

  #changed(): Promise<VaultStatus> {
    this.#options.onChange();
    return this.status();
  }
}

/** Makes the vault of a new gateway, where this system has a keychain. */
export async function beginWithKeychain(vault: VaultService, log: Log): Promise<void> {
  try {
    await vault.initWithKeychain();
  } catch (error) {
    // A system without a keychain is told of in the vault's status.
    if (error instanceof GatewayError && error.code === "vault_no_keychain") return;
    log.error("the vault could not be made with the keychain", { error: String(error) });
  }
}
