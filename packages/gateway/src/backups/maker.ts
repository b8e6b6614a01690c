import { hostname } from "node:os";
import { createBackupWorker, type Watch } from "@local-mcp/backup";
import { type BackupPart, type BackupView, GatewayError, type Settings } from "@local-mcp/contract";
import { passphraseProvider, type Vault } from "@local-mcp/vault";
import type { Configuration } from "../configuration/configuration.ts";
import { VERSION } from "../version.ts";
import type { BackupFiles } from "./files.ts";
import { besideDatabase } from "./parts.ts";

export interface BackupWish {
  kind: "automatic" | "manual";
  /** Null: a plain file without any secret. */
  passphrase: string | null;
  parts: readonly BackupPart[];
}

export interface MakerOptions {
  files: BackupFiles;
  configuration: Configuration;
  settings: () => Settings;
  vault: Vault;
  /** ms since 1970. */
  now: () => number;
}

/** Makes backups. One counts once it was read back whole, and this is written down beside it. */
export class BackupMaker {
  readonly #options: MakerOptions;

  constructor(options: MakerOptions) {
    this.#options = options;
  }

  /**
   * @throws GatewayError backup_folder_unusable, backup_too_big, disk_full, backup_cancelled,
   * vault_locked and others that say why the vault is closed
   */
  async make({ kind, passphrase, parts }: BackupWish, watch: Watch): Promise<BackupView> {
    const { files, configuration, settings, now } = this.#options;
    const slot = passphrase === null ? null : await this.#slotFor(passphrase);
    const { id, path } = await files.place(kind, now(), passphrase !== null);
    const worker = createBackupWorker();
    try {
      const { bytes, sha256, contents } = await worker.create(
        {
          database: configuration.paths.database,
          target: path,
          passphrase,
          slot,
          version: VERSION,
          machine: hostname(),
          ...besideDatabase(configuration, settings(), parts),
        },
        watch,
      );
      const { createdAt, counts } = contents;
      await files.keep(path, {
        format: 1,
        kind,
        createdAt,
        bytes,
        sha256,
        found: "whole",
        checkedAt: now(),
        counts,
      });
    } finally {
      await worker.close();
    }
    return (await files.find(id)).view;
  }

  /**
   * Copies the database for this computer, with its keys in it.
   *
   * @throws GatewayError backup_folder_unusable, backup_damaged, disk_full
   */
  async copy(watch: Watch): Promise<BackupView> {
    const { files, configuration, now } = this.#options;
    const { id, path } = await files.placeCopy(now());
    const worker = createBackupWorker();
    try {
      const { database } = configuration.paths;
      const made = await worker.copy({ database, target: path }, watch);
      const found = { format: 1, kind: "before_import", found: "whole", checkedAt: now() } as const;
      await files.keep(path, { ...found, ...made });
    } finally {
      await worker.close();
    }
    return (await files.find(id)).view;
  }

  /** A vault that was never made has no key that a slot could hold. */
  async #slotFor(passphrase: string) {
    const { vault } = this.#options;
    if (vault.state() === "missing") return null;
    await vault.ready();
    return vault.slotFor(passphraseProvider(passphrase));
  }
}

/** @throws GatewayError validation_failed */
export function checkWish(wish: {
  passphrase?: string | undefined;
  unencrypted: boolean;
  parts: readonly BackupPart[];
}): void {
  if (!wish.unencrypted) return;
  const refuse = (detail: string) => new GatewayError("validation_failed", { detail });
  if (wish.passphrase !== undefined) {
    throw refuse("A backup without encryption has no passphrase.");
  }
  if (wish.parts.includes("environment")) {
    throw refuse("The .env file holds secrets, which are only put into an encrypted backup.");
  }
}
