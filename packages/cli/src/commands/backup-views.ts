import {
  BACKUP_PART_WORDS,
  type BackupContents,
  type BackupCounts,
  type BackupKind,
  type BackupReport,
  type BackupsView,
  type BackupView,
  type RestoreChange,
  type RestorePreview,
} from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import { bytes, dateTime, facts, oneLine, plural, quoted, table } from "../output.ts";

const KIND_WORDS = {
  manual: "manual",
  automatic: "automatic",
  before_migration: "before migration",
  before_import: "before import",
} as const satisfies Record<BackupKind, string>;

const STATE_WORDS = {
  verified: "verified",
  unverified: "not verified",
  damaged: "DAMAGED",
} as const satisfies Record<BackupView["state"], string>;

const SECRETS_WORDS = {
  sealed: "all of them, sealed under the passphrase of the backup",
  none: "none are in it",
  foreign: "sealed with keys of the vault it was copied from",
} as const satisfies Record<BackupContents["secrets"], string>;

const CHANGE_KINDS = {
  server: "server",
  profile: "profile",
  tool: "tool",
  prompt: "prompt",
  resource: "resource",
  root: "root",
  token: "access token",
  setting: "setting",
  sign_in: "sign-in of",
} as const satisfies Record<RestoreChange["kind"], string>;

const CHANGE_SIGNS = { added: "+", removed: "-", changed: "~" } as const satisfies Record<
  RestoreChange["change"],
  string
>;

const countsText = ({ servers, profiles, tokens }: BackupCounts): string =>
  [plural(servers, "server"), plural(profiles, "profile"), plural(tokens, "token")].join(", ");

/** A heading with lines below it; nothing where there are none. */
const section = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [[heading, ...lines.map((line) => `  ${oneLine(line)}`)].join("\n")];

const contentsFacts = (contents: BackupContents): (readonly [string, string | null])[] => {
  const { counts, parts, version, machine } = contents;
  return [
    ["Made", dateTime(contents.createdAt)],
    ["On", machine || null],
    ["By version", version || null],
    ["Holds", `${countsText(counts)}, ${plural(counts.signIns, "sign-in")}`],
    [
      "Secrets",
      contents.secrets === "none"
        ? SECRETS_WORDS.none
        : `${counts.secrets}: ${SECRETS_WORDS[contents.secrets]}`,
    ],
    ["Also in it", parts.map((part) => BACKUP_PART_WORDS[part]).join("\n") || null],
  ];
};

const missingText = ({ missing }: BackupContents): string[] =>
  section(
    "Not in it:",
    missing.map(({ what, how }) => `${what} ${how}`),
  );

const wholeness = (verified: boolean): string =>
  verified
    ? "whole: it holds what was written into it"
    : "every page is in order; nothing says what a copy made by hand should hold";

/** What a file holds, after all of it was read. */
export const reportText = ({
  name,
  bytes: size,
  contents,
  verified,
  drill,
}: BackupReport): string =>
  [
    facts([
      ["Backup", `${name}, ${bytes(size)}`],
      ["State", wholeness(verified)],
      ...contentsFacts(contents),
    ]),
    ...missingText(contents),
    ...section("Restored into a scratch directory:", drill ?? []),
  ].join("\n\n");

const changeText = ({ kind, name, change }: RestoreChange): string =>
  `${CHANGE_SIGNS[change]} ${CHANGE_KINDS[kind]} ${name}`;

const commandText = ({
  server,
  command,
  args,
  cwd,
  env,
  isNew,
}: RestorePreview["commands"][number]): string =>
  `${server}: ${[command, ...args].map(quoted).join(" ")}` +
  (cwd === null ? "" : ` in ${quoted(cwd)}`) +
  (env.length === 0 ? "" : ` (with ${env.join(", ")})`) +
  (isNew ? ", which nobody has allowed on this computer yet" : "");

/** How many changes somebody reads before they agree. */
const MOST_CHANGES = 60;

const someOf = (changes: string[]): string[] =>
  changes.length <= MOST_CHANGES
    ? changes
    : [...changes.slice(0, MOST_CHANGES), `… and ${changes.length - MOST_CHANGES} more`];

/** What a restore would do: what is in the file, what changes, what stays, what it may start. */
export const previewText = (preview: RestorePreview): string => {
  const { name, contents, verified, changes, stays, commands, warnings } = preview;
  return [
    facts([["Backup", name], ["State", wholeness(verified)], ...contentsFacts(contents)]),
    ...missingText(contents),
    changes.length === 0
      ? "Against now: nothing is added, removed or changed."
      : section(
          "Against now (+ added, - removed, ~ changed):",
          someOf(changes.map(changeText)),
        ).join(""),
    ...section("Newer than the backup, and stays as it is now:", stays),
    ...section("Commands that may start once it is restored:", commands.map(commandText)),
    ...section("Warnings:", warnings),
  ].join("\n\n");
};

/** Automatic backups: when, where, how many, and whether there is a passphrase for them. */
export const scheduleText = ({ schedule, health, lastGood }: BackupsView): string => {
  const { enabled, time, keep, folder, passphrase, nextAt } = schedule;
  const since = passphrase.since === null ? "" : `, since ${dateTime(passphrase.since)}`;
  return facts([
    ["Backups", health.message],
    ["Next step", health.wayOut],
    ["Last good", lastGood && `${dateTime(lastGood.createdAt)}, ${bytes(lastGood.bytes)}`],
    ["Automatic", enabled ? `daily at ${time}, the newest ${keep} are kept` : "off"],
    ["Next one", nextAt === null ? null : dateTime(nextAt)],
    ["Passphrase", passphrase.set ? `kept for them${since}` : "none is kept for them"],
    ["Folder", folder],
  ]);
};

const undoText = (cli: Cli, { undo }: BackupsView): string[] =>
  undo === null
    ? []
    : [
        `What was there before the restore of ${dateTime(undo.restoredAt)} is kept until ${dateTime(undo.until)}: ${cli.command("backup undo")}`,
      ];

const kindText = ({ kind, encrypted }: BackupView): string =>
  KIND_WORDS[kind] + (encrypted || kind.startsWith("before_") ? "" : ", not encrypted");

/** Backups, in the order they come in. */
export const backupTable = (cli: Cli, backups: readonly BackupView[]): string =>
  backups.length === 0
    ? "There are no backups."
    : table(
        ["MADE", "KIND", "SIZE", "STATE", "HOLDS", "NAME"],
        backups.map((backup) => [
          dateTime(backup.createdAt),
          kindText(backup),
          bytes(backup.bytes),
          STATE_WORDS[backup.state],
          backup.counts === null ? "?" : countsText(backup.counts),
          backup.name,
        ]),
        cli.width,
      );

/** All backups, under how the automatic ones are. */
export const backupsText = (cli: Cli, view: BackupsView): string =>
  [scheduleText(view), ...undoText(cli, view), backupTable(cli, view.backups)].join("\n\n");

/** What a person keeps on paper: a passphrase that was made, and what it is for. */
export const recoverySheetText = (passphrase: string): string =>
  [
    passphrase,
    "",
    "This passphrase opens the automatic backups that Local MCP Gateway makes from now on.",
    "Without it nobody can open them on another computer. It is not shown again: print this or",
    "write it down, and keep it away from this computer.",
    "",
    "To restore a backup:              local-mcp-gateway backup restore FILE",
    "To open one without the program:  age -d -o gateway.db FILE",
  ].join("\n");
