import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { event, MODERN, type Rpc, type TestEndpoint } from "./test-endpoint.ts";
import { accessTo, atOnce, client, closeAll, endpoint, signalled, until } from "./test-kit.ts";

afterEach(closeAll);

const listenParams = z.object({ notifications: z.looseObject({}) });

const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";

const modern = (params: object = {}): object => ({ ...MODERN, ...params });

/** Acknowledges what clients listen to, and keeps their streams. */
const listenersOf = (gateway: TestEndpoint): Map<Rpc["id"], ServerResponse> => {
  const streams = new Map<Rpc["id"], ServerResponse>();
  gateway.special = ({ id, method, params }, response) => {
    if (method !== "subscriptions/listen") return false;
    const { notifications } = listenParams.parse(params);
    const acknowledged = {
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { notifications, _meta: { [SUBSCRIPTION_ID]: id } },
    };
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event(acknowledged));
    streams.set(id, response);
    response.on("close", () => {
      if (streams.get(id) === response) streams.delete(id);
    });
    return true;
  };
  return streams;
};

const changed = (list: string, id: Rpc["id"]): object => ({
  jsonrpc: "2.0",
  method: `notifications/${list}/list_changed`,
  params: { _meta: { [SUBSCRIPTION_ID]: id } },
});

