import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDb,
  createSessionQueries,
  mcpSessions,
  resourceSubscriptions,
} from "@local-mcp/database";
import type { Sealer } from "@local-mcp/vault";
import { openVault } from "@local-mcp/vault/test-kit";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { describeBackend } from "./describe-backend.ts";
import { describeModel } from "./model.ts";
import { SqliteStorageBackend } from "./sqlite.ts";
import type { MakeBackend } from "./test-kit.ts";
import { clientSession, refusalOf, secretMembers, session, START } from "./test-kit.ts";

// Every write waits for the disk.
vi.setConfig({ testTimeout: 120_000 });

const temporary = () => mkdtemp(join(tmpdir(), "sessions-"));

const make: MakeBackend = async (options) => {
  const dir = await temporary();
  const db = createDb({ path: join(dir, "test.db") });
  return {
    store: new SqliteStorageBackend(db, { ...options, sealer: await openVault() }),
    close: async () => {
      db.close();
      await rm(dir, { recursive: true });
    },
  };
};

describeBackend("SqliteStorageBackend", make);

describe("one file", async () => {
  // A file of its own for every sequence would be waiting for the disk most of the time.
  const dir = await temporary();
  const db = createDb({ path: join(dir, "model.db") });
  afterAll(async () => {
    db.close();
    await rm(dir, { recursive: true });
  });
  const sealer = await openVault();
  const emptied: MakeBackend = async (options) => {
    db.delete(mcpSessions).run();
    return { store: new SqliteStorageBackend(db, { ...options, sealer }), close: async () => {} };
  };
  describeModel("SqliteStorageBackend", emptied, 100);
});

