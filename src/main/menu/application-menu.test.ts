import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, test } from "vitest";
import { applicationMenu } from "./application-menu.ts";
import type { MenuActions, MenuState } from "./state.ts";

const calls: string[] = [];
const record =
  (name: string) =>
  (...args: unknown[]): void => {
    calls.push([name, ...args].join(" "));
  };
const actions: MenuActions = {
  go: record("go"),
  run: record("run"),
  activateProfile: record("activateProfile"),
  setAppearance: record("setAppearance"),
  restartFailed: record("restartFailed"),
  openDataFolder: record("openDataFolder"),
  copyDiagnostics: record("copyDiagnostics"),
  openExternal: record("openExternal"),
  about: record("about"),
  quit: record("quit"),
};
const state = (changes: Partial<MenuState> = {}): MenuState => ({
  platform: "linux",
  packaged: true,
  appearance: "dark",
  profiles: [
    { slug: "dev", name: "R&D", active: true },
    { slug: "writing", name: "writing", active: false },
  ],
  links: { documentation: "https://docs.example/", issues: "https://issues.example/" },
  ...changes,
});

const children = ({ submenu }: MenuItemConstructorOptions): MenuItemConstructorOptions[] =>
  Array.isArray(submenu) ? submenu : [];

/** As the menus are drawn in the design: “·” between entries, “─” between groups. */
const draw = (items: MenuItemConstructorOptions[]): string =>
  items
    .map((item) => {
      if (item.type === "separator") return "─";
      const key = item.accelerator ? ` ${item.accelerator}` : "";
      const off = item.enabled === false ? " (off)" : "";
      const mark = item.checked ? "•" : "";
      const below = item.submenu ? ` [${draw(children(item))}]` : "";
      return `${mark}${item.label}${key}${off}${below}`;
    })
    .join(" · ")
    .replaceAll(" · ─ · ", " ─ ");
const drawn = (changes?: Partial<MenuState>): Record<string, string> =>
  Object.fromEntries(
    applicationMenu(state(changes), actions).map((menu) => [menu.label, draw(children(menu))]),
  );

describe("the menu bar", () => {
  test("on Linux is as designed", () => {
    expect(drawn()).toEqual({
      "&File":
        "&Add server… CmdOrCtrl+N · New &profile… CmdOrCtrl+Shift+N ─ &Import… CmdOrCtrl+O · &Export… CmdOrCtrl+Shift+E ─ &Back up now… CmdOrCtrl+Shift+B · &Restore from backup… ─ &Close window CmdOrCtrl+W ─ &Settings… Ctrl+, ─ &Quit Ctrl+Q",
      "&Edit":
        "&Undo · &Redo ─ Cu&t · &Copy · &Paste · Select &all ─ &Find CmdOrCtrl+F ─ Copy endpoint U&RL CmdOrCtrl+Shift+C",
      "&View":
        "&Command palette… CmdOrCtrl+K ─ &Overview CmdOrCtrl+1 · &Profiles CmdOrCtrl+2 · &Servers CmdOrCtrl+3 · &Debug logs CmdOrCtrl+4 · S&essions CmdOrCtrl+5 · &Metrics CmdOrCtrl+6 · &Backups CmdOrCtrl+7 ─ Side&bar CmdOrCtrl+B · &Appearance [&System · &Light · •&Dark] ─ Ac&tual size · Zoom &in · Zoom o&ut · &Full screen",
      "&Gateway":
        "Active &profile [•R&&D · writing ─ &Manage profiles…] ─ &Connect a client… · &Restart failed servers ─ Record &uncapped bodies for 1 hour… · Run &doctor…",
      "&Help":
        "&Documentation · &Keyboard shortcuts CmdOrCtrl+/ ─ &Open data folder · &Copy diagnostics (no secrets) · &Report an issue… ─ &About",
    });
  });

  test("on Windows ends with Exit", () => {
    expect(drawn({ platform: "win32" })["&File"]).toMatch(/─ E&xit Alt\+F4$/);
  });

  test("on macOS has Title Case, the app's own menu and a window menu", () => {
    const mac = drawn({ platform: "darwin" });
    expect(Object.keys(mac)).toEqual([
      "Local MCP Gateway",
      "File",
      "Edit",
      "View",
      "Gateway",
      "Window",
      "Help",
    ]);
    expect(mac["Local MCP Gateway"]).toBe(
      "About Local MCP Gateway ─ Settings… Cmd+, ─ Services ─ Hide Local MCP Gateway · Hide Others · Show All ─ Quit Local MCP Gateway Cmd+Q",
    );
    expect(mac["File"]).toMatch(/^Add Server… .* ─ Close Window CmdOrCtrl\+W$/);
    expect(mac["Help"]).not.toContain("About");
    expect(JSON.stringify(mac).replaceAll("R&&D", "")).not.toContain("&");
  });

  test("has a developer's entries only in a work tree", () => {
    expect(drawn({ packaged: false })["&View"]).toMatch(/─ &Reload · De&veloper tools$/);
    expect(drawn()["&View"]).not.toContain("eveloper");
  });

  test("names no place on the web that there is not", () => {
    const help = drawn({ links: { documentation: null, issues: null } })["&Help"];
    expect(help).not.toMatch(/ocumentation|issue/);
  });

  test("without a gateway lets nothing be changed in it", () => {
    const without = drawn({ profiles: null });
    expect(without["&Gateway"]).toContain("Active &profile [&Manage profiles…]");
    expect(without["&Gateway"]).toContain("&Restart failed servers (off)");
    expect(without["&View"]).toContain("&System (off)");
  });

  test("uses each key once, and no key that types on some keyboard", () => {
    for (const platform of ["linux", "win32", "darwin"] as const) {
      const keys = accelerators(applicationMenu(state({ platform }), actions));
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.join(" ")).not.toMatch(/Alt\+(?!F4)/);
    }
  });
});

const accelerators = (items: MenuItemConstructorOptions[]): string[] =>
  items.flatMap((item) => [
    ...(item.accelerator ? [item.accelerator] : []),
    ...accelerators(children(item)),
  ]);

/** Chooses every entry, as a person would. */
const choose = (items: MenuItemConstructorOptions[]): void => {
  for (const item of items) {
    if (item.enabled === false) continue;
    Reflect.apply(item.click ?? (() => {}), undefined, []);
    choose(children(item));
  }
};

test("each entry does what it says", () => {
  choose(applicationMenu(state(), actions));
  expect(calls).toEqual([
    "run add_server",
    "run new_profile",
    "run import",
    "run export",
    "run back_up",
    "run restore_backup",
    "go /settings",
    "quit",
    "run find",
    "run copy_endpoint",
    "run command_palette",
    "go /overview",
    "go /profiles",
    "go /servers",
    "go /logs",
    "go /sessions",
    "go /metrics",
    "go /backups",
    "run toggle_sidebar",
    "setAppearance system",
    "setAppearance light",
    "setAppearance dark",
    "activateProfile dev",
    "activateProfile writing",
    "go /profiles",
    "run connect_client",
    "restartFailed",
    "run record_uncapped",
    "run run_doctor",
    "openExternal https://docs.example/",
    "run keyboard_shortcuts",
    "openDataFolder",
    "copyDiagnostics",
    "openExternal https://issues.example/",
    "about",
  ]);
});