describe("requests of the modern era", () => {
  test("go without a session and with headers that repeat them", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    bridge.send({ id: 1, method: "server/discover", params: modern() });
    bridge.send({ id: 2, method: "tools/call", params: modern({ name: "é" }) });
    bridge.send({ id: 3, method: "prompts/get", params: modern({ name: "p" }) });
    bridge.send({ id: 4, method: "resources/read", params: modern({ uri: "a://b" }) });
    for (const id of [1, 2, 3, 4]) expect((await bridge.answer(id)).result).toBeDefined();

    const headers = gateway.seen.map(({ headers: sent, session }) => ({
      session,
      version: sent["mcp-protocol-version"],
      method: sent["mcp-method"],
      name: sent["mcp-name"],
    }));
    const common = { session: undefined, version: "2026-07-28" };
    expect(headers.sort((a, b) => String(a.method).localeCompare(String(b.method)))).toEqual([
      { ...common, method: "prompts/get", name: "p" },
      { ...common, method: "resources/read", name: "a://b" },
      { ...common, method: "server/discover", name: undefined },
      { ...common, method: "tools/call", name: "=?base64?w6k=?=" },
    ]);
  });

  test("carry the arguments that a list which passed asks to be repeated", async () => {
    const gateway = await endpoint();
    const inputSchema = {
      type: "object",
      properties: { city: { type: "string", "x-mcp-header": "City" } },
    };
    gateway.special = ({ id, method }, response) => {
      if (method !== "tools/list") return false;
      const result = { tools: [{ name: "weather", inputSchema }] };
      gateway.answer(response, { jsonrpc: "2.0", id, result });
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    const params = modern({ name: "weather", arguments: { city: "Köln" } });
    bridge.send({ id: 1, method: "tools/call", params });
    await bridge.answer(1);
    bridge.send({ id: 2, method: "tools/list", params: modern() });
    await bridge.answer(2);
    bridge.send({ id: 3, method: "tools/call", params });
    await bridge.answer(3);
    expect(gateway.calls("tools/call").map(({ headers }) => headers["mcp-param-city"])).toEqual([
      undefined,
      "=?base64?S8O2bG4=?=",
    ]);
  });

  test("are repeated once with what a client had known for longer than the bridge", async () => {
    const gateway = await endpoint();
    const inputSchema = {
      type: "object",
      properties: { city: { type: "string", "x-mcp-header": "City" } },
    };
    gateway.special = ({ id, method }, response, headers) => {
      if (method === "tools/list") {
        const result = { tools: [{ name: "weather", inputSchema }] };
        gateway.answer(response, { jsonrpc: "2.0", id, result });
        return true;
      }
      if (method !== "tools/call" || headers["mcp-param-city"] === "Bern") return false;
      const error = { code: -32_020, message: "The header Mcp-Param-City is missing." };
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    const call = (city: string): object => modern({ name: "weather", arguments: { city } });
    bridge.send({ id: 1, method: "tools/call", params: call("Bern") });
    expect((await bridge.answer(1)).result).toBeDefined();
    bridge.send({ id: 2, method: "tools/call", params: call("Basel") });
    expect((await bridge.answer(2)).error).toMatchObject({ code: -32_020 });
    expect(gateway.calls("tools/call")).toHaveLength(4);
  });

  test("may come before initialize and beside the session that it begins", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    bridge.send({ id: 0, method: "server/discover", params: modern() });
    await bridge.answer(0);
    expect((await bridge.initialize()).result).toMatchObject({ protocolVersion: "2025-11-25" });
    bridge.send({ id: 1, method: "tools/list" });
    bridge.send({ id: 2, method: "tools/list", params: modern() });
    await bridge.answer(1);
    await bridge.answer(2);
    const lists = gateway.calls("tools/list");
    expect(lists.find(({ rpc }) => rpc?.id === 1)).toMatchObject({
      session: "first-1",
      version: "2025-11-25",
    });
    expect(lists.find(({ rpc }) => rpc?.id === 2)).toMatchObject({
      session: undefined,
      version: "2026-07-28",
    });
  });

  test.each([400, 404])("come back with what a refusal of status %i says", async (status) => {
    const gateway = await endpoint();
    const error = { code: -32601, message: "No such method.", data: { method: "x/y" } };
    gateway.special = ({ id, method }, response) => {
      if (method !== "x/y") return false;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "x/y", params: modern() });
    expect((await bridge.answer(1)).error).toEqual(error);
    // A modern 404 says nothing about the session.
    expect(gateway.calls("initialize")).toHaveLength(1);
    expect(gateway.calls("x/y")).toHaveLength(1);
  });

  test("are cancelled by breaking off, and then get no answer", async () => {
    const gateway = await endpoint();
    const arrived = signalled();
    const broken = signalled();
    gateway.special = ({ method }, response) => {
      if (method !== "tools/call") return false;
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      response.on("close", broken.resolve);
      arrived.resolve();
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    bridge.send({ id: 1, method: "tools/call", params: modern({ name: "x" }) });
    await arrived.promise;
    bridge.send({ method: "notifications/cancelled", params: { requestId: 1 } });
    await broken.promise;
    bridge.send({ id: 2, method: "tools/list", params: modern() });
    await bridge.answer(2);
    // Too late: what it means is over.
    bridge.send({ method: "notifications/cancelled", params: { requestId: 2 } });
    bridge.input.end();
    await bridge.ended;
    expect(bridge.unread).toEqual([]);
    expect(gateway.calls("notifications/cancelled")).toEqual([]);
  });

  test("in flight when the gateway stops: a list is asked for again, a call is not", async () => {
    const gateway = await endpoint();
    const seen = new Set<unknown>();
    gateway.special = ({ id }, response) => {
      if (seen.has(id)) return false;
      seen.add(id);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": here\n\n", () => response.destroy());
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    bridge.send({ id: 1, method: "tools/list", params: modern() });
    bridge.send({ id: 2, method: "tools/call", params: modern({ name: "x" }) });
    expect((await bridge.answer(1)).result).toEqual({ did: "tools/list" });
    expect((await bridge.answer(2)).error).toMatchObject({
      data: { code: "gateway_stopped_during_call" },
    });
    expect(gateway.calls("tools/call")).toHaveLength(1);
  });
});

