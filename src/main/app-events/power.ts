import { powerMonitor } from "electron";
import type { DesktopApp } from "../desktop-app.ts";

/** Sleep, wake and the end of the system. */
export function onPowerChanges(desktop: DesktopApp): void {
  powerMonitor.on("suspend", () => desktop.log.write("info", "suspended"));
  powerMonitor.on("resume", () => {
    desktop.resumed().catch(desktop.onFailure);
  });
  powerMonitor.on("shutdown", (...[event]: unknown[]) => {
    // The system waits a little for an app that asks; this one ends as soon as all is closed.
    if (isPreventable(event)) event.preventDefault();
    desktop.quit.request("system");
  });
}

/** Electron's types do not say that the event is handed over. */
const isPreventable = (event: unknown): event is Electron.Event =>
  typeof event === "object" && event !== null && "preventDefault" in event;
