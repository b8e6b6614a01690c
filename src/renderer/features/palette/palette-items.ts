import {
  type CapabilityView,
  LOCAL_SERVER,
  type Page,
  parseLogQuery,
  type ProfileView,
  type ServerView,
} from "@local-mcp/contract";
import type { Place } from "../../app/router.ts";
import { routeTo } from "../../app/router.ts";
import { reviewRoute } from "../tool-changes/change-words.ts";
import { canSignIn, isSignedIn } from "../servers/sign-in-facts.ts";

/** One line of the palette: a place to go to, or something to do. */
export interface PaletteItem {
  id: string;
  /** What it is sorted under. */
  kind: "here" | "verb" | "page" | "server" | "profile" | "tool";
  title: string;
  /** A quiet word behind the title. */
  note?: string;
  shortcut?: string;
  /** Why it cannot be done now. It is listed all the same. */
  disabled?: string;
  run: () => void | Promise<void>;
}

type LocalPage = "tools" | "prompts" | "resources";
const LOCAL_NOTES: Record<LocalPage, string> = {
  tools: "Tool of this gateway",
  prompts: "Prompt of this gateway",
  resources: "Resource of this gateway",
};

export interface PaletteData {
  place: Place;
  servers: ServerView[];
  profiles: ProfileView[];
  /** Of the active profile. */
  tools: CapabilityView[];
  /** What the gateway offers itself, in whatever profile. */
  local: { page: LocalPage; id: string; name: string }[];
}

export interface PaletteActions {
  go(route: string): void;
  restart(server: ServerView): Promise<void>;
  turn(server: ServerView, on: boolean): Promise<void>;
  activate(profile: ProfileView): Promise<void>;
  signIn(server: ServerView): void;
  signOut(server: ServerView): void;
}

const at = (page: Page, ...parts: string[]): string => routeTo(page, parts);

/** Everything that can be found, without what the fixed commands bring: the selection's verbs first. */
export function paletteItems(data: PaletteData, actions: PaletteActions): PaletteItem[] {
  return [
    ...verbsHere(data, actions),
    ...data.profiles.map((profile) => activateItem(profile, actions)),
    ...data.servers.map((server): PaletteItem => ({
      id: `server:${server.id}`,
      kind: "server",
      title: server.title,
      note: "Server",
      run: () => actions.go(at("servers", server.id)),
    })),
    ...data.profiles.map((profile): PaletteItem => ({
      id: `profile:${profile.id}`,
      kind: "profile",
      title: profile.name,
      note: "Profile",
      run: () => actions.go(at("profiles", profile.slug)),
    })),
    ...data.local.map(({ page, id, name }): PaletteItem => ({
      id: `${page}:${id}`,
      kind: "tool",
      title: name,
      note: LOCAL_NOTES[page],
      run: () => actions.go(at(page, id)),
    })),
    ...toolItems(data, actions),
  ];
}

function verbsHere({ place, servers }: PaletteData, actions: PaletteActions): PaletteItem[] {
  const [here] = place.page === "servers" ? place.parts : [];
  const server = servers.find(({ id, name }) => id === here || name === here);
  if (!server) return [];
  return [
    {
      id: `restart:${server.id}`,
      kind: "here",
      title: `Restart ${server.title}`,
      disabled: server.enabled ? undefined : "It is off",
      run: () => actions.restart(server),
    },
    {
      id: `turn:${server.id}`,
      kind: "here",
      title: server.enabled ? `Turn off ${server.title}` : `Turn on ${server.title}`,
      run: () => actions.turn(server, !server.enabled),
    },
    {
      id: `review-tools:${server.id}`,
      kind: "here",
      title: `Review changed tools of ${server.title}…`,
      disabled: server.status.changedTools > 0 ? undefined : "None has changed",
      run: () => actions.go(reviewRoute(server.id)),
    },
    ...(canSignIn(server)
      ? [
          {
            id: `sign-in:${server.id}`,
            kind: "here" as const,
            title: `Sign in to ${server.title}…`,
            disabled: server.enabled ? undefined : "It is off",
            run: () => actions.signIn(server),
          },
          {
            id: `sign-out:${server.id}`,
            kind: "here" as const,
            title: `Sign out of ${server.title}…`,
            disabled: isSignedIn(server) ? undefined : "Not signed in",
            run: () => actions.signOut(server),
          },
        ]
      : []),
  ];
}

const activateItem = (profile: ProfileView, actions: PaletteActions): PaletteItem => ({
  id: `activate:${profile.id}`,
  kind: "verb",
  title: `Make “${profile.name}” the active profile`,
  disabled: profile.active ? "It is active" : undefined,
  run: () => actions.activate(profile),
});

function toolItems({ profiles, tools }: PaletteData, actions: PaletteActions): PaletteItem[] {
  const active = profiles.find((profile) => profile.active);
  if (!active) return [];
  // The gateway's own are there already, where they are defined.
  return tools
    .filter(({ server }) => server !== LOCAL_SERVER)
    .map((tool) => ({
      id: `tool:${tool.server}:${tool.original}`,
      kind: "tool",
      title: tool.name,
      note: `Tool of ${tool.server}`,
      run: () => actions.go(routeTo("profiles", [active.slug, "tools"], { q: tool.name })),
    }));
}

/** What a text behind a colon leads to: the debug logs that it leaves as a filter. */
export function logItem(text: string, go: (route: string) => void): PaletteItem {
  const filter = text.replace(/^:/, "").trim();
  const [problem] = parseLogQuery(filter, Date.now()).problems;
  return {
    id: "logs:filter",
    kind: "here",
    title: filter === "" ? "Go to Debug Logs" : `Show debug logs: ${filter}`,
    ...(problem && { disabled: problem.message }),
    run: () => go(routeTo("logs", [], filter === "" ? {} : { q: filter })),
  };
}

const ORDER: PaletteItem["kind"][] = ["here", "verb", "page", "server", "profile", "tool"];
const SHOWN = 60;

/**
 * What matches, best first: `>` narrows to verbs; every word has to be in the title or note, a title
 * that begins with the text comes before one that holds it, what was used last before what was not.
 */
export function search(items: PaletteItem[], text: string, recent: string[]): PaletteItem[] {
  const verbsOnly = text.startsWith(">");
  const query = text.replace(/^>/, "").trim().toLowerCase();
  const words = query.split(/\s+/).filter((word) => word !== "");
  const rank = (item: PaletteItem): number => {
    const used = recent.indexOf(item.id);
    const begins = query !== "" && item.title.toLowerCase().startsWith(query) ? 0 : 1;
    if (item.kind === "here") return begins * 1000;
    return begins * 1000 + (used === -1 ? 100 + ORDER.indexOf(item.kind) : 10 + used);
  };
  return items
    .filter((item) => !verbsOnly || item.kind === "here" || item.kind === "verb")
    .filter((item) => {
      const hay = `${item.title} ${item.note ?? ""}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .map((item, index) => ({ item, index, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, SHOWN)
    .map(({ item }) => item);
}
