import { GatewayError } from "@local-mcp/contract";
import type { Fetch } from "@local-mcp/engine";
import { describe, expect, it } from "vitest";
import {
  authorizationServerOf,
  discover,
  type DiscoveryRequest,
  isAbout,
  metadataPlaces,
  resourcePlaces,
} from "./discovery.ts";
import { fetchFor, metadataOf, refusal, type Site, site } from "./web.fixture.ts";

const RESOURCE = "/.well-known/oauth-protected-resource";
const OAUTH = "/.well-known/oauth-authorization-server";
const OIDC = "/.well-known/openid-configuration";

const ask = (at: Site, change: Partial<DiscoveryRequest> = {}) =>
  discover({
    server: "notes",
    serverUrl: new URL(`${at.url}/mcp`),
    challenge: {},
    configuredIssuer: null,
    fetch: fetchFor(at.url),
    resourceFetch: change.fetch ?? fetchFor(at.url),
    ...change,
  });

/** A server whose metadata names these authorization servers. */
const serverNaming = (...issuers: unknown[]): Promise<Site> =>
  site().then((made) => {
    made.pages[`${RESOURCE}/mcp`] = {
      json: { resource: `${made.url}/mcp`, authorization_servers: issuers },
    };
    return made;
  });

async function authorizationServer(change: Record<string, unknown> = {}): Promise<Site> {
  const made = await site();
  made.pages[OAUTH] = { json: metadataOf(made.url, change) };
  return made;
}

const unusable = (reason: string | RegExp) =>
  expect.objectContaining({
    code: "sign_in_metadata",
    params: { server: "notes", reason: expect.stringMatching(reason) },
  });

describe("where metadata is looked for", () => {
  it.each([
    ["https://a.example", [OAUTH, OIDC]],
    ["https://a.example/", [OAUTH, OIDC]],
    ["https://a.example:8443", [OAUTH, OIDC]],
    ["https://[2001:db8::1]:8443", [OAUTH, OIDC]],
    ["https://a.example/t", [`${OAUTH}/t`, `${OIDC}/t`, `/t${OIDC}`]],
    ["https://a.example/t/", [`${OAUTH}/t`, `${OIDC}/t`, `/t${OIDC}`]],
    ["https://a.example/t/v2.0", [`${OAUTH}/t/v2.0`, `${OIDC}/t/v2.0`, `/t/v2.0${OIDC}`]],
    ["https://[::1]:9/t", [`${OAUTH}/t`, `${OIDC}/t`, `/t${OIDC}`]],
  ])("of the authorization server %s", (issuer, paths) => {
    const { origin } = new URL(issuer);
    expect(metadataPlaces(issuer)).toEqual(paths.map((path) => `${origin}${path}`));
  });

  it.each([
    ["https://a.example", [RESOURCE]],
    ["https://a.example/", [RESOURCE]],
    ["https://a.example/mcp", [`${RESOURCE}/mcp`, RESOURCE]],
    ["https://a.example/mcp/", [`${RESOURCE}/mcp/`, `${RESOURCE}/mcp`, RESOURCE]],
    ["https://a.example:444/x/mcp?key=k", [`${RESOURCE}/x/mcp`, RESOURCE]],
    ["http://[::1]:9/mcp", [`${RESOURCE}/mcp`, RESOURCE]],
  ])("of the server %s", (url, paths) => {
    const { origin } = new URL(url);
    expect(resourcePlaces(new URL(url))).toEqual(paths.map((path) => `${origin}${path}`));
  });
});

it.each([
  ["https://a.example/mcp", true],
  ["https://a.example/mcp/", true],
  ["https://a.example", true],
  ["https://a.example/", true],
  ["https://A.example:443/mcp", true],
  ["https://a.example/mc", false],
  ["https://a.example/mcp/deeper", false],
  ["https://a.example:444/mcp", false],
  ["http://a.example/mcp", false],
  ["https://b.example/mcp", false],
])("metadata about %s is about https://a.example/mcp: %s", (resource, expected) => {
  expect(isAbout(resource, new URL("https://a.example/mcp"))).toBe(expected);
});

