import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contract } from "@local-mcp/contract";
import {
  type ClassifiedColumn,
  classifiedColumns,
  createDb,
  createTrafficDb,
  mcpServers,
  profiles,
  resolvePaths,
  vaultKeys,
} from "@local-mcp/database";
import { type AnyContractRouter, isContractProcedure } from "@orpc/contract";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway } from "../gateway/test-gateway.ts";
import { ask } from "./ask.ts";
import { canaryOf, inOrder, rowFor } from "./columns.ts";

const PROTECTED = ["secret", "sealed_json", "wrapped", "hash"];

const isTraffic = ({ table }: ClassifiedColumn): boolean => TRAFFIC_TABLES.has(table);
const TRAFFIC_TABLES = new Set([
  "debug_logs",
  "debug_log_facts",
  "debug_log_terms",
  "debug_log_dismissals",
  "debug_log_removals",
  "tool_metrics",
  "resource_metrics",
  "prompt_metrics",
  "server_metrics",
  "mcp_messages",
]);

/** Both database files of a directory, with a row in every table. */
const fill = (dataDir: string): void => {
  const paths = resolvePaths({ dataDir, env: {}, home: dirname(dataDir) });
  const configuration = createDb({ path: paths.database });
  const traffic = createTrafficDb({ path: paths.traffic });
  const tables = inOrder([...new Set(classifiedColumns.map(({ source }) => source))]);
  const trafficTables = new Set(classifiedColumns.filter(isTraffic).map(({ source }) => source));
  const insert = (table: SQLiteTable): void => {
    const db = trafficTables.has(table) ? traffic : configuration;
    db.insert(table).values(rowFor(table)).run();
  };
  try {
    tables.forEach(insert);
  } finally {
    configuration.close();
    traffic.close();
  }
};

/** Every procedure that only reads, by its name. */
const readers = (router: AnyContractRouter, name: string[] = []): string[][] => {
  if (!isContractProcedure(router)) {
    return Object.entries(router).flatMap(([part, inner]) => readers(inner, [...name, part]));
  }
  return router["~orpc"].route.method === "GET" ? [name] : [];
};

it("shows what is plain of a database, and nothing of what is sealed, wrapped or a digest", async () => {
  const root = mkdtempSync(join(tmpdir(), "columns-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  fill(join(root, "data"));
  const settings = { port: 0, host: "127.0.0.1" };
  const { gateway, log } = await startGateway({ root, settings });
  const { url } = await gateway.listen();
  const server = canaryOf(mcpServers.name);
  const profile = canaryOf(profiles.slug);
  const client = new McpClient(`${url}/mcp/${profile}`);

  const names = readers(contract).map((name) => name.join("."));
  expect(names).toContain("vault.status");
  const answers: unknown[] = [];
  for (const name of names) answers.push(await ask(gateway, name, { server, profile }));
  answers.push(
    // What has to open something sealed, and says that it cannot.
    await ask(gateway, "servers.test", { server }),
    await ask(gateway, "servers.callTool", { server, name: "any" }),
    await ask(gateway, "vault.unlock", { passphrase: "not the one that was used" }),
    await ask(gateway, "vault.rotate", {}),
    await ask(gateway, "vault.removeSlot", { slot: canaryOf(vaultKeys.id) }),
    await client.initialize().then(
      () => client.request("tools/list"),
      (error: unknown) => String(error),
    ),
    log,
  );

  const text = JSON.stringify(answers);
  const seen = classifiedColumns.filter(({ values }) => text.includes(canaryOf(values)));
  const seenNames = seen.map(({ table, column }) => `${table}.${column}`);
  expect(seen.filter((one) => PROTECTED.includes(one.class))).toEqual([]);
  // Which proves that it would have seen the others.
  expect(seenNames).toEqual(
    expect.arrayContaining([
      "access_tokens.hint",
      "access_tokens.name",
      "audit_log.actor_name",
      "audit_log.detail",
      "mcp_server_catalogs.implementation",
      "mcp_server_catalogs.tools",
      "mcp_servers.config",
      "mcp_servers.description",
      "mcp_servers.title",
      "profiles.description",
      "profiles.name",
      "settings.value",
      "vault_keys.label",
    ]),
  );
});
