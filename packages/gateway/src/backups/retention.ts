import type { BackupView } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { BackupFiles } from "./files.ts";
import { staysHere } from "./names.ts";

const DAY_MS = 86_400_000;
/** How long a copy for this computer is kept, ms. */
const KEEP_COPY_MS = 30 * DAY_MS;

/**
 * The backups that are not kept any longer. Of automatic ones the newest `keep` that are whole stay,
 * and whatever is newer than those; nobody knows of an unverified one whether it is ours to remove.
 * What a person made is theirs.
 *
 * @param now ms since 1970
 */
export function expired<Backup extends Pick<BackupView, "kind" | "state" | "createdAt">>(
  backups: readonly Backup[],
  keep: number,
  now: number,
): Backup[] {
  const oldestKept = backups
    .filter(({ kind, state }) => kind === "automatic" && state === "verified")
    .map(({ createdAt }) => createdAt)
    .sort((a, b) => b - a)[keep - 1];
  return backups.filter(({ kind, state, createdAt }) => {
    if (staysHere(kind)) return createdAt < now - KEEP_COPY_MS;
    const isOld = oldestKept !== undefined && createdAt < oldestKept;
    return kind === "automatic" && isOld && state !== "unverified";
  });
}

/**
 * Removes what {@link expired} says, and what is left of backups that were killed.
 *
 * @param keep of automatic ones
 * @param now ms since 1970
 */
export async function removeExpired(
  files: Pick<BackupFiles, "list" | "removeLeftovers" | "removeStored">,
  keep: number,
  now: number,
  log: Log,
): Promise<void> {
  await files.removeLeftovers(now);
  const stored = await files.list();
  const views = stored.map(({ view }) => view);
  const gone = new Set(expired(views, keep, now));
  for (const backup of stored.filter(({ view }) => gone.has(view))) {
    try {
      await files.removeStored(backup);
    } catch (error) {
      // It is tried again after the next one; the new backup is good all the same.
      const { name } = backup.view;
      log.warn("an old backup could not be removed", { backup: name, error: String(error) });
    }
  }
}
