import { Menu, nativeTheme } from "electron";
import type { LaunchArguments } from "./arguments.ts";
import type { DesktopState } from "./desktop-state.ts";
import type { GatewayView } from "./gateway-watch.ts";
import { LINKS } from "./links.ts";
import { applicationMenu } from "./menu/application-menu.ts";
import type { MenuActions } from "./menu/state.ts";
import type { TrayActions } from "./menu/tray-menu.ts";
import type { Notifications } from "./notifications.ts";
import { applyStartAtLogin } from "./session-start.ts";
import { TrayIcon } from "./tray.ts";
import { trayShape } from "./tray-icon.ts";
import type { MainWindow } from "./window.ts";

/**
 * What the app shows outside its page (menu bar, tray, theme, notifications, entry among the
 * programs that start with the session), made anew from the state of the gateway.
 */
export class Faces {
  readonly tray: TrayIcon;
  readonly #options: FacesOptions;
  #menuShown = "";
  #startsAtLogin: boolean | null = null;

  constructor(options: FacesOptions) {
    this.#options = options;
    this.tray = new TrayIcon(options.actions);
  }

  /** @param view null while there is no gateway */
  update(view: GatewayView | null): void {
    this.#updateMenu(view);
    this.tray.update(
      {
        platform: process.platform,
        summary: view?.status.summary ?? "Not serving",
        endpoint: view?.status.url ? `${view.status.url}/mcp` : null,
        servers: view?.status.servers ?? [],
        profiles:
          view?.profiles.map(({ slug, name, active, counts }) => ({
            slug,
            name,
            active,
            tools: counts.tools,
          })) ?? null,
        startAtLogin: view?.settings.startAtLogin ?? false,
      },
      trayShape(view?.status.state ?? "not_serving"),
    );
    if (view) this.#follow(view);
  }

  #updateMenu(view: GatewayView | null): void {
    const { packaged, actions, state } = this.#options;
    const menu = {
      platform: process.platform,
      packaged,
      appearance: view?.settings.appearance ?? state.get().appearance,
      profiles: view?.profiles.map(({ slug, name, active }) => ({ slug, name, active })) ?? null,
      links: LINKS,
    };
    const looks = JSON.stringify(menu);
    if (looks === this.#menuShown) return;
    this.#menuShown = looks;
    Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(menu, actions)));
  }

  #follow({ status, settings, job }: GatewayView): void {
    const { state, launched, notifications, window, onFailure } = this.#options;
    const { appearance, startAtLogin } = settings;
    if (state.get().appearance !== appearance) state.update({ appearance });
    if (nativeTheme.themeSource !== appearance) nativeTheme.themeSource = appearance;
    if (this.#startsAtLogin !== startAtLogin) {
      this.#startsAtLogin = startAtLogin;
      try {
        applyStartAtLogin(startAtLogin, launched);
      } catch (error) {
        onFailure(error);
      }
    }
    notifications.followJob(job, window.visible);
    if (window.visible) return;
    notifications.consider(status);
    notifications.considerWarnings(status);
  }
}

interface FacesOptions {
  packaged: boolean;
  launched: LaunchArguments;
  state: DesktopState;
  window: MainWindow;
  notifications: Notifications;
  actions: MenuActions & TrayActions;
  onFailure: (error: unknown) => void;
}
