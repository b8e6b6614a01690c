import { app, autoUpdater } from "electron";
import type { DesktopApp } from "../desktop-app.ts";

/** Every quit of the app, whatever asked for it, goes the one way of {@link DesktopApp.quit}. */
export function onBeforeQuit(desktop: DesktopApp): void {
  app.on("before-quit", (event) => {
    if (desktop.quit.state === "closed") return;
    event.preventDefault();
    desktop.quit.request("person");
  });
  // An update closes the windows before it quits, and whoever started it has decided.
  autoUpdater.on("before-quit-for-update", () => desktop.quit.request("system"));
}
