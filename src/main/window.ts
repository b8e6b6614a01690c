import { route as routeSchema, type WindowCommand } from "@local-mcp/contract";
import { BrowserWindow, type IpcMainEvent, nativeTheme, screen } from "electron";
import type { DesktopState } from "./desktop-state.ts";
import { isOwnUrl } from "./security.ts";
import { MIN_SIZE, placeWindow } from "./window-bounds.ts";
import type { WindowCommands } from "./window-commands.ts";

/** The colour `bg` of the page's theme, so that nothing flashes before the page is painted. */
const BACKGROUND = { light: "#f9fafb", dark: "#0f1014" };

export interface WindowOptions {
  /** The page, without a route. */
  pageUrl: string;
  devServer: string | null;
  preload: string;
  /** A picture for the list of windows; undefined where the package of the system names it. */
  icon: string | undefined;
  packaged: boolean;
  state: DesktopState;
  commands: WindowCommands;
  /** Whether the app is ending, so that a window may go for good. */
  ending: () => boolean;
  /** A person closes the window; it stays until {@link MainWindow.hide} or `minimize`. */
  onClose: () => void;
  onPainted: () => void;
  onFailure: (error: unknown) => void;
  /** The system ends the session; Windows only. */
  onSessionEnd: () => void;
}

/**
 * The one window. A hidden one is gone, which saves its memory; the next one shows the same place.
 */
export class MainWindow {
  readonly #options: WindowOptions;
  #window: BrowserWindow | null = null;
  #route = "/overview";

  constructor(options: WindowOptions) {
    this.#options = options;
    nativeTheme.on("updated", () => this.#window?.setBackgroundColor(background()));
  }

  /** Whether a person can see it. */
  get visible(): boolean {
    return this.#window !== null && this.#window.isVisible() && !this.#window.isMinimized();
  }

  get browserWindow(): BrowserWindow | null {
    return this.#window;
  }

  /** Shows it in front, and lets it do something. */
  show(command?: WindowCommand): void {
    const window = this.#window;
    if (!window) {
      if (command?.type === "go") this.#route = command.route;
      else if (command) this.#options.commands.send(command);
      this.#open("shown");
      return;
    }
    if (command) this.#options.commands.send(command);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Opens it where it can be found and takes no room. */
  openMinimized(): void {
    if (!this.#window) this.#open("minimized");
  }

  minimize(): void {
    this.#window?.minimize();
  }

  hide(): void {
    this.#remember();
    this.#window?.destroy();
  }

  /** Whether a message comes from the page itself: from its main frame, at its own address. */
  sent({ sender, senderFrame }: IpcMainEvent): boolean {
    const contents = this.#window?.webContents;
    return (
      contents !== undefined &&
      sender === contents &&
      senderFrame === contents.mainFrame &&
      isOwnUrl(senderFrame.url, this.#options.devServer)
    );
  }

  #open(as: "shown" | "minimized"): void {
    const { pageUrl, preload, icon, packaged, state, ending } = this.#options;
    const { onClose, onPainted, onFailure, onSessionEnd } = this.#options;
    const saved = state.get().window;
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
    const window = new BrowserWindow({
      ...placeWindow(saved, screens),
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      show: false,
      title: "Local MCP Gateway",
      icon,
      backgroundColor: background(),
      titleBarStyle: process.platform === "darwin" ? "hiddenInset" : "default",
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        devTools: !packaged,
        // Its dictionaries would be downloaded.
        spellcheck: false,
      },
    });
    this.#window = window;
    window.once("ready-to-show", () => {
      if (saved?.maximized) window.maximize();
      if (as === "shown") window.show();
      else window.minimize();
      onPainted();
    });
    window.on("close", (event) => {
      this.#remember();
      if (ending()) return;
      event.preventDefault();
      onClose();
    });
    window.on("closed", () => {
      this.#window = null;
    });
    window.on("query-session-end", onSessionEnd);
    window.on("session-end", onSessionEnd);
    window.loadURL(`${pageUrl}#${this.#route}`).catch(onFailure);
  }

  /** Where it is and what it shows, for the next one. */
  #remember(): void {
    const window = this.#window;
    if (!window) return;
    const { hash } = new URL(window.webContents.getURL() || this.#options.pageUrl);
    const shown = routeSchema.safeParse(hash.slice(1));
    if (shown.success) this.#route = shown.data;
    this.#options.state.update({
      window: { ...window.getNormalBounds(), maximized: window.isMaximized() },
    });
  }
}

const background = (): string =>
  nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light;
