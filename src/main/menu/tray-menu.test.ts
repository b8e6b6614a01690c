import type { ServerStatus } from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";
import { expect, test } from "vitest";
import { type TrayActions, trayMenu, type TrayState } from "./tray-menu.ts";

const calls: string[] = [];
const record =
  (name: string) =>
  (...args: unknown[]): void => {
    calls.push([name, ...args].join(" "));
  };
const actions: TrayActions = {
  open: record("open"),
  go: record("go"),
  activateProfile: record("activateProfile"),
  copyEndpoint: record("copyEndpoint"),
  backUp: record("backUp"),
  setStartAtLogin: record("setStartAtLogin"),
  quit: record("quit"),
};

const server = (title: string, status: Partial<ServerStatus>): TrayState["servers"][number] => ({
  id: title.toLowerCase(),
  title,
  status: statusOf(status),
});
const state = (changes: Partial<TrayState> = {}): TrayState => ({
  platform: "linux",
  summary: "Serving · 7 of 8 servers ready",
  endpoint: "http://127.0.0.1:4444/mcp",
  servers: [],
  profiles: [
    { slug: "dev", name: "dev", active: true, tools: 41 },
    { slug: "writing", name: "writing", active: false, tools: 1 },
  ],
  startAtLogin: true,
  ...changes,
});
const labels = (changes?: Partial<TrayState>): string[] =>
  trayMenu(state(changes), actions).map(({ type, label, checked }) =>
    type === "separator" ? "─" : `${checked ? "✓ " : ""}${label}`,
  );
const click = (label: string, changes?: Partial<TrayState>): string => {
  calls.length = 0;
  const item = trayMenu(state(changes), actions).find((item) => item.label === label);
  Reflect.apply(item?.click ?? (() => {}), undefined, []);
  return calls.join();
};

test("on Linux, where each click shows the menu, opening the window comes first", () => {
  expect(labels()).toEqual([
    "Open Local MCP Gateway",
    "Serving · 7 of 8 servers ready",
    "─",
    "Active &profile",
    "&Copy endpoint URL",
    "─",
    "&Debug logs",
    "&Back up now…",
    "─",
    "✓ Start at &login",
    "&Settings…",
    "─",
    "&Quit Local MCP Gateway",
  ]);
});

test("on macOS it has Title Case and the order of the design", () => {
  expect(labels({ platform: "darwin", startAtLogin: false })).toEqual([
    "Serving · 7 of 8 servers ready",
    "─",
    "Active Profile",
    "Copy Endpoint URL",
    "─",
    "Open Local MCP Gateway",
    "Debug Logs",
    "Back Up Now…",
    "─",
    "Start at Login",
    "Settings…",
    "─",
    "Quit Local MCP Gateway",
  ]);
});

test("trouble is listed, three at most, and choosing it only shows where it is", () => {
  const servers = [
    server("GitHub", { state: "needs_sign_in" }),
    server("R&D", { state: "failed" }),
    server("fine", {}),
    server("off", { state: "off" }),
    server("again", { state: "retrying" }),
    server("files", { flags: ["tools_changed"], changedTools: 2 }),
  ];
  expect(labels({ servers }).slice(2, 5)).toEqual([
    "GitHub: sign in…",
    "R&&D: failed…",
    "files: 2 tools changed…",
  ]);
  expect(click("GitHub: sign in…", { servers })).toBe("go /servers/github");
  const more = [...servers, server("x", { state: "locked" }), server("y", { state: "failed" })];
  expect(labels({ servers: more })[5]).toBe("2 more…");
  expect(click("2 more…", { servers: more })).toBe("go /servers");
  expect(click("files: 2 tools changed…", { servers })).toBe("go /servers/files/changes");
  const wanting = [server("Linear", { flags: ["more_access_wanted"], changedTools: 1 })];
  expect(click("Linear: more access wanted…", { servers: wanting })).toBe("go /servers/linear");
  expect(click("Linear: 1 tool changed…", { servers: wanting })).toBe("go /servers/linear/changes");
  expect(labels({ servers: [server("off", { state: "off", changedTools: 1 })] })).toEqual(labels());
});

test("profiles are told with their tools and chosen by slug", () => {
  const menu = trayMenu(state(), actions).find(({ label }) => label === "Active &profile");
  const choices = Array.isArray(menu?.submenu) ? menu.submenu : [];
  expect(choices.map(({ label, checked }) => [label, checked])).toEqual([
    ["dev · 41 tools", true],
    ["writing · 1 tool", false],
    [undefined, undefined],
    ["&Manage profiles…", undefined],
  ]);
  calls.length = 0;
  Reflect.apply(choices[1]?.click ?? (() => {}), undefined, []);
  expect(calls).toEqual(["activateProfile writing"]);
});

test("each entry does what it says", () => {
  expect(click("Open Local MCP Gateway")).toBe("open");
  expect(click("Serving · 7 of 8 servers ready")).toBe("go /overview");
  expect(click("&Copy endpoint URL")).toBe("copyEndpoint http://127.0.0.1:4444/mcp");
  expect(click("&Debug logs")).toBe("go /logs");
  expect(click("&Back up now…")).toBe("backUp");
  expect(click("Start at &login")).toBe("setStartAtLogin false");
  expect(click("Start at &login", { startAtLogin: false })).toBe("setStartAtLogin true");
  expect(click("&Settings…")).toBe("go /settings");
  expect(click("&Quit Local MCP Gateway")).toBe("quit");
});

test("no entry has a key or is greyed out, and without a gateway there is less of it", () => {
  for (const item of trayMenu(state(), actions)) {
    expect(item.accelerator).toBeUndefined();
    expect(item.enabled).toBeUndefined();
  }
  const without = labels({ summary: "Not serving", endpoint: null, profiles: null });
  expect(without).toEqual([
    "Open Local MCP Gateway",
    "Not serving",
    "─",
    "Active &profile",
    "─",
    "&Settings…",
    "─",
    "&Quit Local MCP Gateway",
  ]);
});
