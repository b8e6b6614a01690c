import { type FileHandle, open, stat } from "node:fs/promises";
import { GatewayError } from "@local-mcp/contract";

/** What every age file, binary or armored, and every SQLite database begins with. */
const AGE = Buffer.from("age-encryption.org/");
export const ARMOR = Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----");
const SQLITE = Buffer.from("SQLite format 3\0");

export type FileKind = "age" | "sqlite" | "other";

/**
 * What a file says of itself in its first bytes; nothing of it is believed for that.
 *
 * @throws GatewayError backup_unreadable
 */
export const kindOfFile = async (path: string, name: string): Promise<FileKind> => {
  const { handle } = await openToRead(path, name);
  try {
    const start = await readAt(handle, 0, ARMOR.length);
    if (startsWith(start, AGE) || startsWith(start, ARMOR)) return "age";
    return startsWith(start, SQLITE) ? "sqlite" : "other";
  } finally {
    await handle.close();
  }
};

export const startsWith = (bytes: Buffer, beginning: Buffer): boolean =>
  bytes.subarray(0, beginning.length).equals(beginning);

/**
 * @param name as people call the file
 * @throws GatewayError backup_unreadable
 */
export const openToRead = async (
  path: string,
  name: string,
): Promise<{ handle: FileHandle; bytes: number }> => {
  try {
    // A pipe is told before it is opened, which would wait for somebody to write to it.
    const found = await stat(path);
    if (found.isFile()) return { handle: await open(path, "r"), bytes: found.size };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GatewayError("backup_unreadable", { name, reason }, { cause: error });
  }
  throw new GatewayError("backup_unreadable", { name, reason: "it is not a file" });
};

/**
 * So many bytes from a place on, or fewer where the file ends.
 *
 * @param buffer what they are read into, from its beginning
 */
export const readAt = async (
  handle: FileHandle,
  position: number,
  length: number,
  buffer = Buffer.allocUnsafe(length),
): Promise<Buffer> => {
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};
