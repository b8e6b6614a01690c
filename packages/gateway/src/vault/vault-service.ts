import { GatewayError, type VaultStatus } from "@local-mcp/contract";
import { passphraseProvider, type SlotRecord, type Vault } from "@local-mcp/vault";

const WAYS_OUT: Record<VaultStatus["state"], string | null> = {
  missing: "Run “local-mcp-gateway vault init”, or set AUTH_ENCRYPTION_SECRET.",
  locked:
    "Run “local-mcp-gateway vault unlock”, or start with VAULT_PASSPHRASE_FILE or AUTH_ENCRYPTION_SECRET.",
  open: null,
};

/** What a person can do with the vault. */
export class VaultService {
  readonly #vault: Vault;
  readonly #slots: () => SlotRecord[];
  readonly #secretCount: () => number;
  /** Servers wait for the vault; they are told when it opens. */
  readonly #onChange: () => void;

  constructor(options: {
    vault: Vault;
    slots: () => SlotRecord[];
    secretCount: () => number;
    onChange: () => void;
  }) {
    this.#vault = options.vault;
    this.#slots = options.slots;
    this.#secretCount = options.secretCount;
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
    return { state, slots, secrets: this.#secretCount(), wayOut: wayOut(state, problem) };
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

  async removeSlot(slot: string): Promise<VaultStatus> {
    this.#vault.removeSlot(slot);
    return this.#changed();
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
