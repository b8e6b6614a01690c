import { app, clipboard, type MessagePortMain } from "electron";
import { sameData } from "./arguments.ts";
import type { DesktopApp } from "./desktop-app.ts";
import { createDesktopRouter } from "./desktop-api.ts";
import { chooseDirectory, chooseFile, chooseNewFile } from "./dialogs.ts";
import { createLine } from "./line.ts";
import { openInBrowser } from "./security-events.ts";
import { readServersFile, SERVERS_EXTENSIONS } from "./servers-file.ts";
import { auditFileName, saveAudit } from "./save-audit.ts";
import { askRunningApp } from "./show-running.ts";

/** What the window reaches over its port: the desktop it is on, and the gateway. */
export function createWindowLine(
  desktop: DesktopApp,
  onAnswer: () => void,
): (port: MessagePortMain) => void {
  const { startup, commands, log, window, launched } = desktop;
  // In a work tree Electron is the program, and the app one of its arguments.
  const appPath = app.isPackaged ? [] : [app.getAppPath()];
  const router = createDesktopRouter({
    startup,
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
      const path = await chooseFile(
        window.browserWindow,
        "Open a file with servers",
        SERVERS_EXTENSIONS,
      );
      return path === null ? null : readServersFile(path);
    },
    saveAudit: async (filter) => {
      const path = await chooseNewFile(window.browserWindow, {
        title: "Export the audit log",
        name: auditFileName(new Date()),
      });
      return path === null ? null : saveAudit((await startup.gateway()).api, filter, path);
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
