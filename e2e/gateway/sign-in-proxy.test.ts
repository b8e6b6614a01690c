import { createServer, request as send } from "node:http";
import { expect, it } from "vitest";
import { onLoopback } from "../fixtures/loopback.ts";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { visit } from "../fixtures/browser.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { AUTHORITY, startProxy, startTls } from "../fixtures/proxy.ts";
import { afterTest, call } from "../fixtures/test-support.ts";
import { pause } from "../command-line.ts";
import { SECRET, startUpstream } from "./sign-in-command.ts";
import { serve, until } from "./test-gateway.ts";

/** Of the certificate of these tests; a name that only the proxy knows. */
const FAR = "https://mcp.test";
const TOOL = "test_simple_text";

const listening = async (server: ReturnType<typeof createServer>): Promise<number> => {
  afterTest(() => {
    server.close();
    server.closeAllConnections();
  });
  return onLoopback(server);
};

/** The server and its authorization server at one origin, which speaks TLS. */
const startFar = async () => {
  const authorizationServer = await startAuthorizationServer({
    knownAs: FAR,
    accessTokenSeconds: 1,
  });
  afterTest(() => authorizationServer.close());
  const server = await startProtectedServer({ trusts: authorizationServer, knownAs: FAR });
  afterTest(() => server.close());
  const front = createServer((request, response) => {
    const isServer = /^\/(mcp|\.well-known\/oauth-protected-resource)/.test(request.url ?? "");
    const to = new URL(request.url ?? "", isServer ? server.origin : authorizationServer.origin);
    const headers = { ...request.headers, "x-forwarded-proto": "https" };
    const onward = send(to, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.pipe(response);
    });
    onward.once("error", () => response.destroy());
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  });
  const tls = await startTls(await listening(front));
  afterTest(() => tls.close());
  const proxy = await startProxy({ hosts: { "mcp.test:443": tls.port } });
  afterTest(() => proxy.close());
  return { authorizationServer, server, proxy };
};

type Served = Awaited<ReturnType<typeof serve>>;

/** As a person does whose browser finds the authorization server at `origin`. */
const signIn = async ({ api }: Served, origin: string): Promise<void> => {
  const { id, url } = await api.signIn.start({ server: "far" });
  const { pathname, search } = new URL(url ?? "");
  await visit(`${origin}${pathname}${search}`);
  expect(await api.signIn.wait({ server: "far", signIn: id })).toMatchObject({ state: "done" });
  await until(
    async () => (await api.servers.get({ server: "far" })).status,
    ({ state }) => state === "ready",
  );
};

it("behind a proxy everything that a sign-in asks goes through it, renewals too", async () => {
  const { authorizationServer, server, proxy } = await startFar();
  const served = await serve(
    { far: { transport: "http", url: server.url } },
    {
      gateway: {
        env: {
          HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
          NODE_EXTRA_CA_CERTS: AUTHORITY,
          AUTH_ENCRYPTION_SECRET: SECRET,
        },
      },
    },
  );
  await signIn(served, authorizationServer.origin);
  await pause(1100);
  expect(await served.client.request("tools/call", call(TOOL))).not.toMatchObject({
    isError: true,
  });
  const { counts } = authorizationServer;
  expect(counts).toMatchObject({ registrations: 1, refreshTokensUsedTwice: 0 });
  expect(counts.granted).toMatchObject({ authorization_code: 1 });
  expect(counts.granted.refresh_token).toBeGreaterThan(0);
  expect(new Set(proxy.requests)).toEqual(new Set(["CONNECT mcp.test:443"]));
  expect(await served.api.signIn.remove({ server: "far" })).toMatchObject({ revoked: "yes" });

  // Where the proxy refuses, the sign-in says whose fault it is.
  await served.api.settings.update({ proxy: `http://127.0.0.1:${await refusing()}` });
  await expect(served.api.signIn.start({ server: "far" })).rejects.toMatchObject({
    message: expect.stringContaining("HTTP status 403"),
  });
});

const refusing = async (): Promise<number> => {
  const proxy = await startProxy({ status: 403 });
  afterTest(() => proxy.close());
  return proxy.port;
};

it("what is on this computer is asked without the proxy", async () => {
  const { server, authorizationServer } = await startUpstream();
  const proxy = await startProxy();
  afterTest(() => proxy.close());
  const served = await serve(
    { far: { transport: "http", url: server.url } },
    {
      gateway: {
        env: {
          ALL_PROXY: `http://127.0.0.1:${proxy.port}`,
          AUTH_ENCRYPTION_SECRET: SECRET,
        },
      },
    },
  );
  await signIn(served, authorizationServer.origin);
  expect(proxy.requests).toEqual([]);
});
