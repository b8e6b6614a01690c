import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soon } from "./http.fixture.ts";
import { sessions as sessionsOf } from "./http-sessions.fixture.ts";
import { callOf, client, failed } from "./test-kit.ts";

const ends: (() => unknown)[] = [];
const sessions = async (...options: Parameters<typeof sessionsOf>) => {
  const one = await sessionsOf(...options);
  ends.push(() => one.end());
  return one;
};
type Sessions = Awaited<ReturnType<typeof sessions>>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).toReversed()) await end();
});

const MINUTE_MS = 60_000;
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const call = (one: Sessions, name: string, who = client("ann")) =>
  one.upstream.call("tools/call", { name }, callOf(who).call);
const answered = { era: "legacy", response: { result: {} } };

describe("a session that is begun anew", () => {
  it("brings what is offered now, and nothing twice for twenty calls", async () => {
    const one = await sessions();
    one.offer("a");
    await one.ready();
    one.forget();
    one.offer("a", "b");
    later(MINUTE_MS);
    const calls = await Promise.all(Array.from({ length: 20 }, (_, nth) => call(one, `c${nth}`)));
    expect(calls).toMatchObject(calls.map(() => answered));
    expect(one.sent("initialize")).toHaveLength(2);
    expect(one.sent("tools/list")).toHaveLength(2);
    expect(one.tools()).toEqual(["a", "b"]);
  });

  it("is so once where a call and the stream both meet the end of the one before", async () => {
    const one = await sessions({ hasStream: true });
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    one.forget();
    later(MINUTE_MS);
    one.closeStreams(true);
    expect(await call(one, "a")).toMatchObject(answered);
    await soon(() => expect(one.streams).toHaveLength(1));
    // Longer than the stream of the first session would have taken to be opened again.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(one.sent("initialize")).toHaveLength(2);
    expect(await call(one, "b")).toMatchObject(answered);
    expect(one.states.filter((state) => state !== "ready")).toEqual(["starting"]);
  });

  it("and comes to nothing half way is a failure, with all lists kept", async () => {
    const one = await sessions();
    one.offer("a");
    one.upstream.setSubscriptions(new Set(["r:1"]));
    await one.ready();
    await one.upstream.subscribed();
    one.forget();
    one.breakLists(500);
    later(MINUTE_MS);
    expect(await call(one, "a")).toBeNull();
    expect(one.upstream.observation).toMatchObject({
      state: "retrying",
      reason: { code: "http_status" },
    });
    expect(one.tools()).toEqual(["a"]);
    one.breakLists(null);
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    await soon(() => expect(one.sent("resources/subscribe")).toHaveLength(2));
    expect(await call(one, "a")).toMatchObject(answered);
    expect(one.sent("tools/call")).toHaveLength(2);
  });

  it("by a server that forgets each of them soon is a failure after a few times", async () => {
    const one = await sessions();
    await one.ready();
    const lost = async () => {
      one.forget();
      later(1500);
      return call(one, "a");
    };
    expect(await lost()).toMatchObject(answered);
    expect(await lost()).toMatchObject(answered);
    expect(await lost()).toMatchObject(answered);
    expect(one.states.filter((state) => state !== "ready")).toEqual(["starting"]);
    expect(await lost()).toBeNull();
    expect(one.upstream.observation).toMatchObject({
      state: "retrying",
      reason: { message: expect.stringContaining("ended the session") },
    });
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    // It lasts again, and so may be forgotten again.
    later(MINUTE_MS);
    expect(await lost()).toMatchObject(answered);
  });
});

describe("a server that begins sessions and knows none", () => {
  it("is tried again ever later, and not without end", async () => {
    const one = await sessions();
    one.refuseSessions();
    expect(await one.ready()).toBe("retrying");
    await soon(() => expect(one.upstream.observation.attempt?.number).toBe(3));
    expect(one.upstream.observation.reason?.message).toContain("ended the session");
    // Once to find out which era it speaks, and then once for each try.
    const tries = one.sent("initialize").length;
    expect(tries).toBeLessThanOrEqual(3);
    one.keepSessions();
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    expect(one.sent("initialize")).toHaveLength(tries + 1);
  });
});

describe("sessions of a client's own", () => {
  it("are begun anew, one for each client, and the server's lists are fetched again", async () => {
    const one = await sessions({ change: { connections: "per_client" } });
    one.offer("a");
    await one.ready();
    const [ann, bob] = [client("ann"), client("bob")];
    await Promise.all([call(one, "a", ann), call(one, "a", bob)]);
    expect(one.sent("initialize")).toHaveLength(3);
    one.forget();
    one.offer("a", "b");
    later(MINUTE_MS);
    const calls = [ann, bob].flatMap((who) =>
      Array.from({ length: 10 }, (_, nth) => call(one, `${who.id}${nth}`, who)),
    );
    expect(await Promise.all(calls)).toMatchObject(calls.map(() => answered));
    // Nothing but the clients' calls has met the end of a session, and yet the list is the new one.
    await soon(() => expect(one.tools()).toEqual(["a", "b"]));
    expect(one.sent("initialize")).toHaveLength(6);
    expect(one.upstream.observation.state).toBe("ready");
  });

  it("that are refused at once fail the call, and are not asked for without end", async () => {
    const one = await sessions({ change: { connections: "per_client" } });
    await one.ready();
    await call(one, "a");
    one.refuseSessions();
    expect(await failed(call(one, "a"))).toMatchObject({ code: "server_unavailable" });
    expect(one.sent("tools/call").length).toBeLessThan(4);
  });
});

describe("the stream of a session", () => {
  it("that was away has the lists fetched anew, since a change may have been missed", async () => {
    const one = await sessions({ hasStream: true });
    one.offer("a");
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    one.closeStreams(true);
    one.offer("a", "b");
    await soon(() => expect(one.tools()).toEqual(["a", "b"]));
    expect(one.sent("initialize")).toHaveLength(1);
    one.offer("c");
    one.tell("notifications/tools/list_changed");
    await soon(() => expect(one.tools()).toEqual(["c"]));
  });

  it("that is refused for a while is opened again", async () => {
    const one = await sessions({ hasStream: true });
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    one.refuseStreams(503);
    one.closeStreams(true);
    const refused = () => one.server.got.filter(({ method }) => method === "GET").length;
    await soon(() => expect(refused()).toBeGreaterThan(1));
    one.refuseStreams(null);
    await soon(() => expect(one.streams).toHaveLength(1));
    expect(one.sent("initialize")).toHaveLength(1);
  });
});

describe("a server that is gone", () => {
  it("is noticed by a call, says why, and is back by itself", async () => {
    const one = await sessions();
    one.offer("a");
    await one.ready();
    await one.server.stopListening();
    expect(await failed(call(one, "a"))).toMatchObject({ code: "server_unavailable" });
    await soon(() => expect(one.upstream.observation.state).toBe("retrying"));
    expect(one.upstream.observation).toMatchObject({
      reason: { code: "unreachable" },
      attempt: { of: null },
    });
    expect(one.tools()).toEqual(["a"]);
    await one.server.listenAgain();
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
    expect(await call(one, "a")).toMatchObject(answered);
  });

  it("is noticed without a call where it had a stream", async () => {
    const one = await sessions({ hasStream: true });
    await one.ready();
    await soon(() => expect(one.streams).toHaveLength(1));
    await one.server.stopListening();
    await soon(() => expect(one.upstream.observation.state).toBe("retrying"));
  });
});
