import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerLimits, settings } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import type { ServerDefinition } from "@local-mcp/engine";
import { memoryKeyStore, vaultOver } from "@local-mcp/vault/test-kit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRegistry } from "./registry.ts";
import { RuntimesService } from "./runtimes/runtimes-service.ts";
import { createStores, type Stores } from "./stores.ts";

let directory: string;
let stores: Stores;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-registry-"));
  stores = createStores(createDb({ path: join(directory, "x.db") }));
});
afterEach(() => {
  stores.db.close();
  rmSync(directory, { recursive: true });
});

const NO_LISTS = { tools: [], prompts: [], resources: [], resourceTemplates: [] };

/** The one server with these limits, as the engine reads it. */
function definitionWith(limits: ServerLimits): ServerDefinition | undefined {
  const usual = settings.parse({ maxConcurrentCalls: 7, idleStopMs: 20_000, callTimeoutMs: 1000 });
  stores.servers.insert({
    name: "one",
    title: "One",
    config: { transport: "stdio", command: "x", args: [], cwd: null, env: {}, secrets: {} },
    connections: "shared",
    limits,
  });
  const registry = createRegistry({
    stores,
    vault: vaultOver(memoryKeyStore()),
    reveal: () => null,
    authorization: () => undefined,
    local: { offered: () => () => ({ local: NO_LISTS, roots: [] }) },
    settings: () => usual,
    runtimes: new RuntimesService({
      env: {},
      settings: () => usual,
      loginShell: false,
      onChange: () => {},
      onNetworkChange: () => {},
    }),
  });
  return registry.servers()[0];
}

test("limits that a server has not are those of the settings", () => {
  expect(definitionWith({})).toMatchObject({
    startTimeoutMs: 30_000,
    callTimeoutMs: 1000,
    maxConcurrentCalls: 7,
    idleStopMs: 20_000,
  });
});

test("its own come first, as they were stored; 0 is one too", () => {
  const limits = { startTimeoutMs: 100, callTimeoutMs: 200, maxConcurrentCalls: 1, idleStopMs: 0 };
  expect(definitionWith(limits)).toMatchObject(limits);
});
