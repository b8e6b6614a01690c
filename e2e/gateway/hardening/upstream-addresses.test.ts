/** Where a gateway may be sent by who writes a URL, and by who answers at one (N-17, N-18). */
import { describe, expect, it } from "vitest";
import { startHttpServer } from "../../fixtures/http-server.ts";
import { redirect } from "../../fixtures/http-plumbing.ts";
import { afterTest } from "../../fixtures/test-support.ts";
import { startGateway, until } from "../test-gateway.ts";

const CANARY = "canary-5d2e81f0c7a94b36-of-the-header";
const env = { AUTH_ENCRYPTION_SECRET: "a secret of this test" };

const upstream = async () => {
  const server = await startHttpServer({ fixture: { tools: ["echo"] } });
  afterTest(() => server.close());
  return server;
};

/** A gateway with one remote server that has a secret, once it is up. */
async function withSecret() {
  const there = await upstream();
  const started = await startGateway({ env });
  const { api, gateway } = started;
  const config = { transport: "http" as const, url: there.url, headers: { "X-Key": CANARY } };
  await api.servers.create({ name: "web", config });
  const { url } = await gateway.listen();
  await until(
    () => api.servers.get({ server: "web" }),
    ({ status }) => status.state === "ready",
  );
  return { ...started, url, there };
}

describe("N-18: an address that is never connected to", () => {
  it("is refused where it is configured, with the rule in words, and nothing is stored", async () => {
    const { api } = await startGateway();
    const url = "http://[::ffff:169.254.169.254]/latest/meta-data/";
    await expect(
      api.servers.create({ name: "cloud", config: { transport: "http", url } }),
    ).rejects.toMatchObject({
      data: {
        code: "address_blocked",
        message: expect.stringContaining("the address at which a cloud hands out credentials"),
      },
    });
    expect(await api.servers.list()).toEqual([]);
    const there = await upstream();
    await api.servers.create({ name: "web", config: { transport: "http", url: there.url } });
    await expect(
      api.servers.update({ server: "web", changes: { url: "http://0x0/" } }),
    ).rejects.toMatchObject({ data: { code: "address_blocked" } });
    expect((await api.servers.get({ server: "web" })).config).toMatchObject({ url: there.url });
    const text = JSON.stringify({ mcpServers: { one: { url }, two: { url: there.url } } });
    const { rows } = await api.servers.importFile({ text });
    expect(rows.map(({ outcome }) => outcome)).toEqual(["failed", "added"]);
  });
});

describe("N-17: a server that sends the gateway to another origin", () => {
  it("does not get its secrets there", async () => {
    const { api, there } = await withSecret();
    const evil = await upstream();
    there.setFault(() => redirect(evil.url));
    await api.servers.restart({ server: "web" }).catch(() => undefined);
    const { status } = await until(
      () => api.servers.get({ server: "web" }),
      (server) => server.status.state === "failed",
    );
    expect(status.reason?.message).toContain(`redirects to ${evil.url}. What is configured`);
    expect(evil.requests).toEqual([]);
  });
});

describe("stored secrets of a server that is moved to another origin", () => {
  it("stay, unless the change says that they go, or gives others", async () => {
    const { api, there } = await withSecret();
    const [evil, next] = [await upstream(), await upstream()];
    const changes = { url: evil.url };
    await expect(api.servers.update({ server: "web", changes })).rejects.toMatchObject({
      data: {
        code: "secrets_would_move",
        params: { server: "web", from: there.origin, to: evil.origin, count: 1 },
        wayOut: expect.stringContaining("--keep-secrets"),
      },
    });
    expect((await api.servers.get({ server: "web" })).config).toMatchObject({ url: there.url });
    await api.servers.update({
      server: "web",
      changes: { url: evil.url, headers: { "x-key": "another" } },
    });
    await until(
      () => evil.requests,
      (requests) => requests.length > 0,
    );
    expect(JSON.stringify(evil.requests)).not.toContain(CANARY);
    await api.servers.update({ server: "web", changes: { url: next.url, keepSecrets: true } });
    await until(
      () => next.requests,
      (requests) => requests.some(({ headers }) => headers["x-key"] === "another"),
    );
  });

  it("stay for a token that may start no process, whatever it says", async () => {
    const { api, url } = await withSecret();
    const evil = await upstream();
    const { token } = await api.tokens.create({ name: "manager", rights: ["manage"] });
    const send = async (method: string, path: string, body: unknown): Promise<string> => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
      return `${response.status} ${await response.text()}`;
    };
    const move = (changes: object) => send("PATCH", "/api/servers/web", { changes });
    expect(await move({ url: evil.url })).toMatch(/^409 .*secrets_would_move/);
    expect(await move({ url: evil.url, keepSecrets: true })).toMatch(/^403 .*processes/);
    for (const setting of [{ proxy: evil.origin }, { noProxy: "*" }, { extraCaFile: "/x" }]) {
      expect(await send("PATCH", "/api/settings", setting)).toMatch(/^403 .*processes/);
    }
    expect(await send("PATCH", "/api/settings", { appearance: "dark" })).toMatch(/^200 /);
    expect(evil.requests).toEqual([]);
  });

  it("do not follow another secret that leads elsewhere from within the URL", async () => {
    const { api, there } = await withSecret();
    const evil = await upstream();
    const marked = there.url.replace("//", "//${secret:url.user}@");
    const { host } = new URL(evil.url);
    for (const value of [`${host}/`, `${host}?`, `${host}#`, `${host}\\`]) {
      await api.servers.update({
        server: "web",
        changes: { url: marked, secrets: { "url.user": value } },
      });
      const { status } = await until(
        () => api.servers.get({ server: "web" }),
        (server) => server.status.reason !== null,
      );
      expect(status.reason?.message).toBe(
        "A secret in the URL of “web” changes which server it leads to, so it is not used.",
      );
      await api.servers.update({ server: "web", changes: { secrets: { "url.user": "me" } } });
      await until(
        () => api.servers.get({ server: "web" }),
        (server) => server.status.state === "ready",
      );
    }
    expect(evil.requests).toEqual([]);
  });
});
