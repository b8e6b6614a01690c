import type { MenuItemConstructorOptions } from "electron";
import { type MenuInput, type MenuItems, SEPARATOR } from "./state.ts";

export const helpMenu = ({ state, actions, words }: MenuInput): MenuItemConstructorOptions => ({
  role: "help",
  label: words("Help", "&Help"),
  submenu: [
    ...link(words("Documentation", "&Documentation"), state.links.documentation, actions),
    {
      label: words("Keyboard Shortcuts", "&Keyboard shortcuts"),
      accelerator: "CmdOrCtrl+/",
      click: () => actions.run("keyboard_shortcuts"),
    },
    SEPARATOR,
    {
      label: words("Open Data Folder", "&Open data folder"),
      click: () => actions.openDataFolder(),
    },
    {
      label: words("Copy Diagnostics (no secrets)", "&Copy diagnostics (no secrets)"),
      click: () => actions.copyDiagnostics(),
    },
    ...link(words("Report an Issue…", "&Report an issue…"), state.links.issues, actions),
    ...(state.platform === "darwin"
      ? []
      : [SEPARATOR, { label: "&About", click: () => actions.about() }]),
  ],
});

/** Nothing where the product's manifest names no such place. */
const link = (label: string, url: string | null, actions: MenuInput["actions"]): MenuItems =>
  url === null ? [] : [{ label, click: () => actions.openExternal(url) }];
