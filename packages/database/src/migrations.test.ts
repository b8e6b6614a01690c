import { afterEach, describe, expect, test } from "vitest";
import { configurationFile, createDb } from "./db.ts";
import { closeFile, openFile } from "./open.ts";
import { createAcceptedToolQueries } from "./queries/accepted-tools.ts";
import { createProfileQueries } from "./queries/profiles.ts";
import { createResourceQueries } from "./queries/resources.ts";
import { createServerQueries } from "./queries/servers.ts";
import { createToolQueries } from "./queries/tools.ts";
import { toolMetricsHourly } from "./schema.ts";
import { useTempDir } from "./test-kit.ts";

const temp = useTempDir();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A database as the first `count` migrations left it, with what `statements` put in. */
const asOf = (count: number, ...statements: string[]): string => {
  const path = temp("old.db");
  const migrations = configurationFile.migrations.slice(0, count);
  const connection = openFile(path, { ...configurationFile, migrations }, {});
  for (const statement of statements) connection.exec(statement);
  closeFile(connection);
  return path;
};

const open = (path: string) => {
  const db = createDb({ path });
  closers.push(() => db.close());
  return db;
};

const oldServer = (transport: string, config: object): string =>
  `INSERT INTO mcp_servers (id, name, title, transport, config, enabled, created_at, updated_at)
   VALUES ('id-${transport}', '${transport}', 'T', '${transport}',
           '${JSON.stringify({ transport, secrets: {}, ...config })}', 0, 1, 2)`;
const remote = { url: "http://127.0.0.1:9/", headers: {} };

describe("0001: connections of servers", () => {
  test("are shared for those that were processes, and per client for the rest", () => {
    const path = asOf(
      1,
      oldServer("stdio", { command: "echo", args: [], cwd: null, env: {} }),
      oldServer("http", remote),
      oldServer("sse", remote),
      "INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', 'dev', 'Dev', 1, 1)",
      `INSERT INTO profile_mcp_servers (profile_id, mcp_server_id, created_at)
       VALUES ('p', 'id-http', 1)`,
    );
    const db = open(path);
    const kept = { title: "T", enabled: false, createdAt: 1, updatedAt: 2, limits: {} };
    expect(createServerQueries(db).list()).toMatchObject([
      { ...kept, name: "http", connections: "per_client", config: remote },
      { ...kept, name: "sse", connections: "per_client" },
      { ...kept, name: "stdio", connections: "shared", config: { command: "echo" } },
    ]);
    expect(createProfileQueries(db).servers("p")).toMatchObject([{ id: "id-http" }]);
  });
});

describe("0005: the catalogue", () => {
  test("keeps what was there: content, headers, places in profiles and hours", () => {
    const path = asOf(
      5,
      "INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', 'dev', 'Dev', 1, 1)",
      `INSERT INTO tools (id, name, method, url, headers, input_schema, created_at, updated_at)
       VALUES ('t', 'weather', 'GET', 'http://127.0.0.1:9/', '{"accept":"text/plain"}', '{}', 1, 1)`,
      `INSERT INTO resources (id, uri, name, text_content, created_at, updated_at)
       VALUES ('r1', 'notes://a', 'a', 'A', 1, 1)`,
      `INSERT INTO resources (id, uri, name, binary_content, enabled, created_at, updated_at)
       VALUES ('r2', 'notes://b', 'b', x'00ff', 0, 1, 1)`,
      "INSERT INTO profile_tools (profile_id, tool_id) VALUES ('p', 't')",
      "INSERT INTO profile_resources (profile_id, resource_id, position) VALUES ('p', 'r2', 0), ('p', 'r1', 1)",
      `INSERT INTO tool_metrics_hourly (id, server_name, tool_name, hour_start, success_count,
         failure_count, min_ms, max_ms, total_ms, p50_ms, p95_ms, p99_ms)
       VALUES ('m', 'files', 'read', 3600000, 2, 1, 1, 9, 12, 2, 9, 9)`,
    );
    const db = open(path);
    const tools = createToolQueries(db);
    expect(tools.list()).toMatchObject([
      {
        id: "t",
        request: { headers: { accept: { plain: "text/plain" } }, auth: { type: "none" } },
      },
    ]);
    expect(tools.idsIn("p")).toEqual(["t"]);
    const resources = createResourceQueries(db);
    expect(resources.list()).toMatchObject([
      { id: "r1", contentKind: "text", bytes: 1, enabled: true },
      { id: "r2", contentKind: "binary", bytes: 2, enabled: false },
    ]);
    expect(resources.idsIn("p")).toEqual(["r2", "r1"]);
    expect(createProfileQueries(db).list()).toMatchObject([{ enabled: true, tags: [] }]);
    expect(db.select().from(toolMetricsHourly).all()).toMatchObject([
      { id: "m", toolName: "read", profileSlug: "", histogram: {} },
    ]);
  });

  test("lets a profile go whose hours were summed", () => {
    const db = open(temp("new.db"));
    const profiles = createProfileQueries(db);
    const { id } = profiles.insert({ slug: "dev", name: "Dev" });
    db.insert(toolMetricsHourly)
      .values({
        profileId: id,
        profileSlug: "dev",
        serverName: "",
        toolName: "weather",
        hourStart: 0,
        successCount: 1,
        failureCount: 0,
        minMs: 1,
        maxMs: 1,
        totalMs: 1,
        p50Ms: 1,
        p95Ms: 1,
        p99Ms: 1,
      })
      .run();
    expect(profiles.delete(id)).toBe(true);
    expect(db.select().from(toolMetricsHourly).all()).toMatchObject([
      { profileId: null, profileSlug: "dev" },
    ]);
  });
});

describe("0008: tools that changed", () => {
  test("what servers listed before is accepted, the first of two of one name", () => {
    const tools = [
      { name: "read", description: "first", _meta: { kept: true } },
      { name: "read", description: "second" },
      { name: 7 },
      { name: "write" },
    ];
    const path = asOf(
      8,
      `INSERT INTO mcp_servers (id, name, title, transport, config, connections, created_at, updated_at)
       VALUES ('s', 'far', 'Far', 'http', '${JSON.stringify({ transport: "http", secrets: {}, ...remote })}', 'shared', 1, 1)`,
      `INSERT INTO mcp_server_catalogs
       VALUES ('s', '${JSON.stringify(tools)}', '[]', '[]', '[]', NULL, 7, 'h')`,
    );
    const db = open(path);
    expect(createServerQueries(db).getByName("far")).toMatchObject({ holdChangedTools: false });
    expect(createAcceptedToolQueries(db).list("s")).toEqual([
      { mcpServerId: "s", toolName: "read", definition: tools[0], acceptedAt: 7 },
      { mcpServerId: "s", toolName: "write", definition: tools[3], acceptedAt: 7 },
    ]);
    createServerQueries(db).delete("s");
    expect(createAcceptedToolQueries(db).list("s")).toEqual([]);
  });
});
