import { type PreviousState, previousStates } from "@local-mcp/backup";
import {
  type BackupCreate,
  type BackupHealth,
  type BackupJob,
  type BackupReport,
  type BackupsView,
  type BackupView,
  GatewayError,
  type RestorePreview,
  type Settings,
} from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { createRecoveryKey, type Redactor, type Vault } from "@local-mcp/vault";
import type { Audit } from "../audit/audit.ts";
import type { AuditActor } from "../audit/note.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { Stores } from "../stores.ts";
import { AutomaticBackups } from "./automatic.ts";
import { BackupFiles } from "./files.ts";
import { type HealthFacts, healthOf, lastGood, warningOf } from "./health.ts";
import type { Jobs } from "./jobs.ts";
import { KeptPassphrase } from "./kept-passphrase.ts";
import { BackupMaker, type BackupWish, checkWish } from "./maker.ts";
import { Passphrases } from "./passphrases.ts";
import { BackupReader, type OpenWish } from "./reader.ts";
import type { Restorer } from "./restorer.ts";
import { removeExpired } from "./retention.ts";
import { Stages } from "./stages.ts";

export interface BackupsOptions {
  jobs: Jobs;
  restorer: Pick<Restorer, "begin">;
  configuration: Configuration;
  settings: () => Settings;
  stores: Stores;
  vault: Vault;
  redactor: Redactor;
  audit: Audit;
  /** Backups have changed. */
  onChange: () => void;
  /** {@link BackupsService.warning} has changed. */
  onWarning: () => void;
  log: Log;
}

type Parts = BackupWish["parts"];

/** What decides where backups go, when, and which are kept. */
const SETTINGS = ["backupDaily", "backupTime", "backupKeep", "backupFolder"] as const;

/** What a person, and the clock, can do with backups. */
export class BackupsService {
  /** For those who carry files of backups. */
  readonly files: BackupFiles;
  readonly #options: BackupsOptions;
  readonly #kept: KeptPassphrase;
  readonly #passphrases: Passphrases;
  readonly #maker: BackupMaker;
  readonly #reader: BackupReader;
  readonly #automatic: AutomaticBackups;
  #warning: GatewayError | null = null;

