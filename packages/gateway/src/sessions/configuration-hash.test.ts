import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import * as database from "@local-mcp/database";
import { createDb, resolvePaths } from "@local-mcp/database";
import { expect, it, onTestFinished } from "vitest";
import { createGateway } from "../gateway.ts";
import { configurationHash, HASHED_TABLES } from "./configuration-hash.ts";

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), "hash-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const open = (root: string, secret = "a secret that opens the vault") =>
  createGateway({
    dataDir: join(root, "data"),
    kind: "cli",
    env: { PATH: process.env["PATH"], HOME: root, AUTH_ENCRYPTION_SECRET: secret },
  });

const hashOf = (root: string): string => {
  const { database: path } = resolvePaths({ dataDir: join(root, "data"), env: {} });
  const db = createDb({ path });
  try {
    return configurationHash(db);
  } finally {
    db.close();
  }
};

/** A directory with something of each kind. */
async function configured() {
  const root = directory();
  const gateway = await open(root);
  const config = { transport: "http" as const, url: "http://127.0.0.1:9/", headers: { key: "k" } };
  await gateway.api.servers.create({ name: "far", config, confirmed: true });
  await gateway.api.servers.create({ name: "near", config, confirmed: true });
  await gateway.api.profiles.create({ slug: "dev", servers: ["far", "near"] });
  await gateway.api.prompts.create({ name: "ask", template: "Ask.", arguments: [] });
  await gateway.close();
  return root;
}

it("is the same where nothing was configured since, whatever was used", async () => {
  const root = await configured();
  const before = hashOf(root);
  const gateway = await open(root);
  const { token } = await gateway.api.tokens.create({ name: "one", profile: "dev" });
  expect(token).toContain("lmg_");
  await gateway.api.settings.update({ sessionIdleMs: 3_600_000 });
  await gateway.close();
  expect(hashOf(root)).toBe(before);
});

it("is another with each change of what is offered, and the same again once that is undone", async () => {
  const root = await configured();
  const before = hashOf(root);
  const seen = new Set([before]);
  const changed = async (change: (api: Awaited<ReturnType<typeof open>>["api"]) => unknown) => {
    const gateway = await open(root);
    await change(gateway.api);
    await gateway.close();
    const hash = hashOf(root);
    seen.add(hash);
    return hash;
  };
  await changed((api) => api.profiles.update({ profile: "dev", changes: { slug: "other" } }));
  expect(
    await changed((api) => api.profiles.update({ profile: "other", changes: { slug: "dev" } })),
  ).toBe(before);
  await changed((api) =>
    api.profiles.update({ profile: "dev", changes: { servers: ["near", "far"] } }),
  );
  await changed((api) => api.servers.update({ server: "far", changes: { enabled: false } }));
  await changed((api) => api.prompts.remove({ prompt: "ask" }));
  expect(seen.size).toBe(5);
});

it("is made of tables whose kind is known: each is counted, or is not for a reason", () => {
  const tables = Object.values(database).filter((one) => is(one, SQLiteTable));
  const counted = new Set<string>(Object.values(HASHED_TABLES).map((table) => getTableName(table)));
  const others = tables.map((table) => getTableName(table)).filter((name) => !counted.has(name));
  expect(others.toSorted()).toMatchInlineSnapshot(`
    [
      "accepted_tools",
      "access_tokens",
      "audit_log",
      "debug_log_dismissals",
      "debug_log_facts",
      "debug_log_removals",
      "debug_log_terms",
      "debug_logs",
      "export_keys",
      "exposed_names",
      "import_jobs",
      "log_levels",
      "mcp_messages",
      "mcp_server_catalogs",
      "mcp_server_eras",
      "mcp_sessions",
      "oauth_client_registrations",
      "oauth_tokens",
      "prompt_metrics",
      "prompt_metrics_hourly",
      "resource_metrics",
      "resource_metrics_hourly",
      "resource_subscriptions",
      "revoked_access",
      "server_metrics",
      "server_metrics_hourly",
      "settings",
      "tool_metrics",
      "tool_metrics_hourly",
      "vault_data_keys",
      "vault_keys",
      "vault_secrets",
    ]
  `);
});
