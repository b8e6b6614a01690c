import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../../fixtures/test-support.ts";
import { clientsOf } from "../era-gateway.ts";
import { fixture, serve, startGateway, until } from "../test-gateway.ts";
import { bearer, INITIALIZE } from "./stage.ts";

const JSON_HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};
const HOLD = call("hold", { gate: "never" });

/** What came of an answer, to its end. */
interface Ending {
  isOver: boolean;
  text: string;
}

/** Reads an answer that may be broken off at any time; `over` settles with its end. */
function follow(answer: Promise<Response>): Ending & { over: Promise<void> } {
  const ending: Ending = { isOver: false, text: "" };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of (await answer).body ?? []) ending.text += decoder.decode(chunk);
  };
  // Broken off counts as ended: what matters is what was delivered until then.
  const over = read()
    .catch(() => {})
    .finally(() => (ending.isOver = true));
  return Object.assign(ending, { over });
}

/** Opens everything that can be open with a token. */
async function openEverything(url: string, token: string) {
  const leave = new AbortController();
  afterTest(() => leave.abort());
  const headers = { ...JSON_HEADERS, ...bearer(token) };
  const { signal } = leave;
  const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
      signal,
    });
  const get = (path: string, more: Record<string, string> = {}) =>
    fetch(url + path, { headers: { ...headers, accept: "text/event-stream", ...more }, signal });

  const client = new McpClient(`${url}/mcp/dev`, bearer(token));
  await client.initialize();
  const session = { "mcp-session-id": client.sessionId ?? "" };
  const { open } = clientsOf({ url, token });
  const hold = (id: number) => ({ jsonrpc: "2.0", id, method: "tools/call", params: HOLD });
  const streams = {
    "legacy stream": get("/mcp/dev", session),
    "SSE stream": get("/mcp/dev/sse"),
    "modern stream": open("subscriptions/listen", { notifications: { toolsListChanged: true } }),
    events: get("/api/events"),
  };
  for (const [name, answer] of Object.entries(streams)) {
    const { status } = await answer;
    if (status !== 200) throw new Error(`${name}: ${status}`);
  }
  const calls = {
    "legacy call": post("/mcp/dev", hold(7), session),
    "legacy call as a stream": post("/mcp/dev", hold(8), {
      ...session,
      accept: "text/event-stream, application/json",
    }),
    "modern call": open("tools/call", HOLD),
    "call by the API": post("/api/profiles/dev/call", { name: "hold", arguments: HOLD.arguments }),
  };
  return Object.fromEntries(
    Object.entries({ ...streams, ...calls }).map(([name, answer]) => [name, follow(answer)]),
  );
}