  constructor(options: BackupsOptions) {
    const { configuration, settings, vault, redactor } = options;
    const { paths } = configuration;
    this.#options = options;
    this.files = new BackupFiles({
      own: paths.backups,
      chosen: () => settings().backupFolder,
      staging: paths.staging,
    });
    const parts = { ...options, files: this.files, now: () => Date.now() };
    this.#kept = new KeptPassphrase(options);
    this.#passphrases = new Passphrases({ kept: this.#kept, redactor });
    this.#maker = new BackupMaker(parts);
    this.#reader = new BackupReader({
      ...parts,
      stages: new Stages({ paths, vault }),
      passphrases: this.#passphrases,
    });
    this.#automatic = new AutomaticBackups({
      ...parts,
      kept: this.#kept,
      make: async () => this.#make("automatic", await this.#passphrases.toMake(undefined), []),
      look: async () => (await this.#look()).backups,
      onChange: () => this.#changed(),
    });
  }

  /** What has to be told of automatic backups, as it was when somebody last looked. */
  get warning(): GatewayError | null {
    return this.#warning;
  }

  get job(): BackupJob | null {
    return this.#options.jobs.current;
  }

  /** From here on backups are made by themselves. */
  start(): void {
    this.#automatic.start();
  }

  /** The computer has slept. */
  resumed(): void {
    this.#automatic.resumed();
  }

  /** A person has changed settings. */
  settingsChanged(before: Settings, now: Settings): void {
    if (SETTINGS.every((key) => before[key] === now[key])) return;
    this.#automatic.changed();
    this.#changed();
  }

  async list(): Promise<BackupsView> {
    const { jobs, settings } = this.#options;
    const facts = await this.#look();
    const previous = await this.#previous();
    const { backupDaily, backupTime, backupKeep } = settings();
    return {
      backups: [...facts.backups],
      health: healthOf(facts),
      lastGood: lastGood(facts.backups, facts.now),
      schedule: {
        enabled: backupDaily,
        time: backupTime,
        keep: backupKeep,
        folder: this.files.folder,
        passphrase: this.#kept.status(),
        nextAt: this.#automatic.nextAt,
      },
      undo: previous && {
        restoredAt: previous.restoredAt,
        from: previous.from,
        until: previous.until,
      },
      job: jobs.current,
    };
  }

  /** How it is now. */
  async health(): Promise<{ health: BackupHealth; lastGood: BackupView | null; folder: string }> {
    const facts = await this.#look();
    const { backups, now, folder } = facts;
    return { health: healthOf(facts), lastGood: lastGood(backups, now), folder };
  }

  /**
   * @throws GatewayError validation_failed, backup_passphrase_missing, backup_busy, and those of
   * {@link BackupMaker.make}
   */
  async create(wish: {
    passphrase?: string | undefined;
    unencrypted: boolean;
    parts: Parts;
  }): Promise<BackupView> {
    checkWish(wish);
    const { unencrypted, parts } = wish;
    const passphrase = unencrypted ? null : await this.#passphrases.toMake(wish.passphrase);
    const made = await this.#make("manual", passphrase, parts);
    await this.#look();
    return made;
  }

  /**
   * Copies what is configured for this computer, so that an import can be undone. It is no job of
   * its own: whoever imports tells of it.
   *
   * @throws GatewayError those of {@link BackupMaker.copy}; what `signal` gives as its reason
   */
  async beforeImport(signal: AbortSignal): Promise<BackupView> {
    const { settings, log } = this.#options;
    const made = await this.#maker.copy({ signal });
    await removeExpired(this.files, settings().backupKeep, Date.now(), log).catch(
      (error: unknown) => {
        log.warn("old backups could not be removed", { error: String(error) });
      },
    );
    this.#changed();
    return made;
  }

  /** @throws GatewayError those of {@link BackupReader.verify} */
  async verify(wish: OpenWish & { drill: boolean }): Promise<BackupReport> {
    try {
      return await this.#reader.verify(wish);
    } finally {
      this.#changed();
    }
  }

  /** @throws GatewayError those of {@link BackupReader.preview} */
  preview(wish: OpenWish): Promise<RestorePreview> {
    return this.#reader.preview(wish);
  }

  /** Begins a restore; the job says what comes of it. @throws GatewayError backup_not_found, backup_busy */
  async restore(
    wish: OpenWish & { digest?: string | undefined; parts: NonNullable<BackupCreate["parts"]> },
    actor: AuditActor,
  ): Promise<BackupJob> {
    const source = await this.files.source(wish.backup);
    const passphrase = await this.#passphrases.toOpen(source, wish.passphrase);
    return this.#options.restorer.begin({
      kind: "restore",
      actor,
      file: source.path,
      name: source.name,
      passphrase,
      digest: wish.digest ?? null,
      parts: wish.parts,
    }).job;
  }

  /**
   * Begins to bring back what was there before the last restore.
   *
   * @throws GatewayError restore_nothing_to_undo, backup_busy
   */
  async undo(actor: AuditActor): Promise<BackupJob> {
    const previous = await this.#previous();
    if (previous === null) throw new GatewayError("restore_nothing_to_undo");
    return this.#options.restorer.begin({
      kind: "undo",
      actor,
      file: previous.database,
      name: `the state before ${previous.from}`,
      passphrase: null,
      digest: null,
      parts: [],
    }).job;
  }

  /** @throws GatewayError backup_not_found, backup_folder_unusable */
  async remove(backup: string): Promise<void> {
    await this.files.remove(backup);
    this.#changed();
  }

  /** @throws GatewayError backup_not_cancellable */
  cancel(): void {
    this.#options.jobs.cancel();
  }

  /**
   * Keeps a passphrase for automatic backups, or forgets it.
   *
   * @param chosen null forgets it; without one a new one is made
   * @returns the one that was made, which is told this once
   * @throws GatewayError vault_missing, vault_locked and others that say why the vault is closed
   */
  async keepPassphrase(chosen: string | null | undefined): Promise<{ passphrase: string | null }> {
    // For paper, and so long that nothing has to slow down a guess.
    const made = chosen === undefined ? createRecoveryKey() : null;
    const passphrase = chosen ?? made;
    if (passphrase === null) this.#kept.forget();
    else await this.#kept.keep(passphrase);
    this.#automatic.changed();
    this.#changed();
    return { passphrase: made };
  }

  /** Ends what it started, and removes files that were given. Jobs are ended by whoever owns them. */
  async close(): Promise<void> {
    await this.#automatic.close();
    await this.files.close();
  }

  #make(kind: BackupWish["kind"], passphrase: string | null, parts: Parts): Promise<BackupView> {
    return this.#options.jobs.start("create", "snapshot", (watch) =>
      this.#maker.make({ kind, passphrase, parts }, watch),
    ).done;
  }

  async #previous(): Promise<PreviousState | null> {
    const [newest] = await previousStates(this.#options.configuration.paths);
    return newest !== undefined && newest.until > Date.now() ? newest : null;
  }

  #changed(): void {
    this.#options.onChange();
    this.#look().catch((error: unknown) => {
      this.#options.log.warn("backups cannot be listed", { error: String(error) });
    });
  }

  /** How everything is now; whoever shows the warning is told where it is another. */
  async #look(): Promise<HealthFacts> {
    const { settings, onWarning } = this.#options;
    const { files } = this;
    const [stored, folderProblem] = await Promise.all([files.list(), files.problem()]);
    const facts: HealthFacts = {
      backups: stored.map(({ view }) => view),
      enabled: settings().backupDaily,
      hasPassphrase: this.#kept.status().set,
      folder: files.folder,
      folderProblem,
      failure: this.#automatic.failure,
      now: Date.now(),
    };
    const before = this.#warning?.message;
    this.#warning = warningOf(facts);
    if (this.#warning?.message !== before) onWarning();
    return facts;
  }
}
