import { app, clipboard, type MessagePortMain, shell } from "electron";
import { sameData } from "./arguments.ts";
import {
  BACKUP_EXTENSIONS,
  giveBackup,
  placeOf,
  saveBackup,
  saveSheet,
  SHEET_NAME,
} from "./backup-files.ts";
import type { DesktopApp } from "./desktop-app.ts";
import { createDesktopRouter } from "./desktop-api.ts";
import { chooseDirectory, chooseFile, chooseNewFile } from "./dialogs.ts";
import { createLine } from "./line.ts";
import { openInBrowser } from "./security-events.ts";
import { readServersFile, SERVERS_EXTENSIONS } from "./servers-file.ts";
import { auditFileName, saveAudit } from "./save-audit.ts";
import { exportFileName, saveExport } from "./save-export.ts";
import { logsFileName, saveLogs } from "./save-logs.ts";
import { askRunningApp } from "./show-running.ts";

/** What the window reaches over its port: the desktop it is on, and the gateway. */
export function createWindowLine(
  desktop: DesktopApp,
  onAnswer: () => void,
): (port: MessagePortMain) => void {
  const { startup, recovery, commands, log, window, launched } = desktop;
  // In a work tree Electron is the program, and the app one of its arguments.
  const appPath = app.isPackaged ? [] : [app.getAppPath()];
  /** Where the last export is: the page names no files of this computer. */
  let exported: string | null = null;
  const router = createDesktopRouter({
    startup,
    recovery,
    commands,
    log,
    info: () => desktop.info(),
    copyText: async (text) => {
      await clipboard.writeText(text);
    },
    openExternal: openInBrowser,
    openDataFolder: () => desktop.openDataFolder(),
    chooseDirectory: (title) => chooseDirectory(window.browserWindow, title),
    chooseFile: (title) => chooseFile(window.browserWindow, title),
    chooseServersFile: async () => {
      const path = await chooseFile(window.browserWindow, "Open a file with servers", {
        name: "Servers",
        extensions: SERVERS_EXTENSIONS,
      });
      return path === null ? null : readServersFile(path);
    },
    saveAudit: async (filter) => {
      const path = await chooseNewFile(window.browserWindow, {
        title: "Export the audit log",
        name: auditFileName(new Date()),
      });
      return path === null ? null : saveAudit((await startup.gateway()).api, filter, path);
    },
    saveLogs: async function* (query, signal) {
      const path = await chooseNewFile(window.browserWindow, {
        title: "Export debug logs",
        name: logsFileName(new Date(), query.format),
      });
      if (path === null) return;
      const { logs } = (await startup.gateway()).api;
      yield* saveLogs((part) => logs.export(part), query, path, signal);
    },
    saveExport: async (options, signal) => {
      const path = await chooseNewFile(window.browserWindow, {
        title: "Export",
        name: exportFileName(new Date()),
      });
      if (path === null) return null;
      const saved = await saveExport((await startup.gateway()).api, options, path, signal);
      exported = path;
      return saved;
    },
    showExport: () => {
      if (exported !== null) shell.showItemInFolder(exported);
    },
    chooseBackup: async () => {
      const path = await chooseFile(window.browserWindow, "Restore from a backup", {
        name: "Backups",
        extensions: BACKUP_EXTENSIONS,
      });
      if (path === null) return null;
      if (startup.state.state === "failed") return recovery.give(path);
      return giveBackup((await startup.gateway()).backups, path);
    },
    saveBackup: async (backup) => {
      const { backups } = await startup.gateway();
      const path = await chooseNewFile(window.browserWindow, {
        title: "Save a copy of the backup",
        name: (await backups.find(backup)).view.name,
      });
      return path === null ? null : saveBackup(backups, backup, path);
    },
    showBackup: async (backup) => {
      shell.showItemInFolder(await placeOf((await startup.gateway()).backups, backup));
    },
    saveRecoverySheet: async (passphrase) => {
      const path = await chooseNewFile(window.browserWindow, {
        title: "Save the recovery sheet",
        name: SHEET_NAME,
      });
      return path === null ? null : saveSheet(passphrase, path, new Date());
    },
    startAgainWith: (dataDir) => {
      const args = [...appPath, ...sameData({ ...launched, dataDir })];
      desktop.quit.request("person", () => app.relaunch({ args }));
    },
    copyDiagnostics: () => desktop.copyDiagnostics(),
    setTitle: (title) => window.browserWindow?.setTitle(title),
    showRunning: () => {
      const { dataDir } = desktop.info();
      const other = launched.dataDir === undefined ? ["--data-dir", dataDir] : [];
      return askRunningApp({ program: process.execPath, args: [...appPath, ...other] });
    },
    quit: () => desktop.quit.request("person"),
  });
  return createLine({ desktop: router, gateway: () => startup.gateway(), onAnswer, log });
}
