import { expect, test } from "vitest";
import { PLAIN_SIGN_IN } from "../servers/edit-sign-in.ts";
import { aServer, aSignIn } from "../servers/servers.fixture.ts";
import {
  logItem,
  type PaletteActions,
  type PaletteItem,
  paletteItems,
  search,
} from "./palette-items.ts";

const item = (
  id: string,
  kind: PaletteItem["kind"],
  title: string,
  note?: string,
): PaletteItem => ({
  id,
  kind,
  title,
  note,
  run: () => {},
});
const items = [
  item("here", "here", "Restart GitHub"),
  item("add", "verb", "Add server…"),
  item("page", "page", "Go to Servers"),
  item("gh", "server", "GitHub", "Server"),
  item("tool", "tool", "create_issue", "Tool of github"),
];
const ids = (text: string, recent: string[] = []) =>
  search(items, text, recent).map(({ id }) => id);

test("the verbs of what is selected come first, then verbs, pages and things", () => {
  expect(ids("")).toEqual(["here", "add", "page", "gh", "tool"]);
});

test("what was used last comes before what was not, behind the selection's verbs", () => {
  expect(ids("", ["tool", "page"])).toEqual(["here", "tool", "page", "add", "gh"]);
});

test("a title that begins with the text comes before one that holds it", () => {
  expect(ids("git")).toEqual(["gh", "here", "tool"]);
});

test("every word has to be there, in title or note, in any order", () => {
  expect(ids("github tool")).toEqual(["tool"]);
  expect(ids("github nothing")).toEqual([]);
});

test("> leaves only what can be done", () => {
  expect(ids(">")).toEqual(["here", "add"]);
  expect(ids("> add")).toEqual(["add"]);
});

const nothing = async (): Promise<void> => {};
const actions: PaletteActions = {
  go: () => {},
  restart: nothing,
  turn: nothing,
  activate: nothing,
  signIn: () => {},
  signOut: () => {},
};

test("what the gateway offers itself leads to where it is written, once", () => {
  const gone: string[] = [];
  const found = paletteItems(
    {
      place: { page: "overview", parts: [], params: new URLSearchParams() },
      servers: [],
      profiles: [],
      tools: [],
      local: [
        { page: "tools", id: "7", name: "weather" },
        { page: "resources", id: "8", name: "notes" },
      ],
    },
    { ...actions, go: (route) => gone.push(route) },
  );
  expect(found.map(({ title, note }) => [title, note])).toEqual([
    ["weather", "Tool of this gateway"],
    ["notes", "Resource of this gateway"],
  ]);
  for (const one of found) void one.run();
  expect(gone).toEqual(["/tools/7", "/resources/8"]);
});

test("a remote server is signed in to and out of by name; a command is not", () => {
  const config = {
    transport: "http",
    url: "https://x.test/mcp",
    headers: {},
    signIn: PLAIN_SIGN_IN,
  } as const;
  const verbs = (server: ReturnType<typeof aServer>): string[] =>
    paletteItems(
      {
        place: { page: "servers", parts: [server.id], params: new URLSearchParams() },
        servers: [server],
        profiles: [],
        tools: [],
        local: [],
      },
      actions,
    )
      .filter(({ kind }) => kind === "here")
      .map(({ title, disabled }) => (disabled ? `${title} (${disabled})` : title));
  expect(verbs(aServer())).toEqual([
    "Restart Files",
    "Turn off Files",
    "Review changed tools of Files… (None has changed)",
  ]);
  const signedIn = aServer({ config, status: { signIn: aSignIn() } });
  expect(verbs(signedIn).slice(3)).toEqual(["Sign in to Files…", "Sign out of Files…"]);
  const signedOut = aServer({ config, status: { signIn: aSignIn({ state: "signed_out" }) } });
  expect(verbs(signedOut)[4]).toBe("Sign out of Files… (Not signed in)");
  const byItself = { ...config, signIn: { ...PLAIN_SIGN_IN, kind: "client_credentials" as const } };
  expect(verbs(aServer({ config: byItself }))).toHaveLength(3);
});

test("what changed of a server's tools is reviewed from anywhere on its page", () => {
  const gone: string[] = [];
  const server = aServer({ status: { changedTools: 2 } });
  const [, , review] = paletteItems(
    {
      place: { page: "servers", parts: [server.name, "output"], params: new URLSearchParams() },
      servers: [server],
      profiles: [],
      tools: [],
      local: [],
    },
    { ...actions, go: (route) => gone.push(route) },
  );
  expect(review).toMatchObject({ kind: "here", title: "Review changed tools of Files…" });
  expect(review?.disabled).toBeUndefined();
  void review?.run();
  expect(gone).toEqual([`/servers/${server.id}/changes`]);
});

test("behind a colon stands a filter of the debug logs", () => {
  const gone: string[] = [];
  const go = (route: string): void => void gone.push(route);
  const item = logItem(": status:error ", go);
  expect(item).toMatchObject({ title: "Show debug logs: status:error" });
  expect(item.disabled).toBeUndefined();
  void item.run();
  void logItem(":", go).run();
  expect(gone).toEqual(["/logs?q=status%3Aerror", "/logs"]);
  expect(logItem(":nonsense:1", go).disabled).toMatch(/nonsense/);
});
