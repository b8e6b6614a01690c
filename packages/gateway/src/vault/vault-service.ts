import { GatewayError, type VaultStatus } from "@local-mcp/contract";
import {
  type KeyProvider,
  passphraseProvider,
  type SlotRecord,
  type Vault,
} from "@local-mcp/vault";

const WAYS_OUT: Record<VaultStatus["state"], string | null> = {
  missing: "Run “local-mcp-gateway vault init”, or set AUTH_ENCRYPTION_SECRET.",
  locked:
    "Run “local-mcp-gateway vault unlock”, or start with VAULT_PASSPHRASE_FILE or AUTH_ENCRYPTION_SECRET.",
  open: null,
};

/** The keychain of this system, as the desktop app offers it. */
export interface Keychain {
  provider: KeyProvider;
  /** Why it cannot keep a key here, as a sentence; null where it can. */
  problem(): string | null;
}

/** What a person can do with the vault. */
export class VaultService {
  readonly #vault: Vault;
  readonly #slots: () => SlotRecord[];
  readonly #secretCount: () => number;
  readonly #keychain: Keychain | null;
  /** Servers wait for the vault; they are told when it opens. */
  readonly #onChange: () => void;

  constructor(options: {
    vault: Vault;
    slots: () => SlotRecord[];
    secretCount: () => number;
    keychain: Keychain | null;
    onChange: () => void;
  }) {
    this.#vault = options.vault;
    this.#slots = options.slots;
    this.#secretCount = options.secretCount;
    this.#keychain = options.keychain;
    this.#onChange = options.onChange;
  }

  async status(): Promise<VaultStatus> {
    const problem = await this.#tryToOpen();
    const state = this.#vault.state();
    const slots = this.#slots().map(({ id, provider, label, createdAt }) => ({
      id,
      provider,
      label,
      createdAt,
    }));
    return {
      state,
      slots,
      secrets: this.#secretCount(),
      keychain: this.#keychainView(),
      wayOut: wayOut(state, problem),
    };
  }

  /**
   * Where the system has a keychain, a person need not be asked for a passphrase before they have
   * seen anything.
   */
  async initWithKeychain(): Promise<void> {
    if (this.#vault.state() !== "missing" || this.#keychain?.problem() !== null) return;
    await this.#vault.ready({ create: true });
    this.#onChange();
  }

  async init(passphrase: string): Promise<VaultStatus> {
    await this.#vault.init(passphraseProvider(passphrase), "Passphrase");
    return this.#changed();
  }

  async unlock(passphrase: string): Promise<VaultStatus> {
    await this.#vault.unlock(passphraseProvider(passphrase));
    return this.#changed();
  }

  async addPassphrase(passphrase: string, label = "Passphrase"): Promise<VaultStatus> {
    await this.#vault.ready();
    await this.#vault.addSlot(passphraseProvider(passphrase), label);
    return this.#changed();
  }

  /** @throws GatewayError vault_no_keychain, vault_locked, vault_missing */
  async addKeychain(): Promise<VaultStatus> {
    const problem = this.#keychain ? this.#keychain.problem() : "This program has none.";
    if (!this.#keychain || problem !== null) {
      throw new GatewayError("vault_no_keychain", { reason: problem ?? "" });
    }
    await this.#vault.ready();
    await this.#vault.addSlot(this.#keychain.provider);
    return this.#changed();
  }

  async removeSlot(slot: string): Promise<VaultStatus> {
    this.#vault.removeSlot(slot);
    return this.#changed();
  }

  #keychainView(): VaultStatus["keychain"] {
    if (!this.#keychain) return null;
    const problem = this.#keychain.problem();
    return { available: problem === null, name: this.#keychain.provider.label, problem };
  }

  /** It is locked only where nothing at hand opens it, which is found out by trying. */
  async #tryToOpen(): Promise<GatewayError | null> {
    try {
      await this.#vault.ready();
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }

  #changed(): Promise<VaultStatus> {
    this.#onChange();
    return this.status();
  }
}

/** A key that is at hand and does not open the vault is named: somebody believes that it does. */
const wayOut = (state: VaultStatus["state"], problem: GatewayError | null): string | null =>
  state === "locked" && problem?.code === "vault_wrong_key"
    ? `${problem.message} ${WAYS_OUT.locked}`
    : WAYS_OUT[state];
