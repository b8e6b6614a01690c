import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UpstreamFailure } from "./failure.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type FarEnd, linked } from "./test-kit.ts";

const ALL = {
  logging: {},
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true, listChanged: true },
};
const settle = () => vi.advanceTimersByTimeAsync(0);

function subscriptions() {
  const heard: string[] = [];
  const logged: unknown[] = [];
  let gaps = 0;
  const log = (message: string, fields?: unknown) => void logged.push([message, fields]);
  const kept = new Subscriptions({
    serverName: () => "one",
    timeoutMs: () => 1000,
    log: { info: log, warn: log, error: log },
    onNotification: ({ method }) => void heard.push(method),
    onGap: () => void (gaps += 1),
  });
  return { kept, heard, logged, gaps: () => gaps };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("subscriptions at a legacy server", () => {
  /** Answers each request as it comes, and returns what was asked so far. */
  async function follow(far: FarEnd): Promise<unknown[]> {
    for (let seen = -1; seen < far.sent.length;) {
      seen = far.sent.length;
      const last = far.sent.at(-1);
      if (last?.id !== undefined) far.receive({ jsonrpc: "2.0", id: last.id, result: {} });
      await settle();
    }
    return far.sent.map(({ method, params }) => [method, params]);
  }

  it("follow what is wanted, one request after another, and come back on another connection", async () => {
    const { kept } = subscriptions();
    const first = await linked("legacy", ALL);
    kept.setLogLevel("warning");
    kept.attach(first.link);
    kept.setUris(new Set(["a:1", "a:2"]));
    expect(first.transport.sent).toHaveLength(1);
    expect(await follow(first.transport)).toEqual([
      ["logging/setLevel", { level: "warning" }],
      ["resources/subscribe", { uri: "a:1" }],
      ["resources/subscribe", { uri: "a:2" }],
    ]);
    kept.setUris(new Set(["a:2", "a:3"]));
    kept.setLogLevel("debug");
    expect((await follow(first.transport)).slice(3)).toEqual([
      ["resources/unsubscribe", { uri: "a:1" }],
      ["logging/setLevel", { level: "debug" }],
      ["resources/subscribe", { uri: "a:3" }],
    ]);
    kept.detach();
    kept.setUris(new Set(["a:3"]));
    expect(await follow(first.transport)).toHaveLength(6);

    const second = await linked("legacy", ALL);
    kept.attach(second.link);
    expect(await follow(second.transport)).toEqual([
      ["logging/setLevel", { level: "debug" }],
      ["resources/subscribe", { uri: "a:3" }],
    ]);
  });

  it("are not asked of a server that has none, and a refusal is not repeated", async () => {
    const { kept, logged } = subscriptions();
    const plain = await linked("legacy", { resources: {} });
    kept.setLogLevel("debug");
    kept.setUris(new Set(["a:1"]));
    kept.attach(plain.link);
    expect(plain.transport.sent).toEqual([]);

    const stubborn = await linked("legacy", ALL);
    kept.setLogLevel(null);
    kept.attach(stubborn.link);
    const { id } = stubborn.transport.newest("resources/subscribe");
    stubborn.transport.receive({ jsonrpc: "2.0", id, error: { code: -32_602, message: "no" } });
    await settle();
    kept.setUris(new Set(["a:1"]));
    await settle();
    expect(stubborn.transport.sent).toHaveLength(1);
    expect(logged).toHaveLength(1);
  });
});

describe("subscriptions at a modern server", () => {
  const acknowledge = (far: FarEnd) => {
    const { id } = far.newest("subscriptions/listen");
    far.receive({
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { _meta: { "io.modelcontextprotocol/subscriptionId": id }, notifications: {} },
    });
    return settle();
  };
  const filters = (far: FarEnd) =>
    far
      .params("subscriptions/listen")
      .map((params) => JSON.parse(JSON.stringify(params)).notifications);

  it("are one listen, replaced once the next one is acknowledged, and held anew", async () => {
    const { kept, heard, gaps } = subscriptions();
    const { link, transport } = await linked("modern", ALL);
    kept.attach(link);
    expect(filters(transport)).toEqual([{ toolsListChanged: true, resourcesListChanged: true }]);
    expect(transport.newest("subscriptions/listen").params).toMatchObject({
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "gateway" },
        "io.modelcontextprotocol/clientCapabilities": { sampling: {} },
      },
    });
    await acknowledge(transport);
    kept.setUris(new Set(["b:2", "b:1"]));
    await settle();
    expect(filters(transport)[1]).toMatchObject({ resourceSubscriptions: ["b:1", "b:2"] });
    expect(transport.cancelled).toEqual([]);
    await acknowledge(transport);
    const [first, second] = transport.sent;
    expect(transport.cancelled).toEqual([{ id: first?.id, isOpening: false }]);
    transport.receive(
      { jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: "b:1" } },
      Number(second?.id),
    );
    expect(heard).toEqual(["notifications/resources/updated"]);

    // The stream of it breaks.
    const failure = new UpstreamFailure("unreachable", "cut", { retry: "later" });
    transport.events?.onRequestFailed(Number(second?.id), failure);
    await settle();
    expect(filters(transport)).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(250);
    expect(filters(transport)).toHaveLength(3);
    expect(gaps()).toBe(0);
    await acknowledge(transport);
    expect(gaps()).toBe(1);
    kept.detach();
    await settle();
    expect(transport.cancelled).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that cannot be held anew have the server asked once whether it is there", async () => {
    const { kept, gaps } = subscriptions();
    const { link, transport } = await linked("modern", ALL);
    kept.attach(link);
    await acknowledge(transport);
    const breakIt = async (waitMs: number) => {
      const { id } = transport.newest("subscriptions/listen");
      const failure = new UpstreamFailure("unreachable", "cut", { retry: "later" });
      transport.events?.onRequestFailed(Number(id), failure);
      await vi.advanceTimersByTimeAsync(waitMs);
    };
    await breakIt(250);
    expect(gaps()).toBe(0);
    await breakIt(500);
    expect(gaps()).toBe(1);
    await breakIt(1000);
    await breakIt(2000);
    expect(gaps()).toBe(1);
    await acknowledge(transport);
    expect(gaps()).toBe(2);
    kept.detach();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("need no listen while nothing can be told, and begin one when something can", async () => {
    const { kept } = subscriptions();
    const { link, transport } = await linked("modern", { resources: { subscribe: true } });
    kept.attach(link);
    await settle();
    expect(transport.sent).toEqual([]);
    kept.setUris(new Set(["b:1"]));
    await settle();
    expect(filters(transport)).toEqual([{ resourceSubscriptions: ["b:1"] }]);
    await acknowledge(transport);
    kept.setUris(new Set());
    await settle();
    expect(transport.cancelled).toHaveLength(1);
    kept.detach();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that are refused are said once, and the ones before them kept", async () => {
    const { kept, logged } = subscriptions();
    const { link, transport } = await linked("modern", ALL);
    kept.attach(link);
    await acknowledge(transport);
    kept.setUris(new Set(["b:1"]));
    await settle();
    const { id } = transport.newest("subscriptions/listen");
    transport.receive({ jsonrpc: "2.0", id, error: { code: -32_602, message: "too many" } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(logged).toMatchObject([[expect.any(String), { reason: "too many" }]]);
    expect(filters(transport)).toHaveLength(2);
    expect(transport.cancelled).toEqual([]);
    kept.detach();
    await settle();
    expect(transport.cancelled).toHaveLength(1);
  });

  it("that are refused are asked for once more when those before them end", async () => {
    const { kept } = subscriptions();
    const { link, transport } = await linked("modern", ALL);
    kept.attach(link);
    const first = transport.newest("subscriptions/listen").id;
    await acknowledge(transport);
    kept.setUris(new Set(["b:1"]));
    const refuse = async () => {
      await settle();
      const { id } = transport.newest("subscriptions/listen");
      transport.receive({ jsonrpc: "2.0", id, error: { code: -32_602, message: "too many" } });
      await vi.advanceTimersByTimeAsync(60_000);
    };
    await refuse();
    const failure = new UpstreamFailure("unreachable", "cut", { retry: "later" });
    transport.events?.onRequestFailed(Number(first), failure);
    await settle();
    expect(filters(transport)).toHaveLength(3);
    await refuse();
    expect(filters(transport)).toHaveLength(3);
    kept.detach();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });
});
