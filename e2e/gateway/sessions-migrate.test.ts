/** Sessions that go from engine to engine, and the gateway that goes on with them. */
import { sessionsView } from "@local-mcp/contract";
import { migrateStore } from "@local-mcp/gateway";
import { expect, it } from "vitest";
import { startPostgres } from "../../packages/sessions/src/postgres/postgres.fixture.ts";
import { startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway } from "./test-gateway.ts";

it("go through every engine and are the same", async () => {
  const [redis, postgres] = [await startRedis(), await startPostgres()];
  afterTest(() => redis.stop());
  afterTest(() => postgres.stop());
  const env = { REDIS_URL: redis.url(0), MCP_TS_STORAGE_POSTGRES: await postgres.fresh() };
  const { gateway, api, root, dataDir } = await startGateway({
    env: { AUTH_ENCRYPTION_SECRET: "long enough for a test of stores" },
  });
  await api.profiles.create({ slug: "dev", allowWithoutToken: true });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`);
  await client.initialize();
  await client.request("logging/setLevel", { level: "error" });
  for (let at = 0; at < 20; at += 1) await new McpClient(`${url}/mcp/dev`).initialize();
  await gateway.close();

  const before = sessionsView.parse(await listed(root));
  const steps = ["sqlite", "redis", "postgres", "file"] as const;
  for (const [at, to] of steps.entries()) {
    const from = steps[at - 1];
    if (from === undefined) continue;
    const how = { overwrites: false };
    const migrated = await migrateStore({ dataDir, env }, { from, to }, how);
    expect(migrated).toMatchObject({ copied: 21, same: 0, replaced: 0, expired: 0 });
  }
  const port = Number(new URL(url).port);
  const last = await startGateway({
    root,
    settings: { port },
    env: { MCP_TS_STORAGE_TYPE: "file" },
  });
  await last.gateway.listen();
  const after = await last.api.sessions.list({});
  expect(after.store.type).toBe("file");
  expect(after.sessions).toEqual(before.sessions);
  expect(await client.request("ping")).toEqual({});
  expect(await last.api.sessions.get({ session: client.sessionId ?? "" })).toMatchObject({
    logLevel: "error",
  });
});

/** As the gateway has them in its own database. */
async function listed(root: string): Promise<unknown> {
  const { gateway, api } = await startGateway({ root });
  const view = await api.sessions.list({});
  await gateway.close();
  return view;
}

it("are not copied from under a gateway that uses them", async () => {
  const redis = await startRedis();
  afterTest(() => redis.stop());
  const env = { REDIS_URL: redis.url(0) };
  const { gateway, dataDir } = await startGateway({
    env: { ...env, AUTH_ENCRYPTION_SECRET: "long enough for a test of stores" },
  });
  const how = { overwrites: false };
  const copy = () => migrateStore({ dataDir, env }, { from: "redis", to: "file" }, how);
  await gateway.listen();
  await expect(copy()).rejects.toMatchObject({ code: "session_store_in_use" });
  await gateway.close();
  expect(await copy()).toMatchObject({ copied: 0 });
});
