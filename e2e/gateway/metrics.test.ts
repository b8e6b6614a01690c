import { describe, expect, it } from "vitest";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

/** A request at the root of the gateway. */
const ask = async (
  url: string,
  token: string,
  path: string,
  init: { method?: string; accept?: string } = {},
) => {
  const { method = "GET", accept = "application/json" } = init;
  const headers = { authorization: `Bearer ${token}`, accept };
  const response = await fetch(`${url}${path}`, { method, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

/** A gateway that was called by a client, by the window and for what nobody knows. */
async function called() {
  const stage = await serve({ one: fixture() });
  const { api, client } = stage;
  const { token: admin } = await api.tokens.create({ name: "admin", rights: ["manage"] });
  await until(
    () => client.request("tools/list"),
    (listed) => JSON.stringify(listed).includes('"echo"'),
  );
  await client.request("tools/call", { name: "echo", arguments: { text: "a" } });
  await client.request("tools/call", { name: "echo", arguments: { text: "b" } });
  await client.request("tools/call", { name: "nobody", arguments: {} }).catch(() => {});
  await api.servers.callTool({ server: "one", name: "echo", arguments: { text: "c" } });
  return { ...stage, admin };
}

describe("what was called", () => {
  it("is counted whoever called it, over the API, as JSON of the seeds and as text", async () => {
    const { api, url, token, admin } = await called();
    const view = await api.metrics.get({});
    expect(view.recording).toBe(true);
    expect(view.items).toMatchObject([{ kind: "tool", name: "echo", server: "one", calls: 3 }]);
    expect(view.profiles).toMatchObject([
      { profile: "dev", calls: 2 },
      { profile: "", calls: 1 },
    ]);

    const json = await ask(url, admin, "/metrics");
    expect(json.status).toBe(200);
    expect(JSON.parse(json.text)).toMatchObject({
      tools: { total_executions: 3, failed_executions: 0, failure_rate: 0 },
      prompts: { total_executions: 0, last_execution_time: null, avg_response_time: null },
      servers: { total_executions: 3, successful_executions: 3 },
    });
    for (const scraped of [
      await ask(url, admin, "/metrics?format=prometheus"),
      await ask(url, admin, "/metrics", { accept: "text/plain;version=0.0.4" }),
    ]) {
      expect(scraped.headers.get("content-type")).toContain("version=0.0.4");
      expect(scraped.text).toContain(
        'local_mcp_gateway_calls_total{kind="tool",name="echo",server="one",profile="dev",outcome="ok"} 2',
      );
      expect(scraped.text).toContain('local_mcp_gateway_servers{state="ready"} 1');
    }
    expect((await ask(url, token, "/metrics")).status).toBe(403);
    expect((await ask(url, "nobody", "/metrics")).status).toBe(401);
  });

  it("is forgotten over the seeds' route, which names what it does not know", async () => {
    const { api, client, url, token, admin } = await called();
    const reset = (query: string, as = admin) =>
      ask(url, as, `/metrics/reset${query}`, { method: "POST" });
    expect((await reset("?entity=tool&entity_id=echo", token)).status).toBe(403);
    expect((await reset("?entity=cat")).text).toContain("entity");
    expect((await reset("?entity=server&entity_id=nobody")).status).toBe(404);
    expect((await reset("?entity=server")).text).toContain("entity_id");
    expect((await api.metrics.get({})).totals.calls).toBe(3);
    const { id } = await api.prompts.create({ name: "hello", template: "Hi", profiles: ["dev"] });
    await client.request("prompts/get", { name: "hello" });
    const own = await reset(`?entity=prompt&entity_id=${id}`);
    expect(JSON.parse(own.text)).toMatchObject({ calls: 1 });
    expect(JSON.parse((await reset("?entity=tool&entity_id=echo")).text)).toMatchObject({
      status: "success",
      calls: 3,
    });
    expect((await api.metrics.get({})).totals.calls).toBe(0);
    const { entries } = await api.audit.list({ action: "metrics.reset" });
    const done = entries.filter(({ outcome }) => outcome === "ok");
    expect(done).toMatchObject([
      { subject: { name: "echo" }, detail: { calls: 3 } },
      { subject: { name: "hello" }, detail: { calls: 1 } },
    ]);
  });

  it("is still there after the gateway ended, and not counted where that is off", async () => {
    const { api, gateway, client, root } = await called();
    await api.settings.update({ metrics: false });
    await client.request("tools/call", { name: "echo", arguments: { text: "off" } });
    expect(await api.metrics.get({})).toMatchObject({ recording: false, totals: { calls: 3 } });
    await gateway.close();
    const again = await startGateway({ root });
    expect((await again.api.metrics.get({})).totals.calls).toBe(3);
  });

  it("comes and goes with a backup that has it", async () => {
    const { api, client } = await called();
    await api.metrics.get({});
    const backup = await api.backups.create({ unencrypted: true, parts: ["traffic"] });
    await client.request("tools/call", { name: "echo", arguments: { text: "later" } });
    expect((await api.metrics.get({})).totals.calls).toBe(4);
    await api.backups.restore({ backup: backup.id, parts: ["traffic"] });
    const restored = await until(
      () => api.metrics.get({}).catch(() => null),
      (view) => view?.totals.calls === 3,
    );
    expect(restored?.items).toMatchObject([{ name: "echo", server: "one", calls: 3 }]);
  });
});
