import { afterEach, describe, expect, test } from "vitest";
import { event, type TestEndpoint } from "./test-endpoint.ts";
import {
  accessTo,
  atOnce,
  type Client,
  client,
  closeAll,
  endpoint,
  signalled,
  until,
} from "./test-kit.ts";

afterEach(closeAll);

/** Sets up a session as a client may: a log level said twice, one resource given up again. */
const setUp = async (bridge: Client): Promise<void> => {
  await bridge.initialize();
  const requests: [string, object][] = [
    ["logging/setLevel", { level: "error" }],
    ["logging/setLevel", { level: "debug" }],
    ["resources/subscribe", { uri: "a://1" }],
    ["resources/subscribe", { uri: "a://2" }],
    ["resources/unsubscribe", { uri: "a://1" }],
  ];
  for (const [id, [method, params]] of requests.entries()) {
    bridge.send({ id, method, params });
    await bridge.answer(id);
  }
};

const saidTo = (gateway: TestEndpoint, session: string): unknown[] =>
  gateway.seen
    .filter((seen) => seen.session === session && seen.rpc?.method !== undefined)
    .map(({ rpc }) => [rpc?.method, rpc?.["params"]]);

describe("a session, after the gateway was started again,", () => {
  test("goes on where the gateway has kept it", async () => {
    const before = await endpoint();
    const bridge = client({ open: accessTo(before), pause: atOnce });
    await setUp(bridge);
    await until(() => before.listeners === 1);
    await before.stop();
    const after = await endpoint(before.url);
    after.sessions.add("first-1");
    await until(() => after.listeners === 1);
    bridge.send({ id: 9, method: "tools/call" });
    expect((await bridge.answer(9)).result).toEqual({ did: "tools/call" });
    expect(after.calls("initialize")).toEqual([]);
    expect(after.calls("logging/setLevel")).toEqual([]);
    expect(after.calls("tools/call")).toMatchObject([{ session: "first-1" }]);
  });

  test("goes on at another address too", async () => {
    const before = await endpoint();
    let now = before;
    const bridge = client({ open: () => accessTo(now)(), pause: atOnce });
    await setUp(bridge);
    await until(() => before.listeners === 1);
    now = await endpoint();
    now.sessions.add("first-1");
    await before.stop();
    await until(() => now.listeners === 1);
    bridge.send({ id: 9, method: "tools/call" });
    await bridge.answer(9);
    expect(now.calls("initialize")).toEqual([]);
    expect(now.calls("tools/call")).toMatchObject([{ session: "first-1" }]);
  });

  test("is set up anew where the gateway has lost it", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await setUp(bridge);
    gateway.sessions.clear();
    bridge.send({ id: 9, method: "tools/call" });
    await bridge.answer(9);
    const calls = saidTo(gateway, "first-2").filter((said) => !String(said).startsWith("ping"));
    expect(calls).toEqual([
      ["notifications/initialized", undefined],
      ["logging/setLevel", { level: "debug" }],
      ["resources/subscribe", { uri: "a://2" }],
      ["tools/call", undefined],
    ]);
    // What the bridge said in the client's name is answered to the bridge alone.
    expect(bridge.unread.filter(({ id }) => id !== undefined)).toEqual([]);
  });

  test("is the client's to begin anew, with nothing of the last one", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await setUp(bridge);
    await bridge.initialize();
    gateway.sessions.clear();
    bridge.send({ id: 9, method: "ping" });
    await bridge.answer(9);
    expect(saidTo(gateway, "first-3").map(String)).toEqual(["notifications/initialized,", "ping,"]);
  });

  test("is not harmed by an answer to what the last gateway asked", async () => {
    const gateway = await endpoint();
    const bridge = client({ open: accessTo(gateway) });
    await bridge.initialize();
    await until(() => gateway.listeners === 1);
    gateway.announce({ jsonrpc: "2.0", id: 7, method: "elicitation/create" });
    await bridge.next(({ method }) => method === "elicitation/create");
    gateway.sessions.clear();
    bridge.send({ id: 7, result: { action: "accept" } });
    bridge.send({ id: 8, method: "tools/list" });
    expect((await bridge.answer(8)).result).toEqual({ did: "tools/list" });
    expect(bridge.notes).toEqual(["An answer was refused with HTTP status 404."]);
    expect(bridge.unread.filter(({ id }) => id !== undefined)).toEqual([]);
  });
});

test("what is said unasked goes on after the event that was read last", async () => {
  const gateway = await endpoint();
  const bridge = client({ open: accessTo(gateway), pause: atOnce });
  await bridge.initialize();
  await until(() => gateway.listeners === 1);
  gateway.announce({ jsonrpc: "2.0", method: "notifications/message" }, "g-1");
  await bridge.next(({ method }) => method === "notifications/message");
  const asked: string[] = [];
  gateway.resumed = (lastEventId) => {
    asked.push(lastEventId);
    return false;
  };
  gateway.hangUp();
  await until(() => gateway.listeners === 1);
  expect(asked).toEqual(["g-1"]);
});

