import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settings } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import { memoryKeyStore, vaultOver } from "@local-mcp/vault/test-kit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RuntimesService } from "../runtimes/runtimes-service.ts";
import { createStores, type Stores } from "../stores.ts";
import { createLocal } from "./create-local.ts";

let directory: string;
let statements: string[];
let stores: Stores;
let local: ReturnType<typeof createLocal>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-local-"));
  statements = [];
  const path = join(directory, "x.db");
  stores = createStores(createDb({ path, verbose: (line) => statements.push(line) }));
  const usual = settings.parse({});
  local = createLocal({
    stores,
    vault: vaultOver(memoryKeyStore()),
    settings: () => usual,
    runtimes: new RuntimesService({
      env: {},
      settings: () => usual,
      loginShell: false,
      onChange: () => {},
      onNetworkChange: () => {},
    }),
    dataDir: directory,
    onChange: () => {},
    onResourceUpdated: () => {},
  });
});
afterEach(async () => {
  await local.close();
  stores.db.close();
  rmSync(directory, { recursive: true });
});

const profile = (slug: string): string => stores.profiles.insert({ slug, name: slug }).id;
const tool = (name: string, enabled = true): string =>
  stores.tools.insert({
    name,
    method: "GET",
    url: "https://api.example/",
    inputSchema: { type: "object" },
    enabled,
  }).id;

test("each profile is offered what it has, in its order, without what is off", () => {
  const [dev, other] = [profile("dev"), profile("other")];
  const [a, b, off] = [tool("a"), tool("b"), tool("off", false)];
  stores.tools.replaceIn(dev, [b, off, a]);
  stores.tools.replaceIn(other, [a]);
  stores.roots.addTo(dev, stores.roots.insert({ uri: "file:///srv" }).id);
  const offered = local.catalog.offered();
  expect(offered(dev)).toMatchObject({
    local: { tools: [{ name: "b" }, { name: "a" }], prompts: [], resources: [] },
    roots: [{ uri: "file:///srv" }],
  });
  expect(offered(other)).toMatchObject({ local: { tools: [{ name: "a" }] }, roots: [] });
  expect(offered("nobody").local.tools).toEqual([]);
});

test("what many profiles have is read once, however much it is", () => {
  const profiles = ["a", "b", "c"].map(profile);
  const asked = (tools: number): number => {
    const ids = Array.from({ length: tools }, (_, index) => tool(`t${tools}-${index}`));
    for (const id of profiles) stores.tools.replaceIn(id, ids);
    statements.length = 0;
    const offered = local.catalog.offered();
    for (const id of profiles) expect(offered(id).local.tools).toHaveLength(tools);
    expect(statements.filter((one) => one.includes('from "tools"'))).toHaveLength(1);
    return statements.length;
  };
  const few = asked(1);
  expect(few).toBeGreaterThan(0);
  expect(asked(40)).toBe(few);
});
