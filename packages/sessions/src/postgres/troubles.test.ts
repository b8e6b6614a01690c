import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { openVault } from "@local-mcp/vault/test-kit";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clientSession, refusalOf, secretMembers, session } from "../test-kit.ts";
import { PostgresStorageBackend } from "./postgres.ts";
import { PASSWORD, type PostgresServer, startPostgres, TLS_AUTHORITY } from "./postgres.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe("a PostgreSQL that is not as it should be", () => {
  let server: PostgresServer;
  const stores: PostgresStorageBackend[] = [];
  const at = (url: string): PostgresStorageBackend => {
    const store = new PostgresStorageBackend({ url });
    stores.push(store);
    return store;
  };
  /** What `init` says, with all that could quote a secret. */
  const troubleAt = async (url: string) => {
    const error: unknown = await at(url)
      .init()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: expect.any(String), wayOut: expect.stringMatching(/\w/) });
    expect(JSON.stringify([error, String(error), Object(error).params])).not.toMatch(/CANARY/);
    expect(Object(error).stack).not.toMatch(/CANARY/);
    expect(Object(error).cause).toBeUndefined();
    return Object(error);
  };
  beforeAll(async () => {
    server = await startPostgres({ asksPassword: true, offersTls: true });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.disconnect()));
  });

  describe("is named with its place, a reason and a way out, and never its password", () => {
    test("a wrong password, a database or a user that is not there", async () => {
      const wrong = server.url().replace(encodeURIComponent(PASSWORD), "CANARY-wrong");
      expect(await troubleAt(wrong)).toMatchObject({
        code: "session_store_unreachable",
        message: `PostgreSQL at 127.0.0.1:${server.port}/postgres cannot be reached: the password was refused.`,
      });
      expect(await troubleAt(server.url("nowhere"))).toMatchObject({
        message: expect.stringContaining("/nowhere cannot be reached: there is no such database."),
        wayOut: expect.stringContaining("createdb"),
      });
      const noPassword = `postgresql://owner@127.0.0.1:${server.port}/postgres`;
      expect((await troubleAt(noPassword)).message).toContain("asks for a password");
    });

    test("nobody at the port, and a name that no host has", async () => {
      const empty = createServer().listen(0, "127.0.0.1");
      await once(empty, "listening");
      const port = Object(empty.address()).port;
      empty.close();
      await once(empty, "close");
      const url = `postgresql://u:CANARY@127.0.0.1:${port}/db`;
      expect((await troubleAt(url)).message).toContain("nothing answers there");
      const nameless = "postgresql://u:CANARY@nowhere.invalid/db";
      expect((await troubleAt(nameless)).message).toContain("nowhere.invalid:5432/db");
    });

    test("a server that accepts connections and never answers, within seconds", async () => {
      const sockets: Socket[] = [];
      const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const port = Object(silent.address()).port;
      try {
        const trouble = await troubleAt(`postgresql://u:CANARY@127.0.0.1:${port}/db`);
        expect(trouble.message).toContain("does not answer within 5 seconds");
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });

    test("a user who may not make the schema, and one who may use it", async () => {
      const url = await server.fresh();
      const [database] = url.split("/").slice(-1);
      await server.sql(`CREATE ROLE guest LOGIN PASSWORD 'CANARY'`);
      const guest = `postgresql://guest:CANARY@127.0.0.1:${server.port}/${database}`;
      expect(await troubleAt(guest)).toMatchObject({
        message: expect.stringContaining("no right to the schema local_mcp"),
        wayOut: expect.stringContaining("GRANT CREATE ON DATABASE"),
      });
      await at(url).init();
      await server.sql("GRANT USAGE ON SCHEMA local_mcp TO guest", database);
      expect((await troubleAt(guest)).message).toContain("no right to the schema local_mcp");
      await server.sql(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA local_mcp TO guest",
        database,
      );
      const store = at(guest);
      await store.init();
      await store.createSession(session());
      expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
    });

    test("one that is read only, and one with no connection left", async () => {
      const url = await server.fresh();
      const [database] = url.split("/").slice(-1);
      await at(url).init();
      await server.sql(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
      expect((await troubleAt(url)).message).toContain("it is read only, as a standby is");
      const full = await server.fresh();
      const [name] = full.split("/").slice(-1);
      await server.sql(`CREATE ROLE few LOGIN PASSWORD 'CANARY' CONNECTION LIMIT 0`);
      const few = `postgresql://few:CANARY@127.0.0.1:${server.port}/${name}`;
      expect(await troubleAt(few)).toMatchObject({
        message: expect.stringContaining("too many connections"),
        wayOut: expect.stringContaining("max_connections"),
      });
    });
  });

  test.each([
    ["mysql://u:CANARY@host/db", "no URL of it"],
    ["postgresql://u:CANARY@host:port/db", "no URL of it"],
    ["postgresql://u:CANARY%zz@host/db", "hex digits"],
    ["postgresql://u:CANARY@host/db?sslmod=verify-full", "unknown “sslmod”"],
    ["postgresql://u:CANARY@host/db?sslmode=prefer", "disable, require, verify-ca, verify-full"],
    ["postgresql://u:CANARY@host/db?sslmode=verify-ca", "sslrootcert"],
    ["postgresql://u:CANARY@host/db?sslmode=require&sslrootcert=/nowhere", "cannot be read"],
  ])("the URL %s is refused without quoting it", async (url, words) => {
    const make = () => new PostgresStorageBackend({ url });
    expect(make).toThrow(words);
    expect(make).not.toThrow(/CANARY/);
  });

  describe("TLS", () => {
    const tls = (parameters: string, host = "127.0.0.1") =>
      `${server.url().replace("127.0.0.1", host)}?${parameters}`;
    const encrypted = async (url: string) => {
      const store = at(url);
      await store.init();
      const [row] = await server.sql(
        `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
          WHERE application_name = 'local-mcp-gateway'`,
      );
      await store.disconnect();
      return Object(row).ssl;
    };

    test("is used as sslmode says", async () => {
      const root = `sslrootcert=${encodeURIComponent(TLS_AUTHORITY)}`;
      expect(await encrypted(tls("sslmode=disable"))).toBe(false);
      expect(await encrypted(tls("sslmode=require"))).toBe(true);
      expect(await encrypted(tls(`sslmode=verify-ca&${root}`))).toBe(true);
      expect(await encrypted(tls(`sslmode=verify-full&${root}`, "localhost"))).toBe(true);
    });

    test("is refused where the authority is unknown or the name is another", async () => {
      const unknown = await troubleAt(tls("sslmode=verify-full", "localhost"));
      expect(unknown).toMatchObject({
        message: expect.stringContaining("unknown authority"),
        wayOut: expect.stringContaining("sslrootcert"),
      });
    });
  });

  test("that is shut down and started again is used again, and harms nothing meanwhile", async () => {
    const store = at(await server.fresh());
    await store.init();
    await store.createSession(session());
    await store.createClientSession(clientSession());
    await server.kill("SIGINT");
    for (const call of [
      store.getSession("user-123", "abc123"),
      store.updateSession("user-123", "abc123", { active: false }),
      store.touch(new Map([["client-1", 1]])),
      store.cleanupExpiredSessions(),
    ]) {
      expect(await refusalOf(call)).toBe("session_store_unreachable");
    }
    await server.start();
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
    expect(await store.getClientSession("client-1")).toStrictEqual(clientSession());
  });

  test("without a key keeps what is not secret, and refuses what is", async () => {
    const url = await server.fresh();
    const bare = at(url);
    await bare.init();
    await bare.createSession(session());
    expect(await refusalOf(bare.updateSession("user-123", "abc123", secretMembers()))).toBe(
      "session_secret_unset",
    );
    const sealed = new PostgresStorageBackend({ url }, { sealer: await openVault() });
    stores.push(sealed);
    await sealed.updateSession("user-123", "abc123", secretMembers());
    expect(await sealed.getSession("user-123", "abc123")).toMatchObject(secretMembers());
    expect(await refusalOf(bare.getSession("user-123", "abc123"))).toBe("session_secret_unset");
    const [database] = url.split("/").slice(-1);
    const rows = await server.sql("SELECT * FROM local_mcp.mcp_sessions", database);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain("CANARY");
  });

  test("keeps no NUL and no id that is too long for an index, and says so", async () => {
    const store = at(await server.fresh());
    await store.init();
    // Of one character it would be packed until it fits.
    const long = Array.from({ length: 1024 }, (_, index) => 0x4e00 + ((index * 7919) % 20_000));
    for (const sessionId of ["a\0b", String.fromCharCode(...long)]) {
      expect(await refusalOf(store.createSession(session({ sessionId })))).toBe(
        "validation_failed",
      );
    }
    expect(await store.getAllSessionIds()).toEqual([]);
  });
});

