import { homedir, userInfo } from "node:os";
import { type DesktopInfo, platform, type WindowCommand } from "@local-mcp/contract";
import {
  createGateway,
  type Gateway,
  type GatewayOptions,
  openRecovery,
  type Paths,
  VERSION,
} from "@local-mcp/gateway";
import { app, clipboard, Notification, safeStorage, shell } from "electron";
import { createActions } from "./actions.ts";
import type { AppLog } from "./app-log.ts";
import type { LaunchArguments } from "./arguments.ts";
import { giveBackup, isBackupFile } from "./backup-files.ts";
import { readDeepLink } from "./deep-links.ts";
import { DesktopState } from "./desktop-state.ts";
import { describeForReport } from "./diagnostics.ts";
import { askToQuit, tellProblem } from "./dialogs.ts";
import { Faces } from "./faces.ts";
import { type GatewayView, GatewayWatch } from "./gateway-watch.ts";
import { createKeychain } from "./keychain.ts";
import { findLauncher } from "./launcher.ts";
import { type Notice, Notifications } from "./notifications.ts";
import { describe } from "./problem.ts";
import { Quit } from "./quit.ts";
import { Recovery } from "./recovery.ts";
import { readServersFile } from "./servers-file.ts";
import { Startup } from "./startup.ts";
import { hasTrayHost } from "./tray-host.ts";
import { MainWindow } from "./window.ts";
import { WindowCommands } from "./window-commands.ts";

export interface DesktopAppOptions {
  launched: LaunchArguments;
  /** Null where what names the data directory cannot be understood. */
  paths: Paths | null;
  /** Where the app remembers what concerns this desktop. */
  stateFile: string;
  devServer: string | null;
  pageUrl: string;
  preload: string;
  icon: string | undefined;
  log: AppLog;
  onListening: () => void;
  onPainted: () => void;
}

