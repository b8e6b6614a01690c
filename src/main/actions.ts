import type { Gateway } from "@local-mcp/gateway";
import { app, clipboard } from "electron";
import type { DesktopApp } from "./desktop-app.ts";
import { tellProblem } from "./dialogs.ts";
import type { MenuActions } from "./menu/state.ts";
import type { TrayActions } from "./menu/tray-menu.ts";
import { describe } from "./problem.ts";
import { openInBrowser } from "./security-events.ts";
import { restartTroubled } from "./troubled-servers.ts";

/** What entries of the menu bar and of the tray do. */
export function createActions(desktop: DesktopApp): MenuActions & TrayActions {
  /** A menu has no place for an error, so that it is told in a dialog. */
  const attempt = (work: (gateway: Gateway) => Promise<unknown>): void => {
    desktop.startup
      .gateway()
      .then(work)
      .catch((error: unknown) => {
        desktop.log.write("warn", "a menu entry failed", { error: describe(error) });
        return tellProblem(desktop.window.browserWindow, error);
      })
      .catch(desktop.onFailure);
  };
  return {
    open: () => desktop.show(),
    go: (route) => desktop.show({ type: "go", route }),
    run: (command) => desktop.show({ type: "run", command }),
    activateProfile: (slug) => attempt(({ api }) => api.profiles.activate({ profile: slug })),
    setAppearance: (appearance) => attempt(({ api }) => api.settings.update({ appearance })),
    setStartAtLogin: (on) => attempt(({ api }) => api.settings.update({ startAtLogin: on })),
    restartFailed: () => attempt(restartTroubled),
    copyEndpoint: (url) => attempt(async () => clipboard.writeText(url)),
    backUp: () => desktop.show({ type: "run", command: "back_up" }),
    openDataFolder: () => desktop.openDataFolder(),
    copyDiagnostics: () => {
      desktop.copyDiagnostics().catch(desktop.onFailure);
    },
    openExternal: (url) => {
      openInBrowser(url).catch(desktop.onFailure);
    },
    about: () => app.showAboutPanel(),
    quit: () => desktop.quit.request("person"),
  };
}
