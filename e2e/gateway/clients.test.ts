import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call } from "../fixtures/test-support.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

/** A gateway with the profile `dev`, a token for it and no client. */
async function served() {
  const started = await serve({ one: fixture() });
  await started.client.delete();
  await until(
    () => started.api.servers.get({ server: "one" }),
    ({ status }) => status.state === "ready",
  );
  const address = `${started.url}/mcp/dev`;
  const cursor = new McpClient(address, { authorization: `Bearer ${started.token}` });
  const observed = async () => {
    const { clients } = await started.api.clients.list();
    return clients.find(({ name }) => name === "Cursor");
  };
  return { ...started, address, cursor, observed };
}

const CURSOR = { clientInfo: { name: "Cursor", version: "3.1" } };

describe("what is observed of a client", () => {
  it("turns true line by line: waiting, connected, listed, called", async () => {
    const { cursor, observed, token, api } = await served();
    expect(await observed()).toBeUndefined();

    await cursor.initialize(CURSOR);
    const [tokenView] = await api.tokens.list();
    expect(await observed()).toMatchObject({
      name: "Cursor",
      version: "3.1",
      era: "legacy",
      profile: "dev",
      tokenId: tokenView?.id,
      tokenName: "test",
      listed: null,
      firstCall: null,
      calls: 0,
    });

    const listed = await cursor.request("tools/list");
    const tools = Object(listed).tools.length;
    expect(await observed()).toMatchObject({ listed: { tools }, firstCall: null });

    await cursor.request("tools/call", call("echo", { text: "hello" }));
    await cursor.request("tools/call", call("no-such-tool")).catch(() => {});
    expect(await observed()).toMatchObject({
      firstCall: { tool: "echo", ok: true, durationMs: expect.any(Number) },
      calls: 2,
    });
    const shown = JSON.stringify(await api.clients.list());
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(cursor.sessionId);
    expect(shown).not.toContain("hello");
  });

  it("is told as an event", async () => {
    const { cursor, gateway } = await served();
    const told: string[] = [];
    afterTest(gateway.events.on(({ type }) => told.push(type)));
    await cursor.initialize(CURSOR);
    await until(
      () => told,
      (types) => types.includes("clients.changed"),
    );
    expect(told).toContain("clients.changed");
  });

  it("says whether it is there now, and stays after it has left", async () => {
    const { cursor, observed } = await served();
    await cursor.initialize(CURSOR);
    expect(await observed()).toMatchObject({ active: false });
    const stream = await cursor.listen(() => {});
    expect(await observed()).toMatchObject({ active: true });
    await stream.close();
    await until(observed, (client) => client?.active === false);
    await cursor.delete();
    expect(await observed()).toMatchObject({ name: "Cursor", active: false });
  });

  it("begins anew with the gateway, for a client that goes on with its session too", async () => {
    const { cursor, observed, gateway, root, token } = await served();
    await cursor.initialize(CURSOR);
    await cursor.request("tools/call", call("echo", { text: "x" }));
    expect(await observed()).toMatchObject({ calls: 1 });
    await gateway.close();

    const again = await startGateway({ root });
    const { url } = await again.gateway.listen();
    expect(await again.api.clients.list()).toEqual({ clients: [], refused: null });
    const resumed = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    resumed.sessionId = cursor.sessionId;
    resumed.protocolVersion = cursor.protocolVersion;
    await resumed.request("tools/list");
    const { clients } = await again.api.clients.list();
    expect(clients).toMatchObject([
      { name: "Cursor", listed: { tools: expect.any(Number) }, firstCall: null, calls: 0 },
    ]);
  });

  it("says that somebody came with a token that is not valid, and nothing of the token", async () => {
    const { address, api } = await served();
    expect((await api.clients.list()).refused).toBeNull();
    const wrong = new McpClient(address, {
      authorization: "Bearer lmg_wrong-token-canary",
      "user-agent": "Cursor/3.1",
    });
    await expect(wrong.initialize(CURSOR)).rejects.toThrow("401");
    await new McpClient(address).initialize(CURSOR).catch(() => {});
    const { refused, clients } = await api.clients.list();
    expect(refused).toEqual({ at: expect.any(Number), count: 1, userAgent: "Cursor/3.1" });
    expect(clients.map(({ name }) => name)).not.toContain("Cursor");
    expect(JSON.stringify(refused)).not.toContain("canary");
  });
});

describe("the test of a connection", () => {
  it("goes the whole way, leaves no session, and is no client", async () => {
    const { api, token } = await served();
    const before = await api.clients.list();
    const test = await api.clients.test({ profile: "dev", token });
    expect(test).toMatchObject({
      ok: true,
      steps: [
        { step: "connect", outcome: "passed" },
        { step: "initialize", outcome: "passed" },
        {
          step: "list",
          outcome: "passed",
          message: expect.stringMatching(/^Listed \d+ tools?\.$/),
        },
      ],
    });
    expect(await api.clients.list()).toEqual(before);
    expect((await api.status.get()).sessions).toBe(0);
    const active = await api.clients.test({ token });
    expect(active).toMatchObject({ ok: true });
  });

  it.each([
    ["lmg_wrong-token-canary", "The token was refused."],
    [undefined, "needs a token, and none was sent"],
  ])("names the step that fails: %s", async (token, message) => {
    const { api } = await served();
    const test = await api.clients.test({ profile: "dev", token });
    expect(test).toMatchObject({
      ok: false,
      steps: [
        { step: "connect", outcome: "passed" },
        { step: "initialize", outcome: "failed", message: expect.stringContaining(message) },
        { step: "list", outcome: "skipped" },
      ],
    });
    expect(JSON.stringify(test)).not.toContain("canary");
    expect((await api.clients.list()).refused).toBeNull();
  });

  it("says in words of the gateway why a token is not enough", async () => {
    const { api } = await served();
    await api.profiles.create({ slug: "other" });
    const { token } = await api.tokens.create({ name: "other", profile: "other" });
    const { steps } = await api.clients.test({ profile: "dev", token });
    expect(steps[1]).toMatchObject({
      outcome: "failed",
      message: expect.stringContaining("not valid for the profile “dev”"),
    });
  });

  it("sends nothing to another program that has the port instead of us", async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      if (request.headers.authorization) seen.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    afterTest(() => void other.close());
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const { api, gateway } = await startGateway({ settings: { port } });
    await expect(gateway.listen()).rejects.toMatchObject({ code: "port_taken" });
    await api.profiles.create({ slug: "dev" });
    const { token } = await api.tokens.create({ name: "mine", profile: null });
    const { ok, steps } = await api.clients.test({ profile: "dev", token });
    expect(ok).toBe(false);
    expect(steps[0]).toMatchObject({
      step: "connect",
      outcome: "failed",
      message: `Nothing is served at http://127.0.0.1:${port}/mcp/dev.`,
    });
    expect(seen).toEqual([]);
  });
});

describe("snippets", () => {
  it("hold the address that is served and the bridge of this data directory", async () => {
    const { api, url, dataDir } = await served();
    const snippets = await api.clients.snippets({ profile: "dev" });
    const text = (client: string) => snippets.find((one) => one.client === client)?.text ?? "";
    expect(text("cursor")).toContain(`${url}/mcp/dev`);
    expect(JSON.parse(text("claude-desktop")).mcpServers["local-mcp-dev"].args).toEqual([
      "--data-dir",
      dataDir,
      "bridge",
      "--profile",
      "dev",
    ]);
    await expect(api.clients.snippets({ profile: "none" })).rejects.toMatchObject({
      data: { code: "profile_not_found" },
    });
  });
});
