import { type BackupHealth, type BackupView, GatewayError } from "@local-mcp/contract";
import { counted } from "@local-mcp/engine";
import { staysHere } from "./names.ts";

const DAY_MS = 86_400_000;
/** Two times a day without one that is good, ms. */
const LATE_MS = 2 * DAY_MS;

export interface HealthFacts {
  backups: readonly BackupView[];
  enabled: boolean;
  hasPassphrase: boolean;
  folder: string;
  /** Why nothing can be written to it, as words. */
  folderProblem: string | null;
  /** Why the last automatic backup failed; null where it did not, or there was none yet. */
  failure: GatewayError | null;
  /** ms since 1970. */
  now: number;
}

/**
 * The newest backup that is whole: it was read back, and all of the state is in it. One without
 * secrets is not, and neither is one from the future, which a wrong clock made.
 */
export const lastGood = (backups: readonly BackupView[], now: number): BackupView | null =>
  backups
    .filter(({ kind }) => !staysHere(kind))
    .filter(({ state, encrypted }) => state === "verified" && encrypted)
    .filter(({ createdAt }) => createdAt <= now)
    .reduce<BackupView | null>(
      (newest, one) => (newest === null || one.createdAt > newest.createdAt ? one : newest),
      null,
    );

/** How it is with automatic backups, as a person is told. */
export function healthOf(facts: HealthFacts): BackupHealth {
  const { enabled, hasPassphrase, failure } = facts;
  if (!enabled) {
    return {
      state: "off",
      message: "Automatic backups are off.",
      wayOut: "Turn them on in Settings, or with “local-mcp-gateway backup schedule --at 02:00”.",
    };
  }
  if (!hasPassphrase) {
    return {
      state: "no_passphrase",
      message: "Automatic backups are not made: no passphrase is kept to encrypt them with.",
      wayOut:
        "Keep one on the page Backups, or with “local-mcp-gateway backup schedule --new-passphrase”.",
    };
  }
  const warning = warningOf(facts);
  const good = lastGood(facts.backups, facts.now);
  if (warning) {
    const { message, wayOut } = warning;
    const state = facts.folderProblem === null ? (good ? "late" : "never") : "folder_gone";
    return { state, message, wayOut };
  }
  if (good) return { state: "good", message: "The last backup is good.", wayOut: null };
  return {
    state: "never",
    message: "No backup has been made yet.",
    wayOut:
      failure?.wayOut ?? "Make one on the page Backups, or with “local-mcp-gateway backup create”.",
  };
}

/** What a person has to be told wherever they look; null where there is nothing of the kind. */
export function warningOf(facts: HealthFacts): GatewayError | null {
  const { backups, enabled, hasPassphrase, folder, folderProblem, failure, now } = facts;
  if (!enabled || !hasPassphrase) return null;
  const good = lastGood(backups, now);
  const age = good === null ? null : now - good.createdAt;
  const isLate = age === null ? failure !== null : age > LATE_MS;
  if (folderProblem !== null && !isLate) {
    return new GatewayError("backup_folder_unusable", { folder, reason: folderProblem });
  }
  if (!isLate) return null;
  const reason =
    folderProblem === null ? whyOf(failure) : `${folder} cannot be written (${folderProblem})`;
  if (age === null) return new GatewayError("backup_never_made", { reason });
  return new GatewayError("backup_late", { age: counted(Math.floor(age / DAY_MS), "day"), reason });
}

/** As the end of a sentence. */
const whyOf = (failure: GatewayError | null): string =>
  failure === null ? "none was made since" : failure.message.replace(/\.$/, "");
