import { expect, it } from "vitest";
import { MirrorServer, overHttp } from "../fixtures/mirror-server.ts";
import { RawClient } from "../fixtures/raw-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { serve, until } from "./test-gateway.ts";

const URI = "nowhere://7/7";

/** A gateway before a modern server that answers a read like this, and how often it was asked. */
async function stage(caching: object) {
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
  const started = await serve({ far: reached.config });
  await until(
    () => started.client.request("resources/list"),
    (list) => JSON.stringify(list).includes("far://"),
  );
  const { url, token } = started;
  const modern = new RawClient(
    "modern",
    { url: `${url}/mcp/dev`, token },
    { info: { name: "reader", version: "1" }, capabilities: {} },
  );
  const read = async () => (await modern.request("resources/read", { uri: URI })).answer.result;
  const asked = () => server.received.get(7)?.requests.length ?? 0;
  return { ...started, read, asked };
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
