import type { MenuItemConstructorOptions } from "electron";
import { SEPARATOR } from "./state.ts";

/** macOS only; elsewhere the frame of the window has all of it. */
export const windowMenu = (): MenuItemConstructorOptions => ({
  role: "window",
  label: "Window",
  submenu: [
    { role: "minimize", label: "Minimize" },
    { role: "zoom", label: "Zoom" },
    SEPARATOR,
    { role: "front", label: "Bring All to Front" },
  ],
});
