import { constants } from "node:fs";
import { access, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BackupView } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/engine";
import { reasonOf } from "../private-file.ts";
import { readBackupName } from "./names.ts";
import { readSidecar, type Sidecar } from "./sidecar.ts";

/** A backup that is listed, and where it is. */
export interface StoredBackup {
  view: BackupView;
  /** Absolute. */
  path: string;
}

/**
 * The backups of several folders, newest first; of two of one name that of the folder that comes
 * first.
 */
export async function backupsInAll(folders: readonly string[]): Promise<StoredBackup[]> {
  const found = new Map<string, StoredBackup>();
  for (const backup of (await Promise.all([...new Set(folders)].map(backupsIn))).flat()) {
    if (!found.has(backup.view.id)) found.set(backup.view.id, backup);
  }
  return [...found.values()].sort(
    (a, b) => b.view.createdAt - a.view.createdAt || (a.view.id < b.view.id ? 1 : -1),
  );
}

/**
 * The backups of one folder, in no order. One that is gone or cannot be read has none. Links are no
 * backups: what they lead to is somewhere else.
 */
async function backupsIn(folder: string): Promise<StoredBackup[]> {
  const names = await namesIn(folder);
  const found = await Promise.all(names.map((name) => backupIn(folder, name)));
  return found.flatMap((backup) => backup ?? []);
}

/** Whatever is in a folder; nothing where it cannot be read, which `problemOfFolder` tells of. */
export const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function backupIn(folder: string, name: string): Promise<StoredBackup | null> {
  const named = readBackupName(name);
  if (named === null) return null;
  const path = join(folder, name);
  const file = await lstat(path).catch(() => {
    // It was removed since it was listed.
    return null;
  });
  if (!file?.isFile()) return null;
  const sidecar = await readSidecar(path);
  const view: BackupView = {
    id: name,
    name,
    kind: named.kind,
    createdAt: sidecar?.createdAt ?? named.createdAt ?? Math.trunc(file.mtimeMs),
    bytes: file.size,
    encrypted: named.encrypted,
    state: stateOf(sidecar, file.size),
    verifiedAt: sidecar?.found === "whole" ? sidecar.checkedAt : null,
    counts: sidecar?.counts ?? null,
  };
  return { view, path };
}

/** A file that is not as long as it was when it was whole has lost something since. */
function stateOf(sidecar: Sidecar | null, bytes: number): BackupView["state"] {
  if (sidecar === null) return "unverified";
  return sidecar.found === "whole" && sidecar.bytes === bytes ? "verified" : "damaged";
}

/** Why nothing can be written to a folder, as words; null where it can be. */
export async function problemOfFolder(folder: string): Promise<string | null> {
  try {
    const found = await lstat(folder);
    // A link that a person made there is theirs to make; what it leads to counts.
    if (!found.isDirectory() && !found.isSymbolicLink()) return "it is no folder";
    await access(join(folder, "."), constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return folderProblem(error);
  }
}

const folderProblem = (error: unknown): string =>
  OF_FOLDERS.get(systemCode(error)) ?? reasonOf(error);
/** What reads better of a folder than of a file. */
const OF_FOLDERS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "it is not there"],
  ["ENOTDIR", "it is no folder"],
  ["EROFS", "the disk is read-only"],
]);
