import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { closeFile, type Connection, openFile, translating } from "@local-mcp/database";
import { bringHere, previewHere } from "./bring-here.ts";
import { digestOf, syncDirectory, syncFile, usingDisk } from "./disk.ts";
import { sealerOf } from "./moved-rows.ts";
import { openLive, withConnection } from "./sqlite-file.ts";
import { STAGED_FILE } from "./stage.ts";
import { openEverySecret, readKeys } from "./stage-checks.ts";
import type { Finished, FinishInput, Staged, StagedKeys, StagePreview } from "./types.ts";

/**
 * Makes a stage what can take the place of the live data: it opens here, keeps what is newer here,
 * and is on the disk.
 *
 * @throws GatewayError backup_damaged, backup_refused, disk_full
 */
export const finish = (input: FinishInput): Promise<Finished> =>
  usingDisk(input.staged.directory, async () => {
    const { staged, live, liveKeys, slots, isUnseen } = input;
    const { stays, notes } = withStage(staged, live, (connection, live) => {
      const kept = bringHere({
        staged: connection,
        stagedKeys: staged.keys,
        live,
        liveKeys,
        slots,
        isUnseen,
      });
      const name = basename(staged.database);
      const keys = staged.keys ?? sameKeys(connection, liveKeys, name);
      if (keys !== null) openEverySecret(connection, sealerOf(keys), name);
      return kept;
    });
    return { files: await flush(input), stays, notes };
  });

/** What {@link finish} and the restore would change. The stage stays as it was. */
export const preview = ({
  staged,
  live,
  liveKeys,
}: Pick<FinishInput, "staged" | "live" | "liveKeys">): StagePreview =>
  withStage(staged, live, (connection, live) =>
    previewHere({ staged: connection, stagedKeys: staged.keys, live, liveKeys }),
  );

const withStage = <T>(
  { database }: Staged,
  live: string | null,
  work: (staged: Connection, live: Connection | null) => T,
): T => {
  const staged = openFile(database, STAGED_FILE, {});
  try {
    return translating(database, () => {
      if (live === null || !existsSync(live)) return work(staged, null);
      return withConnection(openLive, live, (connection) => {
        connection.pragma("query_only = ON");
        return work(staged, connection);
      });
    });
  } finally {
    closeFile(staged);
  }
};

/** The keys of this computer, where the stage is of the same vault. */
const sameKeys = (
  connection: Connection,
  liveKeys: StagedKeys | null,
  name: string,
): StagedKeys | null => {
  const { dataKeys } = readKeys(connection, name);
  return dataKeys.some(({ id }) => id === liveKeys?.current.id) ? liveKeys : null;
};

/** The files that are to take the place of live ones, on the disk; others are removed. */
const flush = async ({ staged, parts }: FinishInput): Promise<Finished["files"]> => {
  const wanted = staged.parts.filter(({ part }) => parts.includes(part));
  for (const { part, path } of staged.parts) {
    if (!parts.includes(part)) await rm(path);
  }
  const files: Finished["files"] = [];
  for (const path of [staged.database, ...wanted.map(({ path }) => path)]) {
    await syncFile(path);
    files.push({ name: basename(path), sha256: await digestOf(path) });
  }
  await syncDirectory(staged.directory);
  return files;
};
