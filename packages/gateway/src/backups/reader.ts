import { digestOf } from "@local-mcp/backup";
import {
  type BackupReport,
  type ErrorCode,
  GatewayError,
  type RestorePreview,
} from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { BackupFiles, BackupSource } from "./files.ts";
import type { Jobs } from "./jobs.ts";
import type { Passphrases } from "./passphrases.ts";
import type { Sidecar } from "./sidecar.ts";
import type { Stages } from "./stages.ts";

/** What says that the file is not what was written, and not that it cannot be opened here. */
const DAMAGE: readonly ErrorCode[] = ["backup_damaged", "backup_refused"];

/** A backup that is to be opened. */
export interface OpenWish {
  backup: string;
  /** Without one, that which is kept. */
  passphrase?: string | undefined;
}

export interface ReaderOptions {
  files: BackupFiles;
  jobs: Jobs;
  stages: Stages;
  passphrases: Passphrases;
  /** ms since 1970. */
  now: () => number;
  log: Log;
}

/** Looks at backups, and keeps what was found beside those that are listed. */
export class BackupReader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** @throws GatewayError backup_not_found, backup_busy, and those of {@link Stages.verify} */
  async verify({
    backup,
    passphrase,
    drill,
  }: OpenWish & { drill: boolean }): Promise<BackupReport> {
    const { files, jobs, stages, passphrases } = this.#options;
    const source = await files.source(backup);
    return jobs.start("verify", "unlock", async (watch) => {
      try {
        const { report, digest } = await passphrases.opening(source, passphrase, (key) =>
          stages.verify(source, key, drill, watch),
        );
        const { createdAt, counts } = report.contents;
        if (report.verified) {
          await this.#note(source, { found: "whole", sha256: digest, createdAt, counts });
        }
        return report;
      } catch (error) {
        if (error instanceof GatewayError && DAMAGE.includes(error.code)) {
          await this.#noteDamage(source);
        }
        throw error;
      }
    }).done;
  }

  /** @throws GatewayError backup_not_found, backup_busy, and those of {@link Stages.preview} */
  async preview({ backup, passphrase }: OpenWish): Promise<RestorePreview> {
    const { files, jobs, stages, passphrases } = this.#options;
    const source = await files.source(backup);
    return jobs.start("preview", "unlock", (watch) =>
      passphrases.opening(source, passphrase, (key) => stages.preview(source, key, watch)),
    ).done;
  }

  async #noteDamage(source: BackupSource): Promise<void> {
    if (source.stored === null) return;
    const { createdAt, counts } = source.stored.view;
    const sha256 = await digestOf(source.path);
    await this.#note(source, { found: "damaged", sha256, createdAt, counts });
  }

  /** Whoever looked has their answer, also where it cannot be written down for others. */
  async #note(
    { stored }: BackupSource,
    found: Pick<Sidecar, "found" | "sha256" | "createdAt" | "counts">,
  ): Promise<void> {
    if (stored === null) return;
    const { files, now, log } = this.#options;
    const { kind, bytes, name } = stored.view;
    try {
      await files.note(stored.path, { format: 1, kind, bytes, checkedAt: now(), ...found });
    } catch (error) {
      log.warn("what was found cannot be kept", { backup: name, error: String(error) });
    }
  }
}
