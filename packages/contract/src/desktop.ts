import { eventIterator, oc } from "@orpc/contract";
import { z } from "zod";
import { auditFilter } from "./audit.ts";
import { backupJob, backupSelector, backupView } from "./backups.ts";
import { contract } from "./contract.ts";
import { logExportQuery } from "./logs.ts";
import { problem } from "./problem.ts";
import { secretIn } from "./secret-fields.ts";
import { exportOptions, exportResult } from "./transfer.ts";

/**
 * What only the desktop app can be asked: windows, files, the system. Served to the app's own
 * window beside the contract of the gateway, and nowhere else.
 */

/** Pages of the window. A route is one of these, with what is selected on it after a slash. */
export const page = z.enum([
  "overview",
  "profiles",
  "servers",
  "tools",
  "prompts",
  "resources",
  "logs",
  "sessions",
  "metrics",
  "tokens",
  "backups",
  "transfer",
  "settings",
]);
export type Page = z.infer<typeof page>;

/** `/servers`, `/servers/ID/output`, `/settings?section=vault`. */
export const route = z
  .string()
  .max(500)
  .regex(
    /^\/(overview|profiles|servers|tools|prompts|resources|logs|sessions|metrics|tokens|backups|transfer|settings)(\/[A-Za-z0-9._~%-]+)*(\?[^#\s]*)?$/,
  );

/** What menus, tray and deep links ask the window to do. */
export const windowCommand = z.discriminatedUnion("type", [
  z.object({ type: z.literal("go"), route }),
  z.object({
    type: z.literal("run"),
    command: z.enum([
      "add_server",
      "new_profile",
      "connect_client",
      "command_palette",
      "keyboard_shortcuts",
      "toggle_sidebar",
      "find",
      "copy_endpoint",
      "run_doctor",
      "restart_failed",
      "record_uncapped",
      "back_up",
      "restore_backup",
      "import",
      "export",
      "back",
      "forward",
    ]),
  }),
  /** A backup file that was opened with the app; the gateway has a copy of it. */
  z.object({ type: z.literal("restore_from"), backup: z.string().max(200), name: z.string() }),
  /** Text of an `mcpServers` file that was dropped on or opened with the app, to be reviewed. */
  z.object({ type: z.literal("add_servers_from"), text: z.string().max(1024 * 1024) }),
]);
export type WindowCommand = z.infer<typeof windowCommand>;

export const platform = z.enum(["darwin", "win32", "linux"]);

export const desktopInfo = z.object({
  platform,
  version: z.string(),
  electron: z.string(),
  packaged: z.boolean(),
  dataDir: z.string(),
  /** Whether this desktop shows a tray icon; where it does not, closing minimises the window. */
  tray: z.boolean(),
});
export type DesktopInfo = z.infer<typeof desktopInfo>;

/** Before the shell: whether there is a gateway to show at all. */
export const startup = z.discriminatedUnion("state", [
  z.object({ state: z.literal("starting") }),
  z.object({ state: z.literal("ready") }),
  z.object({ state: z.literal("failed"), problem }),
]);
export type Startup = z.infer<typeof startup>;

/** A backup file that a person gave; the gateway has a copy of it for an hour. */
export const givenBackup = z.object({
  /** What procedures of backups take. */
  backup: z.string(),
  /** Name of the file. */
  name: z.string(),
});
export type GivenBackup = z.infer<typeof givenBackup>;

/** An export that was written to a file: what is in it and what is not. */
export const savedExport = exportResult.omit({ text: true }).extend({
  /** Name of the file. */
  name: z.string(),
});
export type SavedExport = z.infer<typeof savedExport>;

/** How far an export of debug logs is. */
export const savingLogs = z.object({
  /** So many are written. */
  rows: z.number().int(),
  /** Of the file; null until it is there. */
  name: z.string().nullable(),
});
export type SavingLogs = z.infer<typeof savingLogs>;

const nothing = z.object({}).optional();
const done = z.object({ ok: z.literal(true) });

export const desktopContract = {
  info: oc.input(nothing).output(desktopInfo),
  /** The state now and each later one. */
  startup: oc.input(nothing).output(eventIterator(startup)),
  /** Tries once more to open the data directory. */
  retryStart: oc.input(nothing).output(done),
  /** The backups that are there although the database cannot be opened, newest first. */
  recovery: oc.input(nothing).output(z.object({ backups: z.array(backupView) })),
  /** Puts one of them in the place of such a database, then starts. Answers when it has started. */
  recover: oc
    .input(backupSelector.extend({ passphrase: secretIn(z.string().max(1024)).optional() }))
    .output(done),
  /** How far `recover` is; null where there is none. */
  recoveryJob: oc.input(nothing).output(z.object({ job: backupJob.nullable() })),
  cancelRecovery: oc.input(nothing).output(done),
  commands: oc.input(nothing).output(eventIterator(windowCommand)),
  copyText: oc.input(z.object({ text: z.string() })).output(done),
  /** In the system's browser; https, and http on loopback. */
  openExternal: oc.input(z.object({ url: z.string().max(4000) })).output(done),
  openDataFolder: oc.input(nothing).output(done),
  /** Asks for another data folder and starts again with it. */
  chooseDataFolder: oc.input(nothing).output(z.object({ chosen: z.boolean() })),
  /** A program to run. Null where nothing was chosen. */
  chooseProgram: oc.input(nothing).output(z.object({ path: z.string().nullable() })),
  chooseFolder: oc.input(nothing).output(z.object({ path: z.string().nullable() })),
  /** A file with servers, read for the person. Null where nothing was chosen. */
  openServersFile: oc
    .input(nothing)
    .output(z.object({ name: z.string(), text: z.string() }).nullable()),
  /** The audit log as JSON Lines, to a file that the person chooses. Null where none was chosen. */
  saveAudit: oc
    .input(auditFilter)
    .output(z.object({ name: z.string(), entries: z.number().int() }).nullable()),
  /**
   * Debug logs, to a file that the person chooses; says how far it is, and nothing where none was
   * chosen. Who stops listening ends it, and there is no file.
   */
  saveLogs: oc.input(logExportQuery.omit({ after: true })).output(eventIterator(savingLogs)),
  /**
   * A backup file, from wherever a person has it. Null where none was chosen. Before the shell it is
   * one for `recover`.
   */
  chooseBackup: oc.input(nothing).output(givenBackup.nullable()),
  /** A backup as it is, to a file that the person chooses. Null where none was chosen. */
  saveBackup: oc.input(backupSelector).output(z.object({ name: z.string() }).nullable()),
  /** Shows the file of a backup among the others of its folder. */
  showBackup: oc.input(backupSelector).output(done),
  /** A new passphrase of backups on a sheet, to a file that the person chooses. */
  saveRecoverySheet: oc
    .input(z.object({ passphrase: secretIn(z.string().max(1024)) }))
    .output(z.object({ name: z.string() }).nullable()),
  /** What is configured, to a file that the person chooses. Null where none was chosen. */
  saveExport: oc.input(exportOptions).output(savedExport.nullable()),
  /** Shows the file of the last export among the others of its folder. */
  showExport: oc.input(nothing).output(done),
  /** To the clipboard; holds no secret. */
  copyDiagnostics: oc.input(nothing).output(done),
  /** What the window shows in its title bar and the system in its list of windows. */
  setTitle: oc.input(z.object({ title: z.string().max(200) })).output(done),
  showWindowOfHolder: oc.input(nothing).output(done),
  quit: oc.input(nothing).output(done),
};

/** Everything the window can call. */
export const windowContract = { ...contract, desktop: desktopContract };
export type WindowContract = typeof windowContract;