test("what servers ask while several calls are open reaches the client, and its answers them", async () => {
  const gateway = await endpoint();
  const answered = new Map<unknown, () => void>();
  gateway.special = async ({ id, method, result }, response) => {
    if (result !== undefined) {
      answered.get(id)?.();
      return false;
    }
    if (method !== "tools/call") return false;
    const { promise, resolve } = signalled();
    answered.set(`ask-${id}`, resolve);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event({ jsonrpc: "2.0", id: `ask-${id}`, method: "sampling/createMessage" }));
    await promise;
    response.end(event({ jsonrpc: "2.0", id, result: { after: id } }));
    return true;
  };
  const bridge = client({ open: accessTo(gateway) });
  await bridge.initialize();
  for (const id of [1, 2, 3]) bridge.send({ id, method: "tools/call" });
  for (const id of [1, 2, 3]) await bridge.next((line) => line.id === `ask-${id}`);
  for (const id of [2, 3, 1]) {
    bridge.send({ id: `ask-${id}`, result: { role: "assistant" } });
    expect((await bridge.answer(id)).result).toEqual({ after: id });
  }
  const answers = gateway.seen.filter(({ rpc }) => rpc?.["result"] !== undefined);
  expect(answers.map(({ session }) => session)).toEqual(["first-1", "first-1", "first-1"]);
});

describe("an answer whose stream ends before it", () => {
  /** A call whose stream names an event and a wait, and then ends. */
  const paused = async (pauses: number[]): Promise<{ gateway: TestEndpoint; bridge: Client }> => {
    const gateway = await endpoint();
    gateway.special = ({ method }, response) => {
      if (method !== "tools/call") return false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end("id: s-0\nretry: 70\ndata:\n\n");
      return true;
    };
    const bridge = client({
      open: accessTo(gateway),
      pause: async (milliseconds, signal) => {
        pauses.push(milliseconds);
        await atOnce(milliseconds, signal);
      },
    });
    await bridge.initialize();
    await until(() => gateway.listeners === 1);
    return { gateway, bridge };
  };

  test("is fetched after the event that was seen last, as late as the gateway wants", async () => {
    const pauses: number[] = [];
    const { gateway, bridge } = await paused(pauses);
    const asked: string[] = [];
    gateway.resumed = (lastEventId, response) => {
      asked.push(lastEventId);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const progress = { jsonrpc: "2.0", method: "notifications/progress" };
      response.end(
        asked.length === 1
          ? event(progress, "s-1")
          : event({ jsonrpc: "2.0", id: 1, result: { late: true } }, "s-2"),
      );
      return true;
    };
    bridge.send({ id: 1, method: "tools/call" });
    await bridge.next(({ method }) => method === "notifications/progress");
    expect((await bridge.answer(1)).result).toEqual({ late: true });
    expect(asked).toEqual(["s-0", "s-1"]);
    expect(pauses).toEqual([70, 70]);
    expect(gateway.calls("tools/call")).toHaveLength(1);
  });

  test("is fetched for as long as something comes", async () => {
    const { gateway, bridge } = await paused([]);
    let asked = 0;
    gateway.resumed = (_lastEventId, response) => {
      asked += 1;
      response.writeHead(200, { "content-type": "text/event-stream" });
      const answer = { jsonrpc: "2.0", id: 1, result: { asked } };
      response.end(asked < 30 ? `id: s-${asked}\ndata:\n\n` : event(answer));
      return true;
    };
    bridge.send({ id: 1, method: "tools/call" });
    expect((await bridge.answer(1)).result).toEqual({ asked: 30 });
  });

  test("is given up when nothing more comes", async () => {
    const { gateway, bridge } = await paused([]);
    let asked = 0;
    gateway.resumed = (_lastEventId, response) => {
      asked += 1;
      response.writeHead(200, { "content-type": "text/event-stream" }).end();
      return true;
    };
    bridge.send({ id: 1, method: "tools/call" });
    expect((await bridge.answer(1)).error).toMatchObject({
      data: { code: "gateway_stopped_during_call" },
    });
    expect(asked).toBe(10);
  });

  test("is lost with the gateway, although the next one takes the session and the event", async () => {
    const before = await endpoint();
    const gone = signalled();
    before.special = ({ method }, response) => {
      if (method !== "tools/call") return false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event({ jsonrpc: "2.0", method: "notifications/progress" }, "s-1"));
      return true;
    };
    const bridge = client({
      open: accessTo(before),
      pause: async (milliseconds, signal) => {
        await gone.promise;
        await atOnce(milliseconds, signal);
      },
    });
    await bridge.initialize();
    await until(() => before.listeners === 1);
    bridge.send({ id: 1, method: "tools/call" });
    await bridge.next(({ method }) => method === "notifications/progress");
    await before.stop();
    const after = await endpoint(before.url);
    after.sessions.add("first-1");
    gone.resolve();
    expect((await bridge.answer(1)).error).toMatchObject({
      data: { code: "gateway_stopped_during_call" },
    });
    expect(after.calls("tools/call")).toEqual([]);
  });
});