describe("two gateways on one PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  const both = async (url: string) => {
    const stores = [new PostgresStorageBackend({ url }), new PostgresStorageBackend({ url })];
    const [one, two] = stores;
    if (!one || !two) throw new Error("two stores");
    await Promise.all([one.init(), two.init()]);
    return { one, two, close: () => Promise.all(stores.map((store) => store.disconnect())) };
  };

  test("make the schema at once, and lose no change of the same session", async () => {
    const { one, two, close } = await both(await server.fresh());
    await one.createSession(session({ headers: undefined }));
    expect(await refusalOf(two.createSession(session()))).toBe("session_exists");
    await one.createClientSession(clientSession());
    const uris = Array.from({ length: 40 }, (_, index) => `file:///${index}`);
    // Each of them changes another member, or nothing of another would survive.
    await Promise.all([
      ...Array.from({ length: 20 }, () => [
        one.updateSession("user-123", "abc123", { serverName: "one" }),
        two.updateSession("user-123", "abc123", { clientId: "two" }),
      ]).flat(),
      ...uris.map(async (_, index) => {
        const store = index % 2 ? one : two;
        await store.updateClientSession("client-1", { logLevel: "debug" });
      }),
    ]);
    await Promise.all([
      one.updateClientSession("client-1", { subscriptions: uris }),
      two.updateClientSession("client-1", { logLevel: "error" }),
    ]);
    expect(await one.getSession("user-123", "abc123")).toStrictEqual(
      session({ serverName: "one", clientId: "two" }),
    );
    expect(await two.getClientSession("client-1")).toStrictEqual(
      clientSession({ subscriptions: uris, logLevel: "error" }),
    );
    await close();
  });

  test("touch many in opposite orders without waiting for each other for ever", async () => {
    const { one, two, close } = await both(await server.fresh());
    const ids = Array.from({ length: 50 }, (_, index) => `client-${index}`);
    await Promise.all(
      ids.map((sessionId) => one.createClientSession(clientSession({ sessionId }))),
    );
    const seen = (order: string[], at: number) =>
      new Map(order.map((id) => [id, clientSession().lastSeenAt + at]));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        one.touch(seen(ids, index + 1)),
        two.touch(seen(ids.toReversed(), index + 1)),
        two.updateClientSession("client-7", { logLevel: "info" }),
      ]).flat(),
    );
    const listed = await one.listClientSessions();
    expect(new Set(listed.map(({ lastSeenAt }) => lastSeenAt))).toEqual(
      new Set([clientSession().lastSeenAt + 20]),
    );
    await close();
  });

  test("a pool that was given stays open, and one that breaks while idle ends nothing", async () => {
    const url = await server.fresh();
    const pool = new Pool({ connectionString: url });
    const store = new PostgresStorageBackend(pool);
    await store.init();
    await store.createSession(session());
    await store.disconnect();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'fresh%'",
    );
    await vi.waitFor(() => expect(pool.totalCount).toBe(0));
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(session());
    await pool.end();
  });
});
