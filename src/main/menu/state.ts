import type { Settings, WindowCommand } from "@local-mcp/contract";
import type { MenuItemConstructorOptions } from "electron";
import type { Words } from "./words.ts";

type Command = Extract<WindowCommand, { type: "run" }>["command"];
export type Appearance = Settings["appearance"];

/** What the menu bar is made from. */
export interface MenuState {
  platform: NodeJS.Platform;
  /** A packaged app has no developer's entries. */
  packaged: boolean;
  appearance: Appearance;
  /** Null while there is no gateway. */
  profiles: readonly { slug: string; name: string; active: boolean }[] | null;
  links: { documentation: string | null; issues: string | null };
}

/** What its entries do. */
export interface MenuActions {
  /** Shows the window at a route. */
  go: (route: string) => void;
  /** Shows the window and lets it do something. */
  run: (command: Command) => void;
  activateProfile: (slug: string) => void;
  setAppearance: (appearance: Appearance) => void;
  restartFailed: () => void;
  openDataFolder: () => void;
  copyDiagnostics: () => void;
  openExternal: (url: string) => void;
  about: () => void;
  quit: () => void;
}

/** What each menu is given. */
export interface MenuInput {
  state: MenuState;
  actions: MenuActions;
  words: Words;
}

export type MenuItems = MenuItemConstructorOptions[];

export const SEPARATOR: MenuItemConstructorOptions = { type: "separator" };
