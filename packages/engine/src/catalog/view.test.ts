import { LOCAL_SERVER } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { capabilityKey, type ProfileDefinition, type ServerLists } from "../definitions.ts";
import { type Offer, ProfileView } from "./view.ts";

const lists = (more: Partial<ServerLists> = {}): ServerLists => ({
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  ...more,
});

const offer = (name: string, more: Partial<ServerLists>): Offer => ({
  definition: { id: `id-${name}`, name },
  catalog: { lists: lists(more) },
  caching: { ttlMs: 1000, isPublic: true },
  held: new Set(),
});

const profile = (
  local: Partial<ServerLists>,
  more: Partial<ProfileDefinition> = {},
): ProfileDefinition => ({
  id: "p",
  slug: "p",
  namePolicy: "on_collision",
  serverIds: [],
  local: lists(local),
  roots: [],
  overrides: { tool: new Map(), prompt: new Map(), resource: new Map() },
  ...more,
});

const none = { tool: new Map<string, string>(), prompt: new Map<string, string>() };
const namesOf = (view: ProfileView) =>
  view.entries.map(({ kind, exposed, serverId }) => [kind, exposed, serverId]);

describe("what the gateway itself offers", () => {
  test("comes after the servers, whose names it does not take", () => {
    const own = profile({
      tools: [{ name: "search" }, { name: "weather" }],
      prompts: [{ name: "hello" }],
      resources: [{ uri: "notes://a", name: "a" }],
    });
    const files = offer("files", {
      tools: [{ name: "search" }],
      resources: [{ uri: "notes://a", name: "a" }],
    });
    expect(namesOf(new ProfileView(own, [files], none))).toEqual([
      ["tool", "search", "id-files"],
      ["tool", "local_search", LOCAL_SERVER],
      ["tool", "weather", LOCAL_SERVER],
      ["prompt", "hello", LOCAL_SERVER],
      ["resource", "notes://a", "id-files"],
      ["resource", "gw+local+notes://a", LOCAL_SERVER],
    ]);
  });

  test("keeps the names that it was given", () => {
    const own = profile({ tools: [{ name: "search" }] });
    const given = { ...none, tool: new Map([[capabilityKey(LOCAL_SERVER, "search"), "search"]]) };
    const view = new ProfileView(own, [offer("files", { tools: [{ name: "search" }] })], given);
    expect(view.tool("search")?.serverId).toBe(LOCAL_SERVER);
    expect(view.tool("files_search")?.serverId).toBe("id-files");
  });

  test("follows the profile's policy of names, also beside a server of the same name", () => {
    const own = profile({ tools: [{ name: "search" }] }, { namePolicy: "always_prefix" });
    const named = offer("local", { tools: [{ name: "search" }] });
    const [first, second] = new ProfileView(own, [named], none).entries;
    expect(first).toMatchObject({ exposed: "local_search", serverId: "id-local" });
    expect(second?.exposed).toMatch(/^local_search_[0-9a-f]{6}$/);
    expect(second?.serverId).toBe(LOCAL_SERVER);
  });

  test("is asked for a URI only where one of its templates fits", () => {
    const own = profile({
      resources: [{ uri: "notes://a", name: "a" }],
      resourceTemplates: [{ uriTemplate: "city://{name}", name: "city" }],
    });
    const view = new ProfileView(own, [offer("files", { resources: [{ uri: "f:1" }] })], none);
    expect(view.resourceServers).toEqual(["id-files"]);
    expect(view.templateServers("city://ulm")).toEqual([LOCAL_SERVER]);
    expect(view.templateServers("other://ulm")).toEqual([]);
  });

  test("changes nothing about how long a list may be kept", () => {
    const serverInfo = { name: "gateway", version: "1" };
    const files = offer("files", { tools: [{ name: "search" }] });
    const listed = (local: Partial<ServerLists>) =>
      JSON.parse(
        new ProfileView(profile(local), [files], none).list("tools", "modern", serverInfo),
      );
    expect(listed({ tools: [{ name: "own" }] })).toMatchObject({
      ttlMs: 1000,
      cacheScope: "public",
      tools: [{ name: "search" }, { name: "own" }],
    });
  });
});

describe("a tool that is held back", () => {
  const tools = [{ name: "read", _meta: { ui: { resourceUri: "ui://page" } } }, { name: "write" }];
  const held = { ...offer("files", { tools }), held: new Set(["read"]) };
  const view = new ProfileView(profile({}), [held], none);

  test("is not listed and not counted, and is known where it is called", () => {
    expect(view.json.tools).toBe('{"tools":[{"name":"write"}]}');
    expect(view.counts().tools).toBe(1);
    expect(view.serversNaming("ui://page")).toEqual([]);
    expect(view.tool("read")).toMatchObject({ original: "read", held: true });
    expect(view.entries.map(({ held }) => held)).toEqual([true, false]);
  });

  test("keeps its name, so that none is another once it is accepted", () => {
    const second = offer("more", { tools: [{ name: "read" }] });
    expect(namesOf(new ProfileView(profile({}), [held, second], none))).toEqual(
      namesOf(new ProfileView(profile({}), [{ ...held, held: new Set() }, second], none)),
    );
  });
});

test("of two tools of one name the first is offered", () => {
  const tools = [
    { name: "read", description: "first" },
    { name: "read", description: "second" },
  ];
  const view = new ProfileView(profile({}), [offer("files", { tools })], none);
  expect(view.json.tools).toBe('{"tools":[{"name":"read","description":"first"}]}');
  expect(view.entries).toHaveLength(1);
});
