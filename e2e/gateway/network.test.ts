import { describe, expect, it } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { AUTHORITY, startProxy, startTls } from "../fixtures/proxy.ts";
import { startSseServer } from "../fixtures/sse-server.ts";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { serve, until } from "./test-gateway.ts";

const upstream = async () => {
  const server = await startHttpServer({ fixture: { tools: ["echo"] } });
  afterTest(() => server.close());
  return { server, port: Number(new URL(server.url).port) };
};
const proxyWith = async (options: Parameters<typeof startProxy>[0]) => {
  const proxy = await startProxy(options);
  afterTest(() => proxy.close());
  return proxy;
};
const secure = async (port: number) => {
  const front = await startTls(port);
  afterTest(() => front.close());
  return front.port;
};

const web = (url: string, transport: "http" | "sse" = "http") => ({ web: { transport, url } });
const webStatus = async ({ api }: Awaited<ReturnType<typeof serve>>) =>
  (await api.servers.get({ server: "web" })).status;
const settled = (served: Awaited<ReturnType<typeof serve>>) =>
  until(
    () => webStatus(served),
    ({ state }) => state !== "starting" && state !== "idle",
  );
/** Its tools as a client sees them, once it is up. */
const listed = async (served: Awaited<ReturnType<typeof serve>>) => {
  expect(await settled(served)).toMatchObject({ state: "ready", reason: null });
  return names(await served.client.request("tools/list"));
};

describe("a remote server behind a proxy", () => {
  it("is reached by TLS through a tunnel, and its own authority is trusted", async () => {
    const { port } = await upstream();
    const proxy = await proxyWith({
      credentials: "me:p@ss",
      hosts: { "mcp.test:443": await secure(port) },
    });
    const env = {
      HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
    };
    const served = await serve(web("https://mcp.test/mcp"), { gateway: { env } });
    expect(await listed(served)).toEqual(["echo"]);
    const answer = await served.client.request("tools/call", call("echo", { message: "hello" }));
    expect(JSON.stringify(answer)).toContain("hello");
    expect(new Set(proxy.requests)).toEqual(new Set(["CONNECT mcp.test:443"]));

    const { network } = await served.api.runtimes.get();
    expect(network).toEqual({
      httpProxy: null,
      httpsProxy: `http://127.0.0.1:${proxy.port}`,
      noProxy: null,
      extraCa: { file: AUTHORITY, certificates: 1 },
      problem: null,
    });
    expect(JSON.stringify([await served.api.status.doctor(), served.log])).not.toMatch(/p@ss|p%40/);
  });

  it("does not hold up the end where the proxy answers nobody any more", async () => {
    const { port } = await upstream();
    const tunnel = await startTls(port);
    const proxy = await proxyWith({ hosts: { "mcp.test:443": tunnel.port } });
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: AUTHORITY,
    };
    const served = await serve(web("https://mcp.test/mcp"), { gateway: { env } });
    expect(await listed(served)).toEqual(["echo"]);
    proxy.hang();
    const before = proxy.requests.length;
    await tunnel.close();
    // It has noticed that its connections are gone, and asks for another one.
    await until(
      async () => proxy.requests.length,
      (count) => count > before,
    );
    // What says goodbye to the server would wait as long as a tunnel may take, which is 30 s.
    await served.gateway.close();
    expect(served.log.join()).toContain("server ready");
  }, 15_000);

  it("is refused where its authority is not trusted", async () => {
    const { port } = await upstream();
    const proxy = await proxyWith({ hosts: { "mcp.test:443": await secure(port) } });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const served = await serve(web("https://mcp.test/mcp"), { gateway: { env } });
    expect((await settled(served)).reason).toMatchObject({
      code: "tls",
      message: "The certificate of mcp.test is not trusted.",
    });
  });

  it("is reached through a proxy that speaks TLS itself", async () => {
    const { port } = await upstream();
    const hosts = { "mcp.test:443": await secure(port), "mcp.test:80": port };
    const proxy = await proxyWith({ secure: true, hosts });
    const address = `https://localhost:${proxy.port}`;
    const env = { https_proxy: address, http_proxy: address, NODE_EXTRA_CA_CERTS: AUTHORITY };
    const served = await serve(
      { ...web("https://mcp.test/mcp"), plain: { transport: "http", url: "http://mcp.test/mcp" } },
      { gateway: { env } },
    );
    for (const server of ["web", "plain"]) {
      const { status } = await until(
        () => served.api.servers.get({ server }),
        ({ status: { state } }) => state === "ready" || state === "failed",
      );
      expect(status).toMatchObject({ state: "ready", reason: null });
    }
  });

  it("is asked for in full where it speaks plain HTTP, and keeps its own credentials", async () => {
    const { port, server } = await upstream();
    const proxy = await proxyWith({ credentials: "me:pass", hosts: { "mcp.test:80": port } });
    const env = {
      HTTP_PROXY: `me:pass@127.0.0.1:${proxy.port}`,
      AUTH_ENCRYPTION_SECRET: "a secret of this test",
    };
    const served = await serve(web("http://its:own@mcp.test/mcp?key=1"), { gateway: { env } });
    expect(await listed(served)).toEqual(["echo"]);
    expect(proxy.requests).toContain("POST http://mcp.test/mcp?key=1");
    expect(proxy.requests).toContain("GET http://mcp.test/mcp?key=1");
    const { headers } = server.requests[0] ?? {};
    expect(headers).toMatchObject({
      host: "mcp.test",
      authorization: `Basic ${Buffer.from("its:own").toString("base64")}`,
    });
    expect(headers).not.toHaveProperty("proxy-authorization");
  });

  it("of the older transport as well", async () => {
    const old = await startSseServer({ fixture: { tools: ["echo"] } });
    afterTest(() => old.close());
    const proxy = await proxyWith({ hosts: { "mcp.test:80": Number(new URL(old.url).port) } });
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` };
    const url = `http://mcp.test${new URL(old.url).pathname}`;
    const served = await serve(web(url, "sse"), { gateway: { env } });
    expect(await listed(served)).toEqual(["echo"]);
    expect(proxy.requests.some((line) => line.startsWith("POST http://mcp.test/"))).toBe(true);
  });

  it.each([
    [{ credentials: "me:pass" }, "asks for a user and a password", "failed"],
    [{ status: 403 }, "answered with HTTP status 403", "failed"],
    [{}, "answered with HTTP status 502", "retrying"],
  ])("is told apart from a proxy that refuses: %o", async (options, words, state) => {
    const proxy = await proxyWith(options);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const served = await serve(web("https://mcp.test/mcp"), { gateway: { env } });
    const status = await settled(served);
    expect(status.reason?.message).toContain(
      `mcp.test:443 cannot be reached: the proxy 127.0.0.1:${proxy.port} ${words}.`,
    );
    expect(status.state).toBe(state);
  });

  it.each(["http", "https"])(
    "is told apart from a proxy that is not there (%s)",
    async (scheme) => {
      const proxy = await startProxy();
      await proxy.close();
      const env = { ALL_PROXY: `http://127.0.0.1:${proxy.port}` };
      const served = await serve(web(`${scheme}://mcp.test/mcp`), { gateway: { env } });
      expect((await settled(served)).reason?.message).toMatch(
        `the proxy 127.0.0.1:${proxy.port} does not answer (ECONNREFUSED).`,
      );
    },
  );
});

