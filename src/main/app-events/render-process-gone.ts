import { app } from "electron";
import type { DesktopApp } from "../desktop-app.ts";
import { askToReopen } from "../dialogs.ts";
import { RendererCrashes } from "../renderer-crashes.ts";

/** The page has crashed: it is loaded again, and a person is asked where that did not help. */
export function onRenderProcessGone(desktop: DesktopApp): void {
  const crashes = new RendererCrashes(Date.now);
  app.on("render-process-gone", (_event, contents, { reason, exitCode }) => {
    if (reason === "clean-exit" || desktop.quit.state !== "running") return;
    desktop.log.write("error", "the window's page is gone", { reason, exitCode });
    if (crashes.next() === "reload") {
      // Within the event it may do nothing, or end the app: https://github.com/electron/electron/pull/51900
      setImmediate(() => {
        if (!contents.isDestroyed()) contents.reload();
      });
      return;
    }
    desktop.window.hide();
    offerAnotherWindow(desktop).catch(desktop.onFailure);
  });
}

const offerAnotherWindow = async (desktop: DesktopApp): Promise<void> => {
  if (await askToReopen()) desktop.show();
};
