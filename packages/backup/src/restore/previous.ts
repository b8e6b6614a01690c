import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Paths } from "@local-mcp/database";
import { isThere, removeEmpty, removeTree } from "../disk.ts";
import { type Intent, readIntentFile } from "./intent.ts";

/** How long what was there before a restore is kept, ms. */
export const KEEP_PREVIOUS_MS = 30 * 86_400_000;

/** What was there before a restore, and can be brought back. */
export interface PreviousState {
  id: string;
  /** When it was replaced, ms since 1970. */
  restoredAt: number;
  /** What replaced it, for people. */
  from: string;
  /** The database, absolute; a `-wal` may be beside it. */
  database: string;
  /** When it will be removed, ms since 1970. */
  until: number;
}

const directoriesIn = async (path: string): Promise<string[]> => {
  if (!(await isThere(path))) return [];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
};

const nameOfRecord = ({ restoreIntent }: Paths): string => basename(restoreIntent);

/** What was decided when it was put aside; null where that cannot be read: no restore was finished. */
const recordIn = (paths: Paths, id: string): Promise<Intent | null> =>
  // One that was changed by hand is not offered, and stands in the way of nothing.
  readIntentFile(join(paths.previous, id, nameOfRecord(paths))).catch(() => null);

const stateIn = async (paths: Paths, id: string): Promise<PreviousState | null> => {
  const intent = await recordIn(paths, id);
  const database = join(paths.previous, id, basename(paths.database));
  if (intent === null || !(await isThere(database))) return null;
  const { createdAt, from } = intent;
  return { id, restoredAt: createdAt, from, database, until: createdAt + KEEP_PREVIOUS_MS };
};

/** Newest first. */
export const previousStates = async (paths: Paths): Promise<PreviousState[]> => {
  const found = await Promise.all(
    (await directoriesIn(paths.previous)).map((id) => stateIn(paths, id)),
  );
  return found.flatMap((state) => state ?? []).sort((a, b) => b.restoredAt - a.restoredAt);
};

/**
 * Removes what was kept long enough, also where there is no record of it, and what a restore that went
 * back has left. None may replace anything meanwhile: what it has just made is empty too.
 */
export const forgetOldStates = async (paths: Paths, now: number): Promise<void> => {
  for (const id of await directoriesIn(paths.previous)) {
    const directory = join(paths.previous, id);
    await removeEmpty(directory);
    if (!(await isThere(directory))) continue;
    const { createdAt } = (await recordIn(paths, id)) ?? {};
    const since = createdAt ?? (await stat(directory)).mtimeMs;
    if (since + KEEP_PREVIOUS_MS <= now) await forget(directory, nameOfRecord(paths));
  }
};

/** Its record goes last: whoever is ended before that begins again. */
const forget = async (directory: string, record: string): Promise<void> => {
  const others = (await readdir(directory)).filter((name) => name !== record);
  for (const name of others) await removeTree(join(directory, name));
  await removeTree(directory);
};
