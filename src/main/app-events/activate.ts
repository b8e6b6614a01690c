import { app } from "electron";
import type { DesktopApp } from "../desktop-app.ts";

/** A click on the icon in the Dock; macOS only. */
export function onActivate(desktop: DesktopApp): void {
  app.on("activate", () => desktop.show());
}
