import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import type { Paths } from "@local-mcp/database";
import { z } from "zod";
import { isThere, move, syncDirectory, writeWhole } from "../disk.ts";

/** Names of files in the data directory; never a path. */
const fileName = z
  .string()
  .regex(/^[\w.][\w. -]{0,199}$/)
  .refine((name) => !/^\.+$/.test(name));

/**
 * What was decided: which files take the place of which. While it is there a restore is not
 * finished, and the next start goes on with it; without it nothing was decided.
 */
const intentSchema = z.object({
  format: z.literal(1),
  /** Names the directories of this restore. */
  id: z.string().regex(/^[\w-]{1,64}$/),
  /** `back`: what was put in place did not open. */
  direction: z.enum(["forward", "back"]),
  /** When it was decided, ms since 1970. */
  createdAt: z.number().int(),
  /** What was restored, for people. */
  from: z.string(),
  /** In the order in which they are replaced. The database is the first. */
  files: z
    .array(
      z.object({
        name: fileName,
        /** Of the staged file, hexadecimal. */
        sha256: z.string().length(64),
        /** Whether there was one of that name before. */
        hadBefore: z.boolean(),
      }),
    )
    .min(1),
});
export type Intent = z.infer<typeof intentSchema>;
export type IntentFile = Intent["files"][number];

/** Where the files of one restore are. */
export const placesOf = (paths: Paths, { id }: Pick<Intent, "id">) => ({
  live: (name: string) => join(paths.dataDir, name),
  staged: (name: string) => join(paths.staging, id, name),
  previous: (name: string) => join(paths.previous, id, name),
  stagedDir: join(paths.staging, id),
  previousDir: join(paths.previous, id),
  record: join(paths.previous, id, basename(paths.restoreIntent)),
});

/** @throws GatewayError restore_intent_damaged */
export const readIntentFile = async (path: string): Promise<Intent | null> => {
  if (!(await isThere(path))) return null;
  try {
    return intentSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new GatewayError("restore_intent_damaged", { path }, { cause });
  }
};

/** Null while nothing was decided. */
export const readIntent = (paths: Paths): Promise<Intent | null> =>
  readIntentFile(paths.restoreIntent);

/** The commit point: from here on the next start goes in this direction. */
export const writeIntent = (paths: Paths, intent: Intent): Promise<void> =>
  writeWhole(paths.restoreIntent, `${JSON.stringify(intent, null, 2)}\n`);

/** It is done: what was decided becomes the record beside what was there before. */
export const fileIntent = (paths: Paths, intent: Intent): Promise<void> =>
  move(paths.restoreIntent, placesOf(paths, intent).record);

/** It was undone: nothing is decided any more. */
export const dropIntent = async (paths: Paths): Promise<void> => {
  await rm(paths.restoreIntent, { force: true });
  await syncDirectory(paths.dataDir);
};
