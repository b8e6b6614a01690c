import { stat, statfs } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import type { BackupInput } from "./types.ts";

/** 0 where there is no such file. */
const sizeOf = async (path: string): Promise<number> => {
  const found = await stat(path).catch(() => null);
  return found?.size ?? 0;
};

/** In tenths, and away from each other: what does not fit never reads as if it did. */
const megabytes = (bytes: number, round: (tenths: number) => number): string =>
  `${round((bytes * 10) / 2 ** 20) / 10} MB`;

/** @param needed and `free`: bytes */
export const tooBig = (name: string, needed: number, free: number): GatewayError =>
  new GatewayError("backup_too_big", {
    name,
    needed: megabytes(needed, Math.ceil),
    free: megabytes(free, Math.floor),
  });

/**
 * Says before anything is written that a disk is too small: for the snapshot where the database is,
 * and for the backup in its folder.
 *
 * @throws GatewayError backup_too_big, backup_folder_unusable
 */
export const refuseWithoutSpace = async ({
  database,
  target,
  parts,
  passphrase,
}: BackupInput): Promise<void> => {
  const sources = [database, `${database}-wal`, ...parts.map(({ path }) => path)];
  const sizes = await Promise.all(sources.map(sizeOf));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  // Without secrets, it is copied once more.
  const snapshot = passphrase === null ? 2 * bytes : bytes;
  const [work, folder] = await Promise.all([diskOf(dirname(database)), diskOf(dirname(target))]);
  const isOne = work.id === folder.id;
  for (const [disk, needed] of [
    [work, isOne ? snapshot + bytes : snapshot],
    [folder, bytes],
  ] as const) {
    if (needed > disk.free) {
      throw tooBig(basename(target), needed, disk.free);
    }
  }
};

const diskOf = async (folder: string): Promise<{ id: number; free: number }> => {
  try {
    const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(folder), stat(folder)]);
    return { id: dev, free: bavail * bsize };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GatewayError("backup_folder_unusable", { folder, reason }, { cause: error });
  }
};
