import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { openVault } from "@local-mcp/vault/test-kit";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort } from "../free-port.fixture.ts";
import { MemoryStorageBackend } from "../memory.ts";
import { migrateSessions } from "../migrate.ts";
import { clientSession, HOUR, refusalOf, secretMembers, session, START } from "../test-kit.ts";
import { type OpenRedis, openRedis } from "./open.ts";
import { RedisStorageBackend } from "./redis.ts";
import { PASSWORD, type RedisServer, startRedis, USER } from "./redis.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const opened: OpenRedis[] = [];
const openAt = async (url: string): Promise<OpenRedis> => {
  const store = await openRedis(url);
  opened.push(store);
  return store;
};
const storeAt = async (url: string): Promise<RedisStorageBackend> =>
  new RedisStorageBackend((await openAt(url)).redis);
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

/** What it rejects with, which a person can act on and which quotes no secret. */
const troubleOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((error: unknown) => error);
  expect(error).toMatchObject({ code: expect.any(String), wayOut: expect.stringMatching(/\w/) });
  expect(JSON.stringify([error, String(error), Object(error).params])).not.toMatch(/CANARY/);
  expect(Object(error).stack).not.toMatch(/CANARY/);
  expect(Object(error).cause).toBeUndefined();
  return Object(error);
};

describe("a Redis that asks for a password", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ asksPassword: true });
  });
  afterAll(() => server.stop());

  test("serves a user who may use our keys only, in all that is done", async () => {
    const { redis, shared, place } = await openAt(server.url(2));
    expect(place).toBe(`127.0.0.1:${server.port}`);
    const store = new RedisStorageBackend(redis, { sealer: await openVault() });
    await store.init();
    await store.createSession(session(secretMembers()));
    await store.updateSession("user-123", "abc123", { active: false });
    expect(await store.getIdentityMcpSessions("user-123")).toEqual(["abc123"]);
    await store.clearAll();
    expect(await store.cleanupExpiredSessions()).toBe(0);
    await shared.join({ id: "a", name: "a", keyId: null, configurationHash: "" });
    await shared.listen(
      () => {},
      () => {},
    );
    await shared.publish("text");
    expect(await shared.exclusively("x", async () => 1)).toBe(1);
    expect(server.cli("-n", "2", "DBSIZE")).not.toBe("0");
    expect(server.cli("DBSIZE")).toBe("0");
  });

  test("says that a password is missing or wrong, and what a user may not do", async () => {
    const { port } = server;
    expect(await troubleOf(openRedis(`redis://127.0.0.1:${port}`))).toMatchObject({
      code: "session_store_unreachable",
      message: `Redis at 127.0.0.1:${port} cannot be reached: it asks for a password.`,
    });
    const wrong = server.url().replace(encodeURIComponent(PASSWORD), "CANARY-wrong");
    expect((await troubleOf(openRedis(wrong))).message).toContain("the password was refused");
    server.cli("ACL", "SETUSER", "guest", "on", ">CANARY", "~other:*", "+@all");
    const store = await storeAt(`redis://guest:CANARY@127.0.0.1:${port}`);
    const trouble = await troubleOf(store.createSession(session()));
    expect(trouble.message).toContain("this user may not do that");
    expect(trouble.wayOut).toContain("ACL SETUSER");
  });

  test("is not reached with another user's password, and its user is none by accident", async () => {
    const { port } = server;
    const noUser = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
    expect((await troubleOf(openRedis(noUser))).message).toContain("the password was refused");
    const { redis } = await openAt(server.url());
    expect(await redis.call("ACL", "WHOAMI")).toBe(USER);
  });
});

describe("a Redis with TLS", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ isTls: true });
  });
  afterAll(() => server.stop());

  test("is used with its certificate, and refused without", async () => {
    const { redis, shared } = await openAt(server.url());
    const store = new RedisStorageBackend(redis);
    await store.init();
    await store.createSession(session());
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
    const heard: string[] = [];
    await shared.listen(
      (text) => heard.push(text),
      () => {},
    );
    await (await openAt(server.url())).shared.publish("text");
    await vi.waitFor(() => expect(heard).toEqual(["text"]));

    const [unknown = ""] = server.url().split("?");
    expect(await troubleOf(openRedis(unknown))).toMatchObject({
      message: expect.stringContaining("its certificate is signed by itself"),
      wayOut: expect.stringContaining("cacert"),
    });
    const clear = `redis://127.0.0.1:${server.port}`;
    expect((await troubleOf(openRedis(clear))).code).toBe("session_store_unreachable");
  });
});

