/** What the seeds tell people to type, typed: curl at the gateway, and SQL at its database. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { z } from "zod";
import { Serving } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway } from "./test-gateway.ts";

const TOKEN = "a-bearer-token-of-the-smoke-test";

/** The shell runs a line of the seeds as it stands there, but for the port. */
async function shell(line: string, port: number): Promise<string> {
  const child = spawn("sh", ["-c", line.replace("localhost:4444", `localhost:${port}`)], {
    env: { PATH: process.env["PATH"], MCPGATEWAY_BEARER_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString("utf8")));
  await once(child, "close");
  return said;
}

const TOOLS = `curl -s -k -H "Authorization: Bearer $MCPGATEWAY_BEARER_TOKEN" http://localhost:4444/tools`;
const PROMPTS = `curl -s -k -H "Authorization: Bearer $MCPGATEWAY_BEARER_TOKEN" http://localhost:4444/prompts`;
const SESSIONS = "SELECT session_id, created_at FROM mcp_sessions ORDER BY created_at DESC;";
const MESSAGES = "SELECT content FROM mcp_messages WHERE session_id = 'abc123';";

/** The tables that the seeds name, each where it is; some have our word. */
const CONFIGURATION = [
  "tools",
  "resources",
  "resource_subscriptions",
  "prompts",
  "mcp_sessions",
  // servers, gateways
  "profiles",
  "mcp_servers",
  // *_association
  "profile_tools",
  "profile_prompts",
  "profile_resources",
  "profile_roots",
  "profile_mcp_servers",
  "profile_mcp_server_tools",
  "profile_mcp_server_prompts",
  "profile_mcp_server_resources",
];
const TRAFFIC = [
  "tool_metrics",
  "resource_metrics",
  "prompt_metrics",
  "server_metrics",
  "mcp_messages",
];

const tablesOf = (db: Database.Database): unknown[] =>
  db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();

const opened = (path: string): Database.Database => {
  const db = new Database(path, { readonly: true });
  afterTest(() => db.close());
  return db;
};

it("shows what is registered to the smoke test after a restore", async () => {
  const home = mkdtempSync(join(tmpdir(), "seed-smoke-"));
  afterTest(() => rmSync(home, { recursive: true, force: true }));
  const env = { PATH: process.env["PATH"], HOME: home, MCPGATEWAY_BEARER_TOKEN: TOKEN };
  const serving = await Serving.start(join(home, "data"), env);
  afterTest(async () => {
    serving.child.kill("SIGTERM");
    await once(serving.child, "close");
  });
  const register = (kind: string, body: object) =>
    shell(
      `curl -s -X POST -H "Authorization: Bearer $MCPGATEWAY_BEARER_TOKEN" -d '${JSON.stringify(body)}' http://localhost:4444/${kind}`,
      serving.port,
    );
  expect(await shell(TOOLS, serving.port)).toBe("[]");
  const weather = { name: "weather_api", url: "https://api.weather.com/v1/current" };
  await register("tools", { ...weather, integration_type: "REST", request_type: "GET" });
  await register("prompts", { name: "greet", template: "Hello" });

  const listed = z.array(z.looseObject({ name: z.string() }));
  const tools = listed.parse(JSON.parse(await shell(TOOLS, serving.port)));
  expect(tools).toMatchObject([{ ...weather, integration_type: "REST", request_type: "GET" }]);
  const prompts = listed.parse(JSON.parse(await shell(PROMPTS, serving.port)));
  expect(prompts).toMatchObject([{ name: "greet", template: "Hello" }]);
});

it("has the tables that the seeds name, and answers their queries", async () => {
  const { api, gateway, dataDir } = await startGateway();
  await api.profiles.create({ slug: "dev" });
  const { token } = await api.tokens.create({ name: "test", profile: "dev" });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize();
  const configuration = opened(join(dataDir, "local-mcp-gateway.db"));
  expect(tablesOf(configuration)).toEqual(expect.arrayContaining(CONFIGURATION));
  expect(configuration.prepare(SESSIONS).all()).toEqual([
    { session_id: expect.any(String), created_at: expect.any(Number) },
  ]);
  // It is made with the first call that is counted, or asked for.
  await api.metrics.get({});
  const calls = opened(join(dataDir, "traffic.db"));
  expect(tablesOf(calls)).toEqual(expect.arrayContaining(TRAFFIC));
  expect(calls.prepare(MESSAGES).all()).toEqual([]);
});
