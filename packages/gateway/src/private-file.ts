import { closeSync, fchmodSync, openSync, writeFileSync } from "node:fs";
import { GatewayError } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/engine";

/**
 * Makes a file that only its owner reads, before there is anything to write. Whoever makes it
 * closes it.
 *
 * @throws GatewayError file_unwritable, also where there is one of that name
 */
export function openPrivate(path: string): number {
  try {
    return openSync(path, NEW, OWNER_ONLY);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a file that only its owner reads, also where it was there before.
 *
 * @throws GatewayError file_unwritable, also where there is one that is not to be overwritten
 */
export function writePrivate(path: string, text: string, options: { overwrite: boolean }): void {
  try {
    const file = openSync(path, options.overwrite ? "w" : NEW, OWNER_ONLY);
    try {
      // One that was there keeps its mode otherwise.
      fchmodSync(file, OWNER_ONLY);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unwritable(path, error);
  }
}

const NEW = "wx";
const OWNER_ONLY = 0o600;

const unwritable = (path: string, error: unknown): GatewayError =>
  new GatewayError("file_unwritable", { path, reason: reasonOf(error) }, { cause: error });

/** The reason of a failed system call as text: `ENOENT` reads as “there is no such file”. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = systemCode(error);
  return REASONS.get(code) ?? (code || error.message);
}
const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "it is a directory"],
  ["EEXIST", "it exists already"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the file system is read-only"],
]);
