import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { relative } from "node:path";
import Database from "better-sqlite3";
import { eq, getTableColumns, is, sql } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { columnClasses } from "./classification.ts";
import { configurationFile, createDb, createTrafficDb } from "./db.ts";
import { lockDataDirectory, readLockHolder } from "./lock.ts";
import { resolvePaths } from "./paths.ts";
import {
  accessTokens,
  debugLogs,
  mcpServers,
  mcpSessions,
  oauthTokens,
  profileMcpServers,
  profiles,
  settings,
} from "./schema.ts";
import * as configuration from "./schema/configuration.ts";
import * as traffic from "./schema/traffic.ts";
import { echoConfig, errorOf, useDb, useTempDir } from "./test-kit.ts";

const temp = useTempDir();
const path = () => temp("x.db");
const opened = useDb(path);
const raw = <T>(run: (connection: Database.Database) => T, file = path()): T => {
  const connection = new Database(file);
  try {
    return run(connection);
  } finally {
    connection.close();
  }
};

const insertServer = (name = "files") =>
  opened()
    .insert(mcpServers)
    .values({ name, title: name, transport: "stdio", config: echoConfig, connections: "shared" })
    .returning()
    .get();

describe("the documented queries run as they are written", () => {
  test("Create Profile with Transaction, then List Profiles with Servers", async () => {
    const db = opened();
    const { id: serverId } = insertServer();

    await db.transaction(async (tx) => {
      const profile = await tx
        .insert(profiles)
        .values({
          name: "New Profile",
          slug: "new-profile",
        })
        .returning();

      await tx.insert(profileMcpServers).values({
        // @ts-expect-error our compiler asks whether a row came back; the documented line does not
        profileId: profile[0].id,
        mcpServerId: serverId,
      });
    });

    const found = await (async () => {
      const profiles = await db.query.profiles.findMany({
        with: {
          profileMcpServers: {
            with: {
              mcpServer: true,
            },
          },
        },
      });
      return profiles;
    })();
    expect(found).toMatchObject([
      {
        slug: "new-profile",
        name: "New Profile",
        profileMcpServers: [{ mcpServer: { id: serverId, name: "files", config: echoConfig } }],
      },
    ]);
  });

  test("Get Server with OAuth Status", async () => {
    const db = opened();
    const { id: serverId } = insertServer();
    db.insert(oauthTokens).values({ serverId, issuer: "https://i", accessToken: "sealed" }).run();

    const server = await db.query.mcpServers.findFirst({
      where: eq(mcpServers.id, serverId),
      with: {
        oauthTokens: true,
      },
    });
    expect(server?.oauthTokens).toMatchObject([{ issuer: "https://i", tokenType: "Bearer" }]);
  });

  test("active sessions and message content, each in its file", () => {
    for (const [sessionId, createdAt] of [
      ["old", 1],
      ["new", 2],
    ] as const) {
      opened()
        .insert(mcpSessions)
        .values({ sessionId, kind: "client", data: "{}", createdAt })
        .run();
    }
    const sessions = "SELECT session_id, created_at FROM mcp_sessions ORDER BY created_at DESC";
    expect(raw((connection) => connection.prepare(sessions).all())).toEqual([
      { session_id: "new", created_at: 2 },
      { session_id: "old", created_at: 1 },
    ]);

    const log = createTrafficDb({ path: temp("traffic.db") });
    log.insert(traffic.mcpMessages).values({ sessionId: "abc123", content: '{"a":1}' }).run();
    log.close();
    const messages = "SELECT content FROM mcp_messages WHERE session_id = 'abc123'";
    expect(raw((connection) => connection.prepare(messages).all(), temp("traffic.db"))).toEqual([
      { content: '{"a":1}' },
    ]);
  });
});

