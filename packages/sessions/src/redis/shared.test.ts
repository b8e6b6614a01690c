import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { describeShared } from "../describe-shared.ts";
import { LOCK_LIFETIME_MS } from "../shared-store.ts";
import { type OpenRedis, openRedis } from "./open.ts";
import { type RedisServer, startRedis } from "./redis.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describeShared("Redis", () => ({
  server,
  fresh: async () => {
    server.cli("FLUSHALL");
    return { type: "redis", url: server.url() };
  },
  age: async (id, ms) => {
    server.cli("ZINCRBY", "{local-mcp}:gateways:seen", String(-ms), id);
  },
  outlive: async (lock) => {
    const left = Number(server.cli("PTTL", `{local-mcp}:lock:${lock}`));
    if (left <= 0 || left > LOCK_LIFETIME_MS) throw new Error(`the lock lives ${left} ms`);
    server.cli("PEXPIRE", `{local-mcp}:lock:${lock}`, "1");
  },
}));

describe("a database of Redis", () => {
  const opened: OpenRedis[] = [];
  const open = async (database: number): Promise<OpenRedis> => {
    const store = await openRedis(server.url(database));
    opened.push(store);
    return store;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  test("hears nothing of what is said in another one, whose members and locks are its own", async () => {
    const [one, two, other] = [await open(1), await open(1), await open(2)];
    const heard: string[] = [];
    for (const { shared } of [one, two, other]) {
      await shared.listen(
        (text) => heard.push(text),
        () => {},
      );
    }
    await other.shared.publish("elsewhere");
    await one.shared.publish("here");
    await vi.waitFor(() => expect(heard).toEqual(["here"]));
    await one.shared.join({ id: "a", name: "a", keyId: "1", configurationHash: "1" });
    await other.shared.join({ id: "b", name: "b", keyId: "2", configurationHash: "2" });
    expect(await other.shared.members()).toMatchObject([{ id: "b" }]);
    const inside = one.shared.exclusively("x", () => other.shared.exclusively("x", async () => 1));
    expect(await inside).toBe(1);
  });

  test("gives a lock back to nobody but who holds it", async () => {
    const [one, two] = [await open(3), await open(3)];
    const key = "{local-mcp}:lock:x";
    await one.shared.exclusively("x", async () => {
      // As after standing still for longer than a lock lives.
      server.cli("-n", "3", "DEL", key);
      server.cli("-n", "3", "SET", key, "of somebody else");
    });
    expect(server.cli("-n", "3", "GET", key)).toBe("of somebody else");
    server.cli("-n", "3", "DEL", key);
    expect(await two.shared.exclusively("x", async () => 2)).toBe(2);
    expect(server.cli("-n", "3", "EXISTS", key)).toBe("0");
  });

  test("keeps a lock as long as its work takes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const { shared } = await open(4);
      await shared.exclusively("x", async () => {
        server.cli("-n", "4", "PEXPIRE", "{local-mcp}:lock:x", "5000");
        vi.advanceTimersByTime(5000);
        await vi.waitFor(() => {
          const left = Number(server.cli("-n", "4", "PTTL", "{local-mcp}:lock:x"));
          expect(left).toBeGreaterThan(5000);
        });
      });
    } finally {
      vi.useRealTimers();
    }
  });
});
