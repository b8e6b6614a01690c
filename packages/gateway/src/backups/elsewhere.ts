import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "@local-mcp/backup";
import { z } from "zod";
import { backupsInAll, type StoredBackup } from "./folders.ts";

const FILE = "elsewhere.json";
const elsewhereSchema = z.object({ folder: z.string() });

/**
 * Leaves word in the data directory of the folder that backups go to. Settings say the same, and are
 * in the database, which is what a backup is needed in place of.
 *
 * @param own the folder of backups in the data directory, which has to be there
 */
export async function rememberFolder(own: string, folder: string): Promise<void> {
  const path = join(own, FILE);
  if ((await rememberedFolder(own)) === folder) return;
  if (folder === own) await rm(path, { force: true });
  else await writeWhole(path, `${JSON.stringify({ folder })}\n`);
}

/** The backups that can be found without a database, newest first. */
export const backupsWithoutSettings = async (own: string): Promise<StoredBackup[]> =>
  backupsInAll([await rememberedFolder(own), own]);

async function rememberedFolder(own: string): Promise<string> {
  try {
    return elsewhereSchema.parse(JSON.parse(await readFile(join(own, FILE), "utf8"))).folder;
  } catch {
    // Nobody chose one, or nothing can be made of it.
    return own;
  }
}