describe("the proxy in the settings", () => {
  it("wins over the environment, and a server follows when it changes", async () => {
    const { port } = await upstream();
    const hosts = { "mcp.test:80": port };
    const [first, second] = [await proxyWith({ hosts }), await proxyWith({ hosts })];
    const env = { HTTP_PROXY: `http://127.0.0.1:${first.port}` };
    const served = await serve(web("http://mcp.test/mcp"), { gateway: { env } });
    await until(
      () => webStatus(served),
      ({ state }) => state === "ready",
    );
    expect(second.requests).toEqual([]);

    await served.api.settings.update({ proxy: `http://127.0.0.1:${second.port}` });
    await until(
      async () => second.requests.length > 0 && (await webStatus(served)).state,
      (state) => state === "ready",
    );

    await served.api.settings.update({ proxy: "direct" });
    const status = await until(
      () => webStatus(served),
      ({ state }) => state === "retrying",
    );
    expect(status.reason?.code).toBe("dns");
  });

  it("leaves this computer out", async () => {
    const { server } = await upstream();
    const proxy = await proxyWith({});
    const env = { ALL_PROXY: `http://127.0.0.1:${proxy.port}` };
    const served = await serve(web(server.url), { gateway: { env } });
    expect((await settled(served)).state).toBe("ready");
    expect(proxy.requests).toEqual([]);
  });
});

describe("the file with extra certificates in the settings", () => {
  it("is refused where it is none, and otherwise opens what was refused", async () => {
    const { port } = await upstream();
    const proxy = await proxyWith({ hosts: { "mcp.test:443": await secure(port) } });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const served = await serve(web("https://mcp.test/mcp"), { gateway: { env } });
    expect(await settled(served)).toMatchObject({ state: "failed", reason: { code: "tls" } });

    const { settings, status } = served.api;
    const wrong = settings.update({ extraCaFile: fixtureFile("proxy.ts"), noProxy: "x" });
    await expect(wrong).rejects.toMatchObject({
      message: `${fixtureFile("proxy.ts")} cannot be read: it holds no certificate in PEM form.`,
    });
    const stored = (await settings.list()).filter(({ source }) => source === "stored");
    expect(stored).toEqual([]);

    await settings.update({ extraCaFile: AUTHORITY });
    await until(
      () => webStatus(served),
      ({ state }) => state === "ready",
    );
    const said = (await status.doctor()).findings.map(({ message }) => message);
    expect(said).toContain(`Also trusted: 1 certificate of ${AUTHORITY}.`);
    expect(said).toContain(
      `Remote servers are reached through the proxy http://127.0.0.1:${proxy.port}.`,
    );

    await settings.update({ extraCaFile: null });
    await until(
      () => webStatus(served),
      ({ state }) => state === "failed",
    );
  });

  it("that has vanished is told, and the proxy is used all the same", async () => {
    const { port } = await upstream();
    const proxy = await proxyWith({ hosts: { "mcp.test:80": port } });
    const gone = "/no/such/authority.pem";
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: gone };
    const served = await serve(web("http://mcp.test/mcp"), { gateway: { env } });
    expect(await listed(served)).toEqual(["echo"]);
    const { findings } = await served.api.status.doctor();
    expect(findings).toContainEqual({
      area: "programs",
      level: "problem",
      message: `${gone} cannot be read: there is no such file.`,
      wayOut: "Correct it in Settings, or in the environment.",
    });
  });
});
