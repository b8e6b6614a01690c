import { describe, expect, it } from "vitest";
import type { ProfileDefinition, Root } from "../definitions.ts";
import { rootsOfServer } from "./server-roots.ts";
import { callOf, client, connected, turn } from "./test-kit.ts";

const root = (name: string): Root => ({ uri: `file:///${name}` });
const profile = (id: string, serverIds: string[], roots: string[]): ProfileDefinition => ({
  id,
  slug: id,
  namePolicy: "on_collision",
  serverIds,
  local: { tools: [], prompts: [], resources: [], resourceTemplates: [] },
  roots: roots.map(root),
  overrides: { tool: new Map(), prompt: new Map(), resource: new Map() },
});

describe("the roots of a server", () => {
  it.each<[string, ProfileDefinition[], Root[] | null]>([
    ["no profile has any", [profile("a", ["s"], [])], null],
    ["only a profile without it has any", [profile("a", ["t"], ["x"])], null],
    [
      "one has some",
      [profile("a", ["s"], ["x", "y"]), profile("b", ["s"], [])],
      [root("x"), root("y")],
    ],
    [
      "two agree on one",
      [profile("a", ["s"], ["x", "y"]), profile("b", ["s"], ["z", "y"])],
      [root("y")],
    ],
    ["two agree on none", [profile("a", ["s"], ["x"]), profile("b", ["s"], ["y"])], []],
    [
      "the first gives the order",
      [profile("a", ["s"], ["y", "x"]), profile("b", ["s"], ["x", "y"])],
      [root("y"), root("x")],
    ],
  ])("shared: %s", (_, profiles, shared) => {
    expect(rootsOfServer("s", profiles, null).shared).toEqual(shared);
  });

  it("are a client's by its profile, the active one where it follows that", () => {
    const profiles = [
      profile("a", ["s"], ["x"]),
      profile("b", ["s"], ["y"]),
      profile("c", ["t"], ["z"]),
    ];
    const roots = rootsOfServer("s", profiles, "b");
    expect(roots.of(client("1", { profileId: "a" }))).toEqual([root("x")]);
    expect(roots.of(client("2", { profileId: null }))).toEqual([root("y")]);
    expect(roots.of(client("3", { profileId: "c" }))).toEqual([]);
    expect(rootsOfServer("s", profiles, null).of(client("4"))).toEqual([]);
  });
});

describe("a question for roots", () => {
  const [ann, bob] = [client("ann", { profileId: "a" }), client("bob", { profileId: "b" })];
  const roots = rootsOfServer("s", [profile("a", ["s"], ["x"]), profile("b", ["s"], [])], null);
  const ASK = { jsonrpc: "2.0", id: "q", method: "roots/list" } as const;
  const asked = async (...[owner, ...calls]: Parameters<typeof connected>[0][]) => {
    const { transport, connection } = await connected(owner ?? null, {
      roots: (one) => (one ? (roots.of(one).length > 0 ? roots.of(one) : null) : roots.shared),
    });
    for (const who of calls) {
      const { call } = callOf(who ?? null);
      void connection.request("tools/call", {}, { timeoutMs: null, call }).catch(() => {});
    }
    transport.events?.onMessage(ASK, undefined);
    await turn();
    return transport.sent.find(({ id, method }) => id === "q" && method === undefined);
  };

  it("that belongs to no request is answered with what is agreed on", async () => {
    expect(await asked(null)).toMatchObject({ result: { roots: [root("x")] } });
  });

  it("on a client's own connection is its profile's, or else the client's", async () => {
    expect(await asked(ann)).toMatchObject({ result: { roots: [root("x")] } });
    expect(await asked(bob)).toMatchObject({ result: { by: "bob" } });
    expect(bob.asked).toEqual(["roots/list"]);
  });

  it("that belongs to a call is answered where that call is answered", async () => {
    expect(await asked(null, bob)).toMatchObject({ result: { by: "bob" } });
  });

  it("that could be one of several callers' is refused", async () => {
    const { connection, transport } = await connected(null, { roots: () => [root("x")] });
    for (const who of [ann, bob]) {
      const { call } = callOf(who);
      void connection.request("tools/call", {}, { timeoutMs: null, call }).catch(() => {});
    }
    transport.events?.onMessage(ASK, undefined);
    await turn();
    expect(transport.sent.find(({ id }) => id === "q")).toHaveProperty("error");
  });
});
