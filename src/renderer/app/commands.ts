import type { WindowCommand } from "@local-mcp/contract";
import { count } from "../components/time.ts";
import { backUpNow } from "./back-up.ts";
import { announce } from "./announce.ts";
import { api, client, queryClient } from "./api.ts";
import { isMac, isShortcut } from "./keys.ts";
import { navigate, NEW, routeTo } from "./router.ts";
import { openDialog } from "../stores/dialogs.ts";
import { toggleSidebar } from "../stores/sidebar.ts";
import { nextPane } from "./panes.ts";

/** What can be done from anywhere: by key, by menu, from the palette. */
export interface Command {
  id: string;
  title: string;
  /** The first is the one that is shown. */
  shortcuts: string[];
  run: () => void | Promise<void>;
}

const go = (id: string, title: string, route: string, ...shortcuts: string[]): Command => ({
  id,
  title,
  shortcuts,
  run: () => navigate(route),
});

export const PAGES: Command[] = [
  go("overview", "Go to Overview", routeTo("overview"), "mod+1"),
  go("profiles", "Go to Profiles", routeTo("profiles"), "mod+2"),
  go("servers", "Go to Servers", routeTo("servers"), "mod+3"),
  go("tools", "Go to Tools", routeTo("tools")),
  go("prompts", "Go to Prompts", routeTo("prompts")),
  go("resources", "Go to Resources", routeTo("resources")),
  go("logs", "Go to Debug Logs", routeTo("logs"), "mod+4"),
  go("sessions", "Go to Sessions", routeTo("sessions"), "mod+5"),
  go("metrics", "Go to Metrics", routeTo("metrics"), "mod+6"),
  go("tokens", "Go to Access tokens", routeTo("tokens")),
  go("backups", "Go to Backups", routeTo("backups"), "mod+7"),
  go("transfer", "Go to Import & export", routeTo("transfer")),
  go("settings", "Go to Settings", routeTo("settings"), "mod+,"),
];

const VERBS: Command[] = [
  {
    id: "add_server",
    title: "Add server…",
    shortcuts: ["mod+n"],
    run: () => openDialog({ type: "add_server" }),
  },
  {
    id: "new_profile",
    title: "New profile…",
    shortcuts: ["shift+mod+n"],
    run: () => openDialog({ type: "new_profile" }),
  },
  go("new_tool", "New tool…", routeTo("tools", [NEW])),
  {
    id: "openapi",
    title: "Tools from OpenAPI…",
    shortcuts: [],
    run: () => openDialog({ type: "openapi" }),
  },
  go("new_prompt", "New prompt…", routeTo("prompts", [NEW])),
  go("new_resource", "New resource…", routeTo("resources", [NEW])),
  {
    id: "connect_client",
    title: "Connect a client…",
    shortcuts: [],
    run: () => openDialog({ type: "connect_client" }),
  },
  {
    id: "copy_endpoint",
    title: "Copy endpoint URL",
    shortcuts: ["shift+mod+c"],
    run: copyEndpoint,
  },
  { id: "back_up", title: "Back up now", shortcuts: ["shift+mod+b"], run: backUpNow },
  {
    id: "restore_backup",
    title: "Restore from a backup…",
    shortcuts: [],
    run: () => openDialog({ type: "restore" }),
  },
  go("import", "Import…", routeTo("transfer", ["import"]), "mod+o"),
  go("export", "Export…", routeTo("transfer", ["export"]), "shift+mod+e"),
  { id: "restart_failed", title: "Restart failed servers", shortcuts: [], run: restartFailed },
  {
    id: "record_uncapped",
    title: "Record whole messages for an hour…",
    shortcuts: [],
    run: () => openDialog({ type: "uncap" }),
  },
  {
    id: "run_doctor",
    title: "Run doctor",
    shortcuts: [],
    run: () => navigate(routeTo("settings", [], { section: "runtimes" })),
  },
];

const WINDOW: Command[] = [
  {
    id: "command_palette",
    title: "Command palette",
    shortcuts: ["mod+k"],
    run: () => openDialog({ type: "palette" }),
  },
  {
    id: "keyboard_shortcuts",
    title: "Keyboard shortcuts",
    shortcuts: ["mod+/"],
    run: () => openDialog({ type: "shortcuts" }),
  },
  { id: "find", title: "Filter this list", shortcuts: ["mod+f", "/"], run: focusFilter },
  {
    id: "toggle_sidebar",
    title: "Show or hide the sidebar",
    shortcuts: ["mod+b"],
    run: toggleSidebar,
  },
  {
    id: "back",
    title: "Back",
    shortcuts: isMac ? ["mod+["] : ["alt+arrowleft", "mod+["],
    run: () => window.history.back(),
  },
  {
    id: "forward",
    title: "Forward",
    shortcuts: isMac ? ["mod+]"] : ["alt+arrowright", "mod+]"],
    run: () => window.history.forward(),
  },
  { id: "next_pane", title: "Next pane", shortcuts: ["f6"], run: () => nextPane(1) },
  { id: "previous_pane", title: "Previous pane", shortcuts: ["shift+f6"], run: () => nextPane(-1) },
];

export const COMMANDS: Command[] = [...PAGES, ...VERBS, ...WINDOW];
/** Those that make sense in a list of things to do. */
export const PALETTE_COMMANDS: Command[] = [...PAGES, ...VERBS];

/** What a menu, the tray or a deep link asked for. */
export function runWindowCommand(command: WindowCommand): void {
  switch (command.type) {
    case "go":
      navigate(command.route);
      return;
    case "add_servers_from":
      openDialog({ type: "add_server", text: command.text });
      return;
    case "restore_from":
      openDialog({ type: "restore", backup: { id: command.backup, name: command.name } });
      return;
    case "run":
      void COMMANDS.find(({ id }) => id === command.command)?.run();
  }
}

/** Runs the command of a key. Keys without ⌘ or Ctrl are left to whoever is typing. */
export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  for (const { shortcuts, run } of COMMANDS) {
    const hit = shortcuts.find((shortcut) => isShortcut(event, shortcut));
    if (hit === undefined || (hit.length === 1 && isTyping(event.target))) continue;
    // A menu has the same key; whoever takes it first has to keep it from the other.
    event.preventDefault();
    void run();
    return;
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;

function focusFilter(): void {
  document.querySelector<HTMLInputElement>("main [data-filter]")?.focus();
}

async function copyEndpoint(): Promise<void> {
  const { url } = await queryClient.fetchQuery(api.status.get.queryOptions());
  if (url === null) {
    announce("Nothing was copied: the endpoint is not open.");
    return;
  }
  await client.desktop.copyText({ text: `${url}/mcp` });
  announce("Copied the endpoint URL.");
}

async function restartFailed(): Promise<void> {
  const { servers } = await queryClient.fetchQuery(api.status.get.queryOptions());
  const failed = servers.filter(({ status }) => ["failed", "retrying"].includes(status.state));
  await Promise.all(failed.map(({ id }) => client.servers.restart({ server: id })));
  announce(
    failed.length === 0 ? "No server has failed." : `Restarting ${count(failed.length, "server")}.`,
  );
}
