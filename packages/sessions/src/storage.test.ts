import { execFile } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusalOf } from "./test-kit.ts";
import { type RedisServer, startRedis } from "./redis/redis.fixture.ts";
import { EnvironmentStorage } from "./storage.ts";
import { session } from "./test-kit.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const SECRET = "CANARY-secret-of-sessions";
const TOKENS = { access_token: "CANARY-access", token_type: "Bearer" };

type Env = Record<string, string>;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "storage-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/**
 * Runs code as a program of its own that imports the library by its name. It ends by itself, or the
 * test fails: `disconnect` has to let go of everything.
 */
const runs = async (code: string, env: Env = {}): Promise<unknown> => {
  const flags = ["--input-type=module", "--disable-warning=ExperimentalWarning", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, flags, {
    cwd: ROOT,
    timeout: 30_000,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...env,
    },
  });
  return stdout === "" ? null : JSON.parse(stdout);
};

/** The samples as they are published, with the name of this library. */
const CREATE = `
import { storage } from '@local-mcp/sessions/server';

// Storage automatically uses Redis when REDIS_URL is set
const sessionId = storage.generateSessionId();

await storage.createSession({
  sessionId,
  identity: 'user-123',
  serverUrl: 'https://mcp.example.com',
  callbackUrl: 'https://app.com/callback',
  transportType: 'sse',
  active: true,
  createdAt: Date.now(),
});
`;
const LIST = `
import { storage } from '@local-mcp/sessions/server';

// Storage automatically uses File when MCP_TS_STORAGE_FILE is set
const sessions = await storage.getIdentitySessionsData('user-123');
console.log('Stored sessions:', sessions);
`;
const IN_MEMORY = `
import { storage } from '@local-mcp/sessions/server';

// Storage uses in-memory by default if no other backend is configured
await storage.createSession({
  sessionId: 'test-123',
  identity: 'test-user',
  serverUrl: 'https://test.example.com',
  callbackUrl: 'https://test.com/callback',
  transportType: 'sse',
  active: true,
  createdAt: Date.now(),
});
`;

/** What a test adds to see what came of it; the program has to end by itself after it. */
const TELL = `
process.stdout.write(JSON.stringify(sessions));
await storage.disconnect();
`;
const QUIET = LIST.replace("console.log", "console.error");

const BY_HAND = `
import {
  RedisStorageBackend,
  MemoryStorageBackend,
  FileStorageBackend
} from '@local-mcp/sessions/server';
import { Redis } from 'ioredis';

// Custom Redis instance
const redis = new Redis({
  host: 'localhost',
  port: 6379,
  password: 'secret',
});
const redisStorage = new RedisStorageBackend(redis);

// Custom file path
const fileStorage = new FileStorageBackend({
  path: '/var/data/sessions.json'
});
await fileStorage.init();

// In-memory for testing
const memoryStorage = new MemoryStorageBackend();
`;

describe("the samples of the library", () => {
  it.each([
    ["a file", (): Env => ({ MCP_TS_STORAGE_FILE: join(directory, "a", "sessions.json") })],
    ["SQLite", (): Env => ({ MCP_TS_STORAGE_SQLITE: join(directory, "a", "sessions.db") })],
  ])("keep a session in %s, where the next program finds it", async (_, envOf) => {
    const env = envOf();
    await runs(`${CREATE} await storage.disconnect();`, env);
    expect(await runs(`${QUIET}${TELL}`, env)).toEqual([
      {
        sessionId: expect.stringMatching(/^[a-z][a-z0-9]{21}$/i),
        identity: "user-123",
        serverUrl: "https://mcp.example.com",
        callbackUrl: "https://app.com/callback",
        transportType: "sse",
        active: true,
        createdAt: expect.any(Number),
      },
    ]);
  });

  it("read a file as the documentation shows one", async () => {
    const path = join(directory, "sessions.json");
    const record = session({ createdAt: Date.now() });
    writeFileSync(path, JSON.stringify([record], null, 2));
    expect(await runs(`${QUIET}${TELL}`, { MCP_TS_STORAGE_FILE: path })).toEqual([record]);
  });

  describe("with Redis", () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());

    it("keep a session there, where the next program finds it", async () => {
      const env = { REDIS_URL: server.url() };
      await runs(`${CREATE} await storage.disconnect();`, env);
      expect(await runs(`${QUIET}${TELL}`, env)).toEqual([
        expect.objectContaining({ identity: "user-123", serverUrl: "https://mcp.example.com" }),
      ]);
    });

    it("make the stores by hand", async () => {
      server.cli("config", "set", "requirepass", "secret");
      const path = join(directory, "data", "sessions.json");
      // Those of the sample belong to the computer that it runs on.
      const sample = BY_HAND.replace("6379", String(server.port)).replace(
        "/var/data/sessions.json",
        path,
      );
      const use = `
const kept = [];
for (const store of [redisStorage, fileStorage, memoryStorage]) {
  await store.init();
  await store.createSession(${JSON.stringify(session({ createdAt: Date.now() }))});
  kept.push(await store.getAllSessionIds());
  await store.disconnect();
}
process.stdout.write(JSON.stringify([...kept, await redis.ping()]));
redis.disconnect();
`;
      const ids = ["abc123"];
      const told = await runs(sample + use);
      expect(told).toEqual([expect.arrayContaining(ids), ids, ids, "PONG"]);
    });
  });

  it("run without any configuration, in memory", async () => {
    const told = IN_MEMORY + TELL.replace("sessions", "await storage.getAllSessionIds()");
    expect(await runs(told)).toEqual(["test-123"]);
  });
});

