/** What docs/deployment.md says of a gateway behind a proxy that has the certificate and the name. */
import dns from "node:dns";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type OutgoingHttpHeaders, request as forward } from "node:http";
import { createServer } from "node:https";
import tls from "node:tls";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CLI, run } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { AUTHORITY } from "../fixtures/proxy.ts";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { readStream } from "./raw-http.ts";
import { INITIALIZE } from "./hardening/stage.ts";
import { fixture, serve, until } from "./test-gateway.ts";

const NAME = "mcp.test";
const ADMIN = "the-token-of-the-deployment";

beforeEach(() => {
  const known = tls.getCACertificates();
  tls.setDefaultCACertificates([...known, readFileSync(AUTHORITY, "utf8")]);
  const lookup = dns.lookup.bind(dns);
  const spy = vi
    .spyOn(dns, "lookup")
    .mockImplementation((name: string, ...rest: unknown[]) =>
      Reflect.apply(lookup, dns, [name === NAME ? "127.0.0.1" : name, ...rest]),
    );
  afterTest(() => {
    spy.mockRestore();
    tls.setDefaultCACertificates(known);
  });
});

/** As nginx and Caddy forward with the settings of that page; the last ones are kept as they came. */
const SET_UP = (gateway: URL, client: string): OutgoingHttpHeaders => ({
  host: gateway.host,
  "x-forwarded-for": client,
});

/** A proxy that ends TLS in front of a gateway. @returns its base URL, by its public name */
async function startFront(gatewayUrl: string, headersFor = SET_UP): Promise<string> {
  const gateway = new URL(gatewayUrl);
  const front = createServer(
    {
      cert: readFileSync(fixtureFile("tls/server.pem")),
      key: readFileSync(fixtureFile("tls/server-key.pem")),
    },
    (request, response) => {
      const { method, url: path } = request;
      const own = headersFor(gateway, request.socket.remoteAddress ?? "");
      const headers = { ...request.headers, ...own };
      const onward = forward(gateway, { method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      });
      request.pipe(onward);
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
    },
  ).listen(0, "127.0.0.1");
  await once(front, "listening");
  afterTest(() => {
    front.closeAllConnections();
    front.close();
  });
  const address = front.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return `https://${NAME}:${address.port}`;
}

const served = () =>
  serve({ one: fixture() }, { gateway: { env: { MCPGATEWAY_BEARER_TOKEN: ADMIN } } });

async function post(base: string, headers: Record<string, string>) {
  const answer = await fetch(`${base}/mcp/dev`, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    body: INITIALIZE,
  });
  return { status: answer.status, text: await answer.text() };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("behind a proxy that speaks TLS and names the gateway by its own address", () => {
  it("a client calls tools by the public name, and is asked in the middle of a call", async () => {
    const { url, token } = await served();
    const client = new McpClient(`${await startFront(url)}/mcp/dev`, bearer(token));
    await client.initialize({ capabilities: { roots: {} } });
    await until(
      () => client.request("tools/list"),
      (listed) => names(listed).includes("ask"),
    );
    // The call goes on once the question was answered: nothing on the way keeps the stream back.
    const asked: unknown[] = [];
    const result = await client.request("tools/call", call("ask", { method: "roots/list" }), {
      onRequest: ({ method }) => {
        asked.push(method);
        return { roots: [{ uri: "file:///of-the-client" }] };
      },
    });
    expect(asked).toEqual(["roots/list"]);
    expect(JSON.stringify(result)).toContain("file:///of-the-client");
  });

  it("a client of HTTP+SSE is told where to post without a name that only the gateway has", async () => {
    const { url, token } = await served();
    const base = await startFront(url);
    const reading = await readStream(`${base}/mcp/dev/sse`, { headers: bearer(token) });
    await until(
      () => reading.events.length,
      (count) => count > 0,
    );
    const target = new URL(reading.events[0]?.data ?? "", base);
    expect(target.origin).toBe(base);
    const answer = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(token) },
      body: INITIALIZE,
    });
    expect(answer.status).toBe(202);
    await until(
      () => reading.messages.length,
      (count) => count > 0,
    );
    expect(reading.messages[0]).toMatchObject({ id: 1, result: { capabilities: {} } });
  });

  it("the command line manages it from elsewhere", async () => {
    const { url, root } = await served();
    const front = (await startFront(url)).replace(NAME, "localhost");
    const { code, stdout, stderr } = await run([CLI, "--json", "--gateway", front, "status"], {
      PATH: process.env.PATH,
      HOME: root,
      MCPGATEWAY_BEARER_TOKEN: ADMIN,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ servers: [{ name: "one" }] });
  });

  it("the public name passed on is refused, since a page could have rebound it", async () => {
    const { url, token } = await served();
    const base = await startFront(url, () => ({}));
    const { status, text } = await post(base, bearer(token));
    expect([status, text]).toEqual([403, expect.stringContaining(NAME)]);
  });

  it("what is open on this computer without a token is not open to whoever comes through it", async () => {
    const { url, api } = await served();
    await api.profiles.update({ profile: "dev", changes: { allowWithoutToken: true } });
    expect((await post(url, {})).status).toBe(200);
    expect((await post(await startFront(url), {})).status).toBe(401);
  });

  it("who guesses tokens through it is held back, and nobody else", async () => {
    const { url, token } = await served();
    const base = await startFront(url);
    const statuses: number[] = [];
    while (statuses.length < 100 && statuses.at(-1) !== 429) {
      statuses.push((await post(base, bearer(`lmg_guess-${statuses.length}`))).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    expect((await post(base, bearer(token))).status).toBe(200);
  });
});
