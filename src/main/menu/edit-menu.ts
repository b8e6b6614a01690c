import type { MenuItemConstructorOptions } from "electron";
import { type MenuInput, SEPARATOR } from "./state.ts";

export const editMenu = ({ actions, words }: MenuInput): MenuItemConstructorOptions => ({
  label: words("Edit", "&Edit"),
  submenu: [
    { role: "undo", label: words("Undo", "&Undo") },
    { role: "redo", label: words("Redo", "&Redo") },
    SEPARATOR,
    { role: "cut", label: words("Cut", "Cu&t") },
    { role: "copy", label: words("Copy", "&Copy") },
    { role: "paste", label: words("Paste", "&Paste") },
    { role: "selectAll", label: words("Select All", "Select &all") },
    SEPARATOR,
    {
      label: words("Find", "&Find"),
      accelerator: "CmdOrCtrl+F",
      click: () => actions.run("find"),
    },
    SEPARATOR,
    {
      label: words("Copy Endpoint URL", "Copy endpoint U&RL"),
      accelerator: "CmdOrCtrl+Shift+C",
      click: () => actions.run("copy_endpoint"),
    },
  ],
});
