import { app } from "electron";

/** The gateway goes on without a window; without this listener Electron would quit. */
export function onWindowAllClosed(): void {
  app.on("window-all-closed", () => {});
}
