import {
  type CapabilityView,
  LOCAL_SERVER,
  type ProfileView,
  type ServerView,
} from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";
import { describe, expect, test } from "vitest";
import { PLAIN_SIGN_IN } from "../servers/edit-sign-in.ts";
import {
  changesData,
  choicesOf,
  estimatedTokens,
  freeName,
  groupsOf,
  hasChanges,
  nameProblem,
  rowsOf,
  switched,
  whyRenamed,
} from "./capability-rows.ts";

const tool = (server: string, original: string, more: Partial<CapabilityView> = {}) =>
  ({
    kind: "tool",
    name: original,
    original,
    server,
    title: null,
    description: `${original} of ${server}`,
    enabled: true,
    heldBack: false,
    renamed: null,
    describedByYou: false,
    definition: { name: original, description: `${original} of ${server}`, inputSchema: {} },
    ...more,
  }) satisfies CapabilityView;

const server = (name: string, state: ServerView["status"]["state"]): ServerView => ({
  id: `id-${name}`,
  name,
  title: name.toUpperCase(),
  description: "",
  config: {
    transport: "http",
    url: "https://example.test",
    headers: {},
    signIn: PLAIN_SIGN_IN,
  },
  secrets: {},
  limits: {},
  connections: "per_client",
  tags: [],
  healthUrl: null,
  holdChangedTools: false,
  enabled: true,
  confirmed: true,
  profiles: [],
  counts: { tools: 0, prompts: 0, resources: 0, resourceTemplates: 0 },
  implementation: null,
  era: null,
  status: statusOf({ state }),
  createdAt: 0,
  updatedAt: 0,
});

const profile = (...names: string[]): ProfileView => ({
  id: "p",
  slug: "dev",
  name: "dev",
  description: "",
  active: true,
  url: null,
  namePolicy: "on_collision",
  allowWithoutToken: false,
  servers: names.map((name) => ({ id: `id-${name}`, name, enabled: true })),
  tools: [],
  prompts: [],
  resources: [],
  roots: [],
  tags: [],
  healthUrl: null,
  enabled: true,
  counts: { tools: 0, prompts: 0, resources: 0 },
  estimatedTokens: 0,
  createdAt: 0,
  updatedAt: 0,
});

const titleOf = (name: string): string => name.toUpperCase();
const ALL = { kind: "tool", shown: "all", text: "" } as const;

describe("what the servers of a profile offer, as rows", () => {
  const servers = [server("github", "ready"), server("files", "failed"), server("idle", "idle")];
  const capabilities = [
    tool("github", "search"),
    tool("github", "create_issue", { enabled: false }),
    tool("files", "read", { renamed: "by_you", name: "read_file" }),
    tool("files", "write", { heldBack: true }),
    tool("github", "prompt", { kind: "prompt" }),
  ];
  const names = (options: Parameters<typeof groupsOf>[3], isFiltered = true): string[] =>
    rowsOf(
      groupsOf(profile("files", "github", "idle"), servers, capabilities, options),
      isFiltered,
    ).map((row) => (row.type === "group" ? row.group.title : row.item.name));

  test("servers come in the order of the profile, their tools in their own", () => {
    expect(names(ALL, false)).toEqual([
      "FILES",
      "read_file",
      "write",
      "GITHUB",
      "search",
      "create_issue",
    ]);
  });

  test.each([
    [{ ...ALL, shown: "off" as const }, ["GITHUB", "create_issue"]],
    [{ ...ALL, shown: "edited" as const }, ["FILES", "read_file"]],
    [{ ...ALL, shown: "held" as const }, ["FILES", "write"]],
    [{ ...ALL, text: " SEARCH " }, ["GITHUB", "search"]],
    [{ ...ALL, text: "of files" }, ["FILES", "read_file", "write"]],
    [{ ...ALL, text: "nothing" }, []],
  ])("%j leaves %j", (options, expected) => {
    expect(names(options)).toEqual(expected);
  });

  test("a filter changes what is shown, not how much is on", () => {
    const [, github] = groupsOf(profile("files", "github"), servers, capabilities, {
      ...ALL,
      text: "search",
    });
    expect(github).toMatchObject({ on: 1, total: 2, held: 0 });
    expect(github?.items).toHaveLength(1);
  });

  test("what changed of tools is to be reviewed where tools are listed", () => {
    const github = server("github", "ready");
    const changed = { ...github, status: statusOf({ state: "ready", changedTools: 1 }) };
    const groups = (options: Parameters<typeof groupsOf>[3]) =>
      groupsOf(profile("github"), [changed], [], options);
    expect(groups(ALL).map(hasChanges)).toEqual([true]);
    expect(rowsOf(groups(ALL), false)).toHaveLength(1);
    expect(groups({ ...ALL, kind: "prompt" }).map(hasChanges)).toEqual([false]);
    expect(groupsOf(profile("github"), [github], [], ALL).map(hasChanges)).toEqual([false]);
  });

  test("of what is on, how much is held back is known", () => {
    const off = tool("files", "remove", { heldBack: true, enabled: false });
    const [files] = groupsOf(profile("files"), servers, [...capabilities, off], ALL);
    expect(files).toMatchObject({ on: 2, total: 3, held: 1 });
  });

  test("one without anything to show stands there only for its trouble", () => {
    const trouble = groupsOf(profile("files", "idle"), servers, [], ALL);
    expect(rowsOf(trouble, false).map(({ key }) => key)).toEqual(["files"]);
    expect(rowsOf(trouble, true)).toEqual([]);
  });

  test("what the gateway itself offers is the last group, off where the profile lacks it", () => {
    const own = [tool(LOCAL_SERVER, "weather", { enabled: false }), tool(LOCAL_SERVER, "pets")];
    const groups = groupsOf(profile("github"), servers, [...own, ...capabilities], ALL);
    expect(groups.map(({ title }) => title)).toEqual(["GITHUB", "Local"]);
    expect(groups.at(-1)).toMatchObject({ server: LOCAL_SERVER, view: null, on: 1, total: 2 });
    expect(rowsOf(groups, false).at(-1)?.key).toBe("tool (local) pets");
    expect(switched(groups.at(-1)?.items ?? [], true)).toEqual([
      { kind: "tool", server: LOCAL_SERVER, original: "weather", enabled: true },
    ]);
  });

  test("without anything of its own there is no such group", () => {
    const groups = groupsOf(profile("github"), servers, capabilities, ALL);
    expect(groups.map(({ server: name }) => name)).toEqual(["github"]);
  });
});