describe("the store of the environment", () => {
  it("gives an id before anything is opened, also where nothing can be", () => {
    const storage = new EnvironmentStorage({ MCP_TS_STORAGE_TYPE: "nonsense" });
    expect(storage.generateSessionId()).toMatch(/^[a-z][a-z0-9]{21}$/i);
  });

  it.runIf(process.platform === "linux")("is opened once, however many come at once", async () => {
    const path = join(directory, "sessions.db");
    const env = { MCP_TS_STORAGE_SQLITE: path, AUTH_ENCRYPTION_SECRET: SECRET };
    const storage = new EnvironmentStorage(env);
    const ids = Array.from({ length: 20 }, (_, index) => `session-${index}`);
    await Promise.all(ids.map((sessionId) => storage.createSession(session({ sessionId }))));
    expect(await storage.getAllSessionIds()).toHaveLength(20);
    expect(openFiles()).toContain(path);
    await storage.disconnect();
    expect(openFiles()).not.toContain(path);
    // And again, when it is used again.
    expect(await storage.getAllSessionIds()).toHaveLength(20);
    await storage.disconnect();
    expect(openFiles()).not.toContain(path);
  });

  it("tells everybody why it cannot be opened, and tries again when it is asked again", async () => {
    const blocked = join(directory, "blocked");
    writeFileSync(blocked, "a file where a directory belongs");
    const storage = new EnvironmentStorage({
      MCP_TS_STORAGE_FILE: join(blocked, "sessions.json"),
    });
    const tries = [storage.init(), storage.getAllSessionIds(), storage.createSession(session())];
    const refused = await Promise.all(tries.map((one) => refusalOf(one)));
    expect(new Set(refused).size).toBe(1);
    rmSync(blocked);
    await storage.createSession(session());
    expect(await storage.getAllSessionIds()).toEqual(["abc123"]);
    await storage.disconnect();
  });

  it("leaves CACHE_TYPE to the gateway: other programs have one of their own", async () => {
    const storage = new EnvironmentStorage({ CACHE_TYPE: "filesystem" });
    expect(await storage.getAllSessionIds()).toEqual([]);
  });

  it("seals with AUTH_ENCRYPTION_SECRET, and without it refuses what is secret", async () => {
    const path = join(directory, "sessions.json");
    const file = join(directory, "secret");
    writeFileSync(file, `${SECRET}\n`);
    const open = (env: Env) => new EnvironmentStorage({ MCP_TS_STORAGE_FILE: path, ...env });
    const secret = session({ tokens: TOKENS });

    const bare = open({});
    expect(await refusalOf(bare.createSession(secret))).toBe("session_secret_unset");
    await bare.createSession(session({ sessionId: "plain" }));
    const sealing = open({ AUTH_ENCRYPTION_SECRET: SECRET });
    await sealing.createSession(secret);
    expect(readFileSync(path, "utf8")).not.toContain("CANARY");

    const later = open({ AUTH_ENCRYPTION_SECRET_FILE: file });
    expect(await later.getSession("user-123", "abc123")).toEqual(secret);
    const other = open({ AUTH_ENCRYPTION_SECRET: `${SECRET} of another` });
    expect(await refusalOf(other.getSession("user-123", "abc123"))).toBe("secret_damaged");
    const short = open({ AUTH_ENCRYPTION_SECRET: "short" });
    expect(await refusalOf(short.init())).toBe("validation_failed");
    for (const storage of [bare, sealing, later, other]) await storage.disconnect();
  });
});

/** What this process has open. */
const openFiles = (): string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // It was that of the directory itself.
      return [];
    }
  });