describe("a server that says how it is signed in to", () => {
  it("is asked where its challenge says, and nowhere else", async () => {
    const auth = await authorizationServer({ scopes_supported: ["a", "offline_access"] });
    const server = await site();
    server.pages["/custom/metadata.json"] = {
      json: {
        resource: server.url,
        authorization_servers: [auth.url],
        scopes_supported: ["a", "b"],
        a_member_of_tomorrow: [{}],
      },
    };
    const challenge = { resource_metadata: `${server.url}/custom/metadata.json` };
    const found = await ask(server, { challenge });
    expect(found).toEqual({
      authorizationServer: metadataOf(auth.url, { scopes_supported: ["a", "offline_access"] }),
      resource: server.url,
      resourceScopes: ["a", "b"],
      isAssumed: false,
    });
    expect(server.paths()).toEqual(["/custom/metadata.json"]);
    expect(auth.paths()).toEqual([OAUTH]);
  });

  it("is asked by its path, then at its root", async () => {
    const auth = await authorizationServer();
    const server = await site();
    server.pages[RESOURCE] = { json: { resource: server.url, authorization_servers: [auth.url] } };
    expect((await ask(server)).resource).toBe(server.url);
    expect(server.paths()).toEqual([`${RESOURCE}/mcp`, RESOURCE]);
  });

  it.each([
    ["a path in the middle", "/t", `${OAUTH}/t`],
    ["OpenID Connect with a path in the middle", "/t", `${OIDC}/t`],
    ["OpenID Connect with a path before", "/t", `/t${OIDC}`],
    ["OpenID Connect without a path", "", OIDC],
  ])("names one whose metadata is found as %s", async (_name, path, place) => {
    const auth = await site();
    auth.pages[place] = { json: metadataOf(`${auth.url}${path}`) };
    const server = await serverNaming(`${auth.url}${path}`);
    const { authorizationServer: found } = await ask(server);
    expect(found.issuer).toBe(`${auth.url}${path}`);
    const places = metadataPlaces(`${auth.url}${path}`).map((one) => new URL(one).pathname);
    expect(auth.paths()).toEqual(places.slice(0, places.indexOf(place) + 1));
  });

  it("may answer with a web page where it knows nothing", async () => {
    const auth = await site();
    auth.pages[OAUTH] = { text: "<!doctype html><p>Welcome", type: "text/html" };
    auth.pages[OIDC] = { json: metadataOf(auth.url) };
    const { authorizationServer: found } = await ask(await serverNaming(auth.url));
    expect(found.issuer).toBe(auth.url);
  });

  it("and its authorization server may disagree on a slash at the end", async () => {
    const auth = await site();
    auth.pages[OAUTH] = { json: { ...metadataOf(auth.url), issuer: `${auth.url}/` } };
    const { authorizationServer: found } = await ask(await serverNaming(auth.url));
    expect(found.issuer).toBe(`${auth.url}/`);
    const again = await authorizationServerOf(`${auth.url}/`, fetchFor(auth.url), "notes");
    expect(again).toEqual(found);
  });

  it("is believed only about itself", async () => {
    const auth = await authorizationServer();
    const server = await site();
    server.pages[`${RESOURCE}/mcp`] = {
      json: { resource: "https://evil.example/mcp", authorization_servers: [auth.url] },
    };
    expect(await refusal(ask(server))).toEqual(unusable("“https://evil.example/mcp”"));
    expect(auth.paths()).toEqual([]);
  });

  it("is not believed about an authorization server of another name", async () => {
    const auth = await authorizationServer({ issuer: "https://attacker.example" });
    const reason = /another issuer, “https:\/\/attacker.example”/;
    expect(await refusal(ask(await serverNaming(auth.url)))).toEqual(unusable(reason));
    expect(auth.paths()).toEqual([OAUTH]);
  });
});

describe("of several authorization servers", () => {
  it("the first that works is taken", async () => {
    const broken = await site({ [OAUTH]: { status: 503 } });
    const gone = await site();
    const auth = await authorizationServer();
    const other = await authorizationServer();
    const server = await serverNaming(broken.url, gone.url, "ftp://x", auth.url, other.url);
    expect((await ask(server)).authorizationServer.issuer).toBe(auth.url);
    expect(other.paths()).toEqual([]);
  });

  it("no more than five are tried, and the first one's trouble is told", async () => {
    const broken = await site({ [OAUTH]: { status: 500 } });
    const gone = await site();
    const names = Array.from({ length: 1000 }, (_, at) => `${gone.url}/${at}`);
    const error = await refusal(ask(await serverNaming(broken.url, ...names)));
    expect(error).toMatchObject({ code: "host_unreachable", params: { host: broken.host } });
    expect(gone.paths()).toHaveLength(4 * 3);
  });
});

