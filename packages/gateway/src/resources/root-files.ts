import { constants, realpathSync } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { GatewayError, MAX_RESOURCE_BYTES } from "@local-mcp/contract";

/** A file as a resource has it. */
export interface RootFile {
  /** URI of its root. */
  root: string;
  /** From there, with `/` between its parts. */
  path: string;
}

/**
 * Where a root is on this computer. A root of another system, or an address of the web, is none.
 *
 * @throws GatewayError root_unusable
 */
export function folderOf(root: string): string {
  try {
    const folder = fileURLToPath(root);
    if (isAbsolute(folder)) return folder;
  } catch (error) {
    throw unusable(root, error);
  }
  throw unusable(root);
}

/**
 * Says why a file would never be given, so that it is not offered; null also for one that is not
 * there yet.
 */
export function refusalOfFile(file: RootFile, dataDir: string): GatewayError | null {
  try {
    const folder = realFolder(file.root);
    checkPlace(realpathSync.native(placeOf(folder, file)), folder, file, dataDir);
    return null;
  } catch (error) {
    return error instanceof GatewayError ? error : null;
  }
}

/**
 * Reads a file of a root, wherever links lead to, as long as that is inside of the root, and neither in
 * the gateway's own directory nor among what processes were given.
 *
 * @throws GatewayError root_unusable, resource_outside_root, resource_not_a_file,
 * resource_unreadable, resource_too_big
 * @returns null where there is no such file
 */
export async function readRootFile(
  file: RootFile,
  dataDir: string,
  signal?: AbortSignal,
): Promise<Buffer | null> {
  const folder = realFolder(file.root);
  try {
    const place = await realpath(placeOf(folder, file));
    checkPlace(place, folder, file, dataDir);
    // A device may do something when it is opened, and a pipe would be waited for.
    if (!(await stat(place)).isFile()) throw notAFile(file);
    const handle = await open(
      place,
      constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0),
    );
    try {
      await checkOpened(handle, place, file);
      return await readAll(handle, signal);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    if (isMissing(error)) return null;
    throw unreadable(file, error);
  }
}

/** A folder of the way may have been replaced between looking and opening. */
async function checkOpened(handle: FileHandle, place: string, file: RootFile): Promise<void> {
  const opened = await handle.stat({ bigint: true });
  if (!opened.isFile()) throw notAFile(file);
  const there = await lstat(place, { bigint: true });
  const isSame = there.dev === opened.dev && there.ino === opened.ino;
  if (!isSame || (await realpath(place)) !== place) throw outside(file);
}

async function readAll(handle: FileHandle, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    if (signal?.aborted) throw new GatewayError("request_cancelled");
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(CHUNK) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    bytes += bytesRead;
    if (bytes > MAX_RESOURCE_BYTES)
      throw new GatewayError("resource_too_big", { field: "content.path" });
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
const CHUNK = 256 * 1024;

/** @throws GatewayError root_unusable */
function realFolder(root: string): string {
  const folder = folderOf(root);
  try {
    return realpathSync.native(folder);
  } catch (error) {
    throw unusable(root, error);
  }
}

/** @throws GatewayError resource_outside_root */
function placeOf(folder: string, file: RootFile): string {
  if (file.path.includes("\0") || isAbsolute(file.path)) throw outside(file);
  return join(folder, file.path);
}

function checkPlace(place: string, folder: string, file: RootFile, dataDir: string): void {
  const shut = [realOr(dataDir), PROCESSES];
  if (!isInside(place, folder) || shut.some((one) => isInside(place, one))) throw outside(file);
}

/** Where Linux shows as files what processes were given, secrets of ours and of servers among it. */
const PROCESSES = "/proc";

const isInside = (place: string, folder: string): boolean => {
  const way = relative(folder, place);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

function realOr(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(codeOf(error));

const unusable = (root: string, cause?: unknown): GatewayError =>
  new GatewayError("root_unusable", { root: root.slice(0, 200) }, { cause });
const outside = ({ path }: RootFile): GatewayError =>
  new GatewayError("resource_outside_root", { path: path.slice(0, 200) });
const notAFile = ({ path }: RootFile): GatewayError =>
  new GatewayError("resource_not_a_file", { path: path.slice(0, 200) });
const unreadable = ({ path }: RootFile, cause: unknown): GatewayError =>
  new GatewayError(
    "resource_unreadable",
    { path: path.slice(0, 200), code: codeOf(cause) || "unknown" },
    { cause },
  );
