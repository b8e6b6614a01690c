import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { GatewayError, type GivenBackup } from "@local-mcp/contract";
import { type Gateway, reasonOf, writePrivate } from "@local-mcp/gateway";
import { saveFile } from "./save-file.ts";

type Files = Gateway["backups"];

/** Of the files that hold a backup. */
export const BACKUP_EXTENSIONS = ["age", "db"];

/** Whether a file is one that this program writes as a backup, by its name. */
export const isBackupFile = (path: string): boolean => extname(path).toLowerCase() === ".age";

/**
 * Hands a file that a person chose to the gateway, which keeps a copy of it for an hour.
 *
 * @throws GatewayError backup_unreadable, backup_too_big, disk_full
 */
export async function giveBackup(
  files: Pick<Files, "receive">,
  path: string,
): Promise<GivenBackup> {
  const name = basename(path);
  const { size } = await statFile(path, name);
  return { name, ...(await files.receive(name, createReadStream(path), size)) };
}

/** A pipe or a device would be read without end. */
async function statFile(path: string, name: string): Promise<Stats> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    throw new GatewayError("backup_unreadable", { name, reason: reasonOf(error) });
  }
  if (found.isFile()) return found;
  throw new GatewayError("backup_unreadable", { name, reason: "it is no file" });
}

/**
 * Copies a backup to where a person said, who has agreed to replace what is there. Until all of it
 * is on the disk nothing of that name is touched.
 *
 * @throws GatewayError backup_not_found, backup_unreadable, file_unwritable
 */
export async function saveBackup(
  files: Pick<Files, "read">,
  backup: string,
  path: string,
): Promise<{ name: string }> {
  const { stream } = await files.read(backup);
  try {
    return { name: await saveFile(path, stream) };
  } finally {
    stream.destroy();
  }
}

/** Where the file of a backup is. @throws GatewayError backup_not_found */
export const placeOf = async (files: Pick<Files, "find">, backup: string): Promise<string> =>
  (await files.find(backup)).path;

/** What a recovery sheet is called where nobody names it otherwise. */
export const SHEET_NAME = "local-mcp-gateway-recovery-sheet.txt";

/** Writes a made passphrase to a file that only its owner reads. @throws GatewayError file_unwritable */
export function saveSheet(passphrase: string, path: string, now: Date): { name: string } {
  writePrivate(path, sheetText(passphrase, now), { overwrite: true });
  return { name: basename(path) };
}

const sheetText = (passphrase: string, now: Date): string =>
  `Passphrase of backups of Local MCP Gateway

    ${passphrase}

Made on ${now.toLocaleDateString(undefined, { dateStyle: "long" })}.

It opens the backups that were made since: in the app under Backups, Restore from a file, or with
the command “local-mcp-gateway backup restore FILE”.

Whoever has this sheet and a backup can read every secret. Keep it locked away.
`;
