/**
 * N-4, N-8: what a page in a real browser can do to a gateway on the same computer. The browser is
 * Electron's own Chromium with a plain window; it knows evil.test as an address of this computer.
 */
import { copyFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { startGateway, type TestGateway, until } from "../gateway/test-gateway.ts";
import { appDirectory, giveToApp, startApp } from "./app.ts";
import { everyWay } from "./web-page.ts";

const PATHS = ["/mcp", "/mcp/dev", "/sse", "/mcp/dev/sse", "/api/servers", "/api/status"];
/** Of the last seven the browser sends a question first, and then not them. */
const WAYS =
  "beacon beacon-form eventsource form form-multipart form-text get get-opaque get-with-cookies " +
  "iframe img object post-form post-multipart post-text post-text-readable post-without-type " +
  "script style websocket asked:delete asked:get-token asked:options asked:patch " +
  "asked:post-json asked:post-token asked:put";

/** A web server that serves an empty page, and remembers in which ways it was asked. */
async function webServer() {
  const ways: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://web");
    const way = searchParams.get("way");
    if (way !== null) ways.push(request.method === "OPTIONS" ? `asked:${way}` : way);
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><body></body>");
  });
  // As a browser tries it; refused like anything else that is no page.
  server.on("upgrade", (request, socket) => {
    ways.push(new URL(request.url ?? "", "http://web").searchParams.get("way") ?? "");
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  afterTest(close);
  return { port: address.port, ways, close };
}

/** Everything that is configured, and who is connected. */
async function stateOf({ api }: TestGateway) {
  const { sessions } = await api.status.get();
  const servers = await api.servers.list();
  return {
    servers: servers.map(({ name, config, enabled, confirmed }) => [
      name,
      config,
      enabled,
      confirmed,
    ]),
    profiles: await api.profiles.list(),
    tokens: await api.tokens.list(),
    settings: await api.settings.list(),
    vault: await api.vault.status(),
    sessions,
  };
}

test("a page of another site, or of a name that leads here later, reaches nothing", async () => {
  const home = appDirectory();
  const program = join(home, "browser.cjs");
  copyFileSync(join(import.meta.dirname, "browser.cjs"), program);
  giveToApp(home);
  const args = ["--host-resolver-rules=MAP evil.test 127.0.0.1"];
  const { page } = await startApp({ home, program, args });

  const evil = await webServer();
  await page.goto(`http://evil.test:${evil.port}/`);
  const bait = await webServer();
  const attack = { paths: ["/"], token: "lmg_guessed" };
  await page.evaluate(everyWay, { ...attack, target: `http://127.0.0.1:${bait.port}` });
  // What follows proves something only if all of it can be sent.
  await expect
    .poll(() => [...new Set(bait.ways)].toSorted(), { timeout: 30_000 })
    .toEqual(WAYS.split(" ").toSorted());

  // From now on the page's own name leads to the gateway, as after DNS rebinding.
  await evil.close();
  const upstream = await startHttpServer({ fixture: { tools: ["echo"] } });
  afterTest(() => upstream.close());
  const started = await startGateway({ settings: { port: evil.port } });
  const { api, gateway } = started;
  await api.servers.create({ name: "web", config: { transport: "http", url: upstream.url } });
  await api.profiles.create({ slug: "dev", servers: ["web"] });
  await api.profiles.update({ profile: "dev", changes: { allowWithoutToken: true } });
  await api.profiles.activate({ profile: "dev" });
  const { url } = await gateway.listen();
  await until(
    () => api.servers.get({ server: "web" }),
    ({ status }) => status.state === "ready",
  );
  const before = await stateOf(started);
  const came = upstream.requests.length;

  const against = { paths: [...PATHS, "/health", "/openapi.json"], token: "lmg_guessed" };
  const elsewhere = await page.evaluate(everyWay, { ...against, target: url });
  expect(elsewhere).toEqual([]);
  const other = url.replace("127.0.0.1", "localhost");
  expect(await page.evaluate(everyWay, { ...attack, paths: ["/mcp/dev"], target: other })).toEqual(
    [],
  );

  const own = `http://evil.test:${evil.port}`;
  const paths = ["/mcp/dev", "/mcp/dev/sse", "/api/servers", "/health"];
  const rebound = await page.evaluate(everyWay, { ...attack, paths, target: own });
  expect(rebound.length).toBeGreaterThan(10 * paths.length);
  for (const { way, status, text } of rebound) {
    expect([way, status, text]).toEqual([
      way,
      status === 0 ? 0 : 403,
      expect.stringMatching(/Host/),
    ]);
  }
  await page.evaluate(() => {
    const text = JSON.stringify({ mcpServers: { evil: { command: "sh" } } });
    const link = `local-mcp-gateway://add-servers?text=${encodeURIComponent(text)}`;
    const frame = document.createElement("iframe");
    frame.src = link;
    document.body.append(frame);
    location.assign(link);
  });
  await page.evaluate((address) => location.assign(address), `${url}/mcp/dev`);
  await page.waitForURL(`${url}/mcp/dev`);
  expect(await page.textContent("body")).toContain("another site");

  expect(await stateOf(started)).toEqual(before);
  expect(await api.servers.usage()).toEqual([]);
  expect(upstream.requests.slice(came)).toEqual([]);
  // Whoever is no page is let in there.
  const client = new McpClient(`${url}/mcp/dev`);
  await client.initialize();
  expect(names(await client.request("tools/list"))).toEqual(["echo"]);
  await client.request("tools/call", call("echo", { message: "from a program" }));
  expect(upstream.requests.length).toBeGreaterThan(came);
});
