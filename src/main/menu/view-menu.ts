import type { MenuItemConstructorOptions } from "electron";
import { type Appearance, type MenuInput, type MenuItems, SEPARATOR } from "./state.ts";

/** In the order of their keys. */
const PAGES = [
  { mac: "Overview", other: "&Overview", route: "/overview" },
  { mac: "Profiles", other: "&Profiles", route: "/profiles" },
  { mac: "Servers", other: "&Servers", route: "/servers" },
  { mac: "Debug Logs", other: "&Debug logs", route: "/logs" },
  { mac: "Sessions", other: "S&essions", route: "/sessions" },
  { mac: "Metrics", other: "&Metrics", route: "/metrics" },
  { mac: "Backups", other: "&Backups", route: "/backups" },
];

const APPEARANCES: readonly { value: Appearance; mac: string; other: string }[] = [
  { value: "system", mac: "System", other: "&System" },
  { value: "light", mac: "Light", other: "&Light" },
  { value: "dark", mac: "Dark", other: "&Dark" },
];

export const viewMenu = (input: MenuInput): MenuItemConstructorOptions => {
  const { state, actions, words } = input;
  return {
    label: words("View", "&View"),
    submenu: [
      {
        label: words("Command Palette…", "&Command palette…"),
        accelerator: "CmdOrCtrl+K",
        click: () => actions.run("command_palette"),
      },
      SEPARATOR,
      ...PAGES.map(({ mac, other, route }, index) => ({
        label: words(mac, other),
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => actions.go(route),
      })),
      SEPARATOR,
      {
        label: words("Sidebar", "Side&bar"),
        accelerator: "CmdOrCtrl+B",
        click: () => actions.run("toggle_sidebar"),
      },
      {
        label: words("Appearance", "&Appearance"),
        submenu: APPEARANCES.map(({ value, mac, other }) => ({
          label: words(mac, other),
          type: "radio" as const,
          checked: state.appearance === value,
          enabled: state.profiles !== null,
          click: () => actions.setAppearance(value),
        })),
      },
      SEPARATOR,
      { role: "resetZoom", label: words("Actual Size", "Ac&tual size") },
      { role: "zoomIn", label: words("Zoom In", "Zoom &in") },
      { role: "zoomOut", label: words("Zoom Out", "Zoom o&ut") },
      { role: "togglefullscreen", label: words("Full Screen", "&Full screen") },
      ...(state.packaged ? [] : developer(input)),
    ],
  };
};

const developer = ({ words }: MenuInput): MenuItems => [
  SEPARATOR,
  { role: "reload", label: words("Reload", "&Reload") },
  { role: "toggleDevTools", label: words("Developer Tools", "De&veloper tools") },
];