describe("a server without metadata of its own", () => {
  it("is signed in to at its own origin, under the name that is given there", async () => {
    const server = await site();
    server.pages[OAUTH] = { json: metadataOf(`${server.url}/oauth`) };
    const { authorizationServer: found, resource, resourceScopes } = await ask(server);
    expect(found.issuer).toBe(`${server.url}/oauth`);
    expect({ resource, resourceScopes }).toEqual({
      resource: `${server.url}/mcp`,
      resourceScopes: null,
    });
    // After a restart nothing but the name is known.
    const again = await authorizationServerOf(found.issuer, fetchFor(server.url), "notes");
    expect(again).toEqual(found);
  });

  it("speaks for no other origin", async () => {
    const server = await site({ [OAUTH]: { json: metadataOf("https://honest.example") } });
    expect(await refusal(ask(server))).toEqual(unusable("another issuer"));
  });

  it("has the endpoints of MCP 2025-03-26 where nothing is said at all", async () => {
    const server = await site();
    const { authorizationServer: found } = await ask(server);
    expect(found).toMatchObject({
      issuer: server.url,
      authorization_endpoint: `${server.url}/authorize`,
      token_endpoint: `${server.url}/token`,
      registration_endpoint: `${server.url}/register`,
    });
    expect(await authorizationServerOf(server.url, fetchFor(server.url), "notes")).toEqual(found);
  });

  it("is named without its query, which may be a secret, and that is sent nowhere", async () => {
    const server = await site();
    const serverUrl = new URL(`${server.url}/?key=canary`);
    expect((await ask(server, { serverUrl })).resource).toBe(server.url);
    expect(server.paths().join()).not.toContain("canary");
  });
});

describe("an authorization server that a person named", () => {
  it("is taken whatever the server says, of which the scopes are read", async () => {
    const auth = await authorizationServer();
    const server = await site();
    server.pages[RESOURCE] = {
      json: {
        resource: `${server.url}/mcp`,
        authorization_servers: ["https://other.example"],
        scopes_supported: ["a"],
      },
    };
    const found = await ask(server, { configuredIssuer: auth.url });
    expect(found).toMatchObject({
      authorizationServer: { issuer: auth.url },
      resourceScopes: ["a"],
    });
  });

  it("is the way out where the server says nothing of use", async () => {
    const auth = await authorizationServer();
    const server = await site({ [`${RESOURCE}/mcp`]: { json: { resource: "https://x.example" } } });
    expect(await refusal(ask(server))).toEqual(unusable("x.example"));
    const found = await ask(server, { configuredIssuer: auth.url });
    expect(found).toMatchObject({ resource: `${server.url}/mcp`, resourceScopes: null });
  });
});

describe("PKCE", () => {
  const without = { code_challenge_methods_supported: undefined };
  const plain = { code_challenge_methods_supported: ["plain"] };

  it.each([
    ["is not spoken of", without],
    ["is only had in its weak form", plain],
  ])("a sign-in where it %s is refused", async (_name, change) => {
    const auth = await authorizationServer(change);
    const server = await serverNaming(auth.url);
    expect(await refusal(ask(server))).toEqual(unusable("PKCE"));
    // No code comes back where the gateway signs in by itself.
    const found = await ask(server, { usesCode: false });
    expect(found.authorizationServer.issuer).toBe(auth.url);
  });

  it("is vouched for by a person who names the server, as long as that does not deny it", async () => {
    const silent = await authorizationServer(without);
    const weak = await authorizationServer(plain);
    const server = await site();
    const found = await ask(server, { configuredIssuer: silent.url });
    expect(found.authorizationServer.issuer).toBe(silent.url);
    expect(await refusal(ask(server, { configuredIssuer: weak.url }))).toEqual(unusable("PKCE"));
  });
});

describe("what may work later", () => {
  it.each([500, 503, 429, 408])("is told as such: HTTP status %i", async (status) => {
    const server = await site({ [`${RESOURCE}/mcp`]: { status } });
    expect(await refusal(ask(server))).toMatchObject({
      code: "host_unreachable",
      params: { host: server.host },
    });
  });

  it("is told as such: nobody listens", async () => {
    const auth = await authorizationServer();
    await auth.close();
    const fetch = fetchFor(auth.url);
    const error = await refusal(authorizationServerOf(auth.url, fetch, "notes"));
    expect(error).toMatchObject({ code: "host_unreachable", params: { host: auth.host } });
  });
});

