import { app } from "electron";
import { SCHEME } from "../deep-links.ts";
import type { DesktopApp } from "../desktop-app.ts";

/** A link with our scheme; elsewhere than on macOS it comes as an argument. */
export function onOpenUrl(desktop: DesktopApp): void {
  // In a work tree the program is Electron itself, which must not become the opener of our links.
  if (app.isPackaged && desktop.launched.dataDir === undefined) {
    app.setAsDefaultProtocolClient(SCHEME);
  }
  app.on("open-url", (event, url) => {
    event.preventDefault();
    desktop.openLink(url);
  });
}
