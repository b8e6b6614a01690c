import { constants } from "node:fs";
import { type FileHandle, link, lstat, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { GatewayError } from "@local-mcp/contract";
import { type BackupTransfer, reasonOf, syncDirectory, systemCode } from "@local-mcp/gateway";

/** Backups on their way between a gateway and files of this computer. All paths are absolute. */
export interface BackupFiles {
  /**
   * Fetches a backup into a file for its owner only, which is there whole or not at all.
   *
   * @throws GatewayError backup_file_exists, backup_not_found, backup_transfer_cut, disk_full,
   * file_unwritable, request_cancelled
   */
  download(backup: string, to: string, signal?: AbortSignal): Promise<{ bytes: number }>;
  /**
   * Brings a file to the gateway.
   *
   * @returns its id there
   * @throws GatewayError file_unreadable, before anything is sent; backup_too_big,
   * backup_transfer_cut, backup_cancelled
   */
  upload(path: string, signal?: AbortSignal): Promise<string>;
}

/**
 * The care that files on this computer need, whatever brings them to a gateway.
 *
 * @param opened the database that this process has open; null where another one has it
 */
export const backupFiles = (
  transfer: BackupTransfer,
  opened: string | null = null,
): BackupFiles => ({
  async download(backup, to, signal) {
    const bytes = await newFile(to, async (file, partial) =>
      fetchInto(file, await transfer.read(backup), { partial, signal }),
    );
    return { bytes };
  },

  async upload(path, signal) {
    if (opened !== null) await refuseOpened(path, opened);
    const file = await reading(path, () => open(path, READ_ONLY));
    try {
      const bytes = await sizeOf(file, path);
      const stream = Readable.from(bytesOf(file, path, { bytes, signal }), { objectMode: false });
      const { backup } = await transfer.receive(basename(path), stream, bytes);
      return backup;
    } catch (error) {
      // Who receives it sees a transfer that was cut.
      if (signal?.aborted !== true) throw error;
      throw new GatewayError("backup_cancelled", {}, { cause: error });
    } finally {
      await file.close();
    }
  },
});

const OWNER_ONLY = 0o600;
/** A FIFO is opened without waiting for who writes to it. Windows has neither. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Read at once, bytes. */
const CHUNK = 256 * 1024;

/** What file systems without hard links say, such as those of USB sticks. */
const NO_LINKS: readonly string[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Makes a file for its owner only, which is there whole or not at all.
 *
 * @param write fills it; given what it is called meanwhile
 * @param replaces whether a file of that name is to be replaced
 * @throws GatewayError backup_file_exists, disk_full, file_unwritable
 */
export async function newFile<T>(
  to: string,
  write: (file: FileHandle, partial: string) => Promise<T>,
  replaces = false,
): Promise<T> {
  const partial = `${to}.partial`;
  await (replaces ? checkReplaceable(to) : checkFree(to));
  const file = await writingNew(partial, () => open(partial, "wx", OWNER_ONLY));
  try {
    const written = await write(file, partial);
    await writing(partial, () => file.sync());
    if (replaces) await writing(to, () => rename(partial, to));
    else await place(partial, to);
    await writing(to, () => syncDirectory(dirname(to)));
    return written;
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}

/** @returns how many bytes were written, which are all there are */
async function fetchInto(
  file: FileHandle,
  { name, bytes, stream }: Awaited<ReturnType<BackupTransfer["read"]>>,
  { partial, signal }: { partial: string; signal: AbortSignal | undefined },
): Promise<number> {
  let written = 0;
  try {
    for await (const chunk of stream) {
      if (signal?.aborted === true) throw new GatewayError("request_cancelled");
      await writing(partial, () => file.appendFile(chunk));
      written += chunk.length;
    }
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError("backup_transfer_cut", { name }, { cause: error });
  }
  if (written !== bytes) throw new GatewayError("backup_transfer_cut", { name });
  return bytes;
}

/** Gives a file its name, which is not taken from another one. */
async function place(partial: string, to: string): Promise<void> {
  await writingNew(to, async () => {
    try {
      await link(partial, to);
    } catch (error) {
      if (!NO_LINKS.includes(systemCode(error))) throw error;
      await checkFree(to);
      await rename(partial, to);
    }
  });
}

/** @throws GatewayError file_unwritable where it is no file, such as /dev/null, which root could replace */
async function checkReplaceable(path: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats === null || stats.isFile()) return;
  const reason = stats.isDirectory() ? "it is a folder; name the file in it" : "it is no file";
  throw new GatewayError("file_unwritable", { path, reason });
}

/** @throws GatewayError backup_file_exists, also for a link to nothing */
async function checkFree(path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    // Whatever else is wrong with the path is found by who writes there.
    () => false,
  );
  if (isThere) throw new GatewayError("backup_file_exists", { path });
}

/**
 * SQLite's locks on a file are lost when this process closes it another way
 * (https://sqlite.org/howtocorrupt.html, “posix advisory locks canceled”).
 *
 * @throws GatewayError file_unreadable
 */
async function refuseOpened(path: string, opened: string): Promise<void> {
  const [given, live] = await reading(path, () => Promise.all([stat(path), stat(opened)]));
  if (given.ino !== live.ino || given.dev !== live.dev) return;
  throw new GatewayError("file_unreadable", { path, reason: "it is the database that is in use" });
}

/** Whether a backup can be read there at all. @throws GatewayError file_unreadable */
export const checkReadable = async (path: string): Promise<void> => {
  const file = await reading(path, () => open(path, READ_ONLY));
  try {
    await sizeOf(file, path);
  } finally {
    await file.close();
  }
};

/** @throws GatewayError file_unreadable where it is no file, or has nothing in it */
async function sizeOf(file: FileHandle, path: string): Promise<number> {
  const stats = await reading(path, () => file.stat());
  const unfit = (reason: string): GatewayError =>
    new GatewayError("file_unreadable", { path, reason });
  if (stats.isDirectory()) throw unfit("it is a directory");
  if (!stats.isFile()) throw unfit("it is no file");
  if (stats.size === 0) throw unfit("it is empty");
  return stats.size;
}

/** So many bytes, as was announced, or a failure. */
async function* bytesOf(
  file: FileHandle,
  path: string,
  { bytes, signal }: { bytes: number; signal: AbortSignal | undefined },
): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes;) {
    if (signal?.aborted === true) throw new GatewayError("backup_cancelled");
    const room = Buffer.allocUnsafe(Math.min(CHUNK, bytes - at));
    const { bytesRead } = await reading(path, () => file.read(room, 0, room.length, at));
    if (bytesRead === 0) {
      const reason = "it became shorter while it was read";
      throw new GatewayError("file_unreadable", { path, reason });
    }
    at += bytesRead;
    yield room.subarray(0, bytesRead);
  }
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new GatewayError("file_unreadable", { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The same for a file of a name that is not to be taken from another. @throws GatewayError backup_file_exists */
const writingNew = <T>(path: string, write: () => Promise<T>): Promise<T> =>
  writing(path, async () => {
    try {
      return await write();
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      throw new GatewayError("backup_file_exists", { path }, { cause: error });
    }
  });

/** @throws GatewayError disk_full, file_unwritable */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    const code = systemCode(error);
    const why = { path, reason: reasonOf(error) };
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    throw new GatewayError(isFull ? "disk_full" : "file_unwritable", why, { cause: error });
  }
}
