import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type BackupReport, GatewayError } from "@local-mcp/contract";
import { reasonOf, verifyBackupFile } from "@local-mcp/gateway";
import type { Cli } from "../cli.ts";
import type { Connection } from "../connect.ts";
import { checkReadable } from "../files.ts";
import { phaseLine } from "./backup-progress.ts";

/** The file that a person means, absolute; null for the name of a backup that is listed. */
export const fileMeant = ({ io }: Cli, wanted: string): string | null => {
  const path = resolve(io.cwd, wanted);
  return basename(wanted) !== wanted || existsSync(path) ? path : null;
};

/**
 * Where a new file is to be, after a look at whether it can be: a backup may take a while.
 *
 * @throws GatewayError backup_file_exists, file_unwritable
 */
export const newFile = ({ io }: Cli, wanted: string): string => {
  const path = resolve(io.cwd, wanted);
  if (lstatSync(path, { throwIfNoEntry: false })) {
    throw new GatewayError("backup_file_exists", { path });
  }
  try {
    statSync(dirname(path));
  } catch (error) {
    throw new GatewayError("file_unwritable", { path, reason: reasonOf(error) }, { cause: error });
  }
  return path;
};

/** Moves what was made out of the folder of backups; it stays there in no case. */
export const takeOut = async (
  { io }: Cli,
  { api, files }: Connection,
  { backup, path }: { backup: string; path: string },
): Promise<void> => {
  try {
    await files.download(backup, path, io.signal);
  } catch (error) {
    // The first error is the one to tell; the list shows a backup that could not be removed.
    await api.backups.remove({ backup }).catch(() => {});
    throw error;
  }
  await api.backups.remove({ backup });
};

/** Reads all of a backup in this process, for which it needs no gateway. */
export const verifyFile = async (
  cli: Cli,
  what: { path: string; passphrase: string | null; drill: boolean },
): Promise<BackupReport> => {
  const { signal } = cli.io;
  await checkReadable(what.path);
  const line = phaseLine(cli);
  try {
    return await verifyBackupFile(what, { signal, onProgress: line.show });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new GatewayError("backup_cancelled", {}, { cause: error });
  } finally {
    line.end();
  }
};
