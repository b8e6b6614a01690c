import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { GatewayError } from "@local-mcp/contract";
import { reasonOf, replaceFile } from "@local-mcp/gateway";

/**
 * Writes a file that only its owner reads where a person said, in the place of what is there. Until
 * all of it is on the disk nothing of that name is touched.
 *
 * @returns the name of the file
 * @throws GatewayError file_unwritable
 */
export async function saveFile(path: string, content: Readable | string): Promise<string> {
  try {
    await replaceFile(path, content, `${path}.${randomUUID()}.partial`);
  } catch (error) {
    throw new GatewayError("file_unwritable", { path, reason: reasonOf(error) }, { cause: error });
  }
  return basename(path);
}
