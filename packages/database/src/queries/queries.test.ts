import { createHash, randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../db.ts";
import { mcpServers, oauthTokens, profileMcpServers } from "../schema.ts";
import { echoConfig, errorOf, useDb, useTempDir } from "../test-kit.ts";
import { createCatalogQueries } from "./catalogs.ts";
import { createCustomizationQueries, type StoredCustomization } from "./customizations.ts";
import { createEraQueries, type EraRow } from "./eras.ts";
import { createHealthQueries } from "./health.ts";
import { createNameQueries, type NameAssignment } from "./names.ts";
import { createProfileQueries } from "./profiles.ts";
import { createServerQueries } from "./servers.ts";
import { createSessionQueries } from "./sessions.ts";
import { createSettingQueries } from "./settings.ts";
import { createTokenQueries } from "./tokens.ts";
import { createVaultQueries, type VaultSlotRow } from "./vault.ts";

const temp = useTempDir();
const opened = useDb(() => temp("x.db"));

let db: Db;
let profiles: ReturnType<typeof createProfileQueries>;
let servers: ReturnType<typeof createServerQueries>;
beforeEach(() => {
  db = opened();
  profiles = createProfileQueries(db);
  servers = createServerQueries(db);
});

const addServer = (name: string) =>
  servers.insert({ name, title: name, config: echoConfig, connections: "shared" });
const addProfile = (slug: string, ...members: string[]) => {
  const profile = profiles.insert({ slug, name: slug });
  profiles.replaceServers(profile.id, members);
  return profile;
};
const serverNames = (profileId: string) => profiles.servers(profileId).map(({ name }) => name);

describe("servers", () => {
  test("are found by id and name, listed by name, changed and removed", () => {
    const b = addServer("b");
    const a = addServer("a");
    expect(servers.get(b.id)).toEqual(b);
    expect(servers.getByName("a")).toEqual(a);
    expect(servers.getByName("nobody")).toBeUndefined();
    expect(servers.list().map(({ name }) => name)).toEqual(["a", "b"]);
    expect(servers.update(a.id, { title: "A", enabled: false })).toMatchObject({
      name: "a",
      title: "A",
      enabled: false,
    });
    expect(servers.update("nobody", { title: "A" })).toBeUndefined();
    expect(servers.delete(a.id)).toBe(true);
    expect(servers.delete(a.id)).toBe(false);
    expect(servers.list()).toEqual([servers.get(b.id)]);
  });

  test("say their transport as their configuration does", () => {
    const { id, transport } = addServer("a");
    expect(transport).toBe("stdio");
    const config = { transport: "sse" as const, url: "http://x", headers: {}, secrets: {} };
    expect(servers.update(id, { config })).toMatchObject({ transport: "sse", config });
  });

  test("have names of their own", () => {
    addServer("a");
    const { id } = addServer("b");
    const taken = { code: "name_taken", params: { kind: "server", name: "a" } };
    expect(errorOf(() => addServer("a"))).toMatchObject(taken);
    expect(errorOf(() => servers.update(id, { name: "a" }))).toMatchObject(taken);
  });

  test("take what belongs to them along, and nothing else", () => {
    const [gone, stays] = [addServer("gone"), addServer("stays")];
    const { secrets } = createVaultQueries(db);
    for (const { id } of [gone, stays]) {
      db.insert(oauthTokens).values({ serverId: id, issuer: "i", accessToken: "a" }).run();
      secrets.put({
        id: `of ${id}`,
        ownerTable: "mcp_servers",
        ownerId: id,
        name: "n",
        sealed: "s",
      });
    }
    const profile = addProfile("p", gone.id, stays.id);
    servers.delete(gone.id);
    expect(secrets.list().map(({ id }) => id)).toEqual([`of ${stays.id}`]);
    expect(
      db
        .select()
        .from(oauthTokens)
        .all()
        .map(({ serverId }) => serverId),
    ).toEqual([stays.id]);
    expect(serverNames(profile.id)).toEqual(["stays"]);
  });
});

describe("profiles", () => {
  test("are listed in order, found by id and slug, changed and removed", () => {
    const b = profiles.insert({ slug: "b", name: "B", position: 1 });
    const a = profiles.insert({ slug: "a", name: "A", position: 2 });
    const c = profiles.insert({ slug: "c", name: "C", position: 1 });
    expect(profiles.list()).toEqual([b, c, a]);
    expect(profiles.get(a.id)).toEqual(a);
    expect(profiles.getBySlug("b")).toEqual(b);
    expect(profiles.update(a.id, { slug: "z", allowWithoutToken: true })).toMatchObject({
      slug: "z",
      name: "A",
      allowWithoutToken: true,
    });
    expect(errorOf(() => profiles.update(a.id, { slug: "b" }))).toMatchObject({
      code: "name_taken",
      params: { kind: "profile", name: "b" },
    });
    expect(errorOf(() => profiles.insert({ slug: "b", name: "" }))).toMatchObject({
      code: "name_taken",
    });
    expect(profiles.delete(a.id)).toBe(true);
    expect(profiles.delete(a.id)).toBe(false);
  });

  test("have servers in an order, which is replaced as a whole or not at all", () => {
    const [a, b, c] = [addServer("a"), addServer("b"), addServer("c")];
    const profile = addProfile("p", c.id, a.id);
    const other = addProfile("q", a.id);
    expect(serverNames(profile.id)).toEqual(["c", "a"]);
    profiles.replaceServers(profile.id, [a.id, b.id, c.id]);
    expect(serverNames(profile.id)).toEqual(["a", "b", "c"]);
    expect(() => profiles.replaceServers(profile.id, [c.id, "nobody"])).toThrow("FOREIGN KEY");
    expect(serverNames(profile.id)).toEqual(["a", "b", "c"]);
    expect(profiles.ofServer(a.id).map(({ slug }) => slug)).toEqual(["p", "q"]);
    profiles.replaceServers(profile.id, []);
    expect(serverNames(profile.id)).toEqual([]);
    expect(serverNames(other.id)).toEqual(["a"]);
  });

  test("one of them is active, until it is removed", () => {
    expect(profiles.active()).toBeUndefined();
    const [p, q] = [addProfile("p"), addProfile("q")];
    profiles.setActive(p.id);
    expect(profiles.active()).toEqual(p);
    profiles.delete(q.id);
    expect(profiles.active()).toEqual(p);
    profiles.delete(p.id);
    expect(profiles.active()).toBeUndefined();
    expect(createSettingQueries(db).all()).toEqual(new Map());
    const r = addProfile("r");
    profiles.setActive(r.id);
    profiles.setActive(null);
    expect(profiles.active()).toBeUndefined();
  });
});

describe("catalogs", () => {
  test("are the last lists of a server, with every member of a definition", () => {
    const catalogs = createCatalogQueries(db);
    const { id: mcpServerId } = addServer("a");
    const lists = {
      mcpServerId,
      tools: [{ name: "t", inputSchema: { type: "object" }, "x-unknown": [1, null] }],
      prompts: [],
      resources: [],
      resourceTemplates: [],
      implementation: { name: "i", version: "1", protocolVersion: "2025-11-25", extra: true },
      listedAt: 1,
      configHash: "h",
    };
    catalogs.put(lists);
    expect(catalogs.get(mcpServerId)).toEqual(lists);
    const next = { ...lists, tools: [], implementation: null, listedAt: 2 };
    catalogs.put(next);
    expect(catalogs.list()).toEqual([next]);
    catalogs.delete(mcpServerId);
    expect(catalogs.get(mcpServerId)).toBeUndefined();
  });
});

describe("eras", () => {
  test("are the last verdict on a server, and go with it", () => {
    const eras = createEraQueries(db);
    const { id: mcpServerId } = addServer("a");
    const verdict: EraRow = {
      mcpServerId,
      era: "legacy",
      protocolVersion: null,
      configHash: "h",
      decidedAt: 1,
      isCertain: false,
    };
    expect(eras.get(mcpServerId)).toBeUndefined();
    eras.put(verdict);
    expect(eras.get(mcpServerId)).toEqual(verdict);
    const next: EraRow = {
      ...verdict,
      era: "modern",
      protocolVersion: "2026-07-28",
      decidedAt: 2,
      isCertain: true,
    };
    eras.put(next);
    expect(eras.get(mcpServerId)).toEqual(next);
    servers.delete(mcpServerId);
    expect(eras.get(mcpServerId)).toBeUndefined();
  });
});

describe("names", () => {
  test("are replaced as a whole, two may swap, and those of servers that left are dropped", () => {
    const names = createNameQueries(db);
    const [a, b] = [addServer("a"), addServer("b")];
    const profile = addProfile("p", a.id);
    const assign = (
      mcpServerId: string,
      originalName: string,
      exposedName: string,
    ): NameAssignment => ({
      kind: "tool",
      mcpServerId,
      originalName,
      exposedName,
    });
    names.replace(profile.id, [
      assign(a.id, "x", "x"),
      assign(a.id, "y", "y"),
      assign(b.id, "z", "z"),
    ]);
    expect(names.list(profile.id)).toEqual([assign(a.id, "x", "x"), assign(a.id, "y", "y")]);
    names.replace(profile.id, [assign(a.id, "x", "y"), assign(a.id, "y", "x")]);
    expect(names.list(profile.id)).toEqual([assign(a.id, "y", "x"), assign(a.id, "x", "y")]);
    expect(() =>
      names.replace(profile.id, [assign(a.id, "x", "same"), assign(a.id, "y", "same")]),
    ).toThrow("UNIQUE");
    expect(names.list(profile.id)).toHaveLength(2);
    profiles.replaceServers(profile.id, []);
    expect(names.list(profile.id)).toEqual([]);
  });
});

describe("customizations", () => {
  const choice = (
    kind: StoredCustomization["kind"],
    mcpServerId: string,
    changes: Partial<StoredCustomization> = {},
  ): StoredCustomization => ({
    kind,
    mcpServerId,
    original: `the ${kind}`,
    isEnabled: true,
    customName: null,
    customDescription: null,
    ...changes,
  });

  test("are kept per kind, written over, and dropped when they change nothing", () => {
    const customizations = createCustomizationQueries(db);
    const { id } = addServer("a");
    const profile = addProfile("p", id);
    const other = addProfile("q", id);
    const off = { isEnabled: false };
    const all = [
      choice("tool", id, { ...off, customName: "n", customDescription: "d" }),
      choice("prompt", id, off),
      choice("resource", id, off),
    ];
    customizations.put(profile.id, all);
    expect(customizations.list(profile.id)).toEqual(all);
    expect(customizations.list(other.id)).toEqual([]);

    const renamed = choice("tool", id, { customName: "m" });
    customizations.put(profile.id, [renamed, choice("prompt", id), choice("resource", id)]);
    expect(customizations.list(profile.id)).toEqual([renamed]);
    expect(() =>
      customizations.put(profile.id, [choice("tool", id), choice("prompt", "nobody", off)]),
    ).toThrow("FOREIGN KEY");
    expect(customizations.list(profile.id)).toEqual([renamed]);

    // A new order keeps them; leaving the profile does not.
    profiles.replaceServers(profile.id, [addServer("b").id, id]);
    expect(customizations.list(profile.id)).toEqual([renamed]);
    profiles.replaceServers(profile.id, []);
    expect(customizations.list(profile.id)).toEqual([]);
  });
});

describe("tokens", () => {
  const hash = (token: string) => createHash("sha256").update(token).digest("hex");

  test("are found by digest, listed in order of age, touched in one go, revoked", () => {
    const tokens = createTokenQueries(db);
    const add = (name: string, createdAt: number) =>
      tokens.insert({ name, tokenHash: hash(name), hint: "abcd", rights: ["use"], createdAt });
    const [b, a] = [add("b", 2), add("a", 1)];
    expect(tokens.list()).toEqual([a, b]);
    expect(tokens.findByHash(hash("a"))).toEqual(a);
    expect(tokens.findByHash(hash("c"))).toBeUndefined();
    expect(tokens.get(b.id)).toEqual(b);
    expect(() => add("a", 3)).toThrow("UNIQUE");
    tokens.touch(
      new Map([
        [a.id, 10],
        ["revoked meanwhile", 11],
      ]),
    );
    expect(tokens.list().map(({ lastUsedAt }) => lastUsedAt)).toEqual([10, null]);
    expect(tokens.delete(a.id)).toBe(true);
    expect(tokens.delete(a.id)).toBe(false);
    expect(tokens.findByHash(hash("a"))).toBeUndefined();
  });

  test("of a profile go with it", () => {
    const tokens = createTokenQueries(db);
    const profile = addProfile("p");
    tokens.insert({
      name: "n",
      tokenHash: hash("n"),
      hint: "n",
      rights: ["use"],
      profileId: profile.id,
    });
    profiles.delete(profile.id);
    expect(tokens.list()).toEqual([]);
  });
});

test("settings are set, written over, and go back to their default", () => {
  const settings = createSettingQueries(db);
  settings.set("port", 1);
  settings.set("port", 2);
  settings.set("host", "::1");
  settings.set("on", false);
  expect(settings.get("port")).toBe(2);
  expect(settings.all()).toEqual(
    new Map<string, unknown>([
      ["host", "::1"],
      ["on", false],
      ["port", 2],
    ]),
  );
  settings.delete("port");
  expect(settings.get("port")).toBeUndefined();
});

test("the vault's slots and secrets", () => {
  const { slots, secrets } = createVaultQueries(db);
  const slot = (id: string, createdAt: number): VaultSlotRow => ({
    id,
    keyId: "k",
    provider: "passphrase",
    label: id,
    wrapped: "w",
    params: { salt: "s", cost: { logN: 17 } },
    recipient: null,
    createdAt,
  });
  const [late, early] = [slot("late", 2), slot("early", 1)];
  slots.put(late);
  slots.put({ ...early, label: "Changed" });
  slots.put(early);
  expect(slots.list()).toEqual([early, late]);
  expect(slots.delete("late")).toBe(true);
  expect(slots.delete("late")).toBe(false);
  expect(slots.list()).toEqual([early]);

  const owned = { ownerTable: "tools", ownerId: "1" };
  const [a, b] = [randomUUID(), randomUUID()];
  secrets.put({ id: b, ...owned, name: "b", sealed: "1" });
  secrets.put({ id: a, ...owned, name: "a", sealed: "1", hint: "wxyz" });
  secrets.put({ id: randomUUID(), ownerTable: "tools", ownerId: "2", name: "a", sealed: "1" });
  secrets.put({ id: b, ...owned, name: "b", sealed: "2" });
  expect(secrets.listOwned("tools", "1")).toMatchObject([
    { id: a, name: "a", hint: "wxyz" },
    { id: b, name: "b", sealed: "2" },
  ]);
  expect(secrets.get(b)).toMatchObject({ sealed: "2", hint: null });
  expect(() => secrets.put({ id: randomUUID(), ...owned, name: "a", sealed: "1" })).toThrow(
    "UNIQUE",
  );
  expect(secrets.count()).toBe(3);
  expect(secrets.delete(a)).toBe(true);
  expect(secrets.delete(a)).toBe(false);
  secrets.deleteOwned("tools", "1");
  expect(secrets.list()).toMatchObject([{ ownerId: "2" }]);
});

test("sessions are two kinds that never meet", () => {
  const sessions = createSessionQueries(db);
  const add = (kind: "sign_in" | "client", sessionId: string, expiresAt: number | null = null) =>
    sessions.insert({ kind, sessionId, identity: "ada:1", data: "{}", createdAt: 1, expiresAt });
  expect(add("client", "c", 20)).toBe(true);
  expect(add("client", "c")).toBe(false);
  expect(add("sign_in", "c")).toBe(false);
  expect(add("sign_in", "s", 10)).toBe(true);
  expect(add("sign_in", "forever")).toBe(true);
  expect(sessions.get("sign_in", "c")).toBeUndefined();
  expect(sessions.get("client", "c")).toMatchObject({ identity: "ada:1", expiresAt: 20 });
  const pages = (most: number, owner?: string | null, kind: "sign_in" | "client" = "sign_in") => {
    const found: string[][] = [];
    for (let { rows, end } = sessions.page(kind, owner, null, most); rows.length > 0;) {
      found.push(rows.map(({ sessionId }) => sessionId));
      ({ rows, end } = sessions.page(kind, owner, end, most));
    }
    return found;
  };
  expect(pages(10)).toEqual([["s", "forever"]]);
  expect(pages(1, "ada:1")).toEqual([["s"], ["forever"]]);
  expect(pages(10, "ada")).toEqual([]);
  expect(pages(10, null, "client")).toEqual([]);
  const ofBob = { kind: "sign_in", identity: "bob", data: "{}", createdAt: 1 } as const;
  for (const sessionId of ["b2", "b1", "b3"]) sessions.insert({ ...ofBob, sessionId });
  expect(pages(1)).toEqual([["s"], ["forever"], ["b2"], ["b1"], ["b3"]]);
  expect(pages(3)).toEqual([
    ["s", "forever", "b2"],
    ["b1", "b3"],
  ]);
  expect(pages(2, "bob")).toEqual([["b2", "b1"], ["b3"]]);
  for (const sessionId of ["b2", "b1", "b3"]) sessions.delete("sign_in", sessionId);
  expect(sessions.update("client", "s", { data: "1" })).toBe(false);
  expect(sessions.update("sign_in", "s", { data: "1", expiresAt: 11 })).toBe(true);
  expect(sessions.sweep(10, 100)).toBe(0);
  expect(sessions.sweep(11, 0)).toBe(0);
  expect(sessions.sweep(11, 100)).toBe(1);
  expect(sessions.get("client", "c")).toBeDefined();
  expect(sessions.delete("sign_in", "c")).toBe(false);
  expect(sessions.delete("client", "c")).toBe(true);
  sessions.clear("client");
  expect(pages(10)).toEqual([["forever"]]);
  sessions.clear("sign_in");
  expect(pages(10)).toEqual([]);
});

test("health says which SQLite runs and that its pages are in order", () => {
  const health = createHealthQueries(db);
  expect(health.sqliteVersion()).toMatch(/^3\.\d+\.\d+$/);
  expect(health.quickCheck()).toBe("ok");
});

test("several of them make one transaction, and work inside an asynchronous one", async () => {
  expect(() =>
    db.transaction(() => {
      addProfile("p", addServer("a").id);
      throw new Error("on purpose");
    }),
  ).toThrow("on purpose");
  expect(db.select().from(mcpServers).all()).toEqual([]);

  await db.transaction(async (tx) => {
    const inside = createProfileQueries(tx);
    const profile = inside.insert({ slug: "p", name: "P" });
    const server = createServerQueries(tx).insert({
      name: "a",
      title: "A",
      config: echoConfig,
      connections: "shared",
    });
    inside.replaceServers(profile.id, [server.id]);
  });
  expect(db.select().from(profileMcpServers).all()).toHaveLength(1);
});
