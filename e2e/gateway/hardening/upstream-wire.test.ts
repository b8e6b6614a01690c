/** What of one side of the gateway can be seen on the wire of the other (N-23, N-30). */
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { ask, post } from "../../fixtures/conformance/modern-client.ts";
import { isMessage, isRecord, type Message } from "../../fixtures/json-rpc.ts";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../../fixtures/test-support.ts";
import { startGateway, until } from "../test-gateway.ts";

const canary = (what: string): string => `canary-${what}-5d2e81f0c7a94b36`;
/** What a client has about it that is no server's business. */
const OF_THE_CLIENT = {
  cookie: `session=${canary("cookie")}`,
  "x-api-key": canary("key"),
  "proxy-authorization": `Basic ${canary("proxy")}`,
  "x-forwarded-for": canary("forwarded"),
  "user-agent": canary("agent"),
  referer: `http://127.0.0.1/${canary("referer")}`,
};
/** What a server answers beside its messages. */
const OF_THE_SERVER = {
  "set-cookie": `session=${canary("set-cookie")}`,
  "www-authenticate": `Bearer realm="${canary("realm")}"`,
  "x-secret": canary("of-the-server"),
  "access-control-allow-origin": "*",
  location: `http://127.0.0.1/${canary("location")}`,
  link: `<${canary("link")}>`,
};
const ECHO = { name: "echo", inputSchema: { type: "object" } };

/** A server of one era that keeps what it got, head and body, and answers with more than MCP. */
async function upstream(era: "legacy" | "modern", tools: { name: string }[] = [ECHO]) {
  const got: { request: IncomingMessage; body: string; message: Message | null }[] = [];
  const results: Record<string, object> = {
    "tools/list": { tools },
    "tools/call": { content: [{ type: "text", text: "done" }] },
    [era === "legacy" ? "initialize" : "server/discover"]: {
      protocolVersion: "2025-11-25",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      serverInfo: { name: "far", version: "1" },
    },
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const message: unknown = body === "" ? null : JSON.parse(body);
      got.push({ request, body, message: isMessage(message) ? message : null });
      for (const [name, value] of Object.entries(OF_THE_SERVER)) response.setHeader(name, value);
      if (!isMessage(message)) return response.writeHead(405).end();
      if (era === "legacy") response.setHeader("mcp-session-id", canary("session"));
      if (message.id === undefined) return response.writeHead(202).end();
      const result = results[message.method ?? ""];
      const answer = result
        ? { result: { resultType: "complete", ...result } }
        : { error: { code: -32601, message: "Method not found" } };
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...answer }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterTest(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  return { url: `http://127.0.0.1:${address.port}/mcp`, got };
}

/** A gateway with that server, which is given a secret. */
async function serve(far: { url: string }) {
  const started = await startGateway({ env: { AUTH_ENCRYPTION_SECRET: canary("auth") } });
  const { api, gateway } = started;
  const headers = { authorization: `Bearer ${canary("configured")}` };
  const url = `${far.url.replace("//", `//me:${canary("password")}@`)}?key=${canary("query")}`;
  await api.servers.create({ name: "far", config: { transport: "http", url, headers } });
  await api.profiles.create({ slug: "dev", servers: ["far"] });
  const { token } = await api.tokens.create({ name: "test", profile: "dev" });
  const { url: own } = await gateway.listen();
  await until(
    () => api.servers.get({ server: "far" }),
    ({ status }) => status.state === "ready",
  );
  const authorization = { authorization: `Bearer ${token}` };
  return { api, endpoint: `${own}/mcp/dev`, token, authorization };
}

it.each(["legacy", "modern"] as const)(
  "N-23: neither side's credentials are seen on the other: a %s server",
  async (era) => {
    const far = await upstream(era);
    const { endpoint, token, authorization } = await serve(far);
    const told: string[] = [];
    const keep = async (response: Response): Promise<void> => {
      told.push(JSON.stringify([...response.headers]), await response.text());
    };
    const headers = { ...OF_THE_CLIENT, ...authorization };
    const client = new McpClient(endpoint, headers);
    await client.initialize();
    await client.request("tools/call", call("echo", { message: "legacy" }));
    const session = { ...headers, "mcp-session-id": client.sessionId ?? "" };
    const body = { jsonrpc: "2.0", id: 7, method: "tools/call", params: call("echo") };
    await keep(
      await fetch(endpoint, {
        method: "POST",
        headers: {
          ...session,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body: JSON.stringify(body),
      }),
    );
    await keep(await post(endpoint, "tools/call", call("echo"), { headers }));
    await keep(await post(endpoint, "tools/call", call("missing"), { headers }));
    await keep(await post(endpoint, "tools/list", {}, { headers }));

    expect(told.join()).toContain("done");
    expect(told.join()).not.toMatch(/canary-|access-control/);
    const calls = far.got.filter(({ message }) => message?.method === "tools/call");
    expect(calls).toHaveLength(3);
    for (const { request, body: sent } of far.got) {
      const seen = [...request.rawHeaders, request.url, sent].join("\n");
      for (const secret of [token, client.sessionId ?? "none", ...Object.values(OF_THE_CLIENT)]) {
        expect(seen).not.toContain(secret);
      }
      expect(request.headers.authorization).toBe(`Bearer ${canary("configured")}`);
      expect(request.url).toBe(`/mcp?key=${canary("query")}`);
    }
  },
);

it("N-30: no name of a tool becomes another header, in either direction", async () => {
  const hostile = [
    "a\r\nX-Injected: 1",
    "b\nX-Injected: 1",
    "c\r\n\r\n{}",
    "d\u0000e",
    " f ",
    "=?base64?eA==?=",
    "naïve ☃",
    "\u2028g\u0085h",
    'i";x="',
  ];
  const far = await upstream(
    "modern",
    hostile.map((name) => ({ ...ECHO, name })),
  );
  const { endpoint, authorization } = await serve(far);
  const listed = await ask(endpoint, "tools/list", {}, { headers: authorization });
  const shown = names(listed.result).map(String);
  expect(shown).toHaveLength(hostile.length);
  const encode = (name: string): string => `=?base64?${Buffer.from(name).toString("base64")}?=`;
  for (const name of shown) {
    const headers = { ...authorization, "mcp-name": encode(name) };
    const { result, error } = await ask(endpoint, "tools/call", call(name), { headers });
    expect([name, error, isRecord(result) && result.content]).toMatchObject([
      name,
      undefined,
      [{ text: "done" }],
    ]);
  }
  const calls = far.got.filter(({ message }) => message?.method === "tools/call");
  const called = calls.map(({ message }) => String(message?.params?.name));
  expect(new Set(called)).toEqual(new Set(hostile));
  for (const { request, message } of calls) {
    expect(request.headers).not.toHaveProperty("x-injected");
    const [, encoded] = /^=\?base64\?(.*)\?=$/.exec(String(request.headers["mcp-name"])) ?? [];
    const name = encoded === undefined ? request.headers["mcp-name"] : decoded(encoded);
    expect(name).toBe(message?.params?.name);
  }
});

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
