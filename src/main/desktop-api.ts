import {
  type AuditFilter,
  desktopContract,
  type DesktopInfo,
  type ExportOptions,
  GatewayError,
  type GivenBackup,
  type LogExportQuery,
  type SavedExport,
  type SavingLogs,
} from "@local-mcp/contract";
import { asApiError } from "@local-mcp/gateway";
import { implement, type ORPCError } from "@orpc/server";
import type { AppLog } from "./app-log.ts";
import type { Recovery } from "./recovery.ts";
import type { Startup } from "./startup.ts";
import type { WindowCommands } from "./window-commands.ts";

/** What the window can ask of the desktop, and who does it. */
export interface Desktop {
  info: () => DesktopInfo;
  startup: Startup;
  recovery: Recovery;
  commands: WindowCommands;
  log: AppLog;
  copyText: (text: string) => Promise<void>;
  /** Whether it is a URL that may be opened: https, or http of this computer. */
  openExternal: (url: string) => Promise<boolean>;
  openDataFolder: () => void;
  /** Null where nothing was chosen. */
  chooseDirectory: (title: string) => Promise<string | null>;
  chooseFile: (title: string) => Promise<string | null>;
  /** A file with servers, chosen and read. @throws GatewayError file_unreadable */
  chooseServersFile: () => Promise<{ name: string; text: string } | null>;
  /** What the filter leaves of the audit log, saved where a person says. @throws GatewayError file_unwritable */
  saveAudit: (filter: AuditFilter) => Promise<{ name: string; entries: number } | null>;
  /** Debug logs, saved where a person says. @throws GatewayError log_…, file_unwritable */
  saveLogs: (
    query: Omit<LogExportQuery, "after">,
    signal: AbortSignal | undefined,
  ) => AsyncGenerator<SavingLogs>;
  /** What is configured, saved where a person says. @throws GatewayError export_…, file_unwritable */
  saveExport: (
    options: ExportOptions,
    signal: AbortSignal | undefined,
  ) => Promise<SavedExport | null>;
  showExport: () => void;
  /** A backup file, chosen and given to the gateway. @throws GatewayError backup_unreadable, … */
  chooseBackup: () => Promise<GivenBackup | null>;
  /** @throws GatewayError backup_not_found, file_unwritable */
  saveBackup: (backup: string) => Promise<{ name: string } | null>;
  /** @throws GatewayError backup_not_found */
  showBackup: (backup: string) => Promise<void>;
  /** @throws GatewayError file_unwritable */
  saveRecoverySheet: (passphrase: string) => Promise<{ name: string } | null>;
  /** Ends this app and starts it again on another data directory. */
  startAgainWith: (dataDir: string) => void;
  copyDiagnostics: () => Promise<void>;
  setTitle: (title: string) => void;
  /** Whether another app showed its window. */
  showRunning: () => Promise<boolean>;
  quit: () => void;
}

const done = { ok: true } as const;

/** The contract of the desktop, carried out. Each line only says who does it. */
export function createDesktopRouter(desktop: Desktop) {
  const log = logOf(desktop.log);
  const os = implement(desktopContract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      throw asApiError(error, path.join("."), log);
    }
  });
  return os.router({
    info: os.info.handler(() => desktop.info()),
    startup: os.startup.handler(({ signal }) => desktop.startup.watch(signal)),
    retryStart: os.retryStart.handler(async () => {
      await desktop.startup.start();
      return done;
    }),
    recovery: os.recovery.handler(async () => ({ backups: await desktop.recovery.backups() })),
    recover: os.recover.handler(async ({ input }) => {
      await desktop.recovery.restore(input.backup, input.passphrase ?? null);
      await desktop.startup.start();
      return done;
    }),
    recoveryJob: os.recoveryJob.handler(() => ({ job: desktop.recovery.job })),
    cancelRecovery: os.cancelRecovery.handler(() => {
      desktop.recovery.cancel();
      return done;
    }),
    commands: os.commands.handler(({ signal }) => desktop.commands.watch(signal)),
    copyText: os.copyText.handler(async ({ input }) => {
      await desktop.copyText(input.text);
      return done;
    }),
    openExternal: os.openExternal.handler(async ({ input }) => {
      if (!(await desktop.openExternal(input.url))) {
        throw new GatewayError("validation_failed", {
          detail: "Only https pages, and http pages of this computer, are opened.",
        });
      }
      return done;
    }),
    openDataFolder: os.openDataFolder.handler(() => {
      desktop.openDataFolder();
      return done;
    }),
    chooseDataFolder: os.chooseDataFolder.handler(async () => {
      const path = await desktop.chooseDirectory("Open another data folder");
      if (path !== null) desktop.startAgainWith(path);
      return { chosen: path !== null };
    }),
    chooseProgram: os.chooseProgram.handler(async () => ({
      path: await desktop.chooseFile("Choose a program"),
    })),
    chooseFolder: os.chooseFolder.handler(async () => ({
      path: await desktop.chooseDirectory("Choose a folder"),
    })),
    openServersFile: os.openServersFile.handler(() => desktop.chooseServersFile()),
    saveAudit: os.saveAudit.handler(({ input }) => desktop.saveAudit(input)),
    saveLogs: os.saveLogs.handler(({ input, signal }) => desktop.saveLogs(input, signal)),
    saveExport: os.saveExport.handler(({ input, signal }) => desktop.saveExport(input, signal)),
    showExport: os.showExport.handler(() => {
      desktop.showExport();
      return done;
    }),
    chooseBackup: os.chooseBackup.handler(() => desktop.chooseBackup()),
    saveBackup: os.saveBackup.handler(({ input }) => desktop.saveBackup(input.backup)),
    showBackup: os.showBackup.handler(async ({ input }) => {
      await desktop.showBackup(input.backup);
      return done;
    }),
    saveRecoverySheet: os.saveRecoverySheet.handler(({ input }) =>
      desktop.saveRecoverySheet(input.passphrase),
    ),
    copyDiagnostics: os.copyDiagnostics.handler(async () => {
      await desktop.copyDiagnostics();
      return done;
    }),
    setTitle: os.setTitle.handler(({ input }) => {
      desktop.setTitle(input.title);
      return done;
    }),
    showWindowOfHolder: os.showWindowOfHolder.handler(async () => {
      const { state } = desktop.startup;
      if (state.state === "failed" && !(await desktop.showRunning())) {
        throw new GatewayError("data_dir_held", state.problem.params);
      }
      return done;
    }),
    quit: os.quit.handler(() => {
      desktop.quit();
      return done;
    }),
  });
}

/** The same form of error as the gateway's, for what fails before it is asked. */
export const asOrpcError = (error: unknown, log: AppLog): ORPCError<string, unknown> =>
  asApiError(error, "desktop", logOf(log));

const logOf = (log: AppLog): Parameters<typeof asApiError>[2] => ({
  info: (message, fields) => log.write("info", message, fields),
  warn: (message, fields) => log.write("warn", message, fields),
  error: (message, fields) => log.write("error", message, fields),
});
