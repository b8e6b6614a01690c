import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { GatewayError } from "@local-mcp/contract";

const isErrno = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && "code" in error && typeof error.code === "string";

/** Runs file operations in `directory` with the system's errors translated. */
const usingFiles = <T>(directory: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!isErrno(error)) throw error;
    const reason = error.message;
    if (error.code === "ENOSPC" || error.code === "EDQUOT") {
      throw new GatewayError("disk_full", { path: directory, reason }, { cause: error });
    }
    throw new GatewayError("data_dir_unusable", { dataDir: directory, reason }, { cause: error });
  }
};

/** Creates a directory, and those above it, for its owner only. One that is there keeps its mode. */
export const makePrivateDirectory = (directory: string): void => {
  usingFiles(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
};

/** Bytes in a file, or undefined where there is none. */
export const sizeOf = (path: string): number | undefined =>
  usingFiles(dirname(path), () => statSync(path, { throwIfNoEntry: false })?.size);

/** The first `length` bytes of a file, or all of it where it is shorter or no length is given. */
export const readStart = (path: string, length?: number): Buffer =>
  usingFiles(dirname(path), () => {
    if (length === undefined) return readFileSync(path);
    const file = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, 0));
    } finally {
      closeSync(file);
    }
  });

const createEmpty = (path: string): void => closeSync(openSync(path, "wx", 0o600));

/** Creates an empty file for its owner only; it must not be there yet. */
export const createPrivateFile = (path: string): void => {
  usingFiles(dirname(path), () => createEmpty(path));
};

/** The same where another may create it at this moment. */
const createUnlessThere = (path: string): void => {
  try {
    createEmpty(path);
  } catch (error) {
    if (!isErrno(error) || error.code !== "EEXIST") throw error;
  }
};

/**
 * Makes sure that a file is there and that only its owner can read it. SQLite gives `-wal` and
 * `-shm` the mode of the database, so this comes first. A file that is there is not opened: closing
 * it again would give up every lock this process has on it (https://sqlite.org/howtocorrupt.html,
 * “posix advisory locks canceled”).
 */
export const makePrivateFile = (path: string): void => {
  usingFiles(dirname(path), () => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (!there) return createUnlessThere(path);
    // A copy that a person put back usually has the mode of any other file of theirs.
    if (there.mode & 0o077 && there.uid === process.getuid?.()) chmodSync(path, 0o600);
  });
};

/** Removes a file if it is there. */
export const removeFile = (path: string): void => {
  usingFiles(dirname(path), () => rmSync(path, { force: true }));
};

/** Waits until a file's bytes are on the disk. */
export const flushFile = (path: string): void => {
  usingFiles(dirname(path), () => {
    const file = openSync(path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
};

/** Where a directory cannot be opened or synced, as on Windows, a rename is durable by itself. */
const NO_DIRECTORY_SYNC = ["EPERM", "EISDIR", "EINVAL", "EACCES", "ENOTSUP"];

/**
 * Makes what was created, renamed or removed in a directory survive a power cut. On macOS libuv
 * turns this into F_FULLFSYNC.
 */
export const syncDirectory = async (directory: string): Promise<void> => {
  try {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isUnsupported = isErrno(error) && NO_DIRECTORY_SYNC.includes(error.code);
    if (process.platform !== "win32" || !isUnsupported) throw error;
  }
};
