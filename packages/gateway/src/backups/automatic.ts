import { type BackupView, GatewayError, type Settings } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { Audit } from "../audit/audit.ts";
import { backupMade, NEW_BACKUP } from "../audit/backup-rules.ts";
import { GATEWAY } from "../audit/note.ts";
import type { BackupFiles } from "./files.ts";
import type { Jobs } from "./jobs.ts";
import type { KeptPassphrase } from "./kept-passphrase.ts";
import { removeExpired } from "./retention.ts";
import { Schedule } from "./schedule.ts";

export interface AutomaticBackupsOptions {
  files: BackupFiles;
  jobs: Jobs;
  kept: Pick<KeptPassphrase, "status">;
  settings: () => Settings;
  /** Makes one. */
  make: () => Promise<BackupView>;
  /** The backups as they are now, newest first. */
  look: () => Promise<readonly BackupView[]>;
  audit: Pick<Audit, "record" | "refuse">;
  onChange: () => void;
  /** ms since 1970. */
  now: () => number;
  log: Log;
}

/** Makes backups by the clock, and removes those that are too many. */
export class AutomaticBackups {
  readonly #options: AutomaticBackupsOptions;
  readonly #schedule: Schedule;
  #failure: GatewayError | null = null;

  constructor(options: AutomaticBackupsOptions) {
    this.#options = options;
    this.#schedule = new Schedule({
      now: options.now,
      time: () => this.#time(),
      last: () => this.#last(),
      isBusy: () => options.jobs.isRunning,
      make: () => this.#make(),
      onFailure: (error) => this.#onFailure(error),
    });
  }

  /** Why the last one failed; null where it did not. */
  get failure(): GatewayError | null {
    return this.#failure;
  }

  /** When the next one will be made, ms since 1970; null while none will. */
  get nextAt(): number | null {
    return this.#schedule.nextAt;
  }

  start(): void {
    this.#schedule.start();
  }

  /** The computer has slept. */
  resumed(): void {
    this.#schedule.resumed();
  }

  /** A person has changed what it depends on, or made a backup themselves. */
  changed(): void {
    this.#failure = null;
    this.#schedule.changed();
  }

  close(): Promise<void> {
    return this.#schedule.close();
  }

  #time(): string | null {
    const { settings, kept } = this.#options;
    const { backupDaily, backupTime } = settings();
    return backupDaily && kept.status().set ? backupTime : null;
  }

  /** Only one that is whole: after any other the next is due. */
  async #last(): Promise<number | null> {
    const now = this.#options.now();
    const backups = await this.#options.look();
    const last = backups.find(
      ({ kind, state, createdAt }) =>
        kind === "automatic" && state === "verified" && createdAt <= now,
    );
    return last?.createdAt ?? null;
  }

  async #make(): Promise<void> {
    const { make, audit, files, settings, now, log } = this.#options;
    const made = await make();
    this.#failure = null;
    for (const note of backupMade(made)) audit.record(GATEWAY, note);
    await removeExpired(files, settings().backupKeep, now(), log);
  }

  #onFailure(thrown: unknown): void {
    const { audit, log, onChange } = this.#options;
    this.#failure = thrown instanceof GatewayError ? thrown : new GatewayError("internal");
    log.warn("the automatic backup failed", { error: String(thrown) });
    audit.refuse(GATEWAY, { ...NEW_BACKUP, detail: { error: this.#failure.code } });
    onChange();
  }
}
