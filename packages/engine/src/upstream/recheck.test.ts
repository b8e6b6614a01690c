import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soon } from "./http.fixture.ts";
import { sessions as sessionsOf } from "./http-sessions.fixture.ts";
import { callOf, client, failed, turn } from "./test-kit.ts";

const ends: (() => unknown)[] = [];
const sessions = async (...options: Parameters<typeof sessionsOf>) => {
  const one = await sessionsOf(...options);
  ends.push(() => one.end());
  return one;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "performance"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).toReversed()) await end();
});

const call = (one: Awaited<ReturnType<typeof sessions>>, name: string) =>
  one.upstream.call("tools/call", { name }, callOf(client("ann")).call);

/** Lets what goes over the network arrive, while the clock stands still. */
async function arrive(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) await turn();
}

describe("a remote server after this computer slept or its network changed", () => {
  it("is asked over fresh connections, and keeps its session where it answers", async () => {
    const one = await sessions({ hasStream: true });
    one.offer("a");
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    const held = one.server.sockets();
    // What was sent over a connection of before the sleep would never arrive.
    one.server.deafen();
    one.offer("a", "b");
    one.upstream.recheck("resume");
    await soon(() => expect(one.tools()).toEqual(["a", "b"]));
    expect(one.sent("initialize")).toHaveLength(1);
    expect(one.states).toEqual(["starting", "ready"]);
    expect(held).toBeGreaterThan(0);
    expect(await call(one, "a")).toMatchObject({ response: { result: {} } });
    // The stream too is another one.
    await soon(() => expect(one.streams).toHaveLength(2));
  });

  it("that says nothing for three seconds is opened anew, and its calls are answered", async () => {
    const one = await sessions();
    one.offer("a");
    await one.ready();
    const held = failed(call(one, "hold"));
    await soon(() => expect(one.sent("tools/call")).toHaveLength(1));
    one.silence();
    const startedAt = Date.now();
    one.upstream.recheck("network");
    await soon(() => expect(one.sent("tools/list")).toHaveLength(2));
    vi.setSystemTime(startedAt);
    vi.advanceTimersByTime(2900);
    await arrive();
    expect(one.upstream.observation.state).toBe("ready");
    vi.advanceTimersByTime(200);
    expect(await held).toMatchObject({ code: "server_stopped_during_call" });
    expect(one.upstream.observation).toMatchObject({
      state: "retrying",
      reason: { code: "timeout", message: "one did not answer after the network changed." },
    });
    one.silence(false);
    one.offer("c");
    vi.advanceTimersByTime(250);
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    expect(one.tools()).toEqual(["c"]);
    expect(one.sent("tools/call")).toHaveLength(1);
  });

  it("whose session is gone has another, without having failed", async () => {
    const one = await sessions();
    await one.ready();
    one.forget();
    vi.setSystemTime(Date.now() + 60_000);
    one.upstream.recheck("resume");
    await soon(() => expect(one.sent("initialize")).toHaveLength(2));
    await soon(() => expect(one.sent("tools/list")).toHaveLength(3));
    expect(await call(one, "a")).toMatchObject({ response: { result: {} } });
    expect(one.states).toEqual(["starting", "ready"]);
  });

  it("that is being started over a network of before is started anew", async () => {
    const one = await sessions();
    one.silence();
    one.upstream.start();
    await soon(() => expect(one.sent("server/discover")).toHaveLength(1));
    const settled = one.upstream.settled();
    one.silence(false);
    one.upstream.recheck("network");
    await settled;
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.states).toEqual(["starting", "ready"]);
  });
});
