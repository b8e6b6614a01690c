import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { clearUp, digestOf, move, removeTree, syncFile, usingDisk } from "./disk.ts";
import { checkIntegrity, countsOf } from "./inspect.ts";
import { NOT_IN_A_BACKUP } from "./snapshot.ts";
import { copyInto, openLive, openScratch, withConnection } from "./sqlite-file.ts";
import type { CopyInput, MadeCopy } from "./types.ts";

/**
 * Copies a database for this computer: secrets stay sealed with the keys that it has here. What it
 * held at one instant, checked and flushed before it gets its name. Blocks its thread for long.
 *
 * @throws GatewayError backup_damaged, backup_unreadable, disk_full, data_dir_unusable
 */
export const copyDatabase = ({ database, target }: CopyInput): Promise<MadeCopy> =>
  usingDisk(dirname(target), async () => {
    const partial = `${target}.partial`;
    // Of a copy that was killed.
    await removeTree(partial);
    try {
      const createdAt = Date.now();
      withConnection(openLive, database, (connection) => copyInto(connection, partial));
      const counts = withConnection(openScratch, partial, (connection) => {
        for (const table of NOT_IN_A_BACKUP) connection.exec(`DELETE FROM ${table}`);
        // The one that it is made for: in what comes back it has never been.
        connection.exec("DELETE FROM import_jobs WHERE status = 'running'");
        checkIntegrity(connection, basename(target));
        return countsOf(connection);
      });
      await syncFile(partial);
      const [sha256, { size }] = [await digestOf(partial), await stat(partial)];
      await move(partial, target);
      return { bytes: size, sha256, createdAt, counts };
    } catch (error) {
      await clearUp(partial);
      throw error;
    }
  });
