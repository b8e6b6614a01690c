import { basename } from "node:path";
import type { BackupJob, BackupView, GivenBackup } from "@local-mcp/contract";
import type { RecoveryMode } from "@local-mcp/gateway";

/**
 * Restores a backup where the database does not open. The data directory is held only while
 * something is done with it, so that somebody else may mend it.
 */
export class Recovery {
  readonly #open: () => Promise<RecoveryMode>;
  /** Files from elsewhere, by the ids under which the window knows them. */
  readonly #given = new Map<string, string>();
  #mode: RecoveryMode | null = null;
  /** What is done now; the next thing waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param open holds the data directory. @throws GatewayError data_dir_held */
  constructor(open: () => Promise<RecoveryMode>) {
    this.#open = open;
  }

  /** Takes the path of a file that a person chose. Nothing is read yet. */
  give(path: string): GivenBackup {
    const backup = `given-${this.#given.size + 1}`;
    this.#given.set(backup, path);
    return { backup, name: basename(path) };
  }

  /** Those in the data directory, newest first. @throws GatewayError data_dir_held */
  backups(): Promise<BackupView[]> {
    return this.#held((mode) => mode.backups());
  }

  /**
   * Puts a backup in the place of the database; the gateway can be opened then.
   *
   * @throws GatewayError backup_not_found, backup_wrong_passphrase, backup_damaged, …
   */
  restore(backup: string, passphrase: string | null): Promise<void> {
    const file = this.#given.get(backup);
    return this.#held((mode) =>
      mode.restore(file === undefined ? { backup } : { file }, passphrase),
    );
  }

  get job(): BackupJob | null {
    return this.#mode?.job() ?? null;
  }

  /** @throws GatewayError backup_not_cancellable */
  cancel(): void {
    this.#mode?.cancel();
  }

  /** Waits for what cannot be stopped, and stops what can. */
  async close(): Promise<void> {
    await this.#mode?.close();
    await this.#last;
  }

  #held<T>(work: (mode: RecoveryMode) => Promise<T>): Promise<T> {
    const next = this.#last.then(async () => {
      const mode = await this.#open();
      this.#mode = mode;
      try {
        return await work(mode);
      } finally {
        this.#mode = null;
        await mode.close();
      }
    });
    // Whoever asked is told how it went; the next one only waits.
    this.#last = next.catch(() => undefined);
    return next;
  }
}