describe("N-10: a token that is revoked", { timeout: 20_000 }, () => {
  it("begins nothing with a request whose end comes after that", async () => {
    const { api, url } = await serve({});
    const before = (await api.status.get()).sessions;
    const { id, token } = await api.tokens.create({ name: "slow" });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    afterTest(() => socket.destroy());
    let answered = "";
    socket.on("data", (chunk: Buffer) => (answered += chunk.toString()));
    const more = { expect: "100-continue", connection: "close" };
    const headers = { ...JSON_HEADERS, ...bearer(token), ...more };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const length = `content-length: ${INITIALIZE.length}`;
    socket.write(
      ["POST /mcp/dev HTTP/1.1", "host: 127.0.0.1", length, ...lines, "", ""].join("\r\n"),
    );
    await once(socket, "data");
    await api.tokens.revoke({ token: id });
    socket.write(INITIALIZE);
    await once(socket, "close");
    expect(answered).toContain("401 Unauthorized");
    expect((await api.status.get()).sessions).toBe(before);
  });

  it("loses everything it has open at once, and nobody else loses anything", async () => {
    const { api, url, client } = await serve({ one: fixture("--name", "one") });
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("hold"),
    );
    const rights = ["use", "manage", "processes"] as const;
    const leaving = await api.tokens.create({ name: "leaving", rights: [...rights] });
    const staying = await api.tokens.create({ name: "staying", rights: [...rights] });
    const ended = await openEverything(url, leaving.token);
    const kept = await openEverything(url, staying.token);

    // A request that has been let in and is still being sent.
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    afterTest(() => socket.destroy());
    let answered = "";
    socket.on("data", (chunk: Buffer) => (answered += chunk.toString()));
    const head = ["POST /mcp/dev HTTP/1.1", "Host: 127.0.0.1", "Expect: 100-continue"];
    const type = ["Content-Type: application/json", `Content-Length: ${INITIALIZE.length}`];
    socket.write(
      [...head, ...type, `Authorization: Bearer ${leaving.token}`, "", "{"].join("\r\n"),
    );
    await once(socket, "data");
    const closed = once(socket, "close");
    const seen = await until(
      () => api.status.get(),
      ({ sessions }) => sessions >= 3,
    );

    await api.tokens.revoke({ token: leaving.id });
    await Promise.all([closed, ...Object.values(ended).map(({ over }) => over)]);
    expect(answered).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    for (const [name, { text }] of Object.entries(ended)) {
      expect(`${name}: ${text}`).not.toContain("Released");
    }
    expect((await api.status.get()).sessions).toBe(seen.sessions - 1);

    expect(Object.entries(kept).filter(([, { isOver }]) => isOver)).toEqual([]);
    await client.request("tools/call", call("release", { gate: "never" }));
    for (const name of [
      "legacy call",
      "legacy call as a stream",
      "modern call",
      "call by the API",
    ]) {
      await kept[name]?.over;
      expect(`${name}: ${kept[name]?.text}`).toContain("Released never");
    }
    const again = await fetch(`${url}/api/status`, { headers: bearer(leaving.token) });
    expect(again.status).toBe(401);
  });

  it("with its profile loses the same", async () => {
    const { api, url } = await serve({});
    await api.profiles.create({ slug: "going" });
    const { token } = await api.tokens.create({ name: "a", profile: "going" });
    const bridge = await api.tokens.createTemporary({ profile: "going" });
    const streams = await Promise.all(
      [token, bridge.token].map(async (one) => {
        const client = new McpClient(`${url}/mcp/going`, bearer(one));
        await client.initialize();
        return follow(
          fetch(`${url}/mcp/going`, {
            headers: {
              ...bearer(one),
              accept: "text/event-stream",
              "mcp-session-id": client.sessionId ?? "",
            },
          }),
        );
      }),
    );
    await api.profiles.remove({ profile: "going" });
    await Promise.all(streams.map(({ over }) => over));
    expect(await api.tokens.list()).toMatchObject([{ name: "test" }]);
    for (const one of [token, bridge.token]) {
      const { status } = await fetch(`${url}/mcp/dev`, { headers: bearer(one) });
      expect(status).toBe(401);
    }
  });
});

describe("N-10, N-11, N-16: a token", () => {
  it("is written nowhere in clear, and never said again", async () => {
    const { api, log } = await startGateway();
    const { token, id, hint } = await api.tokens.create({ name: "a" });
    const said = JSON.stringify([await api.tokens.list(), await api.status.get(), log]);
    expect(said).toContain(id);
    expect(said).toContain(hint);
    expect(said).not.toContain(token.slice(4, -4));
  });

  it("sees its own profile and its own sessions, and not what others have", async () => {
    const { api, url } = await serve({ one: fixture("--name", "one") });
    await api.profiles.create({ slug: "empty" });
    const full = await api.tokens.create({ name: "full", profile: "dev" });
    const empty = await api.tokens.create({ name: "empty", profile: "empty" });
    const [mine, theirs] = [
      new McpClient(`${url}/mcp/dev`, bearer(full.token)),
      new McpClient(`${url}/mcp/empty`, bearer(empty.token)),
    ];
    await Promise.all([mine.initialize(), theirs.initialize()]);
    await until(
      () => mine.request("tools/list"),
      (list) => names(list).includes("echo"),
    );
    expect(names(await theirs.request("tools/list"))).toEqual([]);
    expect(mine.sessionId).toMatch(/^[\w-]{22,}$/);
    expect(mine.sessionId).not.toBe(theirs.sessionId);
    const intrude = async (path: string, token: string, method: string): Promise<number> => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...JSON_HEADERS, ...bearer(token), "mcp-session-id": mine.sessionId ?? "" },
        ...(method === "POST" && { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' }),
      });
      return answer.status;
    };
    for (const method of ["POST", "GET", "DELETE"]) {
      expect(await intrude("/mcp/dev", empty.token, method)).toBe(403);
      expect(await intrude("/mcp/empty", empty.token, method)).toBe(404);
    }
    expect(await mine.request("ping")).toEqual({});
  });
});
