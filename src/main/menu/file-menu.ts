import type { MenuItemConstructorOptions } from "electron";
import { type MenuInput, type MenuItems, SEPARATOR } from "./state.ts";

export const fileMenu = ({ state, actions, words }: MenuInput): MenuItemConstructorOptions => ({
  label: words("File", "&File"),
  submenu: [
    {
      label: words("Add Server…", "&Add server…"),
      accelerator: "CmdOrCtrl+N",
      click: () => actions.run("add_server"),
    },
    {
      label: words("New Profile…", "New &profile…"),
      accelerator: "CmdOrCtrl+Shift+N",
      click: () => actions.run("new_profile"),
    },
    SEPARATOR,
    {
      label: words("Import…", "&Import…"),
      accelerator: "CmdOrCtrl+O",
      click: () => actions.run("import"),
    },
    {
      label: words("Export…", "&Export…"),
      accelerator: "CmdOrCtrl+Shift+E",
      click: () => actions.run("export"),
    },
    SEPARATOR,
    {
      label: words("Back Up Now…", "&Back up now…"),
      accelerator: "CmdOrCtrl+Shift+B",
      click: () => actions.run("back_up"),
    },
    {
      label: words("Restore from Backup…", "&Restore from backup…"),
      click: () => actions.run("restore_backup"),
    },
    SEPARATOR,
    { role: "close", label: words("Close Window", "&Close window"), accelerator: "CmdOrCtrl+W" },
    ...(state.platform === "darwin" ? [] : ending({ state, actions, words })),
  ],
});

/** macOS has these in the menu of the app. */
const ending = ({ state, actions }: MenuInput): MenuItems => [
  SEPARATOR,
  { label: "&Settings…", accelerator: "Ctrl+,", click: () => actions.go("/settings") },
  SEPARATOR,
  state.platform === "win32"
    ? { label: "E&xit", accelerator: "Alt+F4", click: () => actions.quit() }
    : { label: "&Quit", accelerator: "Ctrl+Q", click: () => actions.quit() },
];
