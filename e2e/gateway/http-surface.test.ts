import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { INITIALIZE } from "./hardening/stage.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request with exactly these headers: fetch would not send a foreign Host or Origin. */
const send = (
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string },
) =>
  new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      url,
      { method: options.method ?? "POST", headers: options.headers },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** Bytes as they are, for what no HTTP client would send. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(text);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("utf8")));
  await once(socket, "close");
  return answer;
}

describe("who is let in", () => {
  it.each([
    ["no token", {}, 401, "token_missing"],
    ["a wrong token", { authorization: "Bearer lmg_wrong" }, 401, "token_unknown"],
    ["another scheme", { authorization: "Basic YTpi" }, 401, "token_unknown"],
  ])("%s is answered with %s", async (_, headers, status, code) => {
    const { url } = await serve({});
    const answer = await send(`${url}/mcp/dev`, {
      headers: { ...json, ...headers },
      body: INITIALIZE,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code } } });
    expect(answer.text).toMatch(/tokens create/);
  });

  it("a token of another profile, without the right, or revoked, is refused by name", async () => {
    const { api, url } = await serve({});
    await api.profiles.create({ slug: "other" });
    const other = await api.tokens.create({ name: "other", profile: "other" });
    const manager = await api.tokens.create({ name: "manager", rights: ["manage"] });
    const code = async (token: string, path = "/mcp/dev") => {
      const headers = { ...json, authorization: `Bearer ${token}` };
      const { text } = await send(url + path, { headers, body: INITIALIZE });
      return JSON.parse(text).error?.data?.code ?? JSON.parse(text).error?.code ?? "let in";
    };
    expect(await code(other.token)).toBe("token_other_profile");
    expect(await code(other.token, "/mcp/other")).toBe("let in");
    expect(await code(manager.token)).toBe("token_lacks_right");
    await api.tokens.revoke({ token: other.id });
    expect(await code(other.token, "/mcp/other")).toBe("token_unknown");
  });

  it("a revoked token loses its open streams and its session at once", async () => {
    const { api, url } = await serve({});
    const { id, token } = await api.tokens.create({ name: "leaving", profile: "dev" });
    const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await client.initialize();
    const stream = await fetch(`${url}/mcp/dev`, {
      headers: {
        accept: "text/event-stream",
        authorization: `Bearer ${token}`,
        "mcp-session-id": client.sessionId ?? "",
      },
    });
    expect(stream.status).toBe(200);
    await api.tokens.revoke({ token: id });
    await stream.text();
    await expect(client.request("tools/list")).rejects.toThrow(/401/);
  });

  it("without a token only where a profile says so, and then only JSON", async () => {
    const { api, url } = await serve({});
    await api.profiles.update({ profile: "dev", changes: { allowWithoutToken: true } });
    expect((await send(`${url}/mcp/dev`, { headers: json, body: INITIALIZE })).status).toBe(200);
    const form = { ...json, "content-type": "text/plain" };
    expect((await send(`${url}/mcp/dev`, { headers: form, body: INITIALIZE })).status).toBe(415);
    await api.profiles.update({ profile: "dev", changes: { allowWithoutToken: false } });
    expect((await send(`${url}/mcp/dev`, { headers: json, body: INITIALIZE })).status).toBe(401);
  });

  it.each([
    ["evil.example", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.nip.io:4444", 403],
    ["0.0.0.0", 403],
    ["localhost", 200],
    ["127.0.0.1:9", 200],
    ["[::1]:4444", 200],
  ])("Host %s: %i", async (host, status) => {
    const { url, token } = await serve({});
    const headers = { ...json, host, authorization: `Bearer ${token}` };
    expect((await send(`${url}/mcp/dev`, { headers, body: INITIALIZE })).status).toBe(status);
  });

  it.each(["http://evil.example", "null", "file://", "http://localhost:1", "https://127.0.0.1"])(
    "Origin %s is refused even with a token, before the body is looked at",
    async (origin) => {
      const { url, token } = await serve({});
      const headers = { ...json, origin, authorization: `Bearer ${token}` };
      const {
        status,
        text,
        headers: answered,
      } = await send(`${url}/mcp/dev`, { headers, body: "{broken" });
      expect(status).toBe(403);
      expect(JSON.parse(text)).toMatchObject({ error: { data: { code: "origin_refused" } } });
      expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
    },
  );

  it("two Host headers and an absolute target are refused", async () => {
    const { url } = await serve({});
    const twice =
      "GET /mcp/dev HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    expect(await raw(url, twice)).toMatch(/^HTTP\/1\.1 40[03]/);
    const absolute =
      "GET http://evil.example/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    expect(await raw(url, absolute)).toMatch(/^HTTP\/1\.1 403/);
    expect(await raw(url, "GET /mcp/dev HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe("what is sent", () => {
  it.each([
    ["half JSON", "{", 400, -32_700],
    ["a batch", `[${INITIALIZE}]`, 400, -32_600],
    ["no message", '{"hello":1}', 400, -32_600],
    ["a fractional id", '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', 400, -32_600],
  ])("%s is answered with a sentence", async (_, body, status, code) => {
    const { url, token } = await serve({});
    const answer = await send(`${url}/mcp/dev`, {
      headers: { ...json, authorization: `Bearer ${token}` },
      body,
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: "2.0", error: { code } });
  });

  it("a body over the limit is refused, and the gateway goes on", async () => {
    const { api, url, token, client } = await serve({});
    await api.settings.update({ maxRequestBytes: 2048 });
    const headers = { ...json, authorization: `Bearer ${token}` };
    const answer = await send(`${url}/mcp/dev`, { headers, body: "x".repeat(10_000) });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain("2 KB");
    expect(names(await client.request("tools/list"))).toEqual([]);
  });

  it("a request of a version nobody knows is told which versions are spoken", async () => {
    const { url, token } = await serve({});
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/list",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2099-01-01",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    });
    const answer = await send(`${url}/mcp/dev`, {
      headers: {
        ...json,
        authorization: `Bearer ${token}`,
        "mcp-protocol-version": "2099-01-01",
      },
      body,
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: {
        code: -32_022,
        data: {
          requested: "2099-01-01",
          supported: expect.arrayContaining(["2026-07-28", "2025-11-25"]),
        },
      },
    });
  });

  it("unknown places answer in JSON", async () => {
    const { url, api } = await serve({});
    const { token } = await api.tokens.create({ name: "every profile" });
    const headers = { authorization: `Bearer ${token}` };
    for (const path of ["/", "/nothing", "/.well-known/oauth-protected-resource", "/api/nothing"]) {
      const answer = await send(url + path, { method: "GET", headers });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "route_not_found" } });
    }
    const missing = await send(`${url}/mcp/nothing`, {
      headers: { ...json, ...headers },
      body: INITIALIZE,
    });
    expect(missing.status).toBe(404);
    expect(missing.text).toContain("There is no profile “nothing”");
  });

  it("/mcp without a profile says how to make one", async () => {
    const { api, gateway } = await startGateway();
    const { token } = await api.tokens.create({ name: "t" });
    const { url } = await gateway.listen();
    const answer = await send(`${url}/mcp`, {
      headers: { ...json, authorization: `Bearer ${token}` },
      body: INITIALIZE,
    });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain("profiles create");
  });

  it("the API is for tokens that may manage, and processes for those that may run them", async () => {
    const { api, url, token } = await serve({});
    const { token: manage } = await api.tokens.create({ name: "m", rights: ["manage"] });
    const ask = (bearer: string, path: string, body?: unknown) =>
      send(`${url}/api${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { ...json, authorization: `Bearer ${bearer}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    expect((await ask(token, "/status")).status).toBe(403);
    expect((await ask(manage, "/status")).status).toBe(200);
    const created = await ask(manage, "/servers", {
      name: "x",
      config: { transport: "stdio", command: "x" },
    });
    expect(created.status).toBe(403);
    expect(created.text).toContain("processes");
    const described = await send(`${url}/openapi.json`, {
      method: "GET",
      headers: { authorization: `Bearer ${manage}` },
    });
    expect(Object.keys(JSON.parse(described.text).paths)).toContain("/api/servers");
  });

  it("a taken port names the program that holds it", async () => {
    const squatter = createServer();
    squatter.listen(0, "127.0.0.1");
    await once(squatter, "listening");
    afterTest(() => squatter.close());
    const address = squatter.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { gateway } = await startGateway({ settings: { port } });
    await expect(gateway.listen()).rejects.toMatchObject({
      code: "port_taken",
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });
});

describe("sessions", () => {
  it("are ended by DELETE, unknown ones are 404, and a missing one is said", async () => {
    const { url, token, client } = await serve({});
    const other = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await other.initialize();
    await other.delete();
    const headers = { ...json, authorization: `Bearer ${token}` };
    const body = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
    const dead = await send(`${url}/mcp/dev`, {
      headers: { ...headers, "mcp-session-id": other.sessionId ?? "" },
      body,
    });
    expect(dead.status).toBe(404);
    expect(JSON.parse(dead.text)).toMatchObject({ id: 7, error: { code: -32_001 } });
    expect(await client.request("ping")).toEqual({});
    const bare = await send(`${url}/mcp/dev`, { headers, body });
    expect(bare.status).toBe(400);
  });

  it("belong to their token and their profile", async () => {
    const { api, url, client } = await serve({});
    const second = await api.tokens.create({ name: "second" });
    for (const path of ["/mcp/dev", "/mcp"]) {
      const answer = await send(url + path, {
        headers: {
          ...json,
          authorization: `Bearer ${second.token}`,
          "mcp-session-id": client.sessionId ?? "",
        },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      });
      expect(answer.status).toBe(404);
    }
  });

  it("keep two clients with the same ids and tokens apart, and cancel what is cancelled", async () => {
    const { url, token, client, api } = await serve({ one: fixture("--name", "one") });
    const other = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await other.initialize();
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("slow"),
    );
    const ask = (from: McpClient, id: number, message: string) => {
      const seen: unknown[] = [];
      const params = call("echo", { message }, { _meta: { progressToken: id } });
      return from.request("tools/call", params, { id, onNotification: (one) => seen.push(one) });
    };
    const rounds = Array.from({ length: 100 }, (_, id) => id + 1000);
    const answers = await Promise.all(
      rounds.flatMap((id) => [ask(client, id, `first ${id}`), ask(other, id, `second ${id}`)]),
    );
    expect(answers.map((answer) => JSON.stringify(answer).includes("first"))).toEqual(
      rounds.flatMap(() => [true, false]),
    );
    const running = client
      .request("tools/call", call("hold", { name: "x" }), { id: 77 })
      .catch(String);
    await client.notify("notifications/cancelled", { requestId: 77, reason: "changed my mind" });
    expect(String(await running)).not.toContain("released");
    expect((await api.servers.get({ server: "one" })).status.state).toBe("ready");
  });

  it("are told when the lists change, also by another active profile", async () => {
    const { api, url } = await serve({
      one: fixture("--name", "one", "--tools", "echo,change_tools"),
    });
    const { token } = await api.tokens.create({ name: "any" });
    const follower = new McpClient(`${url}/mcp`, { authorization: `Bearer ${token}` });
    await follower.initialize();
    await until(
      () => follower.request("tools/list"),
      (result) => names(result).includes("echo"),
    );
    const heard: unknown[] = [];
    const listening = await follower.listen((message) => heard.push(message.method));
    await follower.request("tools/call", call("change_tools"));
    await until(
      () => heard,
      (methods) => methods.includes("notifications/tools/list_changed"),
    );
    heard.length = 0;
    await api.profiles.create({ slug: "empty" });
    await api.profiles.activate({ profile: "empty" });
    await until(
      () => heard,
      (methods) => methods.includes("notifications/tools/list_changed"),
    );
    expect(names(await follower.request("tools/list"))).toEqual([]);
    await listening.close();
  });
});
