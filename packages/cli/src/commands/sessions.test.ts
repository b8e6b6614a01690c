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
    expect(shown.out).toContain(`Session    ${id}\nClient     Cursor 3.1\n`);
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
