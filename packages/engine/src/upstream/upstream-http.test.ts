import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../jsonrpc.ts";
import { beginEvents, dataOf, launchOf, sendJson, serve, soon } from "./http.fixture.ts";
import { nameOf, sessions as sessionsOf } from "./http-sessions.fixture.ts";
import { callOf, client, failed, upstreamFor } from "./test-kit.ts";

const ends: (() => unknown)[] = [];
const sessions = async (...options: Parameters<typeof sessionsOf>) => {
  const one = await sessionsOf(...options);
  ends.push(() => one.end());
  return one;
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).toReversed()) await end();
});

const MINUTE_MS = 60_000;
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

const call = (one: Awaited<ReturnType<typeof sessions>>, name: string) =>
  one.upstream.call("tools/call", { name }, callOf(client("ann")).call);

describe("a session that the server has forgotten", () => {
  it("is begun anew once, and what was refused for it is sent again", async () => {
    const one = await sessions();
    one.upstream.setSubscriptions(new Set(["a:1"]));
    one.upstream.setLogLevel("error");
    expect(await one.ready()).toBe("ready");
    await soon(() => expect(one.sent("resources/subscribe")).toHaveLength(1));
    one.states.length = 0;
    one.forget();
    later(MINUTE_MS);
    expect(await call(one, "echo")).toMatchObject({ era: "legacy", response: { result: {} } });
    expect(one.sent("initialize")).toHaveLength(2);
    expect(one.sent("tools/call").map(({ headers }) => headers["mcp-session-id"])).toEqual([
      "s1",
      "s2",
    ]);
    expect(one.sent("tools/list")).toHaveLength(2);
    await soon(() => expect(one.sent("resources/subscribe")).toHaveLength(2));
    expect(one.sent("logging/setLevel")).toHaveLength(2);
    expect(new Set([...one.states, one.upstream.observation.state])).toEqual(new Set(["ready"]));
  });

  it("ends what may have been acted on, which is not sent again", async () => {
    const one = await sessions();
    await one.ready();
    const held = failed(call(one, "hold"));
    await soon(() => expect(one.sent("tools/call")).toHaveLength(1));
    one.forget();
    later(MINUTE_MS);
    const calls = await Promise.all([call(one, "echo"), held]);
    expect(calls).toMatchObject([{ response: {} }, { code: "server_stopped_during_call" }]);
    expect(one.sent("tools/call").map(nameOf)).toEqual(["hold", "echo", "echo"]);
    expect(one.sent("initialize")).toHaveLength(2);
  });

  it("costs none of the calls that were refused for it, however many were under way", async () => {
    const one = await sessions();
    await one.ready();
    one.forget();
    later(MINUTE_MS);
    const names = ["a", "b", "c", "d", "e"];
    const calls = await Promise.all(names.map((name) => call(one, name)));
    expect(calls).toMatchObject(names.map(() => ({ response: { result: {} } })));
    expect(one.sent("initialize")).toHaveLength(2);
    // Those that were refused and those that were only about to be sent.
    const again = one
      .sent("tools/call")
      .filter(({ headers }) => headers["mcp-session-id"] === "s2");
    expect(new Set(again.map(nameOf))).toEqual(new Set(names));
    expect(again).toHaveLength(5);
  });

  it("is missed without a call, by the stream that the server does not open again", async () => {
    const one = await sessions({ hasStream: true });
    one.upstream.setSubscriptions(new Set(["a:1"]));
    await one.ready();
    await one.upstream.subscribed();
    await soon(() => expect(one.streams).toHaveLength(1));
    one.forget();
    later(MINUTE_MS);
    one.streams[0]?.end();
    await soon(() => expect(one.sent("resources/subscribe")).toHaveLength(2));
    expect(one.sent("initialize")).toHaveLength(2);
    expect(one.sent("ping")).toHaveLength(1);
  });

  it("is not begun anew where only the stream is refused", async () => {
    const one = await sessions({ hasStream: true });
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    one.closeStreams();
    await soon(() => expect(one.sent("ping")).toHaveLength(1));
    expect(await call(one, "echo")).toMatchObject({ response: { result: {} } });
    expect(one.sent("initialize")).toHaveLength(1);
  });

  it("counts as a failure when it lasted for a moment only", async () => {
    const one = await sessions();
    await one.ready();
    one.forget();
    expect(await call(one, "echo")).toBeNull();
    expect(one.upstream.observation).toMatchObject({
      state: "retrying",
      reason: { message: expect.stringContaining("ended the session") },
    });
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    expect(one.sent("initialize")).toHaveLength(2);
  });
});

