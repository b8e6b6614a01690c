import { app } from "electron";
import { launchArguments } from "../arguments.ts";
import type { DesktopApp } from "../desktop-app.ts";

/** Somebody starts the app again: the first one shows its window and does what was asked for. */
export function onSecondInstance(desktop: DesktopApp): void {
  app.on("second-instance", (_event, _argv, _cwd, launched) => {
    const parsed = launchArguments.safeParse(launched);
    if (parsed.success) desktop.open(parsed.data, true);
    else desktop.show();
  });
}
