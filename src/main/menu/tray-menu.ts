import { NEEDS_A_PERSON, needsAPerson, type ServerStatus, STATE_WORDS } from "@local-mcp/contract";
import { profilesMenu } from "./profiles-menu.ts";
import { type MenuItems, SEPARATOR } from "./state.ts";
import { literal, wordsFor } from "./words.ts";

/** What the menu of the tray is made from. */
export interface TrayState {
  platform: NodeJS.Platform;
  /** The gateway in one line. */
  summary: string;
  /** Null while nothing listens. */
  endpoint: string | null;
  servers: readonly { id: string; title: string; status: ServerStatus }[];
  /** Null while there is no gateway. */
  profiles: readonly { slug: string; name: string; active: boolean; tools: number }[] | null;
  startAtLogin: boolean;
}

export interface TrayActions {
  /** Shows the window where it was. */
  open: () => void;
  /** Shows the window at a route. */
  go: (route: string) => void;
  activateProfile: (slug: string) => void;
  copyEndpoint: (url: string) => void;
  /** Shows the window, which makes a backup or asks for what it needs. */
  backUp: () => void;
  setStartAtLogin: (on: boolean) => void;
  quit: () => void;
}

/** More would be a list, and that is what the window is for. */
const MAX_ATTENTION = 3;

/** The menu of the tray. Nothing in it acts on a server: rows of trouble only show where it is. */
export function trayMenu(state: TrayState, actions: TrayActions): MenuItems {
  const words = wordsFor(state.platform);
  const open: MenuItems = [{ label: "Open Local MCP Gateway", click: () => actions.open() }];
  const { endpoint } = state;
  return [
    // Linux shows the menu for every click on the icon, so that what most people want comes first.
    ...(state.platform === "linux" ? open : []),
    { label: literal(state.summary), click: () => actions.go("/overview") },
    ...attention(state, actions),
    SEPARATOR,
    profilesMenu(state.profiles, actions, words),
    ...(endpoint === null
      ? []
      : [
          {
            label: words("Copy Endpoint URL", "&Copy endpoint URL"),
            click: () => actions.copyEndpoint(endpoint),
          },
        ]),
    SEPARATOR,
    ...(state.platform === "linux" ? [] : open),
    ...(state.profiles === null
      ? []
      : [
          { label: words("Debug Logs", "&Debug logs"), click: () => actions.go("/logs") },
          { label: words("Back Up Now…", "&Back up now…"), click: () => actions.backUp() },
        ]),
    ...(state.platform === "linux" && state.profiles === null ? [] : [SEPARATOR]),
    ...(state.profiles === null
      ? []
      : [
          {
            label: words("Start at Login", "Start at &login"),
            type: "checkbox" as const,
            checked: state.startAtLogin,
            click: () => actions.setStartAtLogin(!state.startAtLogin),
          },
        ]),
    { label: words("Settings…", "&Settings…"), click: () => actions.go("/settings") },
    SEPARATOR,
    {
      label: words("Quit Local MCP Gateway", "&Quit Local MCP Gateway"),
      click: () => actions.quit(),
    },
  ];
}

function attention({ servers }: TrayState, actions: TrayActions): MenuItems {
  const rows = servers.flatMap(({ id, title, status }) => {
    const page = `/servers/${encodeURIComponent(id)}`;
    const row = (words: string, route: string): MenuItems => [
      { label: literal(`${title}: ${words}…`), click: () => actions.go(route) },
    ];
    const words = stateWords(status);
    const changed = changedWords(status);
    return [
      ...(words === null ? [] : row(words, page)),
      ...(changed === null ? [] : row(changed, `${page}/changes`)),
    ];
  });
  const rest = rows.length - MAX_ATTENTION;
  if (rest <= 0) return rows;
  return [
    ...rows.slice(0, MAX_ATTENTION),
    { label: `${rest} more…`, click: () => actions.go("/servers") },
  ];
}

const stateWords = ({ state, flags }: ServerStatus): string | null => {
  if (NEEDS_A_PERSON.includes(state)) return STATE_WORDS[state].toLowerCase();
  return flags.includes("more_access_wanted") ? "more access wanted" : null;
};

const changedWords = (status: ServerStatus): string | null => {
  if (status.changedTools === 0 || !needsAPerson(status)) return null;
  return status.changedTools === 1 ? "1 tool changed" : `${status.changedTools} tools changed`;
};
