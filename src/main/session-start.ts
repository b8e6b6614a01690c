import { homedir } from "node:os";
import { join } from "node:path";
import { app } from "electron";
import { type LaunchArguments, sameData } from "./arguments.ts";
import { setAutostart } from "./login-item.ts";

/** Lets the system start the app with the session, without its window, or no longer. */
export function applyStartAtLogin(on: boolean, launched: LaunchArguments): void {
  const args = [...sameData(launched), "--hidden"];
  if (process.platform === "linux") {
    const configHome = process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
    // An AppImage is mounted somewhere else at each start; the variable names the file itself.
    const program = process.env["APPIMAGE"] ?? process.execPath;
    const appPath = app.isPackaged ? [] : [app.getAppPath()];
    const { dataDir } = launched;
    setAutostart(configHome, on, { program, args: [...appPath, ...args], dataDir });
    return;
  }
  // Setting what is set already makes macOS tell the person once more.
  if (app.getLoginItemSettings({ args }).openAtLogin === on) return;
  app.setLoginItemSettings({ openAtLogin: on, args });
}

/** Whether the session started the app, so that no window is shown. */
export function startedWithSession(launched: LaunchArguments): boolean {
  if (launched.hidden) return true;
  return process.platform === "darwin" && app.getLoginItemSettings().wasOpenedAtLogin;
}
