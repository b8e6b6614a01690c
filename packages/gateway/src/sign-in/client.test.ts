import { generateKeyPairSync } from "node:crypto";
import { jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import {
  clientAuthOf,
  clientOfTokens,
  type ClientRequest,
  keepRegistration,
  obtainClient,
  preferredRedirectPort,
} from "./client.ts";
import type { OAuthClient, Registration, SignInConfig } from "./sign-in-types.ts";
import {
  CONFIG,
  fetchFor,
  metadataOf,
  type Page,
  refusal,
  registrationsOf,
  type Site,
  site,
} from "./web.fixture.ts";

const REDIRECT = "http://127.0.0.1:50123/callback";
const OWN_DOCUMENT = "https://own.example/client.json";
const SHARED_DOCUMENT = "https://shared.example/client.json";
const NOW = 1_800_000_000_000;

/** An authorization server that answers registrations so. */
const authorizationServer = (answer: Page = { json: { client_id: "new" }, status: 201 }) =>
  site({ "/register": answer });

interface Given extends Partial<Omit<ClientRequest, "config" | "discovered">> {
  config?: Partial<SignInConfig>;
  metadata?: Record<string, unknown>;
  resourceScopes?: string[];
}

const obtain = (auth: Site, { config, metadata, resourceScopes, ...given }: Given = {}) =>
  obtainClient({
    server: "notes",
    discovered: {
      authorizationServer: metadataOf(auth.url, metadata),
      resource: "https://mcp.example",
      resourceScopes: resourceScopes ?? null,
      isAssumed: false,
    },
    config: { ...CONFIG, ...config },
    clientMetadataUrl: null,
    redirectUri: REDIRECT,
    scopes: [],
    registrations: registrationsOf(),
    fetch: fetchFor(auth.url),
    now: () => NOW,
    ...given,
  });

const registered = (auth: Site, change: Partial<Registration> = {}): Registration => ({
  issuer: auth.url,
  clientId: "stored",
  clientSecret: null,
  clientSecretExpiresAt: null,
  authMethod: "none",
  redirectUri: REDIRECT,
  registrationAccessToken: null,
  registrationClientUri: null,
  ...change,
});

const sent = (auth: Site): unknown[] => auth.asked.map(({ body }) => JSON.parse(body) as unknown);

const DOCUMENTS = { client_id_metadata_document_supported: true };

describe("the client that is used", () => {
  const all = {
    config: { clientMetadataUrl: OWN_DOCUMENT, clientId: "own" },
    clientMetadataUrl: SHARED_DOCUMENT,
  };
  it.each([
    ["the server's own document", all, DOCUMENTS, OWN_DOCUMENT],
    ["a configured id, where documents are not read", all, {}, "own"],
    [
      "a configured id before the document of all",
      { ...all, config: { clientId: "own" } },
      DOCUMENTS,
      "own",
    ],
    ["the document of all", { ...all, config: {} }, DOCUMENTS, SHARED_DOCUMENT],
    ["one that was registered", { ...all, config: {} }, {}, "stored"],
  ])("is %s", async (_name, given, metadata, clientId) => {
    const auth = await authorizationServer();
    const registrations = registrationsOf(registered(auth));
    const client = await obtain(auth, { ...given, metadata, registrations });
    expect(client).toMatchObject({ clientId, issuer: auth.url, authMethod: "none" });
    expect(auth.asked).toEqual([]);
  });

  it("is registered where there is none, and then used again", async () => {
    const auth = await authorizationServer();
    const registrations = registrationsOf(registered(auth, { issuer: "https://other.example" }));
    const client = await obtain(auth, { registrations });
    expect(client).toMatchObject({ clientId: "new", issuer: auth.url });
    expect(await obtain(auth, { registrations })).toEqual(client);
    expect(auth.asked).toHaveLength(1);
    expect(preferredRedirectPort(registrations, auth.url)).toBe(50123);
    expect(preferredRedirectPort(registrations, "https://else.example")).toBeNull();
  });

  it.each([
    ["a secret alone", { clientSecret: "s" }, undefined, "client_secret_basic"],
    [
      "a secret, and what is read is listed",
      { clientSecret: "s" },
      ["client_secret_post"],
      "client_secret_post",
    ],
    [
      "a secret, and both are read",
      { clientSecret: "s" },
      ["client_secret_post", "client_secret_basic"],
      "client_secret_basic",
    ],
    ["a key", { clientSecret: "s", privateKey: "pem" }, undefined, "private_key_jwt"],
    ["nothing", {}, ["client_secret_basic"], "none"],
  ])("shows who it is by what is configured: %s", async (_name, config, supported, method) => {
    const auth = await authorizationServer();
    const metadata = { token_endpoint_auth_methods_supported: supported };
    const client = await obtain(auth, { config: { clientId: "own", ...config }, metadata });
    expect(client.authMethod).toBe(method);
  });

  it("shows no secret with a document, which names keys", async () => {
    const auth = await authorizationServer();
    const config = { clientMetadataUrl: OWN_DOCUMENT, clientSecret: "s" };
    const open = await obtain(auth, { config, metadata: DOCUMENTS });
    expect(open).toMatchObject({ authMethod: "none", clientSecret: null });
    const keyed = await obtain(auth, {
      config: { ...config, privateKey: "pem" },
      metadata: DOCUMENTS,
    });
    expect(keyed).toMatchObject({ authMethod: "private_key_jwt", privateKey: "pem" });
  });
});

describe("a client that a person had registered", () => {
  it("is shown to no other authorization server than the first", async () => {
    const first = await authorizationServer();
    const second = await authorizationServer();
    const registrations = registrationsOf();
    const config = { clientId: "own", clientSecret: "s" };
    await obtain(first, { config, registrations });
    expect(registrations.get(first.url)).toMatchObject({ clientSecret: null, redirectUri: null });

    const error = await refusal(obtain(second, { config, registrations }));
    expect(error).toMatchObject({ code: "sign_in_not_offered" });
    expect(String(error)).toContain(first.host);
    expect(String(error)).toContain(second.host);
    expect(second.asked).toEqual([]);

    // Unless the person names it.
    const named = { ...config, issuer: second.url };
    expect(await obtain(second, { config: named, registrations })).toMatchObject({
      clientId: "own",
    });
    expect(await obtain(second, { config, registrations })).toMatchObject({ clientId: "own" });
    expect(await obtain(first, { config, registrations })).toMatchObject({ clientId: "own" });
  });

  it("is bound anew where its id is another", async () => {
    const auth = await authorizationServer();
    const former = registered(auth, { issuer: "https://a.example", redirectUri: null });
    const registrations = registrationsOf(former);
    const client = await obtain(auth, { config: { clientId: "own" }, registrations });
    expect(client.clientId).toBe("own");
  });

  it("is never taken for one that the gateway registered", async () => {
    const auth = await authorizationServer();
    const bound = registered(auth, { redirectUri: null });
    const registrations = registrationsOf(bound);
    expect(preferredRedirectPort(registrations, auth.url)).toBeNull();
    const without = obtain(auth, { registrations, redirectUri: null });
    expect(await refusal(without)).toMatchObject({ code: "sign_in_no_client" });
    expect(await obtain(auth, { registrations })).toMatchObject({ clientId: "new" });
    expect(registrations.get(auth.url)?.clientId).toBe("new");
  });
});

describe("a registration", () => {
  it("says what the gateway is, and what it may want some day", async () => {
    const auth = await authorizationServer();
    await obtain(auth, {
      scopes: ["a"],
      resourceScopes: ["a", "b"],
      metadata: {
        scopes_supported: ["b", "offline_access"],
        device_authorization_endpoint: `${auth.url}/device`,
      },
    });
    expect(sent(auth)).toEqual([
      {
        client_name: "Local MCP Gateway",
        application_type: "native",
        redirect_uris: [REDIRECT],
        grant_types: [
          "authorization_code",
          "refresh_token",
          "urn:ietf:params:oauth:grant-type:device_code",
        ],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        scope: "a b offline_access",
      },
    ]);
  });

  it("is asked for without scopes where those were refused", async () => {
    const auth = await authorizationServer((response) => {
      const isFirst = auth.asked.length === 1;
      response.writeHead(isFirst ? 400 : 201, { "content-type": "application/json" });
      response.end(
        JSON.stringify(isFirst ? { error: "invalid_client_metadata" } : { client_id: "new" }),
      );
    });
    expect(await obtain(auth, { scopes: ["a"] })).toMatchObject({ clientId: "new" });
    expect(sent(auth)).toMatchObject([{ scope: "a" }, {}]);
    expect(sent(auth)[1]).not.toHaveProperty("scope");
  });

  it.each([
    ["none where it is listed", ["client_secret_basic", "none"], {}, "none"],
    [
      "a secret in a header",
      ["client_secret_basic"],
      { client_secret: "s" },
      "client_secret_basic",
    ],
    ["a secret in the body", ["client_secret_post"], { client_secret: "s" }, "client_secret_post"],
    [
      "what the answer says",
      undefined,
      { client_secret: "s", token_endpoint_auth_method: "client_secret_post" },
      "client_secret_post",
    ],
    ["a secret nobody spoke of", undefined, { client_secret: "s" }, "client_secret_basic"],
    ["none, with a secret that has no use", ["none"], { client_secret: "s" }, "none"],
    ["none, as there is no secret", ["client_secret_basic"], {}, "none"],
  ])("shows who it is by %s", async (_name, supported, answer, method) => {
    const auth = await authorizationServer({ json: { client_id: "new", ...answer }, status: 201 });
    const metadata = { token_endpoint_auth_methods_supported: supported };
    expect(await obtain(auth, { metadata })).toMatchObject({ authMethod: method });
  });

  it.each([
    [
      "says no",
      { json: { error: "x", error_description: "Not\u202E to\r\nyou" }, status: 403 },
      "“Not to you”.",
    ],
    ["says no without a word", { status: 401 }, "HTTP status 401."],
    ["answers with a page", { text: "<p>hello" }, "its answer could not be understood."],
    ["gives no id", { json: { client_id: 5 }, status: 201 }, "its answer could not be understood."],
    [
      "wants what we cannot do",
      { json: { client_id: "x", token_endpoint_auth_method: "tls_client_auth" } },
      "it wants the gateway to show who it is by “tls_client_auth”.",
    ],
    [
      "wants a secret and gives none",
      { json: { client_id: "x", token_endpoint_auth_method: "client_secret_post" } },
      "it wants the gateway to show who it is by “client_secret_post”.",
    ],
  ])("is told in words where the server %s", async (_name, page, reason) => {
    const auth = await authorizationServer(page);
    const registrations = registrationsOf();
    expect(await refusal(obtain(auth, { registrations }))).toMatchObject({
      code: "sign_in_no_client",
      params: { server: "notes", host: auth.host, reason },
    });
    expect(registrations.list()).toEqual([]);
  });

  it("may be refused before anything is sent", async () => {
    const auth = await authorizationServer();
    const asked = [
      obtain(auth, { metadata: { registration_endpoint: undefined } }),
      obtain(auth, { metadata: { token_endpoint_auth_methods_supported: ["tls_client_auth"] } }),
      obtain(auth, { redirectUri: null }),
    ];
    for (const one of asked)
      expect(await refusal(one)).toMatchObject({ code: "sign_in_no_client" });
    expect(auth.asked).toEqual([]);
  });

  it("may work later", async () => {
    const auth = await authorizationServer({ status: 503 });
    expect(await refusal(obtain(auth, { scopes: ["a"] }))).toMatchObject({
      code: "host_unreachable",
    });
    expect(auth.asked).toHaveLength(1);
  });

  it("whose secret has expired is made anew", async () => {
    const seconds = NOW / 1000;
    const auth = await authorizationServer({
      json: { client_id: "new", client_secret: "s", client_secret_expires_at: seconds + 60 },
    });
    const registrations = registrationsOf(registered(auth, { clientSecretExpiresAt: NOW }));
    expect(await obtain(auth, { registrations })).toMatchObject({ clientId: "new" });
    expect(registrations.get(auth.url)).toMatchObject({ clientSecretExpiresAt: NOW + 60_000 });
    expect(await obtain(auth, { registrations, now: () => NOW + 59_999 })).toMatchObject({
      clientId: "new",
    });
    expect(auth.asked).toHaveLength(1);
    await obtain(auth, { registrations, now: () => NOW + 60_000 });
    expect(auth.asked).toHaveLength(2);
  });
});

describe("where the registered port is taken", () => {
  const elsewhere = REDIRECT.replace("50123", "50124");

  it("another is registered, and kept once it has been given access", async () => {
    const auth = await authorizationServer();
    auth.pages["/clients/stored"] = { status: 204 };
    const former = registered(auth, {
      registrationAccessToken: "rat",
      registrationClientUri: `${auth.url}/clients/stored`,
    });
    const registrations = registrationsOf(former);
    const client = await obtain(auth, { registrations, redirectUri: elsewhere });
    expect(client.clientId).toBe("new");
    // The former may still be in use.
    expect(registrations.get(auth.url)).toEqual(former);
    expect(auth.paths()).toEqual(["/register"]);

    keepRegistration(client, registrations, fetchFor(auth.url));
    expect(registrations.get(auth.url)).toMatchObject({ clientId: "new", redirectUri: elsewhere });
    await expect.poll(() => auth.paths()).toEqual(["/register", "/clients/stored"]);
    expect(auth.asked[1]).toMatchObject({
      method: "DELETE",
      headers: { authorization: "Bearer rat" },
    });
  });

  it("what cannot be deleted there is forgotten all the same", async () => {
    const auth = await authorizationServer();
    const registrations = registrationsOf(
      registered(auth, {
        registrationAccessToken: "rat",
        registrationClientUri: "http://169.254.169.254",
      }),
    );
    const client = await obtain(auth, { registrations, redirectUri: elsewhere });
    keepRegistration(client, registrations, fetchFor(auth.url));
    keepRegistration({ ...client, registration: undefined }, registrations, fetchFor(auth.url));
    expect(registrations.list()).toHaveLength(1);
    expect(registrations.get(auth.url)?.clientId).toBe("new");
  });
});

it("the client of tokens is found again, whatever kind it is", async () => {
  const auth = await authorizationServer();
  const request = {
    config: { ...CONFIG, clientId: "own", clientSecret: "s", clientMetadataUrl: OWN_DOCUMENT },
    clientMetadataUrl: SHARED_DOCUMENT,
    registrations: registrationsOf(registered(auth)),
    authorizationServer: metadataOf(auth.url),
  };
  const find = (clientId: string) => clientOfTokens(clientId, request)?.authMethod ?? null;
  expect(find(OWN_DOCUMENT)).toBe("none");
  expect(find(SHARED_DOCUMENT)).toBe("none");
  expect(find("own")).toBe("client_secret_basic");
  expect(find("stored")).toBe("none");
  expect(find("somebody")).toBeNull();
  // A secret that is configured no more is not made up for.
  const registrations = registrationsOf(registered(auth, { clientId: "was", redirectUri: null }));
  expect(clientOfTokens("was", { ...request, registrations })).toBeNull();
});

describe("who it is, is shown", () => {
  const shown = async (client: Partial<OAuthClient>) => {
    const whole = {
      issuer: "https://a.example",
      clientId: "my-client_1.0",
      clientSecret: null,
      privateKey: null,
      authMethod: "none" as const,
      ...client,
    };
    const headers = new Headers();
    const body = new URLSearchParams();
    const auth = await clientAuthOf(whole);
    await auth({ issuer: whole.issuer }, { client_id: whole.clientId }, body, headers);
    return { authorization: headers.get("authorization"), body: Object.fromEntries(body) };
  };
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  it("by its id alone", async () => {
    expect(await shown({})).toEqual({ authorization: null, body: { client_id: "my-client_1.0" } });
  });

  it("by a secret in a header, which servers that decode nothing read as well", async () => {
    const plain = await shown({ authMethod: "client_secret_basic", clientSecret: "a-b_c.d" });
    expect(plain).toEqual({ authorization: basic("my-client_1.0:a-b_c.d"), body: {} });
    const odd = await shown({
      authMethod: "client_secret_basic",
      clientId: "a:b",
      clientSecret: "ü &+%",
    });
    expect(odd.authorization).toBe(basic("a%3Ab:%C3%BC+%26%2B%25"));
  });

  it("by a secret in the body", async () => {
    expect(await shown({ authMethod: "client_secret_post", clientSecret: "s" })).toEqual({
      authorization: null,
      body: { client_id: "my-client_1.0", client_secret: "s" },
    });
  });

  it.each([
    ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), "pkcs8"],
    ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), "pkcs1"],
    ["ES256", generateKeyPairSync("ec", { namedCurve: "P-256" }), "sec1"],
    ["ES384", generateKeyPairSync("ec", { namedCurve: "P-384" }), "pkcs8"],
    ["Ed25519", generateKeyPairSync("ed25519"), "pkcs8"],
  ] as const)("by what a key signs: %s", async (algorithm, { privateKey, publicKey }, type) => {
    const pem = privateKey.export({ type, format: "pem" }).toString();
    const { authorization, body } = await shown({ authMethod: "private_key_jwt", privateKey: pem });
    expect(authorization).toBeNull();
    const { payload, protectedHeader } = await jwtVerify(
      body["client_assertion"] ?? "",
      publicKey,
      {
        audience: "https://a.example",
        issuer: "my-client_1.0",
        subject: "my-client_1.0",
      },
    );
    expect(protectedHeader.alg).toBe(algorithm);
    expect(payload.jti).toBeTypeOf("string");
  });

  it("not by a key that signs nothing", async () => {
    const { privateKey } = generateKeyPairSync("x25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const error = await refusal(shown({ authMethod: "private_key_jwt", privateKey: pem }));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).not.toContain("PRIVATE KEY");
  });
});
