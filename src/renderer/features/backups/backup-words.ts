import type {
  BackupCounts,
  BackupHealth,
  BackupJob,
  BackupKind,
  BackupsView,
  BackupView,
  RestoreChange,
} from "@local-mcp/contract";
import { BACKUP_PHASE_WORDS } from "@local-mcp/contract";
import { CircleAlert, CircleCheck, CircleDashed, CircleX, type LucideIcon } from "lucide-react";
import { sizeText } from "../../components/size.ts";
import { clockTime, count, listed } from "../../components/time.ts";

/** Everything that this page says, by what it says it of. */

export const KIND_WORDS: Record<BackupKind, string> = {
  manual: "Manual",
  automatic: "Automatic",
  before_migration: "Before an update",
  before_import: "Before an import",
};

interface Look {
  icon: LucideIcon;
  colour: string;
  word: string;
}

export const STATE_LOOKS: Record<BackupView["state"], Look> = {
  verified: { icon: CircleCheck, colour: "text-ok", word: "Verified" },
  unverified: { icon: CircleDashed, colour: "text-text-2", word: "Not verified" },
  damaged: { icon: CircleX, colour: "text-err", word: "Damaged" },
};

/** The icon of the line on top: whether there is a good one, and whether that is late. */
export function healthLook({
  health,
  lastGood,
}: Pick<BackupsView, "health" | "lastGood">): Omit<Look, "word"> {
  if (isTrouble(health)) return { icon: CircleAlert, colour: "text-warn" };
  return lastGood ? STATE_LOOKS[lastGood.state] : { icon: CircleDashed, colour: "text-text-2" };
}

/** What a banner tells on every page. */
const isTrouble = ({ state }: BackupHealth): boolean => state === "late" || state === "folder_gone";

/** “today 02:00”, “yesterday 17:41”, or the date and time. */
export function dayTime(at: number, now = Date.now()): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  const day = new Date(at).toDateString();
  const name = [
    { day: new Date(now), name: "today" },
    { day: yesterday, name: "yesterday" },
    { day: tomorrow, name: "tomorrow" },
  ].find((one) => one.day.toDateString() === day)?.name;
  return name === undefined ? clockTime(at, now) : `${name} ${clockTime(at, at)}`;
}

/** “6 servers, 3 profiles, 4 tokens”. */
export const countsText = ({ servers, profiles, tokens }: BackupCounts): string =>
  [count(servers, "server"), count(profiles, "profile"), count(tokens, "token")].join(", ");

/** “Verified · 412 KB · 3 servers, 1 profile, 2 tokens”. */
export const factsText = ({ state, bytes, counts }: BackupView): string =>
  [STATE_LOOKS[state].word, sizeText(bytes), ...(counts ? [countsText(counts)] : [])].join(" · ");

/** “Last good backup: today 02:00”. */
export const lastGoodText = (lastGood: BackupView | null, now = Date.now()): string =>
  lastGood === null
    ? "No good backup yet"
    : `Last good backup: ${dayTime(lastGood.createdAt, now)}`;

/** “Daily at 02:00, 14 kept”. */
export const scheduleText = ({ enabled, time, keep }: BackupsView["schedule"]): string =>
  enabled ? `Daily at ${time}, ${keep.toLocaleString()} kept` : "Not made automatically";

const JOBS: Record<BackupJob["kind"], string> = {
  create: "Backing up",
  verify: "Checking a backup",
  preview: "Looking into the backup",
  restore: "Restoring",
  undo: "Undoing the restore",
};

export const jobTitle = ({ kind }: Pick<BackupJob, "kind">): string => JOBS[kind];

/** “Decrypting…”, what is happening now. */
export const phaseText = ({ phase }: Pick<BackupJob, "phase">): string =>
  `${BACKUP_PHASE_WORDS[phase]}…`;

/** Before the point of no return nothing was changed; after it nobody can stop it. */
export const holdText = ({ kind, cancellable }: BackupJob): string | null => {
  if (kind !== "restore" && kind !== "undo") return null;
  return cancellable
    ? "Nothing has been changed yet."
    : "It cannot be stopped now. Clients reconnect by themselves when it is done.";
};

/** Asked before everything is replaced. */
export const confirmText = (createdAt: number): string =>
  `Replace everything with the backup of ${dayTime(createdAt)}? Today’s state is kept and can be brought back for 30 days.`;

const THINGS: Record<RestoreChange["kind"], { one: string; many: string }> = {
  server: { one: "Server", many: "Servers" },
  profile: { one: "Profile", many: "Profiles" },
  tool: { one: "Tool", many: "Tools" },
  prompt: { one: "Prompt", many: "Prompts" },
  resource: { one: "Resource", many: "Resources" },
  root: { one: "Root", many: "Roots" },
  token: { one: "Access token", many: "Access tokens" },
  setting: { one: "Setting", many: "Settings" },
  sign_in: { one: "Sign-in", many: "Sign-ins" },
};

const CHANGES: { change: RestoreChange["change"]; title: string }[] = [
  { change: "removed", title: "Goes away" },
  { change: "added", title: "Comes back" },
  { change: "changed", title: "Becomes as it was" },
];

/** Against now, what goes first: each a title and lines such as “Servers: GitHub and Linear”. */
export function changesText(changes: RestoreChange[]): { title: string; lines: string[] }[] {
  return CHANGES.flatMap(({ change, title }) => {
    const lines = Object.entries(THINGS).flatMap(([kind, { one, many }]) => {
      const names = changes
        .filter((item) => item.kind === kind && item.change === change)
        .map(({ name }) => name);
      return names.length === 0 ? [] : [`${names.length === 1 ? one : many}: ${listed(names)}`];
    });
    return lines.length === 0 ? [] : [{ title, lines }];
  });
}