/** Columns of each index of a table, in order; the primary key among them. */
const indexes = (connection: Database.Database, table: string): string[][] =>
  connection
    .prepare("SELECT name FROM pragma_index_list(?)")
    .pluck()
    .all(table)
    .map((index) =>
      connection.prepare("SELECT name FROM pragma_index_info(?)").pluck().all(index).map(String),
    );

describe("the documented indexes", () => {
  test("profiles.slug is unique, mcp_servers.id and oauth_tokens.server_id are indexed", () => {
    raw((connection) => {
      const unique = connection
        .prepare("SELECT name FROM pragma_index_list('profiles') WHERE \"unique\" = 1")
        .pluck()
        .all()
        .map((name) =>
          connection.prepare("SELECT name FROM pragma_index_info(?)").pluck().all(name).join(),
        );
      expect(unique).toContain("slug");
      expect(indexes(connection, "mcp_servers")).toContainEqual(["id"]);
      expect(indexes(connection, "oauth_tokens")).toContainEqual(["server_id"]);
    });
  });

  test("every column of every foreign key leads an index", () => {
    raw((connection) => {
      const tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .pluck()
        .all()
        .map(String);
      let checked = 0;
      for (const table of tables) {
        const leading = new Set(indexes(connection, table).map(([first]) => first));
        const columns = connection
          .prepare('SELECT "from" FROM pragma_foreign_key_list(?)')
          .pluck()
          .all(table);
        for (const column of columns) {
          expect(leading, `${table}.${String(column)}`).toContain(column);
          checked += 1;
        }
      }
      expect(checked).toBeGreaterThan(25);
    });
  });
});

describe("schema, migrations and classification agree:", () => {
  test.each([
    ["configuration", configuration, () => path()],
    ["traffic", traffic, () => temp("traffic.db")],
  ] as const)("%s", (kind, schema, file) => {
    if (kind === "traffic") createTrafficDb({ path: file() }).close();
    raw((connection) => {
      const stored = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all()
        .map(String)
        .filter((name) => name !== "__drizzle_migrations");
      const tables = Object.entries(schema).flatMap(([name, table]) =>
        is(table, SQLiteTable) ? [{ name, table }] : [],
      );
      expect(stored.toSorted()).toEqual(
        tables.map(({ table }) => getTableConfig(table).name).toSorted(),
      );
      for (const { name, table } of tables) {
        const columns = Object.entries(getTableColumns(table));
        expect(
          connection
            .prepare("SELECT name FROM pragma_table_info(?)")
            .pluck()
            .all(getTableConfig(table).name)
            .map(String)
            .toSorted(),
        ).toEqual(columns.map(([, column]) => column.name).toSorted());
        expect(
          Object.keys(
            Object.entries(columnClasses).find(([key]) => key === name)?.[1] ?? {},
          ).toSorted(),
        ).toEqual(columns.map(([property]) => property).toSorted());
      }
    }, file());
  });
});