describe("a URL of Redis", () => {
  test.for([
    ["http://CANARY@host", "that is no URL"],
    ["redis://u:CANARY@host/name", "a database of Redis is a number"],
    ["redis://u:CANARY@host/0?db=1", "unknown “db”"],
    ["redis://u:CANARY%zz@host", "two hex digits"],
    ["redis://u:CANARY@host?cacert=/x", "rediss://"],
    ["rediss://u:CANARY@host?cacert=/nowhere", "its cacert cannot be read"],
  ])("that cannot be read is refused without quoting it: %s", async ([url = "", reason = ""]) => {
    const trouble = await troubleOf(openRedis(url));
    expect(trouble).toMatchObject({ code: "validation_failed" });
    expect(trouble.message).toContain(reason);
  });

  test("of a database that the server does not have is refused", async () => {
    const server = await startRedis();
    try {
      const trouble = await troubleOf(openRedis(server.url(99)));
      expect(trouble.message).toContain("no database of that number");
    } finally {
      await server.stop();
    }
  });

  test("of nobody is refused within seconds, and with its reason", async () => {
    const nobody = `redis://u:CANARY@127.0.0.1:${await freePort()}`;
    expect((await troubleOf(openRedis(nobody))).message).toContain("nothing answers there");
    const nameless = await troubleOf(openRedis("redis://u:CANARY@nowhere.invalid"));
    expect(nameless.message).toContain("Redis at nowhere.invalid:6379");
    const sockets: Socket[] = [];
    const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    try {
      const { port } = Object(silent.address());
      const trouble = await troubleOf(openRedis(`redis://u:CANARY@127.0.0.1:${port}`));
      expect(trouble.message).toContain("does not answer within 5 seconds");
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});

describe("a Redis that something happens to", () => {
  let server: RedisServer;
  let url: string;
  beforeAll(async () => {
    server = await startRedis({ isDurable: true });
    url = server.url();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.cli("FLUSHALL");
  });

  test("forgets its scripts, and is sent them again", async () => {
    const store = await storeAt(url);
    await store.createSession(session());
    server.cli("SCRIPT", "FLUSH");
    await store.updateSession("user-123", "abc123", { active: false });
    expect(await store.getSession("user-123", "abc123")).toMatchObject({ active: false });
  });

  test("is started again: what fails meanwhile says so in time, and then it goes on", async () => {
    const store = await storeAt(url);
    await store.createSession(session());
    await server.kill("SIGKILL");
    for (let tried = 0; tried < 3; tried += 1) {
      const trouble = await troubleOf(store.getSession("user-123", "abc123"));
      expect(trouble.code).toBe("session_store_unreachable");
    }
    expect(await refusalOf(store.removeSession("user-123", "abc123"))).toBe(
      "session_store_unreachable",
    );
    await server.start();
    await vi.waitFor(
      async () => expect(await store.getSession("user-123", "abc123")).toStrictEqual(session()),
      { timeout: 20_000 },
    );
  });

  test("stands still: no call waits for longer than it should, and then it goes on", async () => {
    const store = await storeAt(url);
    await store.createSession(session());
    await server.kill("SIGSTOP");
    try {
      const troubles = await Promise.all([
        troubleOf(store.getSession("user-123", "abc123")),
        troubleOf(store.createSession(session({ sessionId: "another" }))),
      ]);
      for (const { code } of troubles) expect(code).toBe("session_store_unreachable");
    } finally {
      await server.kill("SIGCONT");
    }
    await vi.waitFor(
      async () => expect(await store.getSession("user-123", "abc123")).toStrictEqual(session()),
      { timeout: 20_000 },
    );
  });

  test("takes no changes: each reason has its sentence, and nothing is half done", async () => {
    const store = await storeAt(url);
    await store.createSession(session());
    const refused = async (reason: string) => {
      const another = store.createSession(session({ sessionId: "another" }));
      expect((await troubleOf(another)).message).toContain(reason);
      // A replica is left, to find the primary.
      await vi.waitFor(async () => expect(await store.getAllSessionIds()).toEqual(["abc123"]));
    };
    server.cli("CONFIG", "SET", "maxmemory", "1");
    await refused("its memory is full");
    server.cli("CONFIG", "SET", "maxmemory", "0");
    server.cli("CONFIG", "SET", "min-replicas-to-write", "1");
    await refused("too few replicas");
    server.cli("CONFIG", "SET", "min-replicas-to-write", "0");
    server.cli("REPLICAOF", "127.0.0.1", "1");
    await refused("it is a replica");
    server.cli("REPLICAOF", "NO", "ONE");
    await vi.waitFor(() => store.createSession(session({ sessionId: "another" })));
    server.cli("SET", "{local-mcp}:sessions:sign_in", "of another program");
    expect((await troubleOf(store.getAllSessionIds())).message).toContain("another program");
  });

  test("has a damaged record: it is told to who asks for it, and harms no other", async () => {
    let now = START;
    const { redis } = await openAt(url);
    const store = new RedisStorageBackend(redis, { now: () => now, clientIdleMs: () => HOUR });
    for (const sessionId of ["a", "b", "c"]) {
      await store.createClientSession(clientSession({ sessionId }));
    }
    server.cli("SET", "{local-mcp}:session:b", "no record");
    await store.touch(new Map(["a", "b", "c"].map((id) => [id, START + 1])));
    const listed = await store.listClientSessions();
    expect(listed.map(({ sessionId, lastSeenAt }) => [sessionId, lastSeenAt])).toEqual([
      ["a", START + 1],
      ["c", START + 1],
    ]);
    const alone = [
      store.getClientSession("b"),
      store.updateClientSession("b", { logLevel: "info" }),
      store.createClientSession(clientSession({ sessionId: "b" })),
    ];
    for (const asked of alone) expect(await refusalOf(asked)).toBe("database_damaged");
    expect(await store.damagedIds()).toEqual(["b"]);
    const to = new MemoryStorageBackend();
    const copied = migrateSessions(store.rows, to.rows, { overwrites: false, now });
    expect(await refusalOf(copied)).toBe("database_damaged");
    expect(server.cli("GET", "{local-mcp}:session:b")).toBe("no record");
    now += HOUR;
    expect(await store.cleanupExpiredSessions()).toBe(1);
    now += 1;
    expect(await store.cleanupExpiredSessions()).toBe(2);
    expect(server.cli("DBSIZE")).toBe("0");
  });

  test("is read where a session that is used cannot be renewed", async () => {
    let now = START;
    const { redis } = await openAt(url);
    const store = new RedisStorageBackend(redis, { now: () => now });
    await store.createSession(session());
    server.cli("CONFIG", "SET", "min-replicas-to-write", "1");
    try {
      now += HOUR;
      expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
    } finally {
      server.cli("CONFIG", "SET", "min-replicas-to-write", "0");
    }
    await store.getSession("user-123", "abc123");
    now = START + 12 * HOUR;
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
  });

  test("holds no secret in clear", async () => {
    const { redis } = await openAt(url);
    const store = new RedisStorageBackend(redis, { sealer: await openVault() });
    await store.createSession(
      session({ ...secretMembers(), serverUrl: "https://CANARY:pw@mcp.example.com/?key=CANARY" }),
    );
    await store.updateSession("user-123", "abc123", { codeVerifier: "CANARY-again" });
    const [key = ""] = server.cli("KEYS", "*session:*").split("\n");
    const text = server.cli("GET", key);
    expect(text).toContain("My MCP Server");
    expect(text).not.toContain("CANARY");
    const bare = new RedisStorageBackend(redis);
    expect(await refusalOf(bare.getSession("user-123", "abc123"))).toBe("session_secret_unset");
  });

  describe("removes a record by itself", () => {
    const key = (id: string) => `{local-mcp}:session:${id}`;
    const entries = (index: string) => server.cli("ZRANGE", `{local-mcp}:${index}`, "0", "-1");

    test("a minute after it expired by the clock of the gateway, and never one that does not", async () => {
      let now = START;
      const { redis } = await openAt(url);
      const store = new RedisStorageBackend(redis, { now: () => now, sealer: await openVault() });
      const left = (id: string) => Number(server.cli("PTTL", key(id)));
      const expectLeft = (id: string, ms: number) => {
        expect(left(id)).toBeLessThanOrEqual(ms + 60_000);
        expect(left(id)).toBeGreaterThan(ms);
      };
      await store.createSession(session({ sessionId: "fixed" }), 600);
      expectLeft("fixed", 600_000);
      await store.createSession(session({ sessionId: "sliding" }));
      expectLeft("sliding", 12 * HOUR);
      // A clock that jumps does not end it earlier.
      now += HOUR;
      await store.updateSession("user-123", "sliding", { active: false });
      expectLeft("sliding", 12 * HOUR);
      const { tokens } = secretMembers();
      await store.updateSession("user-123", "sliding", { tokens });
      expect(left("sliding")).toBe(-1);
      await store.createClientSession(clientSession({ lastSeenAt: now - 100 * HOUR }));
      expectLeft("client-1", 0);
    });

    test("and it is in no list, in no index after that, and free for somebody else", async () => {
      const store = await storeAt(url);
      await store.createSession(session({ sessionId: "a" }));
      await store.createSession(session({ sessionId: "b" }));
      await store.createClientSession(clientSession({ lastSeenAt: Date.now() }));
      server.cli("DEL", key("a"), key("client-1"));
      expect(await store.getSession("user-123", "a")).toBeNull();
      expect(await store.getIdentityMcpSessions("user-123")).toEqual(["b"]);
      expect(entries("identity:user-123")).toBe('["b","user-123"]');
      expect(entries("sessions:sign_in")).toBe('["b","user-123"]');
      expect(await store.listClientSessions()).toEqual([]);
      expect(entries("sessions:client")).toBe("");

      server.cli("DEL", key("b"));
      await store.createSession(session({ sessionId: "b", identity: "somebody else" }));
      expect(await store.getAllSessionIds()).toEqual(["b"]);
      expect(await store.getIdentityMcpSessions("user-123")).toEqual([]);
      expect(entries("identity:user-123")).toBe("");
      expect(entries("sessions:sign_in")).toBe('["b","somebody else"]');
    });

    test("and cleaning up takes its entries out, also of identities that nobody asks for", async () => {
      let now = START;
      const { redis } = await openAt(url);
      const store = new RedisStorageBackend(redis, { now: () => now });
      const ids = Array.from({ length: 2500 }, (_, index) => `id-${index}`);
      await Promise.all(
        ids.map((sessionId) =>
          store.createSession(session({ sessionId, identity: sessionId }), 60),
        ),
      );
      await store.createSession(session());
      server.cli("DEL", ...ids.slice(0, 100).map(key));
      now += 60_000;
      expect(await store.cleanupExpiredSessions()).toBe(2400);
      expect(server.cli("DBSIZE")).toBe("3");
      expect(await store.getAllSessionIds()).toEqual(["abc123"]);
    });
  });

  test("is shared by a client that stays its owner's, and that nothing is heard of afterwards", async () => {
    const redis = new Redis(url);
    try {
      const store = new RedisStorageBackend(redis);
      await store.init();
      await store.createSession(session());
      await store.disconnect();
      expect(await redis.ping()).toBe("PONG");
      expect(redis.listenerCount("error")).toBe(0);
    } finally {
      redis.disconnect();
    }
  });

  test("a client of its owner's that cannot connect is an error in time, too", async () => {
    const redis = new Redis({ port: await freePort(), host: "127.0.0.1", password: "CANARY" });
    try {
      const store = new RedisStorageBackend(redis);
      expect((await troubleOf(store.init())).message).toContain("nothing answers there");
    } finally {
      redis.disconnect();
    }
  });
});
