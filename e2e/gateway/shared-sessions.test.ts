/** Several gateways on one session store, and clients that meet another one with each request. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Message } from "../fixtures/json-rpc.ts";
import { HttpError, type McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { textOf } from "./era-gateway.ts";
import { listenTo } from "./raw-http.ts";
import { ENGINES, type SharedEngine } from "./shared-engines.ts";
import { clientOver, joining, seed, type Seed, type SharedGateway } from "./shared-stage.ts";
import { until } from "./test-gateway.ts";

const WATCHED = "test://watched-resource";

const statusOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => "done",
    (thrown: unknown) => thrown,
  );
  return error instanceof HttpError ? error.status : error;
};

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => "done",
    (thrown: unknown) => thrown,
  );
  return error instanceof Error && "code" in error ? String(error.code).toLowerCase() : error;
};

describe.each(ENGINES)("gateways on one %s", (_, start) => {
  let engine: SharedEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  async function three() {
    const env = await engine.fresh();
    const from: Seed = await seed();
    const gateways: SharedGateway[] = [];
    for (let count = 0; count < 3; count += 1) gateways.push(await joining(from, env));
    const [a, b, c] = gateways;
    const [atA, atB, atC] = await clientOver(gateways, from);
    if (!a || !b || !c || !atA || !atB || !atC) throw new Error("three were started");
    const authorization = { authorization: `Bearer ${from.token}` };
    return { env, from, a, b, c, atA, atB, atC, authorization };
  }

  const log = async (client: McpClient): Promise<unknown> => {
    const result: unknown = await client.request("tools/call", call("conformance_log"));
    return Object(result).structuredContent;
  };

  it("a session goes on at each of them, with its level and what it subscribed to", async () => {
    const { atA, atB, atC, authorization } = await three();
    await atA.request("logging/setLevel", { level: "warning" });
    const logged: Message[] = [];
    const onNotification = (message: Message) => void logged.push(message);
    await atB.request("tools/call", call("test_logging_tool"), { onNotification });
    expect(logged).toEqual([]);
    await atC.request("logging/setLevel", { level: "info" });
    await atB.request("tools/call", call("test_logging_tool"), { onNotification });
    expect(logged).toMatchObject([{ method: "notifications/message" }]);

    const stream = await listenTo(atA, authorization);
    await atB.request("resources/subscribe", { uri: WATCHED });
    await until(
      async () => {
        await atC.request("tools/call", call("test_trigger_resource_update"));
        return stream.messages;
      },
      (messages) => messages.some(({ method }) => method === "notifications/resources/updated"),
    );
    stream.cut();
  });

  it("subscriptions that arrive at all of them at once are all kept", async () => {
    const { atA, atB, atC, a } = await three();
    const uris = Array.from({ length: 33 }, (_, index) => `test://template/${index}/data`);
    const known = await statusOf(atA.request("resources/subscribe", { uri: uris[0] }));
    expect(known).toBe("done");
    await Promise.all(
      uris.map(async (uri, index) => {
        await [atA, atB, atC][index % 3]?.request("resources/subscribe", { uri });
      }),
    );
    const { sessions } = await a.api.sessions.list({});
    expect(sessions[0]?.subscriptions.toSorted()).toEqual(uris.toSorted());
  });

  it("a call is cancelled, and a question answered, by whichever the client meets", async () => {
    const { atA, atB, atC } = await three();
    const slow = atA.request("tools/call", call("slow_echo", { ms: 60_000, text: "long" }), {
      id: "slow",
    });
    const ended = statusOf(slow);
    await until(
      () => log(atB),
      (told) => JSON.stringify(told).includes("long"),
    );
    await atB.notify("notifications/cancelled", { requestId: "slow" });
    await until(
      () => log(atC),
      (told) => JSON.stringify(Object(told).cancelled) === '["long"]',
    );
    expect(await ended).not.toBe("done");

    const asked = atA.request("tools/call", call("test_elicitation", { message: "?" }), {
      onRequest: ({ id }) => {
        void atC.send({
          jsonrpc: "2.0",
          id,
          result: { action: "accept", content: { username: "u", email: "e" } },
        });
        return new Promise(() => {});
      },
    });
    expect(textOf(await asked)).toContain("action=accept");
  });

  it("a change of lists at one is told to the clients of all", async () => {
    const { atA, atB, authorization } = await three();
    const stream = await listenTo(atA, authorization);
    await atB.request("tools/call", call("test_trigger_tool_change"));
    await until(
      () => stream.messages,
      (messages) => messages.some(({ method }) => method === "notifications/tools/list_changed"),
    );
    expect(names(await atA.request("tools/list"))).toContain("test_extra_tool");
    stream.cut();
  });

  it("what one ends has ended at all of them, open streams included", async () => {
    const { atA, atB, atC, authorization } = await three();
    const streams = [await listenTo(atA, authorization), await listenTo(atC, authorization)];
    expect(await atB.delete()).toBe(200);
    await Promise.all(streams.map(({ done }) => done));
    for (const client of [atA, atB, atC]) {
      expect(await statusOf(client.listen(() => {}))).toBe(404);
    }
  });

  it("a token that one revokes is refused by all, also by one that comes later", async () => {
    const { env, from, a, b, atB, atC, authorization } = await three();
    const stream = await listenTo(atC, authorization);
    await a.api.tokens.revoke({ token: "test" });
    await stream.done;
    await until(
      () => statusOf(atB.listen(() => {})),
      (status) => status === 401,
    );
    expect(await b.api.tokens.list({})).toEqual([]);
    // The backup that it comes from still has the token.
    const late = await joining(from, env);
    const [atLate] = [late].map(({ url }) => url);
    const response = await fetch(`${atLate}/mcp/dev`, { method: "POST", headers: authorization });
    expect(response.status).toBe(401);
  });

  it("the configuration is changed by one that is alone, and others join with that one", async () => {
    const { env, from, a, b, c } = await three();
    const change = () => a.api.profiles.create({ slug: "second", servers: [] });
    expect(await codeOf(change())).toBe("configuration_shared");
    expect(await a.api.profiles.list({})).toHaveLength(1);
    await b.gateway.close();
    await c.gateway.close();
    await change();
    expect(await codeOf(joining(from, env))).toBe("session_store_other_configuration");
    expect(await codeOf(joining(await seed(), env))).toBe("session_store_other_key");
    await a.gateway.close();
    expect((await joining(from, env)).url).toContain("http");
  });
});