describe("rows", () => {
  test("get an id and times in ms, and a new updatedAt with each change", () => {
    vi.useFakeTimers({ now: 1000, toFake: ["Date"] });
    const { id, createdAt, updatedAt } = insertServer();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect([createdAt, updatedAt]).toEqual([1000, 1000]);
    vi.setSystemTime(2000);
    const changed = opened()
      .update(mcpServers)
      .set({ title: "Files" })
      .where(eq(mcpServers.id, id))
      .returning()
      .get();
    expect([changed.createdAt, changed.updatedAt]).toEqual([1000, 2000]);
  });

  test("hold JSON of one shape: checked when written, and when read", () => {
    const { id } = insertServer();
    const write = (config: unknown) =>
      opened()
        .update(mcpServers)
        // @ts-expect-error what is wrong is refused, also where no compiler looks
        .set({ config })
        .where(eq(mcpServers.id, id))
        .run();
    const error = errorOf(() => write({ ...echoConfig, env: { KEY: { plain: 7 } } }));
    expect(error).toMatchObject({ code: "validation_failed" });
    expect(String(error)).toContain("config: env: KEY");

    raw((connection) =>
      connection.exec(`UPDATE mcp_servers SET config = '{"transport":"stdio","command":"s3cret"}'`),
    );
    const damaged = errorOf(() => opened().select().from(mcpServers).all());
    expect(damaged).toMatchObject({ code: "database_damaged" });
    expect(String(damaged)).toContain("“config”");
    expect(String(damaged)).not.toContain("s3cret");
    raw((connection) => connection.exec("UPDATE access_tokens SET rights = '['"));
  });

  test("that no program of ours would write are refused by the database itself", () => {
    insertServer();
    const refused = [
      "INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', 'Not a slug', '', 1, 1)",
      "INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', '-x', '', 1, 1)",
      "INSERT INTO profiles (id, slug, name, created_at, updated_at) VALUES ('p', '', '', 1, 1)",
      "UPDATE mcp_servers SET name = 'UPPER'",
      "UPDATE mcp_servers SET transport = 'smoke'",
      "UPDATE mcp_servers SET transport = 'http'",
      "INSERT INTO mcp_sessions (session_id, kind, data, created_at) VALUES ('s', 'other', '', 1)",
      "INSERT INTO resources (id, uri, name, text_content, binary_content, created_at, updated_at) VALUES ('r', 'u', 'n', 't', x'00', 1, 1)",
    ];
    raw((connection) => {
      for (const statement of refused) {
        const error = errorOf(() => connection.exec(statement));
        expect(`${statement}: ${String(error)}`).toContain("CHECK constraint failed");
      }
    });
  });

  test("without their parent are refused, also on the connection of asynchronous transactions", async () => {
    const orphan = { profileId: "nobody", mcpServerId: "nothing" };
    expect(() => opened().insert(profileMcpServers).values(orphan).run()).toThrow("FOREIGN KEY");
    await expect(
      opened().transaction(async (tx) => {
        await tx.insert(profileMcpServers).values(orphan);
      }),
    ).rejects.toThrow("FOREIGN KEY");
  });
});

describe("errors of the system", () => {
  test("a full disk is named, and the write did not happen", async () => {
    const db = opened();
    const pages = Number(raw((connection) => connection.pragma("page_count", { simple: true })));
    db.run(sql.raw(`PRAGMA max_page_count = ${pages}`));
    const large = { key: "large", value: "x".repeat(1_000_000) };
    const full = expect.objectContaining({
      code: "disk_full",
      params: expect.objectContaining({ path: path() }),
    });
    expect(errorOf(() => db.insert(settings).values(large).run())).toEqual(full);
    await expect(db.insert(settings).values(large)).rejects.toEqual(full);
    expect(db.select().from(settings).all()).toEqual([]);
  });

  test("another program's lock is named", () => {
    opened().run(sql`PRAGMA busy_timeout = 0`);
    raw((connection) => {
      connection.exec("BEGIN IMMEDIATE");
      expect(errorOf(() => insertServer())).toMatchObject({ code: "database_locked" });
      expect(errorOf(() => opened().transaction(() => 1))).toMatchObject({
        code: "database_locked",
      });
    });
  });
});

