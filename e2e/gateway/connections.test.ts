import { describe, expect, it } from "vitest";
import { z } from "zod";
import { McpClient } from "../fixtures/mcp-client.ts";
import { call } from "../fixtures/test-support.ts";
import { isAlive } from "../processes.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

const remote = { transport: "http" as const, url: "http://127.0.0.1:9/mcp" };

/** The process that answers this client. */
const pidFor = async (client: McpClient): Promise<number> => {
  const answer = await client.request("tools/call", call("process"));
  return z.object({ structuredContent: z.object({ pid: z.number() }) }).parse(answer)
    .structuredContent.pid;
};

describe("the connections of a server", () => {
  it("are a matter of processes for a command, and not for a URL", async () => {
    const { api, url } = await serve({ one: fixture(), web: remote });
    const { token } = await api.tokens.create({ name: "m", rights: ["manage"] });
    const change = (server: string) =>
      fetch(`${url}/api/servers/${server}`, {
        method: "PATCH",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ changes: { connections: "per_client" } }),
      });
    expect((await change("one")).status).toBe(403);
    expect((await change("web")).status).toBe(200);
    expect(await api.servers.list()).toMatchObject([
      { name: "one", connections: "shared" },
      { name: "web", connections: "per_client" },
    ]);
  });

  it("are changed while clients go on, and keep what is known of the server", async () => {
    const { api, url, token, client } = await serve({ one: fixture("--tools", "process") });
    const other = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await other.initialize();
    await api.servers.test({ server: "one" });
    const shared = await pidFor(client);
    expect(await pidFor(other)).toBe(shared);
    const before = await api.servers.get({ server: "one" });

    const changed = await api.servers.update({
      server: "one",
      changes: { connections: "per_client" },
    });
    expect(changed.server).toMatchObject({ counts: before.counts, era: before.era });
    const own = [await pidFor(client), await pidFor(other)];
    expect(new Set([shared, ...own]).size).toBe(3);
    expect(await pidFor(client)).toBe(own[0]);

    await other.delete();
    await until(
      () => own.map(isAlive),
      ([, second]) => second === false,
    );
    expect(isAlive(own[0] ?? 0)).toBe(true);

    await api.servers.update({ server: "one", changes: { connections: "shared" } });
    expect(own).not.toContain(await pidFor(client));
    await until(
      () => own.map(isAlive),
      (alive) => !alive.includes(true),
    );
  });
});

describe("the era of a server", () => {
  it("is found once, kept over a restart, and found anew for another configuration", async () => {
    const first = await serve({ one: fixture() });
    const eraOf = async ({ api }: Pick<typeof first, "api">) =>
      (await api.servers.get({ server: "one" })).era;
    const found = await until(
      () => eraOf(first),
      (era) => era !== null,
    );
    expect(found).toMatchObject({ era: "legacy", protocolVersion: "2025-11-25" });
    await first.gateway.close();

    const second = await startGateway({ root: first.root });
    expect(await eraOf(second)).toEqual(found);
    expect(await second.api.servers.test({ server: "one" })).toMatchObject({ ok: true });
    expect(await eraOf(second)).toEqual(found);

    const { args } = fixture("--name", "other");
    const changed = await second.api.servers.update({
      server: "one",
      changes: { args, confirmed: true },
    });
    expect(changed.server.era).toBeNull();
    expect(await second.api.servers.test({ server: "one" })).toMatchObject({ ok: true });
    const again = await eraOf(second);
    expect(again).toMatchObject({ era: "legacy", protocolVersion: "2025-11-25" });
    expect(again?.decidedAt).toBeGreaterThan(found?.decidedAt ?? 0);
  });
});
