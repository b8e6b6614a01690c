import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { GatewayError } from "@local-mcp/contract";

/** Of the files in which clients describe servers. */
export const SERVERS_EXTENSIONS = ["json", "jsonc", "toml"];

/** Whether a file may hold servers, by its name. */
export const isServersFile = (path: string): boolean =>
  SERVERS_EXTENSIONS.includes(extname(path).slice(1).toLowerCase());

/** What the contract takes of a text with servers, bytes. */
const MAX_BYTES = 1024 * 1024;

/** Reads a file in which servers may be described. @throws GatewayError file_unreadable */
export async function readServersFile(path: string): Promise<{ name: string; text: string }> {
  const unreadable = (reason: string): GatewayError =>
    new GatewayError("file_unreadable", { path, reason });
  try {
    const found = await stat(path);
    // A pipe or a device would be read without end.
    if (!found.isFile()) throw unreadable("it is no file");
    if (found.size > MAX_BYTES) throw unreadable("it is larger than 1 MB");
    return { name: basename(path), text: await readFile(path, "utf8") };
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw unreadable(
      error instanceof Error && "code" in error ? String(error.code) : "it cannot be opened",
    );
  }
}
