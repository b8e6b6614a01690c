import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, open, rename, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GatewayError } from "@local-mcp/contract";
import { syncDirectory } from "@local-mcp/database";

export { syncDirectory };

const isErrno = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && !(error instanceof GatewayError) && "code" in error;

/** Makes the bytes of a closed file survive a power cut. */
export const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Whether there is anything of that name; a link is not followed. */
export const isThere = async (path: string): Promise<boolean> => {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isErrno(error) && error.code === "ENOENT") return false;
    throw error;
  }
};

/** Moves within one directory tree; durable once both directories are. */
export const move = async (from: string, to: string): Promise<void> => {
  await rename(from, to);
  await syncDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
};

/** Replaces a small private file as a whole: after a crash it is the old one or the new one. */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.tmp`;
  // One that is there, or a link of that name, would keep its mode or lead elsewhere.
  await rm(temporary, { force: true });
  await writeNew(temporary, text);
  await move(temporary, path);
};

/**
 * The same in a folder of somebody else's, where nothing is left behind.
 *
 * @param temporary in the same folder, of a name that nothing else has
 */
export const replaceFile = async (
  path: string,
  content: string | Readable,
  temporary: string,
): Promise<void> => {
  try {
    await writeNew(temporary, content);
    await move(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

const writeNew = async (path: string, content: string | Readable): Promise<void> => {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Removes a directory that nothing is in any more; any other stays. */
export const removeEmpty = async (path: string): Promise<void> => {
  try {
    await rmdir(path);
  } catch (error) {
    if (!isErrno(error) || !["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code ?? ""))
      throw error;
  }
};

/** Removes a directory with all that is in it; a link is removed, not what it leads to. */
export const removeTree = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true });

/**
 * Clears up behind work that went well, or failed for a reason of its own. What cannot be removed
 * now is removed at the next start.
 */
export const clearUp = async (path: string): Promise<void> => {
  // Neither the work nor its reason is any different for it.
  await removeTree(path).catch(() => {});
};

/**
 * A private directory of our own, durable. Where it is there already it is taken as it is, but not
 * where it is a link or a file.
 *
 * @throws GatewayError data_dir_unusable
 */
export const makeOwnDirectory = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  } catch (error) {
    if (!isErrno(error) || error.code !== "EEXIST") throw error;
    const found = await lstat(path);
    if (found.isDirectory()) return;
    const reason = `${path} is in the way`;
    throw new GatewayError("data_dir_unusable", { dataDir: dirname(path), reason });
  }
};

/** SHA-256 of a file, hexadecimal. */
export const digestOf = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
};

/**
 * Runs file operations with the system's errors translated.
 *
 * @throws GatewayError disk_full, data_dir_unusable
 */
export const usingDisk = async <T>(directory: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isErrno(error)) throw error;
    const reason = error.message;
    if (error.code === "ENOSPC" || error.code === "EDQUOT" || error.code === "EIO") {
      throw new GatewayError("disk_full", { path: directory, reason }, { cause: error });
    }
    throw new GatewayError("data_dir_unusable", { dataDir: directory, reason }, { cause: error });
  }
};