describe("choices", () => {
  test("only what differs is switched", () => {
    const items = [tool("a", "one"), tool("a", "two", { enabled: false })];
    expect(switched(items, true)).toEqual([
      { kind: "tool", server: "a", original: "two", enabled: true },
    ]);
  });

  test("those for one server can be made once more", () => {
    const all = [
      tool("a", "kept"),
      tool("a", "off", { enabled: false }),
      tool("a", "x", { renamed: "by_you", name: "y", describedByYou: true, description: "mine" }),
      tool("a", "z", { renamed: "collision", name: "a_z" }),
      tool("b", "off", { enabled: false }),
    ];
    expect(choicesOf(all, "a")).toEqual([
      { kind: "tool", server: "a", original: "off", enabled: false },
      {
        kind: "tool",
        server: "a",
        original: "x",
        enabled: true,
        name: "y",
        description: "mine",
      },
    ]);
  });
});

describe("names that clients see", () => {
  const search = tool("github", "search", { renamed: "collision", name: "github_search" });
  const all = [search, tool("files", "search"), tool("files", "read")];

  test("the reason for another name says who has it", () => {
    expect(whyRenamed(search, all, titleOf)).toBe("renamed: “search” is also in FILES");
    expect(whyRenamed(search, [search], titleOf)).toContain("was taken");
    expect(whyRenamed(tool("a", "b"), all, titleOf)).toBeNull();
  });

  test.each([
    ["read", "Clients already see a tool “read” from FILES."],
    ["x".repeat(47), "2 too many"],
    ["with space", "A-Z"],
    ["", "A-Z"],
  ])("%j cannot be chosen", (name, why) => {
    expect(nameProblem(name, search, all, titleOf)).toContain(why);
  });

  test("its own name and a free one can", () => {
    expect(nameProblem("github_search", search, all, titleOf)).toBeNull();
    expect(nameProblem("find", search, all, titleOf)).toBeNull();
  });

  test.each(["read", "x".repeat(60), "with space", "", "search", "ünïcode"])(
    "for %j there is one that can be had",
    (wanted) => {
      const name = freeName(wanted, search, all);
      expect(nameProblem(name, search, all, titleOf)).toBeNull();
    },
  );

  test("of many that are taken the next number is free", () => {
    const taken = [tool("a", "read"), tool("b", "github_read"), tool("b", "read_2")];
    expect(freeName("read", search, taken)).toBe("read_3");
  });
});

describe("what a definition says", () => {
  test("of data that is changed only the server's own word counts", () => {
    const withHints = (annotations: unknown): boolean =>
      changesData(tool("a", "b", { definition: { annotations } }));
    expect(withHints({ destructiveHint: true })).toBe(true);
    expect(withHints({ readOnlyHint: false })).toBe(true);
    expect(withHints({ readOnlyHint: true, destructiveHint: true })).toBe(false);
    expect(withHints({})).toBe(false);
    expect(withHints("nonsense")).toBe(false);
    expect(changesData(tool("a", "b"))).toBe(false);
  });

  test("its cost is that of what clients are sent", () => {
    const definition = { name: "a", inputSchema: { type: "object" } };
    const item = tool("s", "a", { name: "s_a", description: "mine", definition });
    const sent = { name: "s_a", inputSchema: { type: "object" }, description: "mine" };
    expect(estimatedTokens(item)).toBe(Math.round(JSON.stringify(sent).length / 4));
  });
});
