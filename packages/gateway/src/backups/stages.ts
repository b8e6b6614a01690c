import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  clearUp,
  createBackupWorker,
  makeOwnDirectory,
  type Staged,
  type Watch,
} from "@local-mcp/backup";
import { type BackupReport, GatewayError, type RestorePreview } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { Vault } from "@local-mcp/vault";
import { drill } from "./drill.ts";
import type { BackupSource } from "./files.ts";
import { forgetKeys } from "./restore-keys.ts";
import { roomIn } from "./room.ts";

type Worker = ReturnType<typeof createBackupWorker>;

/** Looks at backups by unpacking them beside the live data, of which nothing is changed. */
export class Stages {
  readonly #paths: Paths;
  readonly #vault: Pick<Vault, "ready" | "copyKeys"> | null;

  /** @param options `vault`: of the live data; null where there are none to compare with */
  constructor({ paths, vault }: { paths: Paths; vault: Pick<Vault, "ready" | "copyKeys"> | null }) {
    this.#paths = paths;
    this.#vault = vault;
  }

  /**
   * Reads all of a backup and says what is in it.
   *
   * @param drills whether it is opened and tried out as well
   * @returns also the SHA-256 of the file
   * @throws GatewayError backup_damaged, backup_wrong_passphrase, backup_refused and others
   */
  verify(
    source: BackupSource,
    passphrase: string | null,
    drills: boolean,
    watch: Watch,
  ): Promise<{ report: BackupReport; digest: string }> {
    return this.#staged(source, passphrase, watch, async ({ staged }) => ({
      digest: staged.digest,
      report: {
        name: source.name,
        bytes: (await stat(source.path)).size,
        contents: staged.contents,
        verified: staged.verified,
        drill: drills ? drill(staged) : null,
      },
    }));
  }

  /** What restoring it would do. @throws GatewayError as {@link Stages.verify} */
  preview(source: BackupSource, passphrase: string | null, watch: Watch): Promise<RestorePreview> {
    return this.#staged(source, passphrase, watch, async ({ staged, worker }) => {
      const liveKeys = await this.#liveKeys();
      try {
        const { contents, verified, digest } = staged;
        const input = { staged, live: this.#paths.database, liveKeys };
        const compared = await worker.preview(input, watch);
        return { name: source.name, digest, contents, verified, ...compared };
      } finally {
        forgetKeys(liveKeys);
      }
    });
  }

  /** Copies; null where no key at hand opens the vault. */
  async #liveKeys() {
    if (this.#vault === null) return null;
    try {
      await this.#vault.ready();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
    return this.#vault.copyKeys();
  }

  async #staged<T>(
    { path, name }: BackupSource,
    passphrase: string | null,
    watch: Watch,
    look: (stage: { staged: Staged; worker: Worker }) => Promise<T>,
  ): Promise<T> {
    const { staging, database } = this.#paths;
    const directory = join(staging, `look-${randomUUID()}`);
    const worker = createBackupWorker();
    try {
      await makeOwnDirectory(staging);
      const staged = await worker.stage(
        {
          file: path,
          name,
          passphrase,
          directory,
          databaseName: basename(database),
          maxBytes: await roomIn(staging),
        },
        watch,
      );
      try {
        return await look({ staged, worker });
      } finally {
        forgetKeys(staged.keys);
      }
    } finally {
      await worker.close();
      await clearUp(directory);
    }
  }
}
