import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Readable } from "node:stream";
import { GatewayError } from "@local-mcp/contract";
import { reasonOf, syncDirectory } from "@local-mcp/gateway";

/**
 * Writes a file that only its owner reads, in the place of what is there. Until all of it is on the
 * disk nothing of that name is touched.
 *
 * @returns the name of the file
 * @throws GatewayError file_unwritable
 */
export async function replaceFile(path: string, content: Readable | string): Promise<string> {
  // Of a name that nothing else has: where this fails it is removed.
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await writeFlushed(partial, content);
    await rename(partial, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw new GatewayError("file_unwritable", { path, reason: reasonOf(error) }, { cause: error });
  }
  return basename(path);
}

async function writeFlushed(path: string, content: Readable | string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
