import { statfs } from "node:fs/promises";

/** Left free on the disk for the gateway's own writes, bytes. */
const RESERVE = 64 * 1024 * 1024;

/** What a file from elsewhere may fill of the disk that a folder is on, bytes. */
export async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - RESERVE);
}
