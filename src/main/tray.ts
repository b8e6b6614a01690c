import { Menu, nativeImage, nativeTheme, Tray } from "electron";
import { type TrayActions, trayMenu, type TrayState } from "./menu/tray-menu.ts";
import { drawTrayIcon, type TrayShape } from "./tray-icon.ts";

/** Of one side, in points; macOS has a smaller bar. */
const SIZE = process.platform === "darwin" ? 18 : 22;

/** The icon beside the clock, while this desktop has a place for it. */
export class TrayIcon {
  readonly #actions: TrayActions;
  #tray: Tray | null = null;
  #shape: TrayShape = "not_serving";
  #state: TrayState | null = null;
  #shown = "";

  constructor(actions: TrayActions) {
    this.#actions = actions;
  }

  get shown(): boolean {
    return this.#tray !== null;
  }

  show(): void {
    if (this.#tray) return;
    this.#tray = new Tray(image(this.#shape));
    // On Windows the menu belongs to the right button, and the left one opens the window.
    if (process.platform === "win32") this.#tray.on("click", () => this.#actions.open());
    nativeTheme.on("updated", this.#redraw);
    this.#shown = "";
    if (this.#state) this.update(this.#state, this.#shape);
  }

  /** Rebuilds the menu where anything in it has changed; Linux shows only a menu that is set anew. */
  update(state: TrayState, shape: TrayShape): void {
    this.#state = state;
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#redraw();
    }
    if (!this.#tray) return;
    const template = trayMenu(state, this.#actions);
    // Ids and the address are in what entries do, where they cannot be compared.
    const looks = JSON.stringify([template, state.endpoint, state.servers.map(({ id }) => id)]);
    if (looks === this.#shown) return;
    this.#shown = looks;
    this.#tray.setToolTip(state.summary);
    this.#tray.setContextMenu(Menu.buildFromTemplate(template));
  }

  close(): void {
    nativeTheme.off("updated", this.#redraw);
    this.#tray?.destroy();
    this.#tray = null;
  }

  readonly #redraw = (): void => this.#tray?.setImage(image(this.#shape));
}

const image = (shape: TrayShape): Electron.NativeImage => {
  const mac = process.platform === "darwin";
  // Bars of Linux desktops are dark whatever the theme of windows is.
  const white = process.platform === "linux" || nativeTheme.shouldUseDarkColors;
  const icon = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const pixels = SIZE * scaleFactor;
    const bitmap = drawTrayIcon(shape, pixels, white && !mac ? 255 : 0);
    const { width, height } = { width: pixels, height: pixels };
    icon.addRepresentation({
      scaleFactor,
      width,
      height,
      buffer: nativeImage.createFromBitmap(bitmap, { width, height }).toPNG(),
    });
  }
  icon.setTemplateImage(mac);
  return icon;
};
