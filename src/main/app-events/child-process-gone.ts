import { app } from "electron";
import type { DesktopApp } from "../desktop-app.ts";

/** Chromium starts its helpers again by itself; that one was lost explains what a person saw. */
export function onChildProcessGone(desktop: DesktopApp): void {
  app.on("child-process-gone", (_event, { type, reason, exitCode, name }) => {
    if (reason === "clean-exit" || desktop.quit.state !== "running") return;
    desktop.log.write("warn", "a helper process is gone", { type, reason, exitCode, name });
  });
}
