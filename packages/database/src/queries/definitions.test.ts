import { beforeEach, describe, expect, test } from "vitest";
import { errorOf, useDb, useTempDir } from "../test-kit.ts";
import { createProfileQueries } from "./profiles.ts";
import { createPromptQueries } from "./prompts.ts";
import { createResourceQueries } from "./resources.ts";
import { createRootQueries } from "./roots.ts";
import { createToolQueries } from "./tools.ts";
import { createVaultQueries } from "./vault.ts";

const temp = useTempDir();
const opened = useDb(() => temp("x.db"));

const setUp = () => {
  const db = opened();
  const profiles = createProfileQueries(db);
  const tools = createToolQueries(db);
  const addTool = (name: string) =>
    tools.insert({ name, method: "GET", url: "https://api.test/", inputSchema: {} }).id;
  const addProfile = (slug: string) => profiles.insert({ slug, name: slug }).id;
  return { db, profiles, tools, addTool, addProfile };
};

let at: ReturnType<typeof setUp>;
beforeEach(() => {
  at = setUp();
});

describe("what profiles have of the gateway's own", () => {
  test("is kept in the order given, each once, and left by what is deleted", () => {
    const { tools, addTool, addProfile, profiles } = at;
    const [a, b, c] = [addTool("a"), addTool("b"), addTool("c")];
    const dev = addProfile("dev");
    const other = addProfile("other");
    tools.replaceIn(dev, [c, a]);
    tools.replaceIn(other, [a]);
    tools.addTo(dev, b);
    tools.addTo(dev, a);
    expect(tools.idsIn(dev)).toEqual([c, a, b]);
    expect(tools.profilesWith(a).map(({ slug }) => slug)).toEqual(["dev", "other"]);
    expect(tools.delete(a)).toBe(true);
    expect(tools.delete(a)).toBe(false);
    expect(tools.idsIn(dev)).toEqual([c, b]);
    tools.replaceIn(dev, []);
    expect(tools.idsIn(dev)).toEqual([]);
    expect(profiles.delete(other)).toBe(true);
    expect(tools.list().map(({ name }) => name)).toEqual(["b", "c"]);
  });

  test("is refused for what there is not", () => {
    const { tools, addTool, addProfile } = at;
    const dev = addProfile("dev");
    const a = addTool("a");
    tools.replaceIn(dev, [a]);
    expect(() => tools.replaceIn(dev, ["nothing"])).toThrow(/FOREIGN KEY/);
    expect(tools.idsIn(dev)).toEqual([a]);
  });

  test("keeps the names it was given, until it is called otherwise or leaves", () => {
    const { tools, addTool, addProfile } = at;
    const [a, b] = [addTool("a"), addTool("b")];
    const dev = addProfile("dev");
    const other = addProfile("other");
    tools.replaceIn(dev, [a, b]);
    tools.replaceIn(other, [a]);
    tools.nameIn(other, new Map([["a", "other_a"]]));
    expect(tools.namesIn(dev)).toEqual(new Map());
    const names = new Map([
      ["a", "a"],
      ["b", "local_b"],
    ]);
    tools.nameIn(dev, names);
    expect(tools.namesIn(dev)).toEqual(names);
    tools.replaceIn(dev, [b, a]);
    expect(tools.namesIn(dev)).toEqual(names);
    tools.forgetNames(b);
    expect(tools.namesIn(dev)).toEqual(new Map([["a", "a"]]));
    tools.replaceIn(dev, [b]);
    tools.addTo(dev, a);
    expect(tools.namesIn(dev)).toEqual(new Map());
    expect(tools.namesIn(other)).toEqual(new Map([["a", "other_a"]]));
  });

  test("is found in the same way for every kind", () => {
    const { db, addProfile } = at;
    const dev = addProfile("dev");
    const prompts = createPromptQueries(db);
    const resources = createResourceQueries(db);
    const roots = createRootQueries(db);
    const prompt = prompts.insert({ name: "hello", template: "Hello" });
    const root = roots.insert({ uri: "file:///srv" });
    const resource = resources.insert({
      uri: "notes://a",
      name: "a",
      contentKind: "file",
      rootId: root.id,
      path: "a.md",
    });
    prompts.addTo(dev, prompt.id);
    resources.addTo(dev, resource.id);
    roots.addTo(dev, root.id);
    expect([prompts.idsIn(dev), resources.idsIn(dev), roots.idsIn(dev)]).toEqual([
      [prompt.id],
      [resource.id],
      [root.id],
    ]);
    expect(prompts.labelledIn(dev)).toEqual([{ id: prompt.id, label: "hello", enabled: true }]);
    roots.update(root.id, { enabled: false });
    expect(roots.labelledIn(dev)).toEqual([{ id: root.id, label: "file:///srv", enabled: false }]);
    expect(roots.filesIn(root.id)).toBe(1);
    expect(roots.delete(root.id)).toBe(true);
    expect(resources.get(resource.id)).toMatchObject({ rootId: null, path: "a.md" });
  });
});

describe("names and URIs", () => {
  test("belong to one each", () => {
    const { db, addTool, tools } = at;
    addTool("a");
    const b = addTool("b");
    expect(errorOf(() => addTool("a"))).toMatchObject({
      code: "name_taken",
      params: { kind: "tool", name: "a" },
    });
    expect(errorOf(() => tools.update(b, { name: "a" }))).toMatchObject({ code: "name_taken" });
    const roots = createRootQueries(db);
    roots.insert({ uri: "file:///srv" });
    expect(errorOf(() => roots.insert({ uri: "file:///srv" }))).toMatchObject({
      code: "name_taken",
      params: { kind: "root", name: "file:///srv" },
    });
  });
});

describe("a tool that is deleted", () => {
  test("takes its secrets along", () => {
    const { db, addTool, tools } = at;
    const { secrets } = createVaultQueries(db);
    const a = addTool("a");
    const b = addTool("b");
    for (const [id, ownerId] of [
      ["s1", a],
      ["s2", b],
    ] as const) {
      secrets.put({ id, ownerTable: "tools", ownerId, name: "auth.token", sealed: "x" });
    }
    tools.delete(a);
    expect(secrets.list().map(({ id }) => id)).toEqual(["s2"]);
  });
});
