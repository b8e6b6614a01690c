import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Paths } from "@local-mcp/database";
import { isThere, removeEmpty, removeTree } from "../disk.ts";
import { readIntentFile } from "./intent.ts";

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

/** Null for a directory without a record that can be read: it is of no finished restore. */
const stateIn = async (paths: Paths, id: string): Promise<PreviousState | null> => {
  const directory = join(paths.previous, id);
  const record = join(directory, basename(paths.restoreIntent));
  // One that was changed by hand is not offered, and stands in the way of nothing.
  const intent = await readIntentFile(record).catch(() => null);
  const database = join(directory, basename(paths.database));
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
 * Removes those that were kept long enough, and what a restore that went back has left. None may
 * replace anything meanwhile: what it has just made is empty too.
 */
export const forgetOldStates = async (paths: Paths, now: number): Promise<void> => {
  for (const id of await directoriesIn(paths.previous)) await removeEmpty(join(paths.previous, id));
  for (const { id, until } of await previousStates(paths)) {
    if (until <= now) await removeTree(join(paths.previous, id));
  }
};
