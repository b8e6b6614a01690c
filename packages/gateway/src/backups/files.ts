import { constants, existsSync } from "node:fs";
import { lstat, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { isThere, makeOwnDirectory, syncDirectory } from "@local-mcp/backup";
import { GatewayError } from "@local-mcp/contract";
import { reasonOf } from "../private-file.ts";
import { rememberFolder } from "./elsewhere.ts";
import { backupsInAll, namesIn, problemOfFolder, type StoredBackup } from "./folders.ts";
import { backupName, copyName, readBackupName, staysHere } from "./names.ts";
import { removeSidecar, type Sidecar, writeSidecar } from "./sidecar.ts";
import { Uploads, type UploadsOptions } from "./uploads.ts";

/** How a backup, and what is kept beside it, are called until they are whole. */
const LEFTOVERS = [".partial", ".json.tmp"] as const;
/** One that was not touched for so long is not being written any more, ms. */
const LEFTOVER_MS = 86_400_000;

export interface BackupFilesOptions extends UploadsOptions {
  /** The folder in the data directory, absolute; copies for this computer are always there. */
  own: string;
  /** The folder that a person chose, absolute; empty where they chose none. */
  chosen: () => string;
}

/** A file that can be staged: a backup that is listed, or one that was given. */
export interface BackupSource {
  path: string;
  /** For people and errors. */
  name: string;
  /** Null for a file that was given. */
  stored: StoredBackup | null;
}

/**
 * The backups as files. An id is the name of a file that is listed, or of one that was given; it is
 * compared, and never made into a path.
 */
export class BackupFiles {
  readonly #options: BackupFilesOptions;
  readonly #uploads: Uploads;

  constructor(options: BackupFilesOptions) {
    this.#options = options;
    this.#uploads = new Uploads(options);
  }

  /** Where new backups go. */
  get folder(): string {
    return this.#options.chosen() || this.#options.own;
  }

  /**
   * Newest first. Those in the data directory are there as well where a folder was chosen later;
   * of two of one name that of the chosen folder counts.
   */
  list(): Promise<StoredBackup[]> {
    return backupsInAll([this.folder, this.#options.own]);
  }

  /** @throws GatewayError backup_not_found */
  async find(id: string): Promise<StoredBackup> {
    const found = (await this.list()).find(({ view }) => view.id === id);
    if (found === undefined) throw new GatewayError("backup_not_found", { backup: id });
    return found;
  }

  /** @throws GatewayError backup_not_found */
  async source(id: string): Promise<BackupSource> {
    const upload = this.#uploads.find(id);
    if (upload !== null) return { ...upload, stored: null };
    const stored = await this.find(id);
    return { path: stored.path, name: stored.view.name, stored };
  }

  /**
   * The bytes of a backup that is listed; a file that was given is not given back. The stream is
   * the caller's to read or to destroy.
   *
   * @throws GatewayError backup_not_found, backup_unreadable, backup_stays_here for a copy that is
   * sealed with the keys of this computer only
   */
  async read(id: string): Promise<{ name: string; bytes: number; stream: Readable }> {
    const { path, view } = await this.find(id);
    if (staysHere(view.kind)) {
      throw new GatewayError("backup_stays_here", { name: view.name });
    }
    try {
      const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      const { size } = await file.stat();
      return { name: view.name, bytes: size, stream: file.createReadStream() };
    } catch (error) {
      throw new GatewayError(
        "backup_unreadable",
        { name: view.name, reason: reasonOf(error) },
        { cause: error },
      );
    }
  }

  /**
   * Takes a file that is to be looked at or restored. It is kept for an hour, and by no other name
   * than the id that is answered.
   *
   * @param name as the person calls it; only shown
   * @param size bytes, where it was said before
   * @throws GatewayError backup_too_big, disk_full, backup_unreadable, shutting_down
   */
  async receive(name: string, stream: Readable, size: number | null): Promise<{ backup: string }> {
    return { backup: await this.#uploads.receive(name, stream, size) };
  }

  /** Why nothing can be written to the folder, as words; null where it can be. */
  async problem(): Promise<string | null> {
    const isChosen = this.folder !== this.#options.own;
    if (!isChosen && !(await isThere(this.folder))) return null;
    return problemOfFolder(this.folder);
  }

  /**
   * Where the next backup goes. A folder that a person chose is not made: it may be on a disk that
   * is not plugged in.
   *
   * @throws GatewayError backup_folder_unusable
   */
  async place(
    kind: "automatic" | "manual",
    createdAt: number,
    encrypted: boolean,
  ): Promise<{ id: string; path: string }> {
    const { folder } = this;
    const { own } = this.#options;
    try {
      await makeOwnDirectory(own);
      await rememberFolder(own, folder);
    } catch (error) {
      throw error instanceof GatewayError ? error : unusable(own, error);
    }
    const reason = await this.problem();
    if (reason !== null) throw new GatewayError("backup_folder_unusable", { folder, reason });
    return free(folder, (attempt) => backupName(kind, createdAt, encrypted, attempt));
  }

  /** Where the next copy before an import goes. @throws GatewayError backup_folder_unusable */
  async placeCopy(createdAt: number): Promise<{ id: string; path: string }> {
    const { own } = this.#options;
    try {
      await makeOwnDirectory(own);
    } catch (error) {
      throw error instanceof GatewayError ? error : unusable(own, error);
    }
    return free(own, (attempt) => copyName(createdAt, attempt));
  }

  /** Whether a copy before an import is still there. */
  hasCopy(id: string): boolean {
    return readBackupName(id)?.kind === "before_import" && existsSync(join(this.#options.own, id));
  }

  /**
   * Keeps a backup that was just made, with what is known of it. Without that nobody could say that
   * it is whole, so it is removed again where it cannot be written down.
   *
   * @throws GatewayError backup_folder_unusable
   */
  async keep(path: string, sidecar: Sidecar): Promise<void> {
    try {
      await this.note(path, sidecar);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Writes down what was found out about a backup. @throws GatewayError backup_folder_unusable */
  async note(path: string, sidecar: Sidecar): Promise<void> {
    try {
      await writeSidecar(path, sidecar);
    } catch (error) {
      throw unusable(dirname(path), error);
    }
  }

  /** @throws GatewayError backup_not_found, backup_folder_unusable */
  async remove(id: string): Promise<void> {
    await this.removeStored(await this.find(id));
  }

  /** @throws GatewayError backup_folder_unusable */
  async removeStored({ path }: StoredBackup): Promise<void> {
    try {
      await rm(path);
      await removeSidecar(path);
      await syncDirectory(dirname(path));
    } catch (error) {
      throw unusable(dirname(path), error);
    }
  }

  /**
   * Removes what is left of a backup that was killed while it was made. Not at once: another gateway
   * may have the same folder, and be at it.
   *
   * @param now ms since 1970
   */
  async removeLeftovers(now: number): Promise<void> {
    for (const folder of new Set([this.folder, this.#options.own])) {
      for (const name of await namesIn(folder)) {
        const written = LEFTOVERS.find((ending) => name.endsWith(ending));
        if (!written || readBackupName(name.slice(0, -written.length)) === null) continue;
        const path = join(folder, name);
        const file = await lstat(path);
        if (file.isFile() && file.mtimeMs < now - LEFTOVER_MS) await rm(path, { force: true });
      }
    }
  }

  /** Removes what was given. */
  close(): Promise<void> {
    return this.#uploads.close();
  }
}

/** The first name that nothing has. */
async function free(
  folder: string,
  nameOf: (attempt: number) => string,
): Promise<{ id: string; path: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const id = nameOf(attempt);
    const path = join(folder, id);
    if (!(await isThere(path))) return { id, path };
  }
}

const unusable = (folder: string, cause: unknown): GatewayError =>
  new GatewayError("backup_folder_unusable", { folder, reason: reasonOf(cause) }, { cause });
