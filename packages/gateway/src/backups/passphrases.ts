import { GatewayError } from "@local-mcp/contract";
import type { Redactor } from "@local-mcp/vault";
import type { BackupSource } from "./files.ts";
import type { KeptPassphrase } from "./kept-passphrase.ts";

/** Which passphrase a backup is made or opened with: one that was given, else the one that is kept. */
export class Passphrases {
  readonly #kept: KeptPassphrase;
  readonly #redactor: Pick<Redactor, "knowForNow">;

  constructor(options: { kept: KeptPassphrase; redactor: Pick<Redactor, "knowForNow"> }) {
    this.#kept = options.kept;
    this.#redactor = options.redactor;
  }

  /** @throws GatewayError backup_passphrase_missing, and why the vault is closed */
  async toMake(given: string | undefined): Promise<string> {
    if (given !== undefined) return this.#told(given);
    const kept = await this.#kept.reveal();
    if (kept === null) throw new GatewayError("backup_passphrase_missing");
    return kept;
  }

  /** Null where none was given and none can be had, or none is needed. */
  async toOpen({ stored }: BackupSource, given: string | undefined): Promise<string | null> {
    if (given !== undefined) return this.#told(given);
    if (stored?.view.encrypted === false) return null;
    try {
      return await this.#kept.reveal();
    } catch (error) {
      if (error instanceof GatewayError) return null;
      throw error;
    }
  }

  /**
   * Opens a backup with what {@link Passphrases.toOpen} finds. Whoever gave no passphrase is not told
   * that it is wrong.
   *
   * @throws GatewayError backup_passphrase_needed, and what `open` throws
   */
  async opening<T>(
    source: BackupSource,
    given: string | undefined,
    open: (passphrase: string | null) => Promise<T>,
  ): Promise<T> {
    try {
      return await open(await this.toOpen(source, given));
    } catch (error) {
      const isWrong = error instanceof GatewayError && error.code === "backup_wrong_passphrase";
      if (!isWrong || given !== undefined) throw error;
      const { name } = source;
      throw new GatewayError("backup_passphrase_needed", { name }, { cause: error });
    }
  }

  #told(passphrase: string): string {
    this.#redactor.knowForNow(passphrase);
    return passphrase;
  }
}
