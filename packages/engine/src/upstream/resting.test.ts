import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerCatalog } from "../definitions.ts";
import { scripted } from "./scripted.fixture.ts";
import { callOf, client } from "./test-kit.ts";

const IDLE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server that may rest; `known` is what it listed before the gateway was started. */
function resting(known: Partial<ServerCatalog> | null = null, change = {}) {
  const lists = { tools: [{ name: "a" }], prompts: [], resources: [], resourceTemplates: [] };
  const catalog = { lists, implementation: null, listedAt: 0, configHash: "first", ...known };
  return scripted(
    ["works"],
    { idleStopMs: IDLE_MS, callTimeoutMs: IDLE_MS * 10, ...change },
    {
      store: {
        load: () => known && catalog,
        save: () => {},
        names: () => new Map(),
        saveNames: () => {},
      },
    },
  );
}

const call = (one: ReturnType<typeof resting>, name = "a", who = client("ann")) =>
  one.upstream.call("tools/call", { name }, callOf(who).call);

describe("a server that nobody calls", () => {
  it("is ended after its time, stays listed, and starts once for the calls that come", async () => {
    const one = resting();
    expect(await one.up()).toBe("ready");
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(1);
    expect(one.upstream.observation).toMatchObject({ state: "idle", reason: null });
    expect(one.newest().isClosed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(one.tools()).toEqual(["a"]);

    one.list({ tools: [{ name: "a" }, { name: "new" }] });
    const calls = Array.from({ length: 20 }, () => call(one));
    for (const answer of await Promise.all(calls)) {
      expect(answer).toMatchObject({ response: { result: {} } });
    }
    expect(one.transports).toHaveLength(2);
    expect(one.tools()).toEqual(["a", "new"]);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(one.upstream.observation.state).toBe("idle");
  });

  it("is not ended while it works, and its time begins when the last call has ended", async () => {
    const one = resting();
    await one.up();
    const held = call(one, "hold");
    await vi.advanceTimersByTimeAsync(IDLE_MS * 3.5);
    expect(one.upstream.observation.state).toBe("ready");
    one.newest().answer("tools/call");
    await held;
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(1);
    expect(one.upstream.observation.state).toBe("idle");
  });

  it("is not ended while somebody wants to hear of its resources", async () => {
    const one = resting();
    one.upstream.setSubscriptions(new Set(["r:1"]));
    await one.up();
    await vi.advanceTimersByTimeAsync(IDLE_MS * 3);
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(IDLE_MS / 2);
    one.upstream.setSubscriptions(new Set());
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    // That others come and go who want nothing is no use of it.
    one.upstream.setSubscriptions(new Set());
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(1);
    expect(one.upstream.observation.state).toBe("idle");
    // Somebody wants to again.
    one.upstream.setSubscriptions(new Set(["r:2"]));
    await one.settle();
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.sent("resources/subscribe").at(-1)).toMatchObject({ params: { uri: "r:2" } });
    await one.upstream.stop();
  });

  it("is not ended while a client has a connection of its own", async () => {
    const one = resting(null, { connections: "per_client" });
    await one.up();
    await call(one);
    expect(one.transports).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(IDLE_MS * 3);
    expect(one.upstream.observation.state).toBe("ready");
    await one.upstream.releaseClient("ann");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(one.upstream.observation.state).toBe("idle");
    expect(one.transports.every(({ isClosed }) => isClosed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is left running where it is remote, or is not to be ended", async () => {
    for (const change of [{ transport: "http" as const }, { idleStopMs: 0 }]) {
      const one = resting({}, change);
      expect(await one.up()).toBe("ready");
      await vi.advanceTimersByTimeAsync(IDLE_MS * 10);
      expect(one.upstream.observation.state).toBe("ready");
      expect(one.transports).toHaveLength(1);
      await one.upstream.stop();
    }
  });

  it("follows a setting that is changed while it runs, and while it rests", async () => {
    const one = resting();
    await one.up();
    await one.upstream.reconfigure({ ...one.definition, idleStopMs: 10_000 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.upstream.observation.state).toBe("idle");
    await one.upstream.reconfigure({ ...one.definition, idleStopMs: 0 });
    await one.settle();
    expect(one.upstream.observation.state).toBe("ready");
    expect(vi.getTimerCount()).toBe(0);
    await one.upstream.stop();
  });
});

describe("a server that may rest", () => {
  it("is not started before it is called, where it is known what it offers", async () => {
    const one = resting({});
    expect(await one.up()).toBe("idle");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(one.transports).toHaveLength(0);
    expect(one.tools()).toEqual(["a"]);
    expect(await call(one)).toMatchObject({ response: { result: {} } });
    expect(one.transports).toHaveLength(1);
    await one.upstream.stop();
  });

  it("is started where that is not known, or of another configuration", async () => {
    for (const known of [null, { configHash: "another" }]) {
      const one = resting(known);
      expect(await one.up()).toBe("ready");
      await one.upstream.stop();
    }
  });

  it("is started where somebody wants to hear of its resources, once servers are", async () => {
    const one = resting({});
    one.upstream.setSubscriptions(new Set(["r:1"]));
    await one.settle();
    expect(one.transports).toHaveLength(0);
    expect(await one.up()).toBe("ready");
    await one.upstream.stop();
  });

  it("rests again when it is turned off and on, and starts when a person starts it", async () => {
    const one = resting({});
    await one.up();
    await one.upstream.reconfigure({ ...one.definition, enabled: false });
    expect(one.upstream.observation.state).toBe("off");
    await one.upstream.reconfigure(one.definition);
    expect(one.upstream.observation.state).toBe("idle");
    expect(one.transports).toHaveLength(0);
    await one.upstream.restart();
    await one.settle();
    expect(one.upstream.observation.state).toBe("ready");
    await one.upstream.stop();
  });
});
