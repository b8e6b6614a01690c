import type { BackupView } from "@local-mcp/contract";

const DAY_MS = 86_400_000;
/** How long a copy before a migration is kept, ms. */
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
    if (kind === "before_migration") return createdAt < now - KEEP_COPY_MS;
    const isOld = oldestKept !== undefined && createdAt < oldestKept;
    return kind === "automatic" && isOld && state !== "unverified";
  });
}
