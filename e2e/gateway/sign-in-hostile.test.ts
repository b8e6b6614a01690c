import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { SECRET } from "../fixtures/authorization-provider.ts";
import { visit } from "../fixtures/browser.ts";
import { answerJson } from "../fixtures/http-plumbing.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { authorizationServer, keychain, said, stageSignIn } from "./sign-in-stage.ts";
import { serve, until } from "./test-gateway.ts";

/** A server that answers nothing of use, and remembers who it was shown. */
async function listener(challenge = "Bearer") {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(401, { "www-authenticate": challenge }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterTest(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = (typeof address === "object" && address?.port) || 0;
  return { url: `http://127.0.0.1:${port}/mcp`, port, seen };
}

describe("somebody who may change the configuration", () => {
  it("is not sent the access of a person who was on the way when the server moved", async () => {
    const { api, begin, wait, status } = await stageSignIn();
    const started = await begin();
    const other = await listener();
    await api.servers.update({ server: "far", changes: { url: other.url } });
    // The port is closed, or what comes there is not used.
    await visit(String(started.back)).catch(() => null);
    expect(await wait(started)).toMatchObject({ state: "cancelled" });
    await api.servers.test({ server: "far" });
    expect(other.seen.length).toBeGreaterThan(0);
    expect(other.seen.filter((value) => value !== undefined)).toEqual([]);
    expect((await status()).signIn).toMatchObject({ expiresAt: null });
  });

  it("reads no secret in the page that a person is sent to", async () => {
    const { api, start, authorization } = await stageSignIn();
    const key = "a-key-of-the-server-4711";
    await api.servers.update({
      server: "far",
      changes: { headers: { "X-Key": "${secret:key}" }, secrets: { key } },
    });
    await api.servers.update({
      server: "far",
      changes: { signIn: { parameters: { leak: "${secret:key}", plain: "shown" } } },
    });
    const { url } = await start();
    expect(url).not.toContain(key);
    expect(new URL(url).searchParams.get("plain")).toBe("shown");
    await visit(url);
    const asked = authorization.requests.findLast(({ body }) => body?.grant_type !== undefined);
    expect(asked?.body).toMatchObject({ leak: key, plain: "shown" });
  });
});

describe("a server that misleads", () => {
  it("reaches nothing of this computer because a person named an authorization server here", async () => {
    const { issuer } = await authorizationServer();
    const inside = await listener();
    const far = await listener(`Bearer resource_metadata="${inside.url}"`);
    const proxy = await startProxy({ hosts: { "mcp.test:80": far.port } });
    afterTest(() => proxy.close());
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "127.0.0.1" };
    const { api } = await serve(
      { far: { transport: "http", url: "http://mcp.test/mcp", signIn: { issuer } } },
      { gateway: { env, keychain: keychain() } },
    );
    const started = await api.signIn.start({ server: "far" });
    expect(new URL(started.url ?? "").origin).toBe(new URL(issuer).origin);
    expect(far.seen.length).toBeGreaterThan(0);
    expect(inside.seen).toEqual([]);
  });

  it("gets no client's secret sent elsewhere once its own does not know the client any more", async () => {
    const stage = await stageSignIn({ authorization: { accessTokenSeconds: 1 } });
    const { api, authorization, client, far, status } = stage;
    const signIn = { clientId: "by-hand-basic", clientSecret: SECRET };
    await api.servers.update({ server: "far", changes: { signIn } });
    await stage.signIn();
    authorization.trouble({ fault: answerJson(401, { error: "invalid_client" }), at: "token" });
    await until(
      async () => {
        await said(client);
        return (await status()).signIn?.state;
      },
      (state) => state === "again",
    );
    const other = await authorizationServer();
    far.moveTo(other);
    await expect(api.signIn.start({ server: "far" })).rejects.toMatchObject({
      code: "SIGN_IN_NOT_OFFERED",
      message: expect.stringContaining("belongs to"),
    });
    expect(other.requests.filter(({ method }) => method === "POST")).toEqual([]);
  });
});

it("an authorization server that quotes what it was sent is not quoted", async () => {
  const stage = await stageSignIn();
  const { authorization, log, api } = stage;
  const { back, ...started } = await stage.begin();
  const code = back.searchParams.get("code") ?? "";
  const text = `${code} of ${back.searchParams.get("state")} is used`;
  authorization.trouble({
    fault: answerJson(400, { error: "invalid_grant", error_description: text }),
    at: "token",
  });
  const { body } = await visit(back.href);
  const shown = await stage.wait(started);
  expect(shown.problem?.message).toContain("is used");
  const all = [body, shown, await stage.status(), await api.audit.list({}), log];
  expect(code.length).toBeGreaterThan(20);
  for (const secret of [code, back.searchParams.get("state") ?? ""]) {
    expect(JSON.stringify(all)).not.toContain(secret);
  }
});
