import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { MirrorServer, overHttp } from "../fixtures/mirror-server.ts";
import { RawClient } from "../fixtures/raw-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { seed, joining, type SharedGateway } from "./shared-stage.ts";
import { serve, until } from "./test-gateway.ts";

const URI = "nowhere://7/7";

/** A modern server that answers a read like this, and how often it was asked. */
async function answering(caching: object) {
  const offer = { tools: [], prompts: [], resources: [{ uri: "far://" }], resourceTemplates: [] };
  const server = new MirrorServer("modern", { capabilities: { resources: {} }, ...offer });
  const contents = [{ uri: URI, text: "what it is now" }];
  server.scripts.set(7, {
    notifications: [],
    question: null,
    answer: { result: { resultType: "complete", contents, ...caching } },
  });
  const reached = await overHttp(server);
  afterTest(() => reached.close());
  const asked = () => server.received.get(7)?.requests.length ?? 0;
  return { server, asked, config: reached.config };
}

const modernClient = (url: string, token: string, uri = URI) => {
  const client = new RawClient(
    "modern",
    { url: `${url}/mcp/dev`, token },
    { info: { name: "reader", version: "1" }, capabilities: {} },
  );
  return async () => (await client.request("resources/read", { uri })).answer.result;
};

/** A gateway before it. */
async function stage(caching: object) {
  const { asked, config } = await answering(caching);
  const started = await serve({ far: config });
  await until(
    () => started.client.request("resources/list"),
    (list) => JSON.stringify(list).includes("far://"),
  );
  const { url, token } = started;
  return { ...started, read: modernClient(url, token), asked };
}

it("a resource that its server has made public is asked for once, for clients of both eras", async () => {
  const { read, asked, client } = await stage({ ttlMs: 600_000, cacheScope: "public" });
  expect(await read()).toMatchObject({ contents: [{ text: "what it is now" }] });
  const again = await read();
  expect(again).toMatchObject({
    contents: [{ text: "what it is now" }],
    cacheScope: "public",
    _meta: { "local-mcp-gateway/cache": { ageMs: expect.any(Number) } },
  });
  const legacy = await client.request("resources/read", { uri: URI });
  expect(JSON.stringify(legacy)).toContain("what it is now");
  expect(JSON.stringify(legacy)).not.toContain("ttlMs");
  expect(asked()).toBe(1);
});

it("a server that is started anew is asked anew", async () => {
  const { read, asked, api } = await stage({ ttlMs: 600_000, cacheScope: "public" });
  await read();
  await api.servers.restart({ server: "far" });
  await until(
    async () => (await api.status.get()).servers[0]?.status.state,
    (state) => state === "ready",
  );
  await read();
  expect(asked()).toBe(2);
});

it.each([{ ttlMs: 600_000, cacheScope: "private" }, { ttlMs: 0, cacheScope: "public" }, {}])(
  "any other is asked for each time: %o",
  async (caching) => {
    const { read, asked } = await stage(caching);
    await read();
    await read();
    expect(asked()).toBe(2);
  },
);

describe("where CACHE_TYPE names a store", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const PUBLIC = { ttlMs: 600_000, cacheScope: "public" };
  const CACHED = { _meta: { "local-mcp-gateway/cache": { ageMs: expect.any(Number) } } };
  /** On a busy computer Redis may not be there in time, which is a miss. */
  const MISSES = { retry: 2 };
  /** Reads until the answer is one that was kept. */
  const untilCached = (read: () => Promise<unknown>) =>
    vi.waitFor(async () => expect(await read()).toMatchObject(CACHED), 20_000);
  const ready = ({ api }: SharedGateway) =>
    until(
      async () => (await api.status.get()).servers[0]?.status.state,
      (state) => state === "ready",
    );

  it(
    "gateways on one Redis answer from it, until one of them starts the server anew",
    MISSES,
    async () => {
      redis.cli("FLUSHALL");
      const { asked, config } = await answering(PUBLIC);
      const from = await seed(config);
      const env = { CACHE_TYPE: "redis", REDIS_URL: redis.url() };
      const [one, other] = [await joining(from, env), await joining(from, env)];
      await Promise.all([ready(one), ready(other)]);
      const readOne = modernClient(one.url, from.token);
      const readOther = modernClient(other.url, from.token);
      await untilCached(readOne);
      const before = asked();
      await untilCached(readOther);
      expect(asked()).toBe(before);
      await one.api.servers.restart({ server: "far" });
      await ready(one);
      await vi.waitFor(async () => {
        await readOther();
        expect(asked()).toBe(before + 1);
      }, 20_000);
      await untilCached(readOther);
      await untilCached(readOne);
      expect(asked()).toBe(before + 1);
      expect(redis.cli("HGETALL", "{local-mcp}:answers")).not.toContain("what it is now");
    },
  );

  it(
    "what a server tells one gateway has changed is asked for anew by the other",
    MISSES,
    async () => {
      redis.cli("FLUSHALL");
      const { server, asked, config } = await answering(PUBLIC);
      server.scripts.set(8, {
        notifications: [{ method: "notifications/resources/updated", params: { uri: URI } }],
        question: null,
        answer: { result: { resultType: "complete", contents: [] } },
      });
      const from = await seed(config);
      const env = { CACHE_TYPE: "redis", REDIS_URL: redis.url() };
      const [one, other] = [await joining(from, env), await joining(from, env)];
      await Promise.all([ready(one), ready(other)]);
      const readOther = modernClient(other.url, from.token);
      await untilCached(modernClient(one.url, from.token));
      await untilCached(readOther);
      const before = asked();
      await modernClient(one.url, from.token, "nowhere://8/8")();
      await vi.waitFor(async () => {
        await readOther();
        expect(asked()).toBe(before + 1);
      }, 20_000);
      await untilCached(readOther);
    },
  );

  it("a resource is read while Redis is gone, without an error", async () => {
    const { asked, config } = await answering(PUBLIC);
    const from = await seed(config);
    const env = { CACHE_TYPE: "redis", REDIS_URL: redis.url(), MCP_TS_STORAGE_TYPE: "memory" };
    const one = await joining(from, env);
    await ready(one);
    const read = modernClient(one.url, from.token);
    await untilCached(read);
    const before = asked();
    await redis.kill("SIGKILL");
    expect(await read()).toMatchObject({ contents: [{ text: "what it is now" }] });
    expect(await read()).toMatchObject({ contents: [{ text: "what it is now" }] });
    expect(asked()).toBe(before + 2);
    await redis.start();
    await untilCached(read);
  });

  it("in the database they outlive the gateway", async () => {
    const { asked, config } = await answering(PUBLIC);
    const from = await seed(config);
    const env = { CACHE_TYPE: "database" };
    const one = await joining(from, env);
    await ready(one);
    await untilCached(modernClient(one.url, from.token));
    const before = asked();
    await one.gateway.close();
    const again = await joining({ ...from, root: join(one.dataDir, "..") }, env);
    await ready(again);
    await until(
      async () => (await again.api.vault.status()).state,
      (state) => state === "open",
    );
    await untilCached(modernClient(again.url, from.token));
    expect(asked()).toBe(before);
  });
});
