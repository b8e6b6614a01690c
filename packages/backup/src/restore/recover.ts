import { lstatSync, readdirSync, type Stats } from "node:fs";
import { rm } from "node:fs/promises";
import type { Paths } from "@local-mcp/database";
import { removeEmpty, removeTree, syncDirectory, usingDisk } from "../disk.ts";
import {
  dropIntent,
  fileIntent,
  type Intent,
  placesOf,
  readIntent,
  writeIntent,
} from "./intent.ts";
import { StageLost, swapBack, swapForward } from "./swap.ts";

/** What a start found. `forward`: a restore is in place and has to prove itself. */
export type Recovery =
  | { outcome: "nothing" }
  | { outcome: "forward"; intent: Intent }
  | { outcome: "back"; intent: Intent };

/**
 * Carries out what was decided: forward, or back where the stage is lost.
 *
 * @returns where it went; with `forward` the caller opens it and then calls {@link finishRestore} or
 * {@link rollBack}
 */
export const carryOut = (paths: Paths, intent: Intent): Promise<"forward" | "back"> =>
  usingDisk(paths.dataDir, async () => {
    if (intent.direction === "forward") {
      try {
        await swapForward(paths, intent);
        return "forward";
      } catch (error) {
        if (!(error instanceof StageLost)) throw error;
      }
    }
    await goBack(paths, intent);
    return "back";
  });

/** What was put in place proved itself: nothing is left to be decided. */
export const finishRestore = (paths: Paths, intent: Intent): Promise<void> =>
  usingDisk(paths.dataDir, async () => {
    await fileIntent(paths, intent);
    await removeTree(paths.staging);
  });

/** What was put in place did not open: what was there before is put back. */
export const rollBack = (paths: Paths, intent: Intent): Promise<void> =>
  usingDisk(paths.dataDir, () => goBack(paths, intent));

const goBack = async (paths: Paths, intent: Intent): Promise<void> => {
  // First, so that a crash on the way back does not go forward again.
  if (intent.direction === "forward") await writeIntent(paths, { ...intent, direction: "back" });
  await swapBack(paths, intent);
  await dropIntent(paths);
  await removeEmpty(placesOf(paths, intent).previousDir);
  await removeTree(paths.staging);
};

/**
 * To be called at each start, under the lock of the data directory and before a connection opens:
 * goes on with a restore that was decided, and removes what one that was not has left. Where there is
 * neither it does not wait, since the app serves before it does anything else that it waits for.
 *
 * @throws GatewayError restore_intent_damaged, disk_full, data_dir_unusable
 */
export const recoverRestore = (paths: Paths): Promise<Recovery> =>
  usingDisk(paths.dataDir, async () =>
    isUntouched(paths) ? { outcome: "nothing" } : recover(paths),
  );

/** A disk that does not answer says nothing: what was decided may be there all the same. */
const isUntouched = ({ restoreIntent, staging }: Paths): boolean => {
  if (found(restoreIntent) || found(`${restoreIntent}.tmp`)) return false;
  const stage = found(staging);
  // Each backup leaves an empty directory. A link to one is none of ours.
  return stage === undefined || (stage.isDirectory() && readdirSync(staging).length === 0);
};

const found = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

const recover = async (paths: Paths): Promise<Recovery> => {
  const intent = await readIntent(paths);
  if (intent === null) {
    await removeTree(paths.staging);
    await rm(`${paths.restoreIntent}.tmp`, { force: true });
    return { outcome: "nothing" };
  }
  const outcome = await carryOut(paths, intent);
  await syncDirectory(paths.dataDir);
  return { outcome, intent };
};
