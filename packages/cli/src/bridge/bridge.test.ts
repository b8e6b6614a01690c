import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, describe, expect, test } from "vitest";
import { event } from "./test-endpoint.ts";
import { accessTo, atOnce, client, closeAll, endpoint, signalled, until } from "./test-kit.ts";

afterEach(closeAll);

describe("carrying", () => {
  test.each([false, true])("a conversation, with event streams: %s", async (streams) => {
    const gateway = await endpoint();
    gateway.streams = streams;
    const bridge = client({ open: accessTo(gateway) });
    expect((await bridge.initialize()).result).toMatchObject({ protocolVersion: "2025-11-25" });
    bridge.send({ id: "a", method: "tools/list" });
    expect((await bridge.answer("a")).result).toEqual({ did: "tools/list" });

    expect(gateway.calls("initialize")).toMatchObject([
      { path: "/mcp/dev", authorization: "Bearer first", session: undefined, version: undefined },
    ]);
    expect(gateway.calls("tools/list")).toMatchObject([
      { session: "first-1", version: "2025-11-25" },
    ]);
    const order = gateway.seen.flatMap((entry) => entry.rpc?.method ?? []);
    expect(order).toEqual(["initialize", "notifications/initialized", "tools/list"]);
  });

  test("requests side by side, and notifications on the request's stream", async () => {
    const gateway = await endpoint();
    const held = signalled();
    gateway.special = async ({ id, method }, response) => {
      if (method !== "tools/call") return false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event({ jsonrpc: "2.0", method: "notifications/progress", params: {} }));
      await held.promise;
      response.end(event({ jsonrpc: "2.0", id, result: { late: true } }));
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    bridge.send({ id: 2, method: "ping" });
    await bridge.answer(2);
    await bridge.next(({ method }) => method === "notifications/progress");
    held.resolve();
    expect((await bridge.answer(1)).result).toEqual({ late: true });
  });

  test("what the gateway says unasked, and what the client answers to it", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    await until(() => gateway.listeners === 1);
    gateway.announce({ jsonrpc: "2.0", id: 7, method: "roots/list" });
    expect(await bridge.next(({ method }) => method === "roots/list")).toMatchObject({ id: 7 });
    bridge.send({ id: 7, result: { roots: [] } });
    bridge.send({ id: 8, method: "ping" });
    await bridge.answer(8);
    const answers = gateway.seen.filter(({ rpc }) => rpc !== null && rpc.method === undefined);
    expect(answers).toMatchObject([{ rpc: { id: 7, result: { roots: [] } }, session: "first-1" }]);
  });

  test("bytes: a character cut in two, U+2028 and a line break inside an answer", async () => {
    const gateway = await endpoint();
    gateway.special = ({ id, method }, response) => {
      if (method !== "tools/call") return false;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { broken: "a\nb" } }, null, 2));
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { x: "é\u2028z" } })}\n`;
    const raw = Buffer.from(text);
    const half = raw.indexOf(0xc3) + 1;
    bridge.input.write(raw.subarray(0, half));
    await turn();
    bridge.input.write(raw.subarray(half));
    expect((await bridge.answer(1)).result).toEqual({ broken: "a\nb" });
    expect(gateway.calls("tools/call")).toMatchObject([{ rpc: { params: { x: "é\u2028z" } } }]);
  });

  test("a refusal under the id that was asked with", async () => {
    const gateway = await endpoint();
    gateway.special = ({ method }, response) => {
      if (method !== "tools/call") return false;
      const error = { code: -32600, message: "Too large." };
      response.writeHead(413, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    expect((await bridge.answer(1)).error).toEqual({ code: -32600, message: "Too large." });
  });

  test("a cancellation, after which no answer is made up", async () => {
    const gateway = await endpoint();
    const held = signalled();
    gateway.special = async ({ method }, response) => {
      if (method === "notifications/cancelled") held.resolve();
      if (method !== "tools/call") return false;
      await held.promise;
      response.writeHead(200, { "content-type": "text/event-stream" }).end();
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    bridge.send({ method: "notifications/cancelled", params: { requestId: 1 } });
    bridge.send({ id: 2, method: "ping" });
    await bridge.answer(2);
    bridge.input.end();
    await bridge.ended;
    expect(gateway.calls("notifications/cancelled")).toHaveLength(1);
    expect(bridge.unread.filter(({ id }) => id === 1)).toEqual([]);
  });

  test("a line that is no message is said to be none, and the next one works", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.input.write("hello\n\n");
    bridge.send({ id: 1, method: "ping" });
    await bridge.answer(1);
    expect(await bridge.next(({ id }) => id === null)).toMatchObject({ error: { code: -32700 } });
  });
});

describe("a gateway that comes and goes", () => {
  test("is waited for, and the client is told how to start one", async () => {
    let waited = 0;
    const bridge = client({
      open: async () => null,
      pause: async (milliseconds, signal) => {
        waited += milliseconds;
        await atOnce(milliseconds, signal);
      },
    });
    bridge.send({ id: 0, method: "initialize" });
    const { error } = await bridge.answer(0);
    expect(waited).toBe(15_000);
    expect(error).toMatchObject({ code: -32603, data: { code: "gateway_not_running" } });
    expect(error?.message).toContain("local-mcp-gateway serve");
  });

  test("is used as soon as it is there", async () => {
    const gateway = await endpoint();
    let tries = 0;
    const bridge = client({
      open: async () => ((tries += 1) < 5 ? null : { url: gateway.url, token: "first" }),
      pause: atOnce,
    });
    expect((await bridge.initialize()).result).toBeDefined();
    expect(tries).toBe(5);
  });

  test("is not asked again when it says why it will not do", async () => {
    const bridge = client({
      open: async () => {
        throw new GatewayError("profile_not_found", { profile: "dev" });
      },
    });
    bridge.send({ id: 0, method: "initialize" });
    expect((await bridge.answer(0)).error).toMatchObject({
      code: -32001,
      data: { code: "profile_not_found" },
    });
  });

  test("may forget the session: the client does not notice", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    await until(() => gateway.listeners === 1);
    gateway.sessions.clear();
    bridge.send({ id: 1, method: "tools/call" });
    bridge.send({ id: 2, method: "tools/list" });
    expect((await bridge.answer(1)).result).toEqual({ did: "tools/call" });
    await bridge.answer(2);
    await bridge.next(({ method }) => method === "notifications/tools/list_changed");

    expect(gateway.calls("initialize")).toHaveLength(2);
    expect(gateway.calls("initialize")[1]?.rpc).toEqual(gateway.calls("initialize")[0]?.rpc);
    expect(gateway.calls("notifications/initialized").at(-1)?.session).toBe("first-2");
    // Once in the session that was over, once in the new one.
    expect(gateway.calls("tools/call").map(({ session }) => session)).toEqual([
      "first-1",
      "first-2",
    ]);
    expect(bridge.unread).toEqual([]);
  });

  test("may be started again at another port with another token", async () => {
    const before = await endpoint();
    let now = before;
    const bridge = client({ open: () => accessTo(now)(), pause: atOnce });
    await bridge.initialize();
    await until(() => before.listeners === 1);
    now = await endpoint();
    now.token = "second";
    await before.stop();
    bridge.send({ id: 1, method: "tools/list" });
    expect((await bridge.answer(1)).result).toEqual({ did: "tools/list" });
    expect(now.calls("tools/list")).toMatchObject([{ authorization: "Bearer second" }]);
    await until(() => now.listeners === 1);
    now.announce({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await bridge.next(({ method }) => method === "notifications/tools/list_changed");
  });

  test("may stop during a call, which is not repeated", async () => {
    const gateway = await endpoint();
    gateway.special = ({ method }, response) => {
      if (method !== "tools/call") return false;
      response.destroy();
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    const { error } = await bridge.answer(1);
    expect(error).toMatchObject({ code: -32603, data: { code: "gateway_stopped_during_call" } });
    expect(gateway.calls("tools/call")).toHaveLength(1);
  });

  test("may stop during a list, which is repeated", async () => {
    const gateway = await endpoint();
    let broken = false;
    gateway.special = ({ method }, response) => {
      if (method !== "tools/list" || broken) return false;
      broken = true;
      response.destroy();
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/list" });
    expect((await bridge.answer(1)).result).toEqual({ did: "tools/list" });
    expect(gateway.calls("tools/list")).toHaveLength(2);
  });

  test("may have no stream of its own to offer", async () => {
    const gateway = await endpoint();
    gateway.listens = false;
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "ping" });
    await bridge.answer(1);
    await until(() => gateway.seen.some(({ method }) => method === "GET"));
    expect(gateway.seen.filter(({ method }) => method === "GET")).toHaveLength(1);
  });
});

describe("the end", () => {
  test("comes with the end of the input, after the answers, and ends the session", async () => {
    const gateway = await endpoint();
    const arrived = signalled();
    const held = signalled();
    gateway.special = async ({ id, method }, response) => {
      if (method !== "tools/call") return false;
      arrived.resolve();
      await held.promise;
      gateway.answer(response, { jsonrpc: "2.0", id, result: { late: true } });
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    bridge.input.end();
    await arrived.promise;
    held.resolve();
    await bridge.ended;
    expect((await bridge.answer(1)).result).toEqual({ late: true });
    expect(gateway.seen.at(-1)).toMatchObject({ method: "DELETE", session: "first-1" });
    expect(gateway.sessions.size).toBe(0);
    await until(() => gateway.listeners === 0);
  });

  test("does not wait for ever for an answer", async () => {
    const gateway = await endpoint();
    gateway.special = ({ method }) => method === "tools/call";
    const bridge = client({ open: accessTo(gateway), pause: atOnce });
    await bridge.initialize();
    bridge.send({ id: 1, method: "tools/call" });
    bridge.input.end();
    await bridge.ended;
    expect(gateway.sessions.size).toBe(0);
  });

  test("comes at once with a signal, also while a gateway is waited for", async () => {
    const bridge = client({});
    bridge.send({ id: 0, method: "initialize" });
    await turn();
    bridge.stopping.abort();
    await bridge.ended;
    expect(bridge.input.destroyed).toBe(true);
  });

  test("comes when nobody reads any more", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.output.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    await bridge.ended;
    expect(gateway.sessions.size).toBe(0);
  });

  test("is not kept away by a reader that reads no more", async () => {
    const gateway = await endpoint();
    gateway.special = ({ id, method }, response) => {
      if (method !== "tools/call") return false;
      gateway.answer(response, { jsonrpc: "2.0", id, result: { text: "x".repeat(200_000) } });
      return true;
    };
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    bridge.output.pause();
    bridge.send({ id: 1, method: "tools/call" });
    await until(() => bridge.output.writableNeedDrain);
    bridge.stopping.abort();
    await bridge.ended;
    expect(bridge.output.writableNeedDrain).toBe(true);
  });
});