describe("a file of sessions", () => {
  let dir: string;
  let sealer: Sealer;
  const now = () => START;
  const closers: (() => void)[] = [];
  const open = (with_: Sealer | undefined = sealer) => {
    const db = createDb({ path: join(dir, "test.db") });
    closers.push(() => db.close());
    return { db, store: new SqliteStorageBackend(db, { sealer: with_, now }) };
  };
  const closeAll = () => {
    for (const close of closers.splice(0)) close();
  };

  beforeEach(async () => {
    dir = await temporary();
    sealer = await openVault();
  });
  afterEach(async () => {
    closeAll();
    await rm(dir, { recursive: true });
  });

  test("keeps its records over a restart", async () => {
    const first = open();
    await first.store.createSession(session(secretMembers()));
    await first.store.createClientSession(clientSession({ subscriptions: ["file:///a"] }));
    closeAll();

    const { db, store } = open();
    await store.init();
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(session(secretMembers()));
    expect(await store.listClientSessions()).toStrictEqual([
      clientSession({ subscriptions: ["file:///a"] }),
    ]);
    const rows = db.select().from(mcpSessions).orderBy(mcpSessions.sessionId).all();
    expect(rows).toMatchObject([
      { sessionId: "abc123", kind: "sign_in", identity: "user-123", createdAt: START },
      { sessionId: "client-1", kind: "client", identity: null, createdAt: START },
    ]);
  });

  test("keeps subscriptions as rows, also those that an earlier build had in the data", async () => {
    const { db, store } = open();
    db.run(
      "INSERT INTO resources (id, uri, name, created_at, updated_at) VALUES ('r', 'a:own', 'own', 1, 1)",
    );
    const rows = () =>
      db
        .select({ uri: resourceSubscriptions.uri, resourceId: resourceSubscriptions.resourceId })
        .from(resourceSubscriptions)
        .orderBy(resourceSubscriptions.uri)
        .all();
    await store.createClientSession(clientSession({ subscriptions: ["b:other", "a:own"] }));
    expect(rows()).toEqual([
      { uri: "a:own", resourceId: "r" },
      { uri: "b:other", resourceId: null },
    ]);
    expect(db.select().from(mcpSessions).get()?.data).not.toContain("b:other");

    const data = JSON.stringify(clientSession({ subscriptions: ["c:before"] }));
    db.update(mcpSessions).set({ data }).run();
    db.delete(resourceSubscriptions).run();
    expect(await store.listClientSessions()).toMatchObject([{ subscriptions: ["c:before"] }]);
    await store.touch(new Map([["client-1", START + 1]]));
    expect(rows()).toEqual([{ uri: "c:before", resourceId: null }]);
    await store.updateClientSession("client-1", { subscriptions: [] });
    expect(await store.getClientSession("client-1")).toMatchObject({ subscriptions: [] });
    expect(rows()).toEqual([]);

    await store.updateClientSession("client-1", { subscriptions: ["a:own"] });
    await store.removeClientSession("client-1");
    expect(rows()).toEqual([]);
  });

  test("serves two programs at once", async () => {
    const [one, two] = [open().store, open().store];
    await one.createSession(session());
    expect(await refusalOf(two.createSession(session()))).toBe("session_exists");
    await Promise.all([
      one.updateSession("user-123", "abc123", { serverName: "one" }),
      two.updateSession("user-123", "abc123", { clientId: "two" }),
    ]);
    expect(await one.getSession("user-123", "abc123")).toStrictEqual(
      session({ serverName: "one", clientId: "two" }),
    );
  });

  test("holds no secret in clear, in any of its files, at any time", async () => {
    const canaries = async () => {
      const found: string[] = [];
      for (const file of await readdir(dir)) {
        const bytes = await readFile(join(dir, file));
        for (const text of ["CANARY", Buffer.from("CANARY-access").toString("base64")]) {
          if (bytes.includes(text)) found.push(`${text} in ${file}`);
        }
      }
      return found;
    };
    const { store } = open();
    await store.createSession(session({ serverName: "visible-name", ...secretMembers() }));
    await store.createSession(
      session({ sessionId: "url", serverUrl: "https://CANARY:pw@mcp.example.com/?key=CANARY" }),
    );
    await store.updateSession("user-123", "abc123", { codeVerifier: "CANARY-again" });
    expect(await readdir(dir)).toContain("test.db-wal");
    expect(await canaries()).toEqual([]);
    const wal = await readFile(join(dir, "test.db-wal"));
    expect(wal.includes("visible-name")).toBe(true);
    closeAll();
    expect(await canaries()).toEqual([]);
  });

  test("without a sealer stores what is not secret, and refuses what is", async () => {
    const { db, store } = open();
    const bare = new SqliteStorageBackend(db, { now });
    await bare.createSession(session({ sessionId: "plain" }));
    expect(await bare.getSession("user-123", "plain")).toStrictEqual(
      session({ sessionId: "plain" }),
    );
    for (const [name, value] of Object.entries({
      ...secretMembers(),
      serverUrl: "https://user:pass@mcp.example.com/",
      callbackUrl: "https:key@app.com",
    })) {
      const secret = { [name]: value };
      expect(await refusalOf(bare.createSession(session(secret)))).toBe("session_secret_unset");
      expect(await refusalOf(bare.updateSession("user-123", "plain", secret))).toBe(
        "session_secret_unset",
      );
    }
    expect(await bare.getIdentitySessionsData("user-123")).toStrictEqual([
      session({ sessionId: "plain" }),
    ]);
    const urls = {
      serverUrl: "https://mcp.example.com/@scope?key=1",
      callbackUrl: "https://app.com/cb?mail=a@b.example#top",
    };
    await bare.updateSession("user-123", "plain", urls);
    expect(await bare.getSession("user-123", "plain")).toMatchObject(urls);

    await store.createSession(session(secretMembers()));
    expect(await refusalOf(bare.getSession("user-123", "abc123"))).toBe("session_secret_unset");
    expect(await bare.getAllSessionIds()).toEqual(["abc123", "plain"]);
  });

  test("says that the vault is locked, and changes nothing", async () => {
    const vault = await openVault();
    const { store } = open(vault);
    await store.createSession(session(secretMembers()));
    await store.createSession(session({ sessionId: "plain" }));
    vault.lock();
    expect(await refusalOf(store.getSession("user-123", "abc123"))).toBe("vault_locked");
    expect(await refusalOf(store.updateSession("user-123", "abc123", { active: false }))).toBe(
      "vault_locked",
    );
    expect(
      await refusalOf(store.createSession(session({ sessionId: "new", codeVerifier: "x" }))),
    ).toBe("vault_locked");
    expect(await store.getSession("user-123", "plain")).not.toBeNull();
    expect(await store.getAllSessionIds()).toEqual(["abc123", "plain"]);
  });

  test("refuses sealed values that were moved or changed, and unreadable records", async () => {
    const { db, store } = open();
    await store.createSession(session({ sessionId: "one", codeVerifier: "CANARY" }));
    await store.createSession(session({ sessionId: "two", codeVerifier: "another" }));
    const dataOf = (id: string) =>
      db.select().from(mcpSessions).where(eq(mcpSessions.sessionId, id)).get()?.data ?? "";
    const write = (id: string, data: string) =>
      db.update(mcpSessions).set({ data }).where(eq(mcpSessions.sessionId, id)).run();

    const two = dataOf("two");
    write("two", dataOf("one"));
    expect(await refusalOf(store.getSession("user-123", "two"))).toBe("secret_damaged");
    write("two", two.replace(/"sealed":"v1/, '"sealed":"v2'));
    expect(await refusalOf(store.getSession("user-123", "two"))).toBe("secret_damaged");
    for (const data of ["", "{", "null", "{}", two.replace("sse", "CANARY")]) {
      write("two", data);
      const error = await store.getSession("user-123", "two").catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "database_damaged" });
      expect(String(error)).not.toContain("CANARY");
    }
    write("two", two);
    expect(await store.getSession("user-123", "two")).toMatchObject({ codeVerifier: "another" });
  });

  test("is read in pages, which others come in between", async () => {
    const { db, store } = open();
    const ids = Array.from({ length: 2100 }, (_, index) => `client-${index}`);
    db.transaction((tx) => {
      const queries = createSessionQueries(tx);
      for (const [index, sessionId] of ids.entries()) {
        const members = clientSession({ sessionId, createdAt: START - index });
        const { createdAt } = members;
        const data = JSON.stringify(members);
        queries.insert({ sessionId, kind: "client", data, createdAt, expiresAt: null });
        queries.subscribe(sessionId, [`file:///${index}`]);
      }
    });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const rows = await store.rows.list("client");
    clearImmediate(next);
    expect(turns).toBeGreaterThan(1);
    expect(rows.map(({ sessionId }) => sessionId)).toEqual(ids.toReversed());
    const subscriptions = ids.map((_, index) => [`file:///${index}`]);
    expect(rows.map((row) => row.subscriptions)).toEqual(subscriptions.toReversed());
  });

  test("a record without an end does not expire", async () => {
    const { db, store } = open();
    await store.createSession(session(), 60);
    db.update(mcpSessions).set({ expiresAt: null }).run();
    const later = new SqliteStorageBackend(db, { now: () => START * 2 });
    expect(await later.getSession("user-123", "abc123")).not.toBeNull();
    expect(await later.cleanupExpiredSessions()).toBe(0);
    expect(await refusalOf(store.createSession(session()))).toBe("session_exists");
  });

  test("a closed database is an error when the store is made ready", async () => {
    const { store } = open();
    closeAll();
    expect(await refusalOf(store.init())).toBe("shutting_down");
  });
});
