import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { visit } from "../fixtures/browser.ts";
import { ask } from "../fixtures/conformance/modern-client.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { TOOL_FOR_ADMINS } from "../fixtures/protected-server.ts";
import { call } from "../fixtures/test-support.ts";
import {
  ANSWER,
  authorizationServer,
  keychain,
  protectedServer,
  said,
  signInsOf,
  stageSignIn,
  TOOL,
  toolsOf,
} from "./sign-in-stage.ts";
import { startGateway, until } from "./test-gateway.ts";

type Stage = Awaited<ReturnType<typeof stageSignIn>>;

/** Access that is over while a test waits for it. */
const SHORT = { accessTokenSeconds: 1 };

/** Every text that the authorization server gave or was given and that nobody else may know. */
const credentialsOf = ({ authorization, far }: Stage): string[] => {
  const sent = authorization.requests.flatMap(({ body }) => [
    body?.refresh_token,
    body?.code,
    body?.code_verifier,
    body?.token,
  ]);
  const shown = [...far.seen].map((value) => value.replace("Bearer ", ""));
  return [...shown, ...sent.filter((text) => typeof text === "string")];
};

const fileHolds = (dataDir: string, text: string): boolean =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));

describe("a sign-in", () => {
  it("lets clients of both eras use the server, with its own token and no other", async () => {
    const stage = await stageSignIn();
    const { authorization, far, client, url, token } = stage;
    const before = await until(
      () => stage.status(),
      ({ state }) => state === "needs_sign_in",
    );
    expect(before).toMatchObject({ signIn: { state: "signed_out" }, action: { code: "sign_in" } });
    await stage.signIn();
    expect(await said(client)).toBe(ANSWER);
    const headers = { authorization: `Bearer ${token}` };
    const modern = await ask(`${url}/mcp/dev`, "tools/call", call(TOOL), { headers });
    expect(modern.result).toHaveProperty("content");
    expect([...far.seen].every((value) => authorization.token(value.slice(7)) !== null)).toBe(true);
    expect(far.seen).not.toContain(headers.authorization);
    expect(await stage.status()).toMatchObject({
      state: "ready",
      reason: null,
      signIn: { state: "signed_in", issuer: authorization.issuer, renews: true },
    });
    expect(authorization.counts).toMatchObject({ registrations: 1, codesUsedTwice: 0 });
  });

  it("that does not allow a tool asks for more together with what it has", async () => {
    const stage = await stageSignIn({ authorization: { scopes: [] } });
    const { authorization, far, client } = stage;
    authorization.setGranted(["tools"]);
    await stage.signIn();
    const refused = await said(client, TOOL_FOR_ADMINS);
    expect(refused).toContain("admin");
    expect(refused).toContain("servers signin far");
    expect(await stage.status()).toMatchObject({
      state: "ready",
      flags: ["more_access_wanted"],
      signIn: { state: "signed_in", scopes: ["tools"], wanted: ["admin"] },
    });
    expect(await said(client)).toBe(ANSWER);

    authorization.setGranted(null);
    const started = await stage.start();
    expect(started.scopes).toEqual(expect.arrayContaining(["tools", "admin"]));
    await visit(started.url);
    expect((await stage.wait(started)).state).toBe("done");
    await until(
      () => stage.status(),
      ({ state }) => state === "ready",
    );
    expect(await said(client, TOOL_FOR_ADMINS)).toContain(`"name":"${TOOL_FOR_ADMINS}"`);
    expect(far.calls[TOOL_FOR_ADMINS]).toBe(1);
    expect((await stage.status()).flags).toEqual([]);
  });

  it("at two servers at once, and twice at one, are each their own", async () => {
    const stage = await stageSignIn();
    const second = await authorizationServer();
    const near = await protectedServer({ trusts: second });
    const config = { transport: "http" as const, url: near.url };
    await stage.api.servers.create({ name: "near", config, confirmed: true });

    const [one, again, other] = await Promise.all([
      stage.start("far"),
      stage.start("far"),
      stage.start("near"),
    ]);
    const redirects = [one, again, other].map(({ url }) => new URL(url).searchParams);
    for (const name of ["state", "redirect_uri", "code_challenge"]) {
      const values = new Set(redirects.map((parameters) => parameters.get(name)));
      expect([name, values.size]).toEqual([name, 3]);
    }
    await Promise.all([visit(again.url), visit(other.url)]);
    expect((await stage.wait(again)).state).toBe("done");
    expect((await stage.wait(other, "near")).state).toBe("done");
    // Signed in is signed in: the one that was left over has nothing to wait for.
    expect((await stage.wait(one)).state).toBe("done");
    const back = redirects[0]?.get("redirect_uri") ?? "";
    await expect.poll(() => fetch(back).catch(String)).toContain("fetch failed");
    expect(stage.authorization.counts.asked).toEqual({ authorization_code: 1 });
    expect(second.counts.asked).toEqual({ authorization_code: 1 });
  });
});

