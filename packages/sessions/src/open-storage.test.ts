import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StoreFinding } from "./examine/finding.ts";
import { openStorage } from "./open-storage.ts";
import { type PostgresServer, startPostgres } from "./postgres/postgres.fixture.ts";
import { type RedisServer, startRedis } from "./redis/redis.fixture.ts";
import type { StorageChoice } from "./storage-choice.ts";
import { refusalOf, session } from "./test-kit.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "open-storage-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What a look at a store finds, once it holds a session. */
const look = async (choice: StorageChoice): Promise<StoreFinding[]> => {
  const opened = await openStorage(choice);
  try {
    if ((await opened.backend.getAllSessionIds()).length === 0) {
      await opened.backend.createSession(session({ createdAt: Date.now() }));
    }
    return await opened.examine();
  } finally {
    await opened.close();
  }
};

const textOf = (findings: StoreFinding[]): string =>
  findings.map(({ level, message }) => `${level}: ${message}`).join("\n");

it.each([
  ["a file", () => ({ type: "file", path: join(import.meta.filename, "sessions.json") }) as const],
  ["Redis", () => ({ type: "redis", url: "redis://127.0.0.1:1" }) as const],
  ["PostgreSQL", () => ({ type: "postgres", url: "postgresql://127.0.0.1:1/none" }) as const],
])("%s that cannot be used is an error, and no other store", async (_, choice) => {
  expect(await refusalOf(openStorage(choice()))).toBe("session_store_unreachable");
});

it("of a file it is said who can read it, and how full it is", async () => {
  const path = join(directory, "sessions.json");
  const sound = textOf(await look({ type: "file", path }));
  expect(sound).toContain("ok: Only its owner can read it.");
  expect(sound).toContain("ok: It holds 1 of at most 10000 sessions.");
  const opened = await openStorage({ type: "file", path });
  chmodSync(path, 0o644);
  const found = await opened.examine();
  await opened.close();
  expect(found.find(({ level }) => level === "problem")).toMatchObject({
    message: `${path} can be read by other users.`,
    wayOut: `Run “chmod 600 ${path}”.`,
  });
});

it("damaged sessions are counted and named, and nothing of them is shown", async () => {
  const opened = await openStorage({ type: "sqlite", path: join(directory, "sessions.db") });
  for (const sessionId of ["a", "b", "c", "d", "e"]) {
    await opened.backend.createSession(session({ sessionId, createdAt: Date.now() }));
  }
  expect(await opened.examine()).toEqual([]);
  await opened.backend.rows.modify("sign_in", ["a", "b", "c", "d"], (row) => ({
    ...row,
    data: "CANARY",
  }));
  const found = await opened.examine();
  await opened.close();
  expect(textOf(found)).toBe(
    "problem: Sessions that are damaged, and left out: 4 (a, b, c and 1 more).",
  );
});

describe("of Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it("says that it answers, and that nothing of it outlives a stop", async () => {
    const found = textOf(await look({ type: "redis", url: server.url() }));
    expect(found).toMatch(/ok: Redis \d[\d.]* answers PONG in \d+\.\d ms\./);
    expect(found).toContain("ok: Redis is on this computer.");
    expect(found).toContain("ok: Redis removes no session early (noeviction).");
    expect(found).toContain("problem: Redis keeps nothing on its disk");
  });

  it("says that it throws sessions away when it is full", async () => {
    server.cli("config", "set", "maxmemory-policy", "allkeys-lru");
    const unbounded = textOf(await look({ type: "redis", url: server.url() }));
    expect(unbounded).toContain("note: Redis removes sessions when its memory is full");
    server.cli("config", "set", "maxmemory", "100mb");
    for (const policy of ["allkeys-lru", "volatile-ttl"]) {
      server.cli("config", "set", "maxmemory-policy", policy);
      const bounded = textOf(await look({ type: "redis", url: server.url() }));
      expect(bounded).toContain("problem: Redis removes sessions when its memory is full");
      expect(bounded).toContain(`(maxmemory-policy ${policy})`);
    }
  });

  it("says that it writes to its disk, at once or now and then", async () => {
    server.cli("config", "set", "save", "3600 1");
    const snapshots = textOf(await look({ type: "redis", url: server.url() }));
    expect(snapshots).toContain("note: Redis writes to its disk from time to time");
    server.cli("config", "set", "appendonly", "yes");
    const always = textOf(await look({ type: "redis", url: server.url() }));
    expect(always).toContain("ok: Redis writes each change to its disk.");
  });
});

it("of a Redis that asks for TLS and a password, what may be asked is", async () => {
  const server = await startRedis({ isTls: true, asksPassword: true });
  try {
    const found = textOf(await look({ type: "redis", url: server.url() }));
    expect(found).toContain("ok: What goes to Redis is encrypted.");
    // Its user may not ask when snapshots are made.
    expect(found).toContain("note: Redis writes to its disk from time to time");
  } finally {
    await server.stop();
  }
});

describe("of PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it("says what the user may, and whether the disk is waited for", async () => {
    const url = await server.fresh();
    const found = textOf(await look({ type: "postgres", url }));
    expect(found).toMatch(/ok: PostgreSQL \d.* answers in \d+\.\d ms\./);
    expect(found).toContain("ok: It is on this computer.");
    expect(found).toContain("ok: Its user may read and write the schema local_mcp.");
    expect(found).toContain("problem: PostgreSQL does not wait for its disk");
    expect(found).toContain("note: The gateway connects as a superuser");
  });
});