/** The app: the gateway, its window, and what else of it is on the desktop. */
export class DesktopApp {
  readonly log: AppLog;
  readonly launched: LaunchArguments;
  readonly commands = new WindowCommands();
  readonly startup: Startup;
  readonly recovery = new Recovery(() => openRecovery(this.#gatewayOptions()));
  readonly window: MainWindow;
  readonly quit: Quit;
  readonly #options: DesktopAppOptions;
  readonly #notifications: Notifications;
  readonly #faces: Faces;
  /** Held while they are shown: a notification that is forgotten cannot be clicked. */
  readonly #shown = new Set<Notification>();
  #view: GatewayView | null = null;
  #watch: GatewayWatch | null = null;

  constructor(options: DesktopAppOptions) {
    this.#options = options;
    this.log = options.log;
    this.launched = options.launched;
    const state = new DesktopState(options.stateFile, this.onFailure);
    this.startup = new Startup({
      open: () => this.#openGateway(),
      onReady: (gateway) => this.#follow(gateway),
      log: this.log,
    });
    this.window = new MainWindow({
      pageUrl: options.pageUrl,
      devServer: options.devServer,
      preload: options.preload,
      icon: options.icon,
      packaged: app.isPackaged,
      state,
      commands: this.commands,
      ending: () => this.#ending,
      onClose: () => {
        this.#putAway().catch(this.onFailure);
      },
      onPainted: options.onPainted,
      onFailure: this.onFailure,
      onSessionEnd: () => this.quit.request("system"),
    });
    this.#notifications = new Notifications({
      now: Date.now,
      show: (notice) => this.#notify(notice),
      lastShown: () => state.get().notified,
      remember: (notified) => state.update({ notified }),
    });
    this.quit = new Quit({
      clientsToAskFor: () => this.#clientsToAskFor(),
      ask: (clients) => askToQuit(this.window.browserWindow, clients),
      dontAskAgain: async () => {
        const { api } = await this.startup.gateway();
        await api.settings.update({ askBeforeQuit: false });
      },
      close: () => this.#close(),
      exit: () => app.quit(),
      onFailure: this.onFailure,
    });
    this.#faces = new Faces({
      packaged: app.isPackaged,
      launched: this.launched,
      state,
      window: this.window,
      notifications: this.#notifications,
      actions: createActions(this),
      onFailure: this.onFailure,
    });
  }

  /** Begins to serve. Needs no window and no ready app. */
  start(): void {
    void this.startup.start();
  }

  /** Shows what the app has on the desktop, once there is a desktop to show it on. */
  async ready(hidden: boolean): Promise<void> {
    this.#faces.update(this.#view);
    this.open(this.launched, !hidden);
    if ((await this.#placeTray()) || !hidden) return;
    // Without a tray an app without a window could not be found again.
    this.window.openMinimized();
  }

  /** Does what a launch asks for, be it this one or a second one. */
  open({ links, files }: LaunchArguments, show: boolean): void {
    if (show) this.show();
    for (const link of links) this.openLink(link);
    for (const file of files) void this.openFile(file);
  }

  openLink(link: string): void {
    const command = readDeepLink(link);
    if (command) this.show(command);
    else this.log.write("warn", "a link was not understood");
  }

  async openFile(path: string): Promise<void> {
    try {
      this.show(await this.#commandFor(path));
    } catch (error) {
      this.onFailure(error);
      // Whoever opened it would wait for something to happen.
      if (app.isReady()) await tellProblem(this.window.browserWindow, error).catch(this.onFailure);
    }
  }

  async #commandFor(path: string): Promise<WindowCommand> {
    if (isBackupFile(path)) {
      return {
        type: "restore_from",
        ...(await giveBackup((await this.startup.gateway()).backups, path)),
      };
    }
    return { type: "add_servers_from", text: (await readServersFile(path)).text };
  }

  /** Shows the window, now or as soon as there can be one. */
  show(command?: WindowCommand): void {
    if (this.#ending) return;
    if (app.isReady()) this.window.show(command);
    else if (command) this.commands.send(command);
  }

  info(): DesktopInfo {
    return {
      platform: platform.parse(process.platform),
      version: VERSION,
      electron: process.versions["electron"] ?? "",
      packaged: app.isPackaged,
      dataDir: this.#options.paths?.dataDir ?? "",
      tray: this.#faces.tray.shown,
    };
  }

  openDataFolder(): void {
    if (this.#options.paths) shell.showItemInFolder(this.#options.paths.database);
  }

  async copyDiagnostics(): Promise<void> {
    const { state } = this.startup;
    const text = await describeForReport({
      info: this.info(),
      versions: Object.fromEntries(
        Object.entries(process.versions).map(([name, version]) => [name, version ?? ""]),
      ),
      startup: state,
      api: state.state === "ready" ? (await this.startup.gateway()).api : null,
      log: this.log.recent(),
      redactor: this.log.redactor,
      home: homedir(),
    });
    await clipboard.writeText(text);
  }

  /** After sleep connections are gone that nobody has told of. */
  async resumed(): Promise<void> {
    this.log.write("info", "resumed");
    if (this.startup.state.state !== "ready") return;
    (await this.startup.gateway()).recheck("resume");
  }

  /** For what has no better place than the log. */
  readonly onFailure = (error: unknown): void => {
    this.log.write("error", "something failed", { error: describe(error) });
  };

  get #ending(): boolean {
    return this.quit.state === "closing" || this.quit.state === "closed";
  }

  async #openGateway(): Promise<Gateway> {
    const gateway = await createGateway(this.#gatewayOptions());
    // From here on the directory is ours to write in.
    if (this.#options.paths) this.log.openIn(this.#options.paths.logs);
    return gateway;
  }

  #gatewayOptions(): GatewayOptions {
    const { dataDir, configEnv } = this.launched;
    return {
      dataDir,
      configEnv,
      env: process.env,
      kind: "app",
      log: this.log.line,
      redactor: this.log.redactor,
      keychain: createKeychain({
        safeStorage: () => safeStorage,
        platform: process.platform,
        whenReady: () => app.whenReady(),
        account: () => userInfo().username,
      }),
      launcher: findLauncher({
        packaged: app.isPackaged,
        resourcesPath: process.resourcesPath,
        appPath: app.getAppPath(),
        platform: process.platform,
      }),
    };
  }

  #follow(gateway: Gateway): void {
    this.#options.onListening();
    this.#watch = new GatewayWatch({
      gateway,
      onChange: (view) => {
        this.#view = view;
        if (app.isReady()) this.#faces.update(view);
      },
      onFailure: this.onFailure,
    });
    this.#watch.start();
  }

  /** A closed window goes on serving: in the tray, or minimised where there is none. */
  async #putAway(): Promise<void> {
    if (await this.#placeTray()) {
      this.window.hide();
      const place = process.platform === "darwin" ? "menu bar" : "notification area";
      this.#notifications.once({
        cause: "tray.first",
        title: "Still serving",
        body: `Open it again from the ${place}.${process.platform === "win32" ? " Windows may hide new icons behind ^." : ""}`,
        route: "/overview",
      });
    } else {
      this.window.minimize();
      this.#notifications.once({
        cause: "tray.none",
        title: "Still serving",
        body: "This desktop shows no tray icons, so the window was minimised.",
        route: "/overview",
      });
    }
  }

  /** Tries anew each time, since a tray may come later than the app. */
  async #placeTray(): Promise<boolean> {
    const host = await hasTrayHost(process.platform, process.env);
    if (host) this.#faces.tray.show();
    else this.#faces.tray.close();
    return host;
  }

  #notify({ title, body, route }: Notice): void {
    if (!Notification.isSupported()) {
      this.log.write("info", "not shown, since this desktop shows no notifications", { title });
      return;
    }
    const notification = new Notification({ title, body });
    this.#shown.add(notification);
    notification.on("click", () => this.show({ type: "go", route }));
    notification.on("close", () => this.#shown.delete(notification));
    notification.show();
  }

  async #clientsToAskFor(): Promise<number> {
    if (this.startup.state.state !== "ready" || !this.#view?.settings.askBeforeQuit) return 0;
    const { api } = await this.startup.gateway();
    const { clients } = await api.clients.list();
    return clients.filter(({ active }) => active).length;
  }

  async #close(): Promise<void> {
    this.log.write("info", "closing");
    this.#watch?.close();
    this.window.hide();
    await this.recovery.close();
    await this.startup.close();
    // Not before: Electron 33 crashes where an icon goes that has only just come.
    this.#faces.tray.close();
    this.log.write("info", "closed");
  }
}
