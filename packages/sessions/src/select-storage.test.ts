import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { placeOf, selectStorage } from "./select-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

const MEMORY: StorageChoice = { type: "memory" };
const OWN: StorageChoice = { type: "sqlite", path: null };
const REDIS = { REDIS_URL: "redis://localhost:6379" };
const FILE = { MCP_TS_STORAGE_FILE: "./dev-sessions.json" };
const SQLITE = { MCP_TS_STORAGE_SQLITE: "/srv/sessions.db" };
const POSTGRES = { MCP_TS_STORAGE_POSTGRES: "postgresql://db:5433/sessions" };

const select = (env: Record<string, string | undefined>, usual: StorageChoice = MEMORY) =>
  selectStorage((name) => env[name], usual);

const refusal = (env: Record<string, string | undefined>): GatewayError => {
  try {
    select(env);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("the store that the environment chooses", () => {
  it.each([
    ["nothing", {}, MEMORY, "default"],
    [
      "empty values",
      { MCP_TS_STORAGE_TYPE: "", REDIS_URL: " ", CACHE_TYPE: "" },
      MEMORY,
      "default",
    ],
    ["a file", FILE, { type: "file", path: "./dev-sessions.json" }, "MCP_TS_STORAGE_FILE"],
    ["SQLite", SQLITE, { type: "sqlite", path: "/srv/sessions.db" }, "MCP_TS_STORAGE_SQLITE"],
    [
      "PostgreSQL",
      POSTGRES,
      { type: "postgres", url: "postgresql://db:5433/sessions" },
      "MCP_TS_STORAGE_POSTGRES",
    ],
    [
      "Redis before all others",
      { ...POSTGRES, ...SQLITE, ...FILE, ...REDIS },
      { type: "redis", url: "redis://localhost:6379" },
      "REDIS_URL",
    ],
    [
      "a file before SQLite and PostgreSQL",
      { ...POSTGRES, ...SQLITE, ...FILE },
      { type: "file", path: "./dev-sessions.json" },
      "MCP_TS_STORAGE_FILE",
    ],
    [
      "SQLite before PostgreSQL",
      { ...POSTGRES, ...SQLITE },
      { type: "sqlite", path: "/srv/sessions.db" },
      "MCP_TS_STORAGE_SQLITE",
    ],
    ["CACHE_TYPE before a URL", { ...REDIS, CACHE_TYPE: "memory" }, MEMORY, "CACHE_TYPE"],
    [
      "CACHE_TYPE=redis",
      { ...REDIS, ...FILE, CACHE_TYPE: "redis" },
      { type: "redis", url: "redis://localhost:6379" },
      "CACHE_TYPE",
    ],
    [
      "a named type before everything",
      { ...REDIS, CACHE_TYPE: "redis", MCP_TS_STORAGE_TYPE: "memory" },
      MEMORY,
      "MCP_TS_STORAGE_TYPE",
    ],
    [
      "a named type in any case",
      { ...REDIS, MCP_TS_STORAGE_TYPE: " Redis " },
      { type: "redis", url: "redis://localhost:6379" },
      "MCP_TS_STORAGE_TYPE",
    ],
    [
      "a file without a path",
      { MCP_TS_STORAGE_TYPE: "file" },
      { type: "file", path: "./sessions.json" },
      "MCP_TS_STORAGE_TYPE",
    ],
  ] as const)("%s", (_, env, choice, chosenBy) => {
    expect(select(env)).toEqual({ choice, chosenBy });
  });

  it("is the gateway's own database where SQLite is meant and no path is said", () => {
    expect(select({}, OWN)).toEqual({ choice: OWN, chosenBy: "default" });
    for (const env of [{ MCP_TS_STORAGE_TYPE: "sqlite" }, { CACHE_TYPE: "database" }]) {
      expect(select(env, OWN).choice).toEqual(OWN);
    }
    expect(select({ MCP_TS_STORAGE_TYPE: "sqlite", ...SQLITE }, OWN).choice).toEqual({
      type: "sqlite",
      path: "/srv/sessions.db",
    });
  });

  it("names the stores there are where it is none of them, and goes on with no other", () => {
    const type = refusal({ ...REDIS, MCP_TS_STORAGE_TYPE: "redsi" });
    expect(type.code).toBe("session_store_unknown");
    expect(type.message).toContain("MCP_TS_STORAGE_TYPE is “redsi”");
    expect(type.wayOut).toContain("memory, file, sqlite, redis, postgres");
    const cache = refusal({ ...REDIS, CACHE_TYPE: "memcached" });
    expect(cache.wayOut).toContain("memory, database, redis");
  });

  it.each([
    ["redis", "REDIS_URL"],
    ["sqlite", "MCP_TS_STORAGE_SQLITE"],
    ["postgres", "MCP_TS_STORAGE_POSTGRES"],
  ])("%s without its place says what is missing", (type, missing) => {
    const error = refusal({ ...FILE, MCP_TS_STORAGE_TYPE: type });
    expect(error.code).toBe("session_store_unset");
    expect(error.wayOut).toContain(`Set ${missing}`);
  });

  it.each([
    { REDIS_URL: "localhost:6379/hunter2hunter2" },
    { REDIS_URL: "https://user:hunter2hunter2@host" },
    { REDIS_URL: "hunter2hunter2" },
    { MCP_TS_STORAGE_POSTGRES: "mysql://user:hunter2hunter2@host/db" },
    { MCP_TS_STORAGE_TYPE: "redis://user:hunter2hunter2@host" },
    { CACHE_TYPE: "rediss://user:hunter2hunter2@host" },
  ])("a URL that cannot be used is refused and not quoted: %o", (env) => {
    const error = refusal(env);
    expect(error.code).toMatch(/^session_store_(url|unknown)$/);
    expect(JSON.stringify([error.message, error.wayOut, error.params])).not.toContain("hunter2");
  });
});

it.each([
  ["redis://user:hunter2hunter2@cache.example.com/3", "cache.example.com:6379"],
  ["rediss://:hunter2hunter2@[::1]:7000", "[::1]:7000"],
])("of %s people see host and port", (url, place) => {
  expect(placeOf({ type: "redis", url })).toBe(place);
});
