import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { createFetch } from "@local-mcp/engine";
import { createRedactor } from "@local-mcp/vault";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ClientAuthMethod } from "./sign-in-types.ts";
import {
  beginDevice,
  pollDevice,
  refreshTokens,
  requestAsClient,
  revokeToken,
  type TokenContext,
} from "./token-requests.ts";

const NOW = 1_000_000;

let server: Server;
let origin: string;
let answer: { status: number; body: string };
let asked: { path: string; headers: IncomingHttpHeaders; body: URLSearchParams }[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => void respond(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterEach(() => {
  server.close();
});

const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = new URLSearchParams(await text(request));
  asked.push({ path: request.url ?? "", headers: request.headers, body });
  response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
};

const answers = (status: number, body: unknown): void => {
  answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
};

const context = (authMethod: ClientAuthMethod = "none"): TokenContext => ({
  server: "x",
  authorizationServer: {
    issuer: origin,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/revoke`,
    device_authorization_endpoint: `${origin}/device`,
  },
  client: {
    issuer: origin,
    clientId: "a-client",
    authMethod,
    clientSecret: authMethod === "none" ? null : "s:e/c ret",
    privateKey: null,
  },
  resource: "http://127.0.0.1/mcp",
  parameters: { audience: "mine" },
  fetch: createFetch({
    routeTo: () => ({ proxy: null, certificates: [] }),
    policy: { signInOf: new URL(origin) },
  }),
  redactor: createRedactor(),
  now: () => NOW,
});

describe("a refresh", () => {
  test("sends what RFC 6749, RFC 8707 and the configuration want, and reads the answer", async () => {
    answers(200, { access_token: "new", token_type: "bearer", expires_in: "60", scope: "a b" });
    expect(await refreshTokens(context(), "old")).toEqual({
      accessToken: "new",
      refreshToken: null,
      scope: "a b",
      expiresAt: NOW + 60_000,
      account: null,
    });
    expect(Object.fromEntries(asked[0]?.body ?? [])).toEqual({
      grant_type: "refresh_token",
      refresh_token: "old",
      client_id: "a-client",
      resource: "http://127.0.0.1/mcp",
      audience: "mine",
    });
  });

  test("shows a secret the way that the authorization server wants", async () => {
    answers(200, { access_token: "new", token_type: "Bearer", expires_in: null, scope: null });
    await refreshTokens(context("client_secret_basic"), "old");
    const basic = Buffer.from("a-client:s%3Ae%2Fc+ret").toString("base64");
    expect(asked[0]?.headers.authorization).toBe(`Basic ${basic}`);
    expect(asked[0]?.body.has("client_secret")).toBe(false);
    await refreshTokens(context("client_secret_post"), "old");
    expect(asked[1]?.body.get("client_secret")).toBe("s:e/c ret");
  });

  test("is not taken for over where it is said to last for 0 s", async () => {
    answers(200, { access_token: "new", token_type: "bearer", expires_in: 0 });
    expect(await refreshTokens(context(), "old")).toMatchObject({ expiresAt: null });
  });

  test("lets nobody be shown what was sent or came, whoever quotes it", async () => {
    const asking = context("client_secret_post");
    const came = { access_token: "access-of-a-moment-1", refresh_token: "refresh-of-a-moment-2" };
    answers(200, { ...came, token_type: "bearer" });
    await refreshTokens(asking, "refresh-of-before-3");
    const quoted = ["refresh-of-before-3", ...Object.values(came), asking.client.clientSecret];
    answers(400, { error: "constructor", error_description: `not ${quoted.join(", ")}` });
    const refused = await refreshTokens(asking, "other").catch((error: unknown) => error);
    expect(refused).toMatchObject({ message: expect.stringContaining("constructor (“not [rem") });
    for (const text of quoted) expect(String(refused)).not.toContain(text);
  });

  test("tells who signed in, where an ID token says so", async () => {
    const payload = Buffer.from(JSON.stringify({ email: "ada@\u202Ex.example" })).toString(
      "base64url",
    );
    answers(200, { access_token: "n", token_type: "Bearer", id_token: `x.${payload}.x` });
    expect((await refreshTokens(context(), "old")).account).toBe("ada@ x.example");
    answers(200, { access_token: "n", token_type: "Bearer", id_token: "nonsense" });
    expect((await refreshTokens(context(), "old")).account).toBeNull();
  });

  test.each([
    [
      400,
      { error: "invalid_grant", error_description: "gone\u202E\n<b>" },
      /not valid any more \(“gone <b>”\)/,
    ],
    [200, { error: "bad_refresh_token" }, /bad_refresh_token/],
    [401, { error: "invalid_client" }, /does not accept the gateway's client id/],
  ])("that is refused with %i %j is over", async (status, body, words) => {
    answers(status, body);
    await expect(refreshTokens(context(), "old")).rejects.toMatchObject({
      code: "sign_in_refused",
      message: expect.stringMatching(words),
    });
  });

  test.each([
    [503, { error: "invalid_grant" }],
    [500, "<html>"],
    [429, ""],
    [404, "<html>"],
    [400, { error: "temporarily_unavailable" }],
    [200, "not json"],
    [200, { access_token: "a", token_type: "mac" }],
    [200, { access_token: "two\nlines", token_type: "Bearer" }],
  ])("that is answered with %i %j may work later", async (status, body) => {
    answers(status, body);
    await expect(refreshTokens(context(), "old")).rejects.toMatchObject({
      code: "host_unreachable",
    });
  });

  test("that does not get through may work later, and the token is in no error", async () => {
    server.close();
    server.closeAllConnections();
    const error: unknown = await refreshTokens(context(), "old-secret").catch(
      (one: unknown) => one,
    );
    expect(error).toMatchObject({ code: "host_unreachable" });
    expect(JSON.stringify(error) + String(error)).not.toContain("old-secret");
  });
});

test("the gateway's own credentials are shown for the scopes that are wanted", async () => {
  answers(200, { access_token: "own", token_type: "Bearer", expires_in: 5 });
  await requestAsClient(context("client_secret_post"), ["a", "b"]);
  expect(Object.fromEntries(asked[0]?.body ?? [])).toMatchObject({
    grant_type: "client_credentials",
    scope: "a b",
    client_secret: "s:e/c ret",
  });
});

describe("another device", () => {
  test("is told its code and asked until a person is done", async () => {
    answers(200, {
      device_code: "device",
      user_code: "ABCD",
      verification_uri: `${origin}/go`,
      expires_in: 60,
    });
    expect(await beginDevice(context(), ["a"])).toEqual({
      deviceCode: "device",
      userCode: "ABCD",
      url: `${origin}/go`,
      intervalMs: 5000,
      endsAt: NOW + 60_000,
    });
    expect(asked[0]).toMatchObject({ path: "/device" });
    expect(asked[0]?.body.get("scope")).toBe("a");

    answers(400, { error: "authorization_pending" });
    expect(await pollDevice(context(), "device")).toBe("pending");
    answers(400, { error: "slow_down" });
    expect(await pollDevice(context(), "device")).toBe("slow_down");
    answers(400, { error: "access_denied" });
    await expect(pollDevice(context(), "device")).rejects.toMatchObject({
      code: "sign_in_refused",
      message: expect.stringContaining("it was declined"),
    });
    answers(200, { access_token: "a", token_type: "Bearer" });
    expect(await pollDevice(context(), "device")).toMatchObject({ accessToken: "a" });
  });
});

describe("a revocation", () => {
  test("names the token, and says whether there is a way to", async () => {
    answers(200, "");
    expect(await revokeToken(context(), "old", "refresh_token")).toBe(true);
    expect(asked[0]).toMatchObject({ path: "/revoke" });
    expect(Object.fromEntries(asked[0]?.body ?? [])).toMatchObject({
      token: "old",
      token_type_hint: "refresh_token",
    });
    const { revocation_endpoint: _, ...without } = context().authorizationServer;
    const none = { ...context(), authorizationServer: without };
    expect(await revokeToken(none, "old", "access_token")).toBe(false);
  });

  test("that fails says so", async () => {
    answers(503, "");
    await expect(revokeToken(context(), "old", "access_token")).rejects.toMatchObject({
      code: "host_unreachable",
    });
  });
});
