import { chmod, rm } from "node:fs/promises";
import type { Paths } from "@local-mcp/database";
import { digestOf, isThere, makeOwnDirectory, move, syncDirectory } from "../disk.ts";
import { type Intent, type IntentFile, placesOf } from "./intent.ts";

type Places = ReturnType<typeof placesOf>;

/** SQLite's companions of a database. What is in the log belongs to the file and moves with it. */
const LOG = "-wal";
const INDEX = "-shm";
const FAILED = ".failed";

/** What is staged is not what was decided on, or is not there. */
export class StageLost extends Error {}

/**
 * Puts every staged file in its place, and what was there aside. May be ended anywhere and begun
 * again: which files are where says what is left to do. No connection may be open.
 *
 * @throws StageLost
 */
export const swapForward = async (paths: Paths, intent: Intent): Promise<void> => {
  const places = placesOf(paths, intent);
  await makeOwnDirectory(paths.previous);
  await makeOwnDirectory(places.previousDir);
  for (const file of intent.files) await replace(places, file);
};

const replace = async (places: Places, { name, sha256 }: IntentFile): Promise<void> => {
  const [live, staged] = [places.live(name), places.staged(name)];
  if (!(await isThere(staged))) {
    if (await isThere(live)) return;
    throw new StageLost(`${name} is not there`);
  }
  if ((await digestOf(staged)) !== sha256) throw new StageLost(`${name} is not what was staged`);
  // The log first: without it the database would be of an earlier moment, and never seen as such,
  // since nothing opens it before all of this is done or undone.
  for (const part of [name + LOG, name]) await setAside(places, part);
  await rm(live + INDEX, { force: true });
  await chmod(staged, 0o600);
  await move(staged, live);
};

const setAside = async (places: Places, name: string): Promise<void> => {
  const live = places.live(name);
  if (!(await isThere(live))) return;
  let aside = places.previous(name);
  // Something came into the place of what was set aside already; it is kept, beside it.
  while (await isThere(aside)) aside += ".later";
  await move(live, aside);
};

/** Takes every file that was put in place away again, and puts back what was there. */
export const swapBack = async (paths: Paths, intent: Intent): Promise<void> => {
  const places = placesOf(paths, intent);
  for (const file of intent.files.toReversed()) await putBack(places, file);
  await syncDirectory(paths.dataDir);
};

const putBack = async (places: Places, { name, hadBefore }: IntentFile): Promise<void> => {
  const [live, previous] = [places.live(name), places.previous(name)];
  const isReplaced = await isThere(previous);
  const isNew = !hadBefore && !(await isThere(places.staged(name)));
  if (isReplaced || isNew) {
    await makeOwnDirectory(places.stagedDir);
    for (const part of [name, name + LOG]) {
      if (await isThere(places.live(part)))
        await move(places.live(part), places.staged(part + FAILED));
    }
    await rm(live + INDEX, { force: true });
  }
  if (isReplaced) await move(previous, live);
  if (await isThere(previous + LOG)) await move(previous + LOG, live + LOG);
};
