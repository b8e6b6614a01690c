import { join, resolve } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "./paths.ts";
import { errorOf } from "./test-kit.ts";

const home = resolve("/home/ada");
const at = (env: Record<string, string>) => resolvePaths({ env, home }).database;

test("everything is in one directory of the home directory", () => {
  const dataDir = join(home, ".local-mcp-gateway-data");
  expect(resolvePaths({ env: {}, home })).toEqual({
    dataDir,
    database: join(dataDir, "local-mcp-gateway.db"),
    traffic: join(dataDir, "traffic.db"),
    runtime: join(dataDir, "runtime.json"),
    lock: join(dataDir, "lock.db"),
    env: join(dataDir, ".env"),
    backups: join(dataDir, "backups"),
    staging: join(dataDir, "restore"),
    restoreIntent: join(dataDir, "restore.json"),
    previous: join(dataDir, "previous"),
    logs: join(dataDir, "logs"),
    compiled: join(dataDir, "compiled"),
  });
});

test("a data directory is named, from the home or the working directory", () => {
  expect(resolvePaths({ dataDir: "~/x", env: {}, home }).database).toBe(
    join(home, "x", "local-mcp-gateway.db"),
  );
  expect(resolvePaths({ dataDir: "~", env: {}, home }).dataDir).toBe(home);
  expect(resolvePaths({ dataDir: "x", env: {}, home }).dataDir).toBe(resolve("x"));
  expect(resolvePaths({ dataDir: "~x", env: {}, home }).dataDir).toBe(resolve("~x"));
});

test("DATABASE_PATH names the file, and the rest is in its directory under the same names", () => {
  const paths = resolvePaths({ env: { DATABASE_PATH: "~/x/my.db" }, home });
  expect(paths).toMatchObject({
    dataDir: join(home, "x"),
    database: join(home, "x", "my.db"),
    traffic: join(home, "x", "traffic.db"),
    runtime: join(home, "x", "runtime.json"),
  });
});

test("code outranks --data-dir, which outranks DATABASE_PATH, which outranks DATABASE_URL", () => {
  const env = { DATABASE_PATH: "/p/p.db", DATABASE_URL: "postgresql://u:pw@h/d" };
  expect(resolvePaths({ databasePath: "/c/c.db", dataDir: "/d", env, home }).dataDir).toBe(
    resolve("/c"),
  );
  expect(resolvePaths({ dataDir: "/d", env, home }).dataDir).toBe(resolve("/d"));
  expect(resolvePaths({ env, home }).dataDir).toBe(resolve("/p"));
  expect(at({ DATABASE_PATH: "", DATABASE_URL: "sqlite:/u/u.db" })).toBe(resolve("/u/u.db"));
});

test.each([
  ["sqlite:data.db", "data.db"],
  ["sqlite:./data.db", "data.db"],
  ["sqlite://./data.db", "data.db"],
  ["sqlite:///./data.db", "data.db"],
  ["sqlite:///../data.db", "../data.db"],
  ["sqlite:/srv/data.db", "/srv/data.db"],
  ["sqlite:///srv/data.db", "/srv/data.db"],
  ["sqlite:////srv/data.db", "/srv/data.db"],
  ["SQLITE:///srv/my%20data.db", "/srv/my data.db"],
  ["sqlite:~/data.db", join(home, "data.db")],
])("DATABASE_URL %s is %s", (url, path) => {
  expect(at({ DATABASE_URL: url })).toBe(resolve(path));
});

describe("refused with the name of the variable and without its value:", () => {
  test.each([
    ["DATABASE_URL", "postgresql://ada:s3cret@host/db", "“postgresql”"],
    ["DATABASE_URL", "postgres://ada:s3cret@host/db", "MCP_TS_STORAGE_POSTGRES"],
    ["DATABASE_URL", "postgresql://ada:s3cret@host/db", "docs/postgresql-configuration.md"],
    ["DATABASE_URL", "mysql://ada:s3cret@host/db", "“mysql”"],
    ["DATABASE_URL", "s3cret", "sqlite:PATH"],
    ["DATABASE_URL", "sqlite:", "no file"],
    ["DATABASE_URL", "sqlite://s3cret.example.com/data.db", "host"],
    ["DATABASE_URL", "sqlite:///data.db?key=s3cret", "“?”"],
    ["DATABASE_URL", "sqlite:///%s3cret.db", "“%”"],
    ["DATABASE_URL", "sqlite::memory:", "path of a file"],
    ["DATABASE_PATH", "/s3cret/", "no file"],
    ["DATABASE_PATH", "/s3cret\0.db", "NUL"],
    ["DATABASE_PATH", ":memory:", "path of a file"],
    ["DATABASE_PATH", "file:s3cret.db", "path of a file"],
  ])("%s=%s", (name, value, detail) => {
    const error = errorOf(() => at({ [name]: value }));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: "config_invalid", params: { name } });
    expect(String(error)).toContain(detail);
    expect(String(error)).not.toContain("s3cret");
  });
});