describe("hostile metadata is refused in a sentence", () => {
  const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

  it.each([
    ["is no object", { json: ["x"] }, /it is no object/],
    ["is no JSON", { text: "{" }, /is not JSON/],
    ["is nested too deep", { text: nested }, /is not JSON/],
    ["has an array for a text", { json: { resource: ["x"] } }, /“resource” is not a text/],
    [
      "has a text for an array",
      { json: { resource: "https://a.example", scopes_supported: "a" } },
      /“scopes_supported” is not a list/,
    ],
    ["is said to be elsewhere, not saying where", { status: 302 }, /HTTP status 302/],
  ] as const)("%s", async (_name, page, reason) => {
    expect(await refusal(ask(await site({ [`${RESOURCE}/mcp`]: page })))).toEqual(unusable(reason));
  });

  it.each([
    [
      "a javascript: page",
      { authorization_endpoint: "javascript:alert(1)" },
      "authorization_endpoint",
    ],
    ["a file: page", { authorization_endpoint: "file:///etc/passwd" }, "authorization_endpoint"],
    [
      "a page with a password",
      { authorization_endpoint: "https://u:p@a.example/" },
      "authorization_endpoint",
    ],
    [
      "a page that means something to a shell",
      { authorization_endpoint: "https://a.example/$(id)" },
      "authorization_endpoint",
    ],
    ["a data: endpoint", { token_endpoint: "data:,{}" }, "token_endpoint"],
    [
      "an endpoint with a line break",
      { token_endpoint: "https://a.example/\r\nx: y" },
      "token_endpoint",
    ],
    ["an endpoint that is a list", { token_endpoint: ["https://a.example"] }, "token_endpoint"],
    ["no token endpoint", { token_endpoint: null }, "token_endpoint"],
    ["an issuer with a query", { issuer: "https://a.example/?x" }, "issuer"],
    ["an issuer with a fragment", { issuer: "https://a.example/#x" }, "issuer"],
    ["numbers for names", { scopes_supported: [1, 2] }, "scopes_supported"],
    [
      "names without end",
      { grant_types_supported: Array.from({ length: 5000 }, () => "x") },
      "grant_types_supported",
    ],
  ])("names %s", async (_name, change, member) => {
    const auth = await authorizationServer(change);
    const error = await refusal(ask(await serverNaming(auth.url)));
    expect(error).toEqual(unusable(`metadata at ${auth.host} cannot be used: “${member}” `));
  });

  it.each([
    "javascript:alert(1)",
    "https://a.example/?tenant=1",
    "https://a.example/#x",
    "https://u:p@a.example",
    "https://a.example/\u202Eevil",
    "https://a.example/\r\nhost: b",
    "",
  ])("names the authorization server %j", async (issuer) => {
    const error = await refusal(ask(await serverNaming(issuer)));
    expect(error).toEqual(unusable("is not the address of an authorization server"));
    expect(String(error)).not.toMatch(/[\r\n\u202E]/);
  });

  it.each(["javascript:alert(1)", "/relative", "https://u:p@a.example/", "https://a.example/\n"])(
    "is said to be at %j",
    async (place) => {
      const error = await refusal(ask(await site(), { challenge: { resource_metadata: place } }));
      expect(error).toEqual(unusable("is not a web address"));
    },
  );

  it("is at an address where a cloud hands out credentials", async () => {
    const challenge = { resource_metadata: "http://169.254.169.254/latest/meta-data" };
    expect(await refusal(ask(await site(), { challenge }))).toMatchObject({
      code: "address_blocked",
    });
    const error = await refusal(ask(await serverNaming("http://169.254.169.254")));
    expect(error).toMatchObject({ code: "address_blocked" });
  });

  it.each(["http://127.0.0.1:80/", "https://192.168.1.1/", "https://localhost/"])(
    "is public, and sends a browser to %s",
    async (page) => {
      const issuer = "https://auth.example";
      const fetch: Fetch = async (url) =>
        url === `${issuer}${OAUTH}`
          ? Response.json(metadataOf(issuer, { authorization_endpoint: page }))
          : Response.json({ resource: "https://mcp.example", authorization_servers: [issuer] });
      const request = { server: "notes", challenge: {}, configuredIssuer: null };
      const serverUrl = new URL("https://mcp.example/mcp");
      const fetches = { fetch, resourceFetch: fetch };
      const error = await refusal(discover({ ...request, ...fetches, serverUrl }));
      expect(error).toMatchObject({
        code: "address_blocked",
        params: { host: new URL(page).host },
      });
    },
  );

  it("redirects for ever", async () => {
    const server = await site({
      [`${RESOURCE}/mcp`]: { status: 302, location: `${RESOURCE}/mcp` },
    });
    expect(await refusal(ask(server))).toBeInstanceOf(GatewayError);
    expect(server.asked.length).toBeLessThan(10);
  });

  it("is megabytes long, or never ends", async () => {
    const server = await site({
      [`${RESOURCE}/mcp`]: { text: JSON.stringify({ resource: "x".repeat(3_000_000) }) },
    });
    expect(await refusal(ask(server))).toBeInstanceOf(GatewayError);
    server.pages[`${RESOURCE}/mcp`] = (response) => void response.writeHead(200).write("{");
    const fetch = fetchFor(server.url, { timeoutMs: 100 });
    expect(await refusal(ask(server, { fetch }))).toMatchObject({ code: "host_unreachable" });
  });
});
