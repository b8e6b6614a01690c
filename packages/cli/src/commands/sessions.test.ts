import { sessionsView, sessionView } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { McpClient } from "../../../../e2e/fixtures/mcp-client.ts";
import { Place } from "../test-kit.ts";

let place: Place;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  place.remove();
});

/** A gateway that runs, with clients of it. */
async function serving(names: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await place.run(["profiles", "create", "dev"]);
  const token = (await place.run(["tokens", "create", "--name", "laptop"])).out.trim();
  const { url, stop } = await place.serve([], env);
  stops.push(stop);
  const clients = [];
  for (const name of names) {
    const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await client.initialize({ clientInfo: { name, version: "3.1" } });
    clients.push(client);
  }
  return { clients, stop };
}

const list = async () => sessionsView.parse(await place.json(["sessions", "list"]));

describe("sessions", () => {
  test("without any there is a sentence, and where they would be", async () => {
    const { exit, out, err } = await place.run(["sessions", "list"]);
    expect({ exit, out }).toEqual({ exit: 0, out: "No client has a session.\n" });
    expect(err).toMatch(/^Sessions are in SQLite: /);
    expect(await list()).toMatchObject({ total: 0, sessions: [], store: { type: "sqlite" } });
  });

  test("are listed, shown and removed by the beginning of an id", async () => {
    const { clients } = await serving(["Cursor", "Claude Code"]);
    const { out } = await place.run(["sessions", "list"]);
    expect(out).toMatch(/^ID +CLIENT +PROFILE +TOKEN +STATE +SINCE +LAST CALL +LAST SEEN\n/);
    expect(out).toMatch(/\n\S{8} +Claude Code 3\.1 +dev +laptop +idle +/);
    const id = clients[0]?.sessionId ?? "";
    const short = id.slice(0, 10);
    const shown = await place.run(["sessions", "show", short]);
    expect(shown.out).toContain(`Session        ${id}\nIn debug logs  session:`);
    expect(sessionView.parse(await place.json(["sessions", "show", short])).id).toBe(id);
    const messages = await place.run(["sessions", "show", short, "--messages"]);
    expect(messages.out).toContain("CACHE_TYPE=database");

    const removed = await place.run(["sessions", "remove", short]);
    expect(removed).toMatchObject({ exit: 0, out: "“Cursor” was disconnected.\n" });
    await expect(clients[0]?.request("ping")).rejects.toMatchObject({ code: -32001 });
    expect((await list()).sessions.map(({ client }) => client)).toEqual(["Claude Code"]);
    const gone = await place.run(["sessions", "remove", short]);
    expect(gone.exit).toBe(1);
    expect(gone.err).toContain(`There is no session “${short}”.`);
  });

  test("are there without a gateway too, and can be ended then", async () => {
    const { clients, stop } = await serving(["Cursor"]);
    await stop();
    expect((await list()).sessions).toMatchObject([{ client: "Cursor", state: "idle" }]);
    const id = clients[0]?.sessionId ?? "";
    expect((await place.run(["sessions", "remove", id])).exit).toBe(0);
    expect((await list()).total).toBe(0);
  });

  test("a clean-up says what it removed", async () => {
    const { out } = await place.run(["sessions", "cleanup", "--messages"]);
    expect(out).toBe("0 expired sessions and 0 messages removed.\n");
  });

  test("where the database was chosen, keep what their clients were sent", async () => {
    const { clients } = await serving(["Cursor"], { CACHE_TYPE: "database" });
    await clients[0]?.request("ping");
    const id = clients[0]?.sessionId ?? "";
    const shown = await place.run(["sessions", "show", id, "--messages"]);
    expect(shown.out).toMatch(/"protocolVersion": "2025-11-25"[^]*"result": \{\}/);
    expect(await place.json(["sessions", "show", id, "--messages"])).toMatchObject({
      id,
      messages: [
        { content: { jsonrpc: "2.0", id: 1, result: { protocolVersion: "2025-11-25" } } },
        { content: { jsonrpc: "2.0", id: 2, result: {} } },
      ],
    });
    const cleaned = await place.run(["sessions", "cleanup", "--messages"]);
    expect(cleaned.out).toBe("0 expired sessions and 2 messages removed.\n");
  });
});

describe("sessions that are migrated", () => {
  const types = ["sessions", "migrate", "--from"];

  test("go from the gateway's database to a file and back, and their clients go on", async () => {
    const { clients, stop } = await serving(["Cursor", "Claude Code"]);
    const held = await place.run([...types, "sqlite", "--to", "file"]);
    expect(held).toMatchObject({ exit: 7, out: "" });
    expect(held.err).toContain("Another Local MCP Gateway");
    await stop();
    const { out } = await place.run([...types, "sqlite", "--to", "file"]);
    expect(out).toMatch(
      /^2 sessions copied from .* to .*sessions\.json, read again and compared\.\n$/,
    );
    const again = await place.json([...types, "sqlite", "--to", "file"]);
    expect(again).toMatchObject({ copied: 0, same: 2, replaced: 0, expired: 0 });

    // A gateway on that file knows them.
    const { port } = new URL(clients[0]?.url ?? "");
    const { stop: stopAgain } = await place.serve(["--port", port], {
      MCP_TS_STORAGE_TYPE: "file",
    });
    stops.push(stopAgain);
    expect(await clients[0]?.request("ping")).toEqual({});
    await stopAgain();

    // It was seen since, so the record is another one.
    const refused = await place.run([...types, "file", "--to", "sqlite"]);
    expect(refused).toMatchObject({ exit: 1, out: "" });
    expect(refused.err).toContain(
      `Under the same ids there are others already: ${clients[0]?.sessionId}.`,
    );
    const replaced = await place.json([...types, "file", "--to", "sqlite", "--overwrite"]);
    expect(replaced).toMatchObject({ copied: 1, replaced: 1, same: 1 });
  });

  test.each([
    [["memory", "--to", "file"], "what is in memory is known to its gateway alone"],
    [["file", "--to", "file"], "are the same store"],
    [["file", "--to", "sqlite", "--gateway", "http://127.0.0.1:1"], "not through a gateway"],
    [["file", "--to", "disk"], "--to takes file, sqlite, redis or postgres"],
    [["file", "--to", "rediss://me:s3cret-word@host:6379"], "Where it is, REDIS_URL"],
  ])("are refused: %o", async (words, why) => {
    const { exit, out, err } = await place.run([...types, ...words]);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toContain(why);
    expect(err).not.toContain("s3cret-word");
  });

  test("need to know where a store is, and never say its password", async () => {
    const unset = await place.run([...types, "file", "--to", "redis"]);
    expect(unset.exit).toBe(3);
    expect(unset.err).toContain("Set REDIS_URL");
    const url = "postgresql://me:s3cret-word@127.0.0.1:1/db";
    const gone = await place.run([...types, "postgres", "--to", "file"], {
      env: { MCP_TS_STORAGE_POSTGRES: url },
    });
    expect(gone.exit).toBe(1);
    expect(gone.err).toContain("127.0.0.1:1");
    expect(gone.err).not.toContain("s3cret-word");
  });
});
