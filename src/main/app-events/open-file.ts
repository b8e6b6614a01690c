import { app } from "electron";
import type { DesktopApp } from "../desktop-app.ts";

/** A file that was dropped on the icon; elsewhere than on macOS it comes as an argument. */
export function onOpenFile(desktop: DesktopApp): void {
  app.on("open-file", (event, path) => {
    event.preventDefault();
    void desktop.openFile(path);
  });
}