describe("a server of 2024-11-05", () => {
  it("is found behind an address configured for Streamable HTTP, and known for legacy", async () => {
    const streams: ServerResponse[] = [];
    const server = await serve(({ method, body }, response) => {
      if (method === "GET") {
        streams.push(response);
        beginEvents(response, "event: endpoint\ndata: /messages\n\n");
        return undefined;
      }
      const [stream] = streams;
      if (!stream) return sendJson(response, 405, {});
      const result = {
        protocolVersion: "2024-11-05",
        capabilities: {},
        serverInfo: { name: "old", version: "1" },
      };
      if (body.id !== undefined) stream.write(dataOf({ jsonrpc: "2.0", id: body.id, result }));
      return response.writeHead(202).end();
    });
    const one = upstreamFor(launchOf(server.url));
    ends.push(async () => {
      await one.upstream.stop();
      await server.close();
    });
    expect(await one.ready()).toBe("ready");
    expect(one.upstream.catalog?.implementation?.name).toBe("old");
    expect(one.verdicts.get("s")).toMatchObject({ era: "legacy" });
    expect(await one.upstream.call("x", {}, callOf(null).call)).toMatchObject({ era: "legacy" });
  });
});

describe("a modern server over HTTP", () => {
  it("that is out of order when it is first asked is not taken for a legacy one", async () => {
    let isBroken = true;
    const server = await serve(({ method, body: { id, method: asked } }, response) => {
      if (isBroken || method !== "POST") return sendJson(response, 500, {});
      const serverInfo = { name: "dual", version: "1" };
      const result =
        asked === "initialize"
          ? { protocolVersion: "2025-11-25", capabilities: {}, serverInfo }
          : { supportedVersions: ["2026-07-28"], capabilities: {} };
      return sendJson(response, 200, { jsonrpc: "2.0", id, result });
    });
    const one = upstreamFor(launchOf(server.url));
    ends.push(async () => {
      await one.upstream.stop();
      await server.close();
    });
    expect(await one.ready()).toBe("retrying");
    expect(one.verdicts.size).toBe(0);
    isBroken = false;
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    expect(one.upstream.era).toBe("modern");
  });

  it("is sent the headers its tools ask for, and tools that ask wrongly are left out", async () => {
    const tool = (name: string, header: string) => ({
      name,
      inputSchema: {
        type: "object",
        properties: { city: { type: "string", "x-mcp-header": header } },
      },
    });
    const answers: Record<string, JsonObject> = {
      "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
      "tools/list": { tools: [tool("good", "City"), tool("bad", "not a header")] },
      "tools/call": { content: [] },
    };
    const server = await serve(({ body }, response: ServerResponse) => {
      const result = answers[String(body.method)] ?? {};
      sendJson(response, 200, { jsonrpc: "2.0", id: body.id, result });
    });
    const one = upstreamFor(launchOf(server.url));
    ends.push(async () => {
      await one.upstream.stop();
      await server.close();
    });
    expect(await one.ready()).toBe("ready");
    expect(one.upstream.catalog?.lists.tools.map(({ name }) => name)).toEqual(["good"]);
    expect(one.upstream.observation.listIncomplete).toBe(false);
    expect(one.logged).toContain("tools left out for an invalid x-mcp-header");
    const params = { name: "good", arguments: { city: "Bern" } };
    expect(await one.upstream.call("tools/call", params, callOf(null).call)).toMatchObject({
      era: "modern",
    });
    expect(server.got.at(-1)?.headers).toMatchObject({
      "mcp-param-city": "Bern",
      "mcp-method": "tools/call",
      "mcp-name": "good",
    });
  });
});
