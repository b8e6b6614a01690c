import { describe, expect, it } from "vitest";
import { eventsOf, parse } from "../fixtures/conformance/modern-client.ts";
import { META, MODERN_VERSION } from "../fixtures/conformance/protocol.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { methodsOf, serveAsking, serveEra, textOf } from "./era-gateway.ts";
import { until } from "./test-gateway.ts";

const MIB = 1024 * 1024;

describe("a modern client", () => {
  it("discovers the gateway, and may open a session of the other era after that", async () => {
    const { modern, endpoint, authorization } = await serveEra("modern");
    const { status, result } = await modern("server/discover");
    expect(status).toBe(200);
    expect(result).toMatchObject({
      resultType: "complete",
      ttlMs: 5000,
      cacheScope: "private",
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
      _meta: { [META.serverInfo]: { name: expect.any(String), version: expect.any(String) } },
    });
    expect(result.supportedVersions).toEqual([
      MODERN_VERSION,
      "2025-11-25",
      "2025-06-18",
      "2025-03-26",
      "2024-11-05",
    ]);
    // Some clients keep the header they have probed with.
    const client = new McpClient(endpoint, {
      ...authorization,
      "mcp-protocol-version": MODERN_VERSION,
    });
    expect(await client.initialize()).toMatchObject({ protocolVersion: "2025-11-25" });
    expect(client.sessionId).toMatch(/^[\x21-\x7e]+$/);
  });

  it("is told for how long and for whom each list and resource may be kept", async () => {
    const { modern } = await serveEra("legacy");
    const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
    for (const method of lists) {
      const { result } = await modern(method);
      expect(result).toMatchObject({
        resultType: "complete",
        ttlMs: expect.any(Number),
        cacheScope: "private",
      });
    }
    const read = await modern("resources/read", { uri: "test://static-text" });
    expect(read.result).toMatchObject({ resultType: "complete", cacheScope: "private", ttlMs: 0 });
    const called = await modern("tools/call", call("test_simple_text"));
    expect(called.result).not.toHaveProperty("ttlMs");
    expect(called.result).not.toHaveProperty("cacheScope");
  });

  it("has its progress, and log messages from the level it asks for", async () => {
    const { modern } = await serveEra("legacy");
    const told = await modern("tools/call", {
      ...call("test_tool_with_progress"),
      _meta: { progressToken: "p-1" },
    });
    expect(told.notifications.map(({ params }) => params)).toEqual([
      { progressToken: "p-1", progress: 0, total: 100 },
      { progressToken: "p-1", progress: 50, total: 100 },
      { progressToken: "p-1", progress: 100, total: 100 },
    ]);
    const logged = (level?: string) =>
      modern("tools/call", {
        ...call("test_logging_tool"),
        ...(level !== undefined && { _meta: { [META.logLevel]: level } }),
      });
    expect((await logged()).notifications).toEqual([]);
    expect((await logged("warning")).notifications).toEqual([]);
    expect((await logged("info")).notifications).toMatchObject([
      { method: "notifications/message", params: { level: "info", logger: "far/fixture" } },
    ]);
  });

  it("has its calls cancelled when its token is revoked, the parked ones too", async () => {
    const { modern, api, log } = await serveAsking();
    const { token } = await api.tokens.create({ name: "other", profile: "dev" });
    const headers = { authorization: `Bearer ${token}` };
    const form = { method: "elicitation/create", params: { message: "?", requestedSchema: {} } };
    const parked = await modern("tools/call", call("ask", { ...form, label: "parked" }), {
      headers,
    });
    expect(parked.result.resultType).toBe("input_required");
    const running = modern("tools/call", call("hold", { gate: "never" }), { headers });
    await until(
      async () => modern("tools/call", call("holding")),
      ({ result }) => textOf(result) === "1",
    );
    await api.tokens.revoke({ token: "other" });
    const ended = await running;
    expect(ended.error?.data).toMatchObject({ code: "request_cancelled" });
    await until(log, ({ cancelled }) => JSON.stringify(cancelled) === '["parked","hold"]');
  });

  it.each(["legacy", "modern"] as const)(
    "cancels a call at a %s server by closing its response",
    async (era) => {
      const { open, calls } = await serveEra(era);
      const leave = new AbortController();
      const params = {
        ...call("slow_echo", { ms: 60_000, text: "gone" }),
        _meta: { progressToken: 1 },
      };
      const response = await open("tools/call", params, { signal: leave.signal });
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      await until(calls, ({ started }) => Array.isArray(started) && started.includes("gone"));
      leave.abort();
      const after = await until(calls, ({ cancelled }) => JSON.stringify(cancelled) !== "[]");
      expect(after).toEqual({ started: ["gone"], finished: [], cancelled: ["gone"] });
    },
  );
});

