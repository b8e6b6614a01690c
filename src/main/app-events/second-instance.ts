import { app } from "electron";
import type { DesktopApp } from "../desktop-app.ts";
import { takeOver } from "../hand-over.ts";

/** Somebody starts the app again: the first one shows its window and does what was asked for. */
export function onSecondInstance(desktop: DesktopApp): void {
  app.on("second-instance", (_event, _argv, _cwd, handedOver) => {
    const launched = takeOver(handedOver);
    if (launched) desktop.open(launched, true);
    else desktop.show();
  });
}
