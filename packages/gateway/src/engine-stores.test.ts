import { createRedactor } from "@local-mcp/vault";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import type { EraVerdict, GivenNames, ServerCatalog, SessionRecord } from "@local-mcp/engine";
import { MemoryStorageBackend } from "@local-mcp/sessions/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCatalogStore, createEraStore, createSessionStore } from "./engine-stores.ts";
import { createStores, type Stores } from "./stores.ts";
import { ToolChanges } from "./tool-changes/tool-changes.ts";

let directory: string;
let stores: Stores;
let toolChanges: ToolChanges;
let serverId: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-stores-"));
  stores = createStores(createDb({ path: join(directory, "x.db") }));
  toolChanges = new ToolChanges({ stores, onSeen: () => {}, onChange: () => {} });
  serverId = stores.servers.insert({
    name: "one",
    title: "One",
    config: { transport: "http", url: "http://127.0.0.1:9/", headers: {}, secrets: {} },
    connections: "per_client",
  }).id;
});
afterEach(() => {
  stores.db.close();
  rmSync(directory, { recursive: true });
});

describe("eras", () => {
  test("are given back as they were found, the last one per server", () => {
    const store = createEraStore(stores);
    expect(store.load(serverId)).toBeNull();
    const doubtful: EraVerdict = {
      era: "legacy",
      protocolVersion: null,
      configHash: "h",
      decidedAt: 1,
      certain: false,
    };
    store.save(serverId, doubtful);
    expect(store.load(serverId)).toEqual(doubtful);
    const modern: EraVerdict = {
      ...doubtful,
      era: "modern",
      protocolVersion: "2026-07-28",
      decidedAt: 2,
      certain: true,
    };
    store.save(serverId, modern);
    expect(store.load(serverId)).toEqual(modern);
  });
});

describe("catalogs", () => {
  const catalog: ServerCatalog = {
    lists: { tools: [{ name: "t" }], prompts: [], resources: [], resourceTemplates: [] },
    implementation: {
      name: "s",
      version: "1",
      protocolVersion: "2025-11-25",
      instructions: "Ask first.",
      capabilities: { tools: { listChanged: true }, extensions: { "x/y": {} } },
    },
    listedAt: 1,
    configHash: "h",
  };

  test("keep what the server declared", () => {
    const store = createCatalogStore(stores, toolChanges);
    store.save(serverId, catalog);
    expect(store.load(serverId)).toEqual(catalog);
  });

  test("of earlier builds, which kept no capabilities, have none", () => {
    stores.catalogs.put({
      mcpServerId: serverId,
      ...catalog.lists,
      implementation: { name: "s", version: "1", protocolVersion: "2025-11-25" },
      listedAt: 1,
      configHash: "h",
    });
    expect(createCatalogStore(stores, toolChanges).load(serverId)?.implementation).toEqual({
      name: "s",
      version: "1",
      protocolVersion: "2025-11-25",
      instructions: null,
      capabilities: {},
    });
  });
});

describe("sessions", () => {
  const record = (sessionId: string, createdAt: number): SessionRecord => ({
    sessionId,
    profileId: null,
    tokenId: null,
    protocolVersion: "2025-11-25",
    clientInfo: { name: "c", icons: [{ src: "data:," }] },
    capabilities: { elicitation: {} },
    logLevel: null,
    subscriptions: [],
    createdAt,
    lastSeenAt: createdAt,
  });

  test("keep their log level and subscriptions, and are listed", async () => {
    const now = 1_800_000_000_000;
    const storage = new MemoryStorageBackend({ now: () => now, clientIdleMs: () => 1000 });
    await storage.init();
    const store = createSessionStore(storage, createRedactor(), async () => {});
    await store.create(record("a", now));
    await store.create({ ...record("b", now + 1), logLevel: "debug", subscriptions: ["x://1"] });
    await store.update("a", () => ({ logLevel: "error" }));
    await store.update("a", () => ({ subscriptions: ["x://2", "x://3"] }));
    const changed = { logLevel: "error", subscriptions: ["x://2", "x://3"] };
    expect(await store.get("a")).toEqual({ ...record("a", now), ...changed });
    expect(await store.list()).toEqual([
      { ...record("a", now), ...changed },
      { ...record("b", now + 1), logLevel: "debug", subscriptions: ["x://1"] },
    ]);
    await store.remove("a");
    expect((await store.list()).map(({ sessionId }) => sessionId)).toEqual(["b"]);
    await expect(store.update("a", () => ({ logLevel: null }))).rejects.toMatchObject({
      code: "session_not_found",
    });
  });
});

test("names of several profiles are stored at once, each under its own kind", () => {
  const store = createCatalogStore(stores, toolChanges);
  const profiles = ["a", "b"].map((slug) => stores.profiles.insert({ slug, name: slug }).id);
  for (const id of profiles) stores.profiles.replaceServers(id, [serverId]);
  const of = (profileId: string): GivenNames[] => [
    { profileId, kind: "tool", names: new Map([[`${serverId} t`, `tool of ${profileId}`]]) },
    { profileId, kind: "prompt", names: new Map([[`${serverId} p`, `prompt of ${profileId}`]]) },
  ];
  store.saveNames(profiles.flatMap(of));
  for (const { profileId, kind, names } of profiles.flatMap(of)) {
    expect(store.names(profileId, kind)).toEqual(names);
  }
});