describe("a large answer", () => {
  const settings = { port: 0, maxRequestBytes: 64 * MIB };
  const text = "0123456789abcdef".repeat((12 * MIB) / 16);

  it("comes whole as JSON, and on a stream that has carried something before", async () => {
    const { modern } = await serveEra("modern", { gateway: { settings } });
    const plain = await modern("tools/call", call("slow_echo", { ms: 0, text }));
    expect(plain.notifications).toEqual([]);
    expect(textOf(plain.result) === text).toBe(true);
    const params = { ...call("slow_echo", { ms: 0, text }), _meta: { progressToken: 7 } };
    const streamed = await modern("tools/call", params);
    expect(methodsOf(streamed.notifications)).toContain("notifications/progress");
    expect(textOf(streamed.result) === text).toBe(true);
  });

  it("is not lost on a client that reads slowly", async () => {
    const { open, legacy } = await serveEra("legacy", { gateway: { settings } });
    const params = { ...call("slow_echo", { ms: 0, text }), _meta: { progressToken: 7 } };
    const response = await open("tools/call", params);
    // Nothing is read until the gateway has done all it can without a reader.
    const other = await legacy();
    for (let turn = 0; turn < 20; turn += 1) await other.request("ping");
    const events = (await eventsOf(response)).map(({ data }) => parse(data));
    expect(textOf(events.at(-1)?.result) === text).toBe(true);
  });
});

describe("subscriptions/listen", () => {
  const listening = async (
    { open }: Pick<Awaited<ReturnType<typeof serveEra>>, "open">,
    filter: object,
    id: string,
  ) => {
    const response = await open("subscriptions/listen", { notifications: filter }, { id });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    return response;
  };

  it.each(["legacy", "modern"] as const)(
    "acknowledges first and then tells what was asked for, of a %s server",
    async (era) => {
      const gateway = await serveEra(era);
      const response = await listening(
        gateway,
        {
          toolsListChanged: true,
          promptsListChanged: false,
          resourceSubscriptions: ["test://watched-resource"],
          unknownThing: true,
        },
        "listen-1",
      );
      const { modern } = gateway;
      const told = eventsOf(response, 3);
      await modern("tools/call", call("test_trigger_prompt_change"));
      const prompts = await until(
        async () => names((await modern("prompts/list")).result, "prompts"),
        (list) => list.includes("test_extra_prompt"),
      );
      expect(prompts).toContain("test_extra_prompt");
      await modern("tools/call", call("test_trigger_tool_change"));
      await until(
        async () => names((await modern("tools/list")).result),
        (list) => list.includes("test_extra_tool"),
      );
      // The gateway's own subscription at the server may come a moment after the acknowledgement.
      const isTold = told.then(() => true);
      await until(
        async () => {
          await modern("tools/call", call("test_trigger_resource_update"));
          return Promise.race([isTold, Promise.resolve(false)]);
        },
        (isOver) => isOver,
      );

      const messages = (await told).map(({ data }) => parse(data));
      const tag = { [META.subscriptionId]: "listen-1" };
      expect(messages[0]).toMatchObject({
        method: "notifications/subscriptions/acknowledged",
        params: {
          notifications: {
            toolsListChanged: true,
            resourceSubscriptions: ["test://watched-resource"],
          },
        },
      });
      const granted = messages[0]?.params?.notifications;
      expect(Object.keys(Object(granted)).sort()).toEqual([
        "resourceSubscriptions",
        "toolsListChanged",
      ]);
      expect(new Set(methodsOf(messages.slice(1)))).toEqual(
        new Set(["notifications/tools/list_changed", "notifications/resources/updated"]),
      );
      for (const { params } of messages) expect(params?._meta).toEqual(tag);
    },
  );

  it("ends with a result when its token is revoked, and when the gateway closes", async () => {
    const gateway = await serveEra("modern");
    const { api } = gateway;
    const other = await api.tokens.create({ name: "other", profile: "dev" });
    const open = (id: string, token: string) =>
      gateway.open(
        "subscriptions/listen",
        { notifications: { toolsListChanged: true } },
        { id, headers: { authorization: `Bearer ${token}` } },
      );
    const revoked = eventsOf(await open("one", other.token));
    const closed = eventsOf(await open("two", gateway.token));
    await api.tokens.revoke({ token: "other" });
    const last = async (events: typeof revoked) => {
      const { data } = (await events).at(-1) ?? { data: "" };
      return parse(data);
    };
    expect(await last(revoked)).toMatchObject({
      id: "one",
      result: { resultType: "complete", _meta: { [META.subscriptionId]: "one" } },
    });
    await gateway.gateway.close();
    expect(await last(closed)).toMatchObject({
      id: "two",
      result: { resultType: "complete", _meta: { [META.subscriptionId]: "two" } },
    });
  });

  it.each([
    ["no filter", {}],
    ["a filter that is a list", { notifications: [] }],
    ["URIs that are no texts", { notifications: { resourceSubscriptions: [1] } }],
  ])("is refused with %s", async (_, params) => {
    const { modern } = await serveEra("modern");
    const { error, status } = await modern("subscriptions/listen", params);
    expect([error?.code, status < 500]).toEqual([-32602, true]);
  });
});
