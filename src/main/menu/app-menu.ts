import type { MenuItemConstructorOptions } from "electron";
import { type MenuInput, SEPARATOR } from "./state.ts";

/** The menu that bears the app's name; macOS only. */
export const appMenu = ({ actions }: MenuInput): MenuItemConstructorOptions => ({
  label: "Local MCP Gateway",
  submenu: [
    { label: "About Local MCP Gateway", click: () => actions.about() },
    SEPARATOR,
    { label: "Settings…", accelerator: "Cmd+,", click: () => actions.go("/settings") },
    SEPARATOR,
    { role: "services", label: "Services" },
    SEPARATOR,
    { role: "hide", label: "Hide Local MCP Gateway" },
    { role: "hideOthers", label: "Hide Others" },
    { role: "unhide", label: "Show All" },
    SEPARATOR,
    { label: "Quit Local MCP Gateway", accelerator: "Cmd+Q", click: () => actions.quit() },
  ],
});
