import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { writeWhole } from "@local-mcp/backup";
import { backupCounts, backupKind, backupMoment } from "@local-mcp/contract";
import { z } from "zod";

/** What is longer was not written here, bytes. */
const MAX_BYTES = 64 * 1024;

/** What is known of a backup without its passphrase. Nothing in it is secret. */
const sidecarSchema = z.object({
  format: z.literal(1),
  kind: backupKind,
  /** ms since 1970. */
  createdAt: backupMoment,
  /** Of the file, as it was when somebody looked. */
  bytes: z.number().int(),
  /** Of the file, hexadecimal. */
  sha256: z.string().length(64),
  /** What came of the last look at all of it. */
  found: z.enum(["whole", "damaged"]),
  /** When that was, ms since 1970. */
  checkedAt: backupMoment,
  counts: backupCounts.nullable(),
});
export type Sidecar = z.infer<typeof sidecarSchema>;

const pathOf = (backup: string): string => `${backup}.json`;

/** Null where there is none that can be understood: then nothing is known of the backup. */
export async function readSidecar(backup: string): Promise<Sidecar | null> {
  try {
    // Not through a link, which somebody else could have put into a shared folder.
    const file = await open(pathOf(backup), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const { size } = await file.stat();
      if (size > MAX_BYTES) return null;
      return sidecarSchema.parse(JSON.parse(await file.readFile("utf8")));
    } finally {
      await file.close();
    }
  } catch {
    // Whatever is wrong with it, it vouches for nothing.
    return null;
  }
}

/** Durable: after a crash there is the one before or this one. */
export const writeSidecar = (backup: string, sidecar: Sidecar): Promise<void> =>
  writeWhole(pathOf(backup), `${JSON.stringify(sidecar, null, 2)}\n`);

export const removeSidecar = (backup: string): Promise<void> => rm(pathOf(backup), { force: true });