describe("access that is not renewed any more", () => {
  it("is told as such, with its tools listed, until somebody signs in again", async () => {
    const stage = await stageSignIn({ authorization: SHORT, far: { era: "legacy" } });
    const { authorization, far, client } = stage;
    await stage.signIn();
    const tools = await toolsOf(client);
    expect(tools).toContain(TOOL);
    authorization.store.forgetGrants();

    const words = "not valid any more";
    const status = await until(
      () => stage.status(),
      ({ state }) => state === "needs_sign_in",
    );
    expect(status).toMatchObject({
      action: { command: "local-mcp-gateway servers signin far" },
      signIn: { state: "again", renews: false },
    });
    expect(status.signIn?.message).toContain(words);
    expect(status.reason?.message).toBe(status.signIn?.message);
    expect(await toolsOf(client)).toEqual(tools);
    expect(await said(client)).toContain(status.signIn?.message);

    const before = structuredClone([far.refused, authorization.counts.asked]);
    await said(client);
    expect([far.refused, authorization.counts.asked]).toEqual(before);
    authorization.setAccessTokenSeconds(60);
    await stage.signIn();
    expect(await said(client)).toBe(ANSWER);
    expect(await toolsOf(client)).toEqual(tools);
  });

  it("after an answer that was lost is asked for again, and then no more", async () => {
    const stage = await stageSignIn({ authorization: SHORT });
    const { authorization, client } = stage;
    await stage.signIn();
    authorization.trouble({ fault: TROUBLES.cut, at: "token", times: 1, after: true });
    await until(
      async () => (await stage.status()).signIn?.state,
      (state) => state === "again",
    );
    expect(await said(client)).toContain("Sign in again, because");
    const { asked, refreshTokensUsedTwice } = authorization.counts;
    expect([asked.refresh_token, refreshTokensUsedTwice]).toEqual([2, 1]);
    authorization.setAccessTokenSeconds(60);
    await stage.signIn();
    expect(await said(client)).toBe(ANSWER);
  });

  it("while nobody can be asked is kept, also by a gateway that ends meanwhile", async () => {
    const opens = { keychain: keychain() };
    const stage = await stageSignIn({ authorization: SHORT, gateway: { gateway: opens } });
    const { authorization, gateway, root, token } = stage;
    await stage.signIn();
    authorization.trouble({ fault: TROUBLES.unavailable, at: "token" });
    await until(
      () => authorization.counts.troubled,
      (troubled) => troubled > 1,
    );
    const { signIn } = await stage.status();
    expect(signIn?.state).toMatch(/signed_in|refreshing/);
    await gateway.close();

    authorization.calm();
    authorization.setAccessTokenSeconds(60);
    const later = await startGateway({ root, ...opens });
    const { url } = await later.gateway.listen();
    const status = await until(
      () => signInsOf(later).status(),
      ({ state }) => state === "ready" || state === "needs_sign_in",
    );
    expect(status).toMatchObject({ state: "ready", signIn: { state: "signed_in" } });
    const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await client.initialize();
    expect(await said(client)).toBe(ANSWER);
    expect(authorization.counts.refreshTokensUsedTwice).toBe(0);
  });

  it("but is only refused by the server is renewed at once, for all who call", async () => {
    const stage = await stageSignIn({ authorization: { accessTokenSeconds: 3 } });
    const { authorization, far, client } = stage;
    await stage.signIn();
    await new Promise((resolve) => setTimeout(resolve, 900));
    far.distrust();
    const answers = await Promise.all(Array.from({ length: 8 }, () => said(client)));
    expect(answers).toEqual(answers.map(() => ANSWER));
    expect(authorization.counts.granted.refresh_token).toBe(1);
    expect(authorization.counts.refreshTokensUsedTwice).toBe(0);
    expect(far.calls[TOOL]).toBe(8);
  });
});

describe("what a sign-in has brought", () => {
  it("goes to no other authorization server, when the server names one", async () => {
    const stage = await stageSignIn();
    const { authorization, far, client } = stage;
    await stage.signIn();
    await said(client);
    const second = await authorizationServer();
    far.moveTo(second);
    await said(client);
    const known = credentialsOf(stage);
    await stage.signIn();
    expect(await said(client)).toBe(ANSWER);

    const seen = JSON.stringify(second.requests);
    expect(known.length).toBeGreaterThan(2);
    for (const credential of known) expect(seen).not.toContain(credential);
    expect(second.counts).toMatchObject({ registrations: 1, granted: { authorization_code: 1 } });
    const clients = new Set(
      [authorization, second].flatMap(({ requests }) =>
        requests.flatMap(({ body }) => (body?.grant_type ? [body.client_id] : [])),
      ),
    );
    expect(clients.size).toBe(2);
  });

  it("is revoked on a sign-out, and nothing of it stays with a server that is removed", async () => {
    const stage = await stageSignIn();
    const { authorization, far, api, client, dataDir, gateway } = stage;
    await stage.signIn();
    await said(client);
    const held = [...far.seen].at(-1)?.slice(7) ?? "";
    expect(await api.signIn.remove({ server: "far" })).toMatchObject({
      revoked: "yes",
      status: { state: "signed_out" },
    });
    expect(authorization.counts.revocations).toBeGreaterThan(0);
    expect(authorization.token(held)).toBeNull();
    const seen = far.seen.size;
    expect(await said(client)).not.toBe(ANSWER);
    expect(far.seen.size).toBe(seen);

    await stage.signIn();
    expect(authorization.counts.registrations).toBe(1);
    await said(client);
    const last = [...far.seen].at(-1)?.slice(7) ?? "";
    for (const text of credentialsOf(stage))
      expect([text, fileHolds(dataDir, text)]).toEqual([text, false]);
    await api.servers.remove({ server: "far" });
    await expect.poll(() => authorization.token(last)).toBeNull();
    await gateway.close();
    for (const text of credentialsOf(stage))
      expect([text, fileHolds(dataDir, text)]).toEqual([text, false]);
  });

  it("is a registration before it is a token, and no access", async () => {
    const stage = await stageSignIn();
    const { authorization, far, client } = stage;
    const started = await stage.start();
    expect(authorization.counts.registrations).toBe(1);
    await stage.api.signIn.cancel({ server: "far", signIn: started.id });
    expect((await stage.status()).signIn?.state).toBe("signed_out");
    expect(await said(client)).toMatch(/signin|Unknown tool/);
    expect(far.seen.size).toBe(0);
  });
});
