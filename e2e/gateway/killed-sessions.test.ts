/** A gateway is killed in mid-session and started again, on each kind of session store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { Serving } from "../command-line.ts";
import type { Message } from "../fixtures/json-rpc.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { conformance } from "./era-gateway.ts";
import { listenTo } from "./raw-http.ts";
import { SHARED_ENGINES } from "./shared-engines.ts";
import { until } from "./test-gateway.ts";

const WATCHED = "test://watched-resource";

type Environment = (root: string) => Promise<NodeJS.ProcessEnv>;

const KEPT: [string, Environment][] = [
  ["a file", async (root) => ({ MCP_TS_STORAGE_FILE: join(root, "sessions.json") })],
  ["SQLite", async () => ({})],
  ...SHARED_ENGINES.map(([name, start]): [string, Environment] => [
    name,
    async () => {
      const engine = await start();
      afterTest(() => engine.stop());
      return engine.fresh();
    },
  ]),
];

/** A gateway as a process, and a client that has a level and a subscription. */
async function inMidSession(environment: Environment) {
  const root = mkdtempSync(join(tmpdir(), "killed-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this test",
    ...(await environment(root)),
  };
  const dataDir = join(root, "data");
  const gateway = await createGateway({ dataDir, kind: "cli", env });
  const config = await conformance("legacy");
  await gateway.api.servers.create({ name: "far", config, confirmed: true });
  await gateway.api.profiles.create({ slug: "dev", servers: ["far"] });
  const { token } = await gateway.api.tokens.create({ name: "test", profile: "dev" });
  await gateway.close();

  let serving = await Serving.start(dataDir, env);
  afterTest(() => void serving.child.kill("SIGKILL"));
  const authorization = { authorization: `Bearer ${token}` };
  const client = new McpClient(`${serving.url}/mcp/dev`, authorization);
  await client.initialize();
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("slow_echo"),
  );
  await client.request("logging/setLevel", { level: "error" });
  await client.request("resources/subscribe", { uri: WATCHED });
  const killAndStart = async (): Promise<void> => {
    const { port } = serving;
    await serving.end("SIGKILL");
    serving = await Serving.start(dataDir, env, { port });
  };
  return { client, authorization, killAndStart };
}

const logged = async (client: McpClient): Promise<Message[]> => {
  const messages: Message[] = [];
  const onNotification = (message: Message) => void messages.push(message);
  await client.request("tools/call", call("test_logging_tool"), { onNotification });
  return messages;
};

describe("a session of a gateway that was killed", () => {
  it.each(KEPT)("goes on with %s: its id, level and subscriptions", async (_, environment) => {
    const { client, authorization, killAndStart } = await inMidSession(environment);
    await killAndStart();
    const stream = await listenTo(client, authorization);
    expect(stream.status).toBe(200);
    expect(await logged(client)).toEqual([]);
    await until(
      async () => {
        await client.request("tools/call", call("test_trigger_resource_update"));
        return stream.messages;
      },
      (messages) => messages.some(({ method }) => method === "notifications/resources/updated"),
    );
    await client.request("logging/setLevel", { level: "info" });
    expect(await logged(client)).toHaveLength(1);
    stream.cut();
  });

  it("is gone with memory, and its client is told so", async () => {
    const { client, killAndStart } = await inMidSession(async () => ({
      MCP_TS_STORAGE_TYPE: "memory",
    }));
    await killAndStart();
    await expect(client.request("ping")).rejects.toMatchObject({ code: -32001 });
  });
});
