/** A gateway that others have forgotten, when one came meanwhile that it does not go together with. */
import { openStorage } from "@local-mcp/sessions";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { clientOver, joining, seed } from "./shared-stage.ts";
import { until } from "./test-gateway.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it("stops using the store and says with whom, and is back when that one has gone", async () => {
  const from = await seed();
  const gateway = await joining(from, { REDIS_URL: server.url() });
  const [client] = await clientOver([gateway], from);
  const other = await openStorage({ type: "redis", url: server.url() });
  afterTest(() => other.close());
  const [self] = (await other.shared?.members()) ?? [];
  if (!client || !self || other.shared === null) throw new Error("it has joined");

  // As after a while in which it could not reach the store.
  server.cli("ZINCRBY", "{local-mcp}:gateways:seen", "-60000", self.id);
  const newer = { id: "newer", name: "newer:1", keyId: self.keyId, configurationHash: "newer" };
  await other.shared.join(newer);
  const { api } = gateway;
  const problem = async () => (await api.sessions.list({})).store.problem;
  const refused = await until(problem, (now) => now !== null);
  expect(refused?.message).toContain("is not that of newer:1");
  expect(refused?.wayOut).toContain("from the same backup");
  await expect(client.initialize()).rejects.toThrow("is not that of newer:1");
  const change = api.profiles.create({ slug: "second", servers: [] });
  await expect(change).rejects.toThrow("is not that of newer:1");
  expect(await other.shared.members()).toMatchObject([{ id: "newer" }]);

  await other.shared.leave();
  await until(problem, (now) => now === null);
  expect(await other.shared.members()).toMatchObject([{ id: self.id }]);
  await client.request("tools/list");
  await api.profiles.create({ slug: "second", servers: [] });
});
