import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type BackupReport, GatewayError } from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import type { Connection } from "../connect.ts";
import { checkReadable } from "../files.ts";
import { usage } from "../forms.ts";
import { loadGateway } from "../load-gateway.ts";
import { phaseLine } from "./backup-progress.ts";

/** Reading goes back and forth in a file. @throws GatewayError usage for “-” */
const refuseStream = (wanted: string): void => {
  if (wanted === "-") throw usage("A backup is a file, not a stream. Name one in place of “-”.");
};

/** The file that a person means, absolute; null for the name of a backup that is listed. */
export const fileMeant = ({ io }: Cli, wanted: string): string | null => {
  refuseStream(wanted);
  const path = resolve(io.cwd, wanted);
  return basename(wanted) !== wanted || existsSync(path) ? path : null;
};

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Where a new file is to be, after a look at whether it can be: a backup may take a while.
 *
 * @throws GatewayError backup_file_exists, file_unwritable, usage
 */
export const newFile = ({ io }: Cli, wanted: string): string => {
  refuseStream(wanted);
  const path = resolve(io.cwd, wanted);
  const unfit = (reason: string): GatewayError =>
    new GatewayError("file_unwritable", { path, reason });
  // A name that ends in a slash means a folder, whether it is there or not.
  const isFolder = /[/\\]$/.test(wanted) || isDirectory(path);
  if (isFolder) throw unfit("it is a folder; name the file in it");
  if (lstatSync(path, { throwIfNoEntry: false })) {
    throw new GatewayError("backup_file_exists", { path });
  }
  if (!isDirectory(dirname(path))) throw unfit("its folder is not there");
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
  const { verifyBackupFile } = await loadGateway(cli.options, cli.io.env);
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
