import { afterEach, describe, expect, test } from "vitest";
import { configurationFile, createDb } from "./db.ts";
import { closeFile, openFile } from "./open.ts";
import { createProfileQueries } from "./queries/profiles.ts";
import { createServerQueries } from "./queries/servers.ts";
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
