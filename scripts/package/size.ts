import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files in a folder. */
export const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await lstat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

const MB = 1e6;

export const formatSize = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;
