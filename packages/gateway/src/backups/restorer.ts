import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type BackupWorker,
  carryOut,
  clearUp,
  createBackupWorker,
  dropIntent,
  finishRestore,
  type Intent,
  isThere,
  makeOwnDirectory,
  rollBack,
  type Staged,
  type StagedKeys,
  syncDirectory,
  usingDisk,
  writeIntent,
} from "@local-mcp/backup";
import { type BackupJob, type BackupPart, GatewayError } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import type { Vault } from "@local-mcp/vault";
import type { AuditActor } from "../audit/note.ts";
import type { JobControl, Jobs } from "./jobs.ts";
import { forgetKeys, keysForRestore, type RestoreKeys } from "./restore-keys.ts";
import { roomIn } from "./room.ts";

/** The gateway that a restore stops, and starts again over other data. */
export interface RestoreHost {
  /** Whether there is a run. Without one the database cannot be read, and nothing of it is kept. */
  readonly isOpen: boolean;
  /** Of the run; without one nothing but the keys at hand. */
  vault(): Vault;
  /** Closes the run; nothing has the database open afterwards. */
  stop(): Promise<void>;
  /**
   * Opens a run over what is there. Serves nothing yet.
   *
   * @param how `isRestored`: what is there was put there by a restore; `isChecked`: by this one, whose
   * worker has looked at every page of it
   */
  start(how?: { isRestored: boolean; isChecked: boolean }): Promise<void>;
  /** @throws where what the run has opened cannot be used */
  prove(): Promise<void>;
  /** Serves again, where it did before. */
  resume(): Promise<void>;
  /** Writes into the database that is there now what was done to it. */
  record(what: RestoreRecord): void;
}

export interface RestoreRecord {
  actor: AuditActor;
  kind: "restore" | "undo";
  /** What was restored, for people. */
  name: string;
  /** The code of what went wrong. */
  error: string | null;
}

export interface RestoreRequest {
  kind: RestoreRecord["kind"];
  actor: AuditActor;
  /** Absolute. */
  file: string;
  name: string;
  passphrase: string | null;
  /** SHA-256 of the file that was shown; null takes any. */
  digest: string | null;
  parts: BackupPart[];
  /** It came from elsewhere, and could not be shown because what is here cannot be read. */
  isUnseen?: boolean;
}

interface RestorerOptions {
  paths: Paths;
  jobs: Jobs;
  host: RestoreHost;
  /** ms since 1970. */
  now: () => number;
  log: Log;
}

/** A restore that is under way, up to its decision. */
interface RestoreWork {
  id: string;
  worker: BackupWorker;
  control: JobControl;
  staged: Staged;
}

/**
 * Replaces everything by what a backup holds. Up to the commit point nothing but the staging
 * directory is written; from there on the next start goes on with it, or goes back.
 */
export class Restorer {
  readonly #options: RestorerOptions;

  constructor(options: RestorerOptions) {
    this.#options = options;
  }

