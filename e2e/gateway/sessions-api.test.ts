/** Sessions of clients as a script meets them: over HTTP, with a token. */
import { randomUUID } from "node:crypto";
import { openSqlite } from "@local-mcp/database";
import { sessionsView, sessionView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { listenTo } from "./raw-http.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

async function stage() {
  const started = await serve({ one: fixture() });
  const { api, client, url, token } = started;
  await until(
    () => client.request("tools/list"),
    (listed) => names(listed).includes("echo"),
  );
  const { token: admin } = await api.tokens.create({ name: "admin", rights: ["manage"] });
  const ask = async (path: string, { method = "GET", as = admin, body = {} } = {}) => {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
      ...(method === "POST" && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  return {
    ...started,
    ask,
    id: client.sessionId ?? "",
    authorization: { authorization: `Bearer ${token}` },
    list: async () => sessionsView.parse((await ask("/sessions")).body),
  };
}

describe("a session", () => {
  it("is listed with who has it and what was seen of it", async () => {
    const { list, id, client, ask, authorization } = await stage();
    const [before] = (await list()).sessions;
    expect(before).toMatchObject({
      id,
      client: "test-client",
      version: "1.0.0",
      profile: "dev",
      token: "test",
      protocolVersion: "2025-11-25",
      state: "idle",
      running: 0,
      lastCallAt: null,
      logLevel: null,
    });
    await client.request("logging/setLevel", { level: "warning" });
    await client.request("tools/call", call("echo", { message: "hello" }));
    const stream = await listenTo(client, authorization);
    const after = await until(
      async () => sessionView.parse((await ask(`/sessions/${id.slice(0, 9)}`)).body),
      ({ state }) => state === "active",
    );
    expect(after).toMatchObject({ id, logLevel: "warning", running: 0 });
    expect(after.lastCallAt).toBeGreaterThanOrEqual(after.createdAt);
    stream.cut();
    const { store, total, droppedMessages } = await list();
    expect({ total, droppedMessages }).toEqual({ total: 1, droppedMessages: 0 });
    expect(store).toMatchObject({ type: "sqlite", problem: null, isShared: false, members: [] });
  });

  it("that is removed ends at once: its streams close, its call ends, its id is none", async () => {
    const { ask, id, client, api, authorization, list } = await stage();
    const [{ loggedAs } = {}] = (await list()).sessions;
    const stream = await listenTo(client, authorization);
    const running = client
      .request("tools/call", call("slow", { ms: 60_000, steps: 1 }))
      .catch((error: unknown) => error);
    await until(
      async () => (await list()).sessions[0]?.running,
      (count) => count === 1,
    );
    const removed = await ask(`/sessions/${id}`, { method: "DELETE" });
    expect(removed).toMatchObject({ status: 200, body: { id, client: "test-client" } });
    await stream.done;
    expect(await running).toBeInstanceOf(Error);
    await expect(client.request("ping")).rejects.toMatchObject({ code: -32001 });
    expect((await list()).sessions).toEqual([]);
    expect((await ask(`/sessions/${id}`)).status).toBe(404);
    expect((await ask(`/sessions/${id}`, { method: "DELETE" })).status).toBe(404);
    const { entries } = await api.audit.list({ action: "session." });
    expect(JSON.stringify(entries)).not.toContain(id);
    expect(entries).toMatchObject([
      {
        action: "session.remove",
        actor: { name: "admin" },
        subject: { kind: "session", id: loggedAs, name: "test-client" },
        detail: { profile: "dev" },
      },
    ]);
  });

  it("that only the store knows is listed and removed as well, and does not come back", async () => {
    const { gateway, root, id, client } = await stage();
    await gateway.close();
    const { api, gateway: again } = await startGateway({
      root,
      settings: { port: portOf(client) },
    });
    await again.listen();
    expect(await api.sessions.list({})).toMatchObject({ sessions: [{ id, state: "idle" }] });
    await api.sessions.remove({ session: id });
    expect(await api.sessions.list({})).toMatchObject({ sessions: [], total: 0 });
    await expect(client.request("ping")).rejects.toMatchObject({ code: -32001 });
  });

  it("is found by what no other id begins with, and ended by its whole id only", async () => {
    const { ask, id, client, list, authorization } = await stage();
    const ids = [id];
    // Two that begin alike come soon: there are sixteen beginnings.
    while (!ids.some((one, at) => ids.findIndex((other) => other[0] === one[0]) !== at)) {
      const another = new McpClient(client.url, authorization);
      await another.initialize();
      ids.push(another.sessionId ?? "");
    }
    const [first] = ids.filter((one, at) => ids.findIndex((other) => other[0] === one[0]) !== at);
    const beginning = first?.slice(0, 1) ?? "";
    const code = (answer: unknown) => JSON.parse(JSON.stringify(answer)).body?.data?.code;
    expect(code(await ask(`/sessions/${beginning}`))).toBe("client_session_ambiguous");
    expect(code(await ask(`/sessions/${randomUUID()}`))).toBe("client_session_not_found");
    expect((await ask(`/sessions/${id.slice(0, 35)}`, { method: "DELETE" })).status).toBe(404);
    expect((await list()).total).toBe(ids.length);
  });

  it("is nobody's business who may only use a profile", async () => {
    const { ask, id, token, list } = await stage();
    for (const [path, method] of [
      ["/sessions", "GET"],
      [`/sessions/${id}`, "GET"],
      [`/sessions/${id}/messages`, "GET"],
      [`/sessions/${id}`, "DELETE"],
      ["/session-store/cleanup", "POST"],
      ["/session-store/retry", "POST"],
    ] as const) {
      const { status } = await ask(path, { method, as: token });
      expect({ path, status }).toEqual({ path, status: 403 });
    }
    expect((await list()).total).toBe(1);
  });

  it("whose token is not valid any more, or whose profile is gone, is gone too", async () => {
    const { api, list } = await stage();
    await api.tokens.revoke({ token: "test" });
    expect((await list()).sessions).toEqual([]);
  });

  it("shows no secret that its client calls itself by", async () => {
    const { list, client, authorization } = await stage();
    const secret = `ghp_${"a1B2".repeat(9)}`;
    const strange = new McpClient(client.url, authorization);
    await strange.initialize({ clientInfo: { name: `evil\u001B[2J ${secret}`, version: secret } });
    const text = JSON.stringify(await list());
    expect(text).toContain("evil [2J [removed: ");
    expect(text).not.toContain(secret);
    expect(text).not.toContain("u001b");
  });
});

describe("a clean-up", () => {
  it("removes what has expired in both files, and says how much", async () => {
    const { gateway, root, dataDir } = await stage();
    await gateway.close();
    const file = openSqlite(`${dataDir}/local-mcp-gateway.db`);
    file.exec("UPDATE mcp_sessions SET expires_at = 1");
    file.close();
    const { api: again } = await startGateway({ root });
    expect(await again.sessions.list({})).toMatchObject({ sessions: [] });
    expect(await again.sessions.cleanup({})).toEqual({ sessions: 1, messages: 0 });
    expect(await again.sessions.cleanup({ messages: true })).toEqual({ sessions: 0, messages: 0 });
    const { entries } = await again.audit.list({ action: "session.cleanup" });
    expect(entries.map(({ detail }) => detail)).toEqual([
      { sessions: 0, messages: 0, allMessages: true },
      { sessions: 1, messages: 0, allMessages: false },
    ]);
  });
});

const portOf = ({ url }: McpClient): number => Number(new URL(url).port);

describe("where the database was chosen", () => {
  it("both queries of the guide answer, each in its file, until the session ends", async () => {
    const env = { CACHE_TYPE: "database" };
    const { api, client, dataDir } = await serve({ one: fixture() }, { gateway: { env } });
    await until(
      () => client.request("tools/list"),
      (listed) => names(listed).includes("echo"),
    );
    const secret = `ghp_${"a1B2".repeat(9)}`;
    await client.request("tools/call", call("echo", { message: `told ${secret}` }));
    const id = client.sessionId ?? "";
    expect(await api.sessions.list({})).toMatchObject({
      store: { type: "sqlite", keepsMessages: true },
      droppedMessages: 0,
    });
    const messages = await api.sessions.messages({ session: id });
    expect(messages.at(-1)).toMatchObject({ content: { result: { content: [{ type: "text" }] } } });
    const query = (file: string, sql: string): string[] => {
      const db = openSqlite(`${dataDir}/${file}`, { readonly: true });
      const found = db.prepare<[], string>(sql).pluck().all();
      db.close();
      return found;
    };
    const sessions = () =>
      query(
        "local-mcp-gateway.db",
        "SELECT session_id, created_at FROM mcp_sessions ORDER BY created_at DESC;",
      );
    const contents = () =>
      query("traffic.db", `SELECT content FROM mcp_messages WHERE session_id = '${id}';`);
    expect(sessions()).toEqual([id]);
    expect(contents()).toHaveLength(messages.length);
    expect(JSON.parse(contents().at(-1) ?? "")).toMatchObject({ jsonrpc: "2.0" });
    expect(contents().join("")).toContain("told [removed: ");
    expect(contents().join("")).not.toContain(secret);

    expect(await client.delete()).toBe(200);
    expect(sessions()).toEqual([]);
    expect(contents()).toEqual([]);
  });

  it("nothing is kept where it only happens to be the store", async () => {
    const { api, client, dataDir, gateway } = await serve({ one: fixture() });
    await client.request("ping");
    expect(await api.sessions.messages({ session: client.sessionId ?? "" })).toEqual([]);
    await gateway.close();
    const db = openSqlite(`${dataDir}/traffic.db`, { readonly: true });
    expect(db.prepare("SELECT count(*) FROM mcp_messages").pluck().get()).toBe(0);
    db.close();
  });
});