describe("createDb", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("expands a leading ~", () => {
    const fromHome = relative(homedir(), temp("home.db"));
    createDb({ path: `~/${fromHome}` }).close();
    expect(
      raw((connection) => connection.pragma("user_version", { simple: true }), temp("home.db")),
    ).toBe(configurationFile.migrations.length);
  });

  test("takes DATABASE_PATH where no path is given", () => {
    vi.stubEnv("DATABASE_PATH", temp("named", "by-environment.db"));
    createDb().close();
    expect(raw((connection) => connection.name, temp("named", "by-environment.db"))).toContain(
      "named",
    );
  });

  test("prints statements when asked, without the values bound to them", async () => {
    const statements: string[] = [];
    const db = createDb({ path: temp("verbose.db"), verbose: (line) => statements.push(line) });
    db.insert(accessTokens)
      .values({ name: "n", tokenHash: "c4nary", hint: "nary", rights: [] })
      .run();
    await db.transaction(async (tx) => {
      await tx.insert(settings).values({ key: "k", value: "c4nary" });
    });
    db.close();
    expect(statements).toEqual([
      expect.stringContaining('insert into "access_tokens"'),
      expect.stringContaining('insert into "settings"'),
    ]);
    expect(statements.join()).not.toContain("c4nary");

    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const silent = createDb({ path: temp("silent.db") });
    silent.select().from(settings).all();
    silent.close();
    expect(stderr).not.toHaveBeenCalled();
    const loud = createDb({ path: temp("loud.db"), verbose: true });
    loud.select().from(settings).all();
    loud.close();
    expect(stderr).toHaveBeenCalledWith(expect.stringContaining('from "settings"'));
    stderr.mockRestore();
  });

  test("can be closed twice, and the file opened by two in one process", () => {
    const second = createDb({ path: path() });
    second.insert(settings).values({ key: "k", value: true }).run();
    expect(opened().select({ value: settings.value }).from(settings).all()).toEqual([
      { value: true },
    ]);
    second.close();
    second.close();
    expect(opened().select().from(settings).all()).toHaveLength(1);
  });

  test.runIf(process.platform === "linux")(
    "keeps this process's lock on a file that it opens again",
    () => {
      const { ino } = statSync(path());
      const lock = new RegExp(`POSIX .* ${process.pid} \\S+:${ino} `);
      expect(readFileSync("/proc/locks", "utf8")).toMatch(lock);
      createDb({ path: path() }).close();
      expect(readFileSync("/proc/locks", "utf8")).toMatch(lock);
    },
  );

  test("refuses a Node that would crash, unless a build for it is named", () => {
    const { versions } = process;
    const held = resolvePaths({ dataDir: temp("held") });
    lockDataDirectory(held, { kind: "app" }).release();
    const olderNode = { ...versions, napi: "9", node: "20.18.1" };
    Object.defineProperty(process, "versions", { value: olderNode, configurable: true });
    try {
      expect(errorOf(() => createDb({ path: temp("old.db") }))).toMatchObject({
        code: "node_too_old",
        message: expect.stringContaining("20.18.1"),
      });
      const paths = resolvePaths({ dataDir: temp("old") });
      expect(errorOf(() => lockDataDirectory(paths, { kind: "app" }))).toMatchObject({
        code: "node_too_old",
      });
      expect(errorOf(() => readLockHolder(held))).toMatchObject({ code: "node_too_old" });
      expect([temp("old.db"), temp("old")].filter((each) => existsSync(each))).toEqual([]);
      const nativeBinding = temp("none.node");
      expect(() => createDb({ path: temp("old.db"), nativeBinding })).toThrow("none.node");
      vi.stubEnv("LOCAL_MCP_SQLITE_BINDING", nativeBinding);
      expect(() => createDb({ path: temp("old.db") })).toThrow("none.node");
    } finally {
      Object.defineProperty(process, "versions", { value: versions, configurable: true });
    }
  });
});

test("the traffic database is apart: its tables are not related, and it keeps arrival order", () => {
  expect(Object.keys(opened().query)).not.toContain("debugLogs");
  const log = createTrafficDb({ path: temp("traffic.db") });
  for (const requestType of ["tools/list", "tools/call"]) {
    log.insert(debugLogs).values({ correlationId: "a", requestType, status: "pending" }).run();
  }
  expect(
    log.select({ id: debugLogs.id, type: debugLogs.requestType }).from(debugLogs).all(),
  ).toEqual([
    { id: 1, type: "tools/list" },
    { id: 2, type: "tools/call" },
  ]);
  log.close();
});

afterEach(() => vi.useRealTimers());