  /** @throws GatewayError backup_busy, shutting_down */
  begin(request: RestoreRequest): { job: BackupJob; done: Promise<void> } {
    return this.#options.jobs.start(request.kind, "unlock", (control) =>
      this.#recorded(request, () => this.#restore(request, control)),
    );
  }

  async #recorded(request: RestoreRequest, work: () => Promise<void>): Promise<void> {
    const { host } = this.#options;
    const { actor, kind, name } = request;
    try {
      await work();
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : "internal";
      host.record({ actor, kind, name, error: code });
      throw error;
    }
    host.record({ actor, kind, name, error: null });
  }

  async #restore(request: RestoreRequest, control: JobControl): Promise<void> {
    const { dataDir, staging } = this.#options.paths;
    const id = randomUUID();
    const worker = createBackupWorker();
    try {
      await usingDisk(dataDir, async () => {
        await this.#refuseLink();
        await makeOwnDirectory(staging);
        const staged = await this.#stage(request, { id, worker, control });
        const wasOpen = this.#options.host.isOpen;
        const intent = await this.#prepare(request, { id, worker, control, staged });
        await this.#replace(intent, wasOpen, control);
      });
    } finally {
      await worker.close();
      await clearUp(join(staging, id));
    }
  }

  /** A link would be replaced, and not the file that it leads to. */
  async #refuseLink(): Promise<void> {
    const { dataDir, database } = this.#options.paths;
    const found = await lstat(database).catch(() => null);
    if (!found?.isSymbolicLink()) return;
    const reason = `${database} is a link; name the file that it leads to in DATABASE_PATH`;
    throw new GatewayError("data_dir_unusable", { dataDir, reason });
  }

  async #stage(
    { kind, file, name, passphrase, digest }: RestoreRequest,
    { id, worker, control }: { id: string; worker: BackupWorker; control: JobControl },
  ): Promise<Staged> {
    const { paths } = this.#options;
    const staging = worker.stage(
      {
        file,
        name,
        passphrase,
        directory: join(paths.staging, id),
        databaseName: basename(paths.database),
        maxBytes: await roomIn(paths.dataDir),
      },
      control,
    );
    const staged = await (kind === "undo" ? staging.catch(notUndoable(file)) : staging);
    if (digest !== null && staged.digest !== digest) {
      forgetKeys(staged.keys);
      throw new GatewayError("backup_changed", { name });
    }
    return staged;
  }

  /** Gets the keys ready for what is decided with them, and zeroes them whatever comes of it. */
  async #prepare(request: RestoreRequest, work: RestoreWork): Promise<Intent> {
    const { control, staged } = work;
    control.onProgress("prepare", null);
    let liveKeys: StagedKeys | null = null;
    try {
      const { leftOut, ...keys } = await keysForRestore(this.#options.host.vault(), staged.keys);
      ({ liveKeys } = keys);
      for (const label of leftOut) {
        control.note(`“${label}” does not open the vault any more. Add it again.`);
      }
      control.commit();
      return await this.#decide(request, work, keys);
    } finally {
      forgetKeys(liveKeys, staged.keys);
    }
  }

  /**
   * Stops the run, so that nothing changes any more, takes over what is newer than the backup, and
   * writes down what is to be done: the commit point. Where that fails the run goes on as it was.
   */
  async #decide(
    { name, parts, isUnseen }: RestoreRequest,
    { id, worker, control, staged }: RestoreWork,
    keys: Omit<RestoreKeys, "leftOut">,
  ): Promise<Intent> {
    const { host, paths, now } = this.#options;
    const live = host.isOpen ? paths.database : null;
    control.onProgress("commit", null);
    try {
      await host.stop();
      const { files, stays, notes } = await worker.finish(
        { staged, live, ...keys, parts, isUnseen },
        control,
      );
      for (const sentence of [...notes, ...stays]) control.note(sentence);
      const intent: Intent = {
        format: 1,
        id,
        direction: "forward",
        createdAt: now(),
        from: name,
        files: await Promise.all(
          files.map(async ({ name, sha256 }) => {
            const hadBefore = await isThere(join(paths.dataDir, name));
            return { name, sha256, hadBefore };
          }),
        ),
      };
      // What is decided on has to be there after a power cut as well.
      await makeOwnDirectory(paths.previous);
      await syncDirectory(paths.staging);
      await writeIntent(paths, intent);
      return intent;
    } catch (error) {
      // It may be there although it could not be flushed: then the next start would go on with it.
      await dropIntent(paths);
      await this.#goOn(live !== null);
      throw error;
    }
  }

  /** With what was there before, where that could be opened. */
  async #goOn(wasOpen: boolean): Promise<void> {
    if (!wasOpen) return;
    const { host } = this.#options;
    await host.start();
    await host.resume();
  }

  /** What is put in place has to open; otherwise what was there before comes back. */
  async #replace(intent: Intent, wasOpen: boolean, control: JobControl): Promise<void> {
    const { host, paths, log } = this.#options;
    control.onProgress("replace", null);
    try {
      if ((await carryOut(paths, intent)) === "back") throw new Error("it was lost on the disk");
      control.onProgress("open", null);
      await host.start({ isRestored: true, isChecked: true });
      control.onProgress("smoke", null);
      await host.prove();
      await finishRestore(paths, intent);
    } catch (error) {
      log.error("what was restored did not open", { error: String(error) });
      await host.stop();
      await rollBack(paths, intent);
      await this.#goOn(wasOpen);
      throw rolledBack(error);
    }
    await host.resume();
  }
}

/** Says of what was kept that it is what cannot be read: nobody chose it as a backup. */
const notUndoable =
  (file: string) =>
  (error: unknown): never => {
    if (!(error instanceof GatewayError) || !NOT_READABLE.includes(error.code)) throw error;
    const { reason = error.message } = error.params;
    const params = { reason, folder: dirname(file) };
    throw new GatewayError("restore_not_undoable", params, { cause: error });
  };
const NOT_READABLE: readonly string[] = ["backup_damaged", "backup_not_ours", "backup_refused"];

/** Why what was restored is not there. */
const rolledBack = (error: unknown): GatewayError => {
  // A sentence of ours goes on in another one.
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  return new GatewayError("restore_rolled_back", { reason }, { cause: error });
};