describe("listening in the modern era", () => {
  test("several at once on one channel, ended one by one", async () => {
    const gateway = await endpoint();
    const streams = listenersOf(gateway);
    const bridge = client({ open: accessTo(gateway) });
    const listen = (id: number): void =>
      bridge.send({
        id,
        method: "subscriptions/listen",
        params: modern({ notifications: { toolsListChanged: true } }),
      });
    listen(1);
    listen(2);
    await until(() => streams.size === 2);
    streams.get(2)?.write(event(changed("tools", 2)));
    expect(
      await bridge.next(({ method }) => method === "notifications/tools/list_changed"),
    ).toEqual(changed("tools", 2));
    bridge.send({ method: "notifications/cancelled", params: { requestId: 2 } });
    await until(() => streams.size === 1);
    streams.get(1)?.write(event(changed("tools", 1)));
    expect(
      await bridge.next(({ method }) => method === "notifications/tools/list_changed"),
    ).toEqual(changed("tools", 1));
    // Nothing but the end of the input ends the other one; time that never passes shows it.
    bridge.input.end();
    await bridge.ended;
    await until(() => streams.size === 0);
    expect(bridge.unread.map(({ method }) => method)).toEqual([
      "notifications/subscriptions/acknowledged",
      "notifications/subscriptions/acknowledged",
    ]);
  });

  test.each(["answers", "breaks"])("goes on where a gateway that stops %s", async (how) => {
    const before = await endpoint();
    const streams = listenersOf(before);
    let now = before;
    const bridge = client({ open: () => accessTo(now)(), pause: atOnce });
    const notifications = { toolsListChanged: true, resourceSubscriptions: ["a://b"] };
    const listen = { id: "l", method: "subscriptions/listen", params: modern({ notifications }) };
    bridge.send(listen);
    await bridge.next(({ method }) => method === "notifications/subscriptions/acknowledged");
    now = await endpoint();
    const streamsNow = listenersOf(now);
    if (how === "answers") {
      const result = { resultType: "complete", _meta: { [SUBSCRIPTION_ID]: "l" } };
      streams.get("l")?.end(event({ jsonrpc: "2.0", id: "l", result }));
      await until(() => streams.size === 0);
    }
    await before.stop();

    await bridge.next(({ method }) => method === "notifications/tools/list_changed");
    expect(await bridge.next(({ method }) => method === "notifications/resources/updated")).toEqual(
      {
        jsonrpc: "2.0",
        method: "notifications/resources/updated",
        params: { uri: "a://b", _meta: { [SUBSCRIPTION_ID]: "l" } },
      },
    );
    expect(now.calls("subscriptions/listen").at(-1)?.rpc).toEqual({ jsonrpc: "2.0", ...listen });
    streamsNow.get("l")?.write(event(changed("prompts", "l")));
    await bridge.next(({ method }) => method === "notifications/prompts/list_changed");
    expect(bridge.unread.filter(({ id, method }) => id === "l" || method?.includes("ack"))).toEqual(
      [],
    );
  });

  test("ends with a refusal, also after a restart", async () => {
    const before = await endpoint();
    listenersOf(before);
    let now = before;
    const bridge = client({ open: () => accessTo(now)(), pause: atOnce });
    const params = modern({ notifications: {} });
    bridge.send({ id: 1, method: "subscriptions/listen", params });
    await bridge.next(({ method }) => method === "notifications/subscriptions/acknowledged");
    now = await endpoint();
    const error = { code: -32602, message: "Too many." };
    now.special = ({ id }, response) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
      return true;
    };
    await before.stop();
    expect((await bridge.answer(1)).error).toEqual(error);
  });

  test("ends with an error that the stream brings", async () => {
    const gateway = await endpoint();
    const streams = listenersOf(gateway);
    const bridge = client({ open: accessTo(gateway) });
    const params = modern({ notifications: {} });
    bridge.send({ id: 1, method: "subscriptions/listen", params });
    await until(() => streams.size === 1);
    const error = { code: -32603, message: "No more." };
    streams.get(1)?.end(event({ jsonrpc: "2.0", id: 1, error }));
    expect((await bridge.answer(1)).error).toEqual(error);
    bridge.send({ id: 2, method: "tools/list", params: modern() });
    await bridge.answer(2);
    expect(gateway.calls("subscriptions/listen")).toHaveLength(1);
  });

  test("goes on after a gateway that refuses because it is going", async () => {
    const gateway = await endpoint();
    const streams = listenersOf(gateway);
    const listens = gateway.special;
    const bridge = client({ open: accessTo(gateway), pause: atOnce });
    const params = modern({ notifications: { promptsListChanged: true } });
    bridge.send({ id: 1, method: "subscriptions/listen", params });
    await bridge.next(({ method }) => method === "notifications/subscriptions/acknowledged");
    let refused = 0;
    gateway.special = async (message, response) => {
      if (refused === 2) return listens(message, response, {});
      refused += 1;
      const error = { code: -32603, message: "The gateway is stopping." };
      response.writeHead(503, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error }));
      return true;
    };
    streams.get(1)?.end();
    expect(
      await bridge.next(({ method }) => method === "notifications/prompts/list_changed"),
    ).toEqual(changed("prompts", 1));
    expect(bridge.unread).toEqual([]);
  });
});
