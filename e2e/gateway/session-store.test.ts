/** Where the gateway keeps sessions, and what it does where that is not to be had. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  PASSWORD,
  type PostgresServer,
  startPostgres,
} from "../../packages/sessions/src/postgres/postgres.fixture.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { fixture, serve, startGateway, type TestGateway, until } from "./test-gateway.ts";

const NOBODY = `postgresql://owner:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/sessions`;

const about = ({ log }: TestGateway, message: string): string[] =>
  log.filter((line) => line.includes(message));

/** Another client of a gateway that {@link serve} has started. */
const another = async (url: string, token: string): Promise<McpClient> => {
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize();
  return client;
};

describe("the store that the environment chooses", () => {
  it("is where sessions are: here a file beside the data, which the next start finds again", async () => {
    const env = { MCP_TS_STORAGE_FILE: "sessions/here.json" };
    const { api, client, dataDir } = await serve({ one: fixture() }, { gateway: { env } });
    const path = join(dataDir, "sessions", "here.json");
    expect((await api.sessions.list()).store).toMatchObject({
      type: "file",
      place: path,
      chosenBy: "MCP_TS_STORAGE_FILE",
      keepsMessages: false,
      problem: null,
    });
    expect(readFileSync(path, "utf8")).toContain(client.sessionId);
  });

  it("is refused by name where there is no such store, before anything is opened", async () => {
    const env = { MCP_TS_STORAGE_TYPE: "mongodb", MCP_TS_STORAGE_FILE: "sessions.json" };
    await expect(startGateway({ env })).rejects.toMatchObject({ code: "session_store_unknown" });
    const twice = { CACHE_TYPE: "memory", MCP_TS_STORAGE_FALLBACK: "disk" };
    await expect(startGateway({ env: twice })).rejects.toThrow("MCP_TS_STORAGE_FALLBACK is “disk”");
  });

  it("is never asked for by the app, whose sessions are in its own database", async () => {
    const env = { MCP_TS_STORAGE_TYPE: "mongodb", REDIS_URL: NOBODY };
    const { api, dataDir } = await startGateway({ kind: "app", env });
    expect((await api.sessions.list()).store).toMatchObject({
      type: "sqlite",
      place: join(dataDir, "local-mcp-gateway.db"),
      chosenBy: "default",
    });
  });

  it("that cannot be reached keeps the gateway from serving, and its data from nothing", async () => {
    const started = await startGateway({ env: { MCP_TS_STORAGE_POSTGRES: NOBODY } });
    const { api, gateway, dataDir, log } = started;
    await expect(gateway.listen()).rejects.toMatchObject({ code: "session_store_unreachable" });
    expect(existsSync(join(dataDir, "runtime.json"))).toBe(false);
    await api.servers.create({ name: "one", config: fixture(), confirmed: false });
    expect(await api.servers.list({})).toHaveLength(1);
    const { store } = await api.sessions.list();
    expect(store.problem).toMatchObject({ usesMemory: false });
    expect(store.problem?.message).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:1\/?\S* cannot be reached since \d\d:\d\d\. Legacy clients cannot resume\.$/,
    );
    const findings = (await api.status.doctor()).findings.filter(({ area }) => area === "sessions");
    expect(findings.map(({ level }) => level)).toEqual(["ok", "problem"]);
    expect(findings[0]?.message).toContain("chosen by MCP_TS_STORAGE_POSTGRES");
    const shown = JSON.stringify([log, store, findings]);
    expect(shown).not.toContain(PASSWORD);
    expect(shown).not.toContain(encodeURIComponent(PASSWORD));
  });
});

describe("a store that fails", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it("is said, fails what needs it, and is said again when it works", async () => {
    const env = { MCP_TS_STORAGE_TYPE: "postgres", MCP_TS_STORAGE_POSTGRES: await server.fresh() };
    const started = await serve({ one: fixture() }, { gateway: { env } });
    const { api, url, token } = started;
    expect((await api.status.get()).warnings).toEqual([]);
    await server.kill("SIGINT");

    await expect(another(url, token)).rejects.toThrow("cannot be reached");
    await expect(another(url, token)).rejects.toThrow("cannot be reached");
    const [warning] = (await api.status.get()).warnings;
    expect(warning?.message).toContain("cannot be reached since");
    expect((await api.sessions.retry()).problem?.usesMemory).toBe(false);
    expect(about(started, "the session store cannot be used")).toHaveLength(1);

    await server.start();
    expect((await api.sessions.retry()).problem).toBeNull();
    expect((await api.status.get()).warnings).toEqual([]);
    await another(url, token);
    expect(about(started, "the session store works again")).toHaveLength(1);
  });

  it("leaves sessions to memory only where that was allowed, and has them once it is back", async () => {
    const postgres = await server.fresh();
    await server.kill("SIGINT");
    const env = { MCP_TS_STORAGE_POSTGRES: postgres, MCP_TS_STORAGE_FALLBACK: "memory" };
    const started = await serve({ one: fixture() }, { gateway: { env } });
    const { api, client, url, token } = started;
    const { problem } = (await api.sessions.list()).store;
    expect(problem?.usesMemory).toBe(true);
    expect((await api.status.get()).warnings[0]?.message).toMatch(/Memory is used until then\.$/);

    await server.start();
    expect((await api.sessions.retry()).problem).toBeNull();
    const kept = await server.sql(
      `SELECT session_id FROM local_mcp.mcp_sessions WHERE session_id = '${client.sessionId}'`,
      new URL(postgres).pathname.slice(1),
    );
    expect(kept).toHaveLength(1);

    await server.kill("SIGINT");
    const other = await another(url, token);
    expect((await api.sessions.list()).store.problem?.usesMemory).toBe(true);
    await other.request("logging/setLevel", { level: "error" });
    // Its session is in the store, where it is changed later; one that nobody knows begins anew.
    await client.request("logging/setLevel", { level: "critical" });
    const unknown = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    unknown.sessionId = randomUUID();
    await expect(unknown.request("ping")).rejects.toThrow("ended or never existed");
    await server.start();
    await until(
      async () => (await api.sessions.list()).store.problem,
      (now) => now === null,
    );
    const levels = await server.sql(
      `SELECT data FROM local_mcp.mcp_sessions WHERE session_id = '${other.sessionId}'`,
      new URL(postgres).pathname.slice(1),
    );
    expect(JSON.stringify(levels)).toContain("error");
    await client.request("ping");
    await other.request("ping");
    const levelNow = await server.sql(
      `SELECT data FROM local_mcp.mcp_sessions WHERE session_id = '${client.sessionId}'`,
      new URL(postgres).pathname.slice(1),
    );
    expect(JSON.stringify(levelNow)).toContain("critical");
  }, 60_000);
});

it("a command works on the data while the store is away", async () => {
  const { dataDir, gateway, root } = await startGateway();
  await gateway.close();
  const command = await createGateway({
    dataDir,
    kind: "cli",
    env: { HOME: root, MCP_TS_STORAGE_POSTGRES: NOBODY },
  });
  try {
    await command.api.profiles.create({ slug: randomUUID().slice(0, 8), servers: [] });
    expect(await command.api.profiles.list({})).toHaveLength(1);
  } finally {
    await command.close();
  }
});
