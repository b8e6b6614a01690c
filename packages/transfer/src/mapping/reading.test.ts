import type { ServerView, ToolView } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayChanges, gatewayFromSeed } from "./gateways.ts";
import { toJmesPath, toJsonPath } from "./json-path.ts";
import { promptFromSeed } from "./prompts.ts";
import { resourceFromSeed } from "./resources.ts";
import { serverFromSeed } from "./servers.ts";
import { toolChanges, toolFromSeed, toolToSeed } from "./tools.ts";
import { server, tool } from "./views.fixture.ts";

const url = "https://api.example.com/";
const some = { name: "weather", url };
const [anyTool] = fc.sample(tool, { numRuns: 1, seed: 1 });
const [anyServer] = fc.sample(server, { numRuns: 1, seed: 1 });
if (!anyTool || !anyServer) throw new Error("There are always samples.");

const secret = { set: true, hint: null };
const withAuth: ToolView = {
  ...anyTool,
  auth: { type: "basic", username: "ada", password: secret },
  headers: {
    "X-Key": { plain: false, secret },
    Accept: { plain: true, value: "text/plain" },
  },
};
const remote: ServerView = {
  ...anyServer,
  config: {
    transport: "http",
    url,
    headers: { "X-Key": secret },
    signIn: {
      kind: "person",
      clientId: null,
      clientSecret: null,
      privateKey: null,
      clientMetadataUrl: null,
      issuer: null,
      scopes: null,
      parameters: {},
      redirectPort: null,
    },
  },
};

describe("what a script sends", () => {
  it("has its fields in either spelling, and in upstream's wrapper", () => {
    const expected = { name: "weather", url, title: "Weather", inputSchema: { type: "object" } };
    const snake = { ...some, display_name: "Weather", input_schema: { type: "object" } };
    const camel = { ...some, displayName: "Weather", inputSchema: { type: "object" } };
    expect(toolFromSeed(snake)).toEqual(expected);
    expect(toolFromSeed(camel)).toEqual(expected);
    expect(toolFromSeed({ tool: camel, team_id: null, visibility: "team" })).toEqual(expected);
  });

  it("may have what means nothing here, or says nothing", () => {
    const more = { visibility: "public", ownerEmail: "a@example.com", rate_limit: 5, id: "x" };
    const empty = { passthrough_headers: [], plugin_chain_pre: null };
    expect(toolFromSeed({ ...some, ...more, ...empty })).toEqual(some);
  });

  it.each([
    [{ ...some, descripton: "a typing error" }, /^descripton: There is no such field here\.$/],
    [{ ...some, passthrough_headers: ["X-A"] }, /^passthrough_headers: /],
    [{ ...some, input_schema: {}, inputSchema: {} }, /^input_schema: .*two spellings/],
    [{ ...some, input_schema: { type: "string" } }, /^input_schema\.type: /],
    [{ ...some, integration_type: "MCP" }, /^integration_type: Only REST/],
    [{ ...some, integration_type: "A2A" }, /^integration_type: Only REST/],
    [{ ...some, request_type: "SSE" }, /^request_type: /],
    [{ ...some, enabled: true, is_active: false }, /^enabled: .* is_active, and differs/],
    [{ ...some, timeout: 5, timeout_ms: 6000 }, /^timeout: .* timeout_ms, and differs/],
    [{ ...some, timeout_ms: 5 }, /^timeout_ms: /],
    [{ ...some, jsonpath_filter: "$..price" }, /^jsonpath_filter: Only a path/],
    [{ ...some, auth_type: "bearer", auth_password: "x" }, /^auth_password: .*“bearer”/],
    [{ ...some, auth_type: "basic", auth_password: "x" }, /^auth_username: /],
    [{ ...some, auth_type: "basic", auth_value: "x" }, /^auth_value: It is USER:PASSWORD/],
    [{ ...some, auth_type: "oauth" }, /^auth_type: /],
    [{ ...some, auth_token: "x" }, /^auth_token: .*“none”/],
    [{ ...some, tags: ["a,b"] }, /^tags\.0: /],
    [{ url }, /^name: /],
    [[some], /^body: /],
    ["some", /^body: /],
    [null, /^body: /],
  ])("is refused by the name of its field: %j", (body, detail) => {
    expect(() => toolFromSeed(body)).toThrow(detail);
  });

  it("keeps its keys to itself where they are JavaScript's", () => {
    const body: unknown = JSON.parse(`{"name":"a","url":"${url}","__proto__":{"polluted":1}}`);
    expect(() => toolFromSeed(body)).toThrow(/^__proto__: There is no such field here\.$/);
  });

  it.each([
    ["headers", { headers: { "X-Key": "*****" } }],
    ["query", { query: { key: "***" } }],
    ["auth_value", { auth_type: "bearer", auth_value: "*****" }],
    ["auth_token", { auth_type: "bearer", auth_token: "********" }],
    ["auth_password", { auth_type: "basic", auth_username: "a", auth_password: "*****" }],
    ["auth_headers", { auth_type: "authheaders", auth_headers: [{ key: "X", value: "*****" }] }],
    ["auth_header_value", { auth_header_key: "X-Key", auth_header_value: "*****" }],
  ])("is no mask that was read in the place of a secret: %s", (field, fields) => {
    const detail = new RegExp(`^${field}[.:].*Leave the field out to keep what is stored`);
    expect(() => toolFromSeed({ ...some, ...fields })).toThrow(detail);
    expect(() => toolChanges(fields, withAuth, false)).toThrow(detail);
  });

  it.each([
    ["env", { command: "node", env: { KEY: "*****" } }],
    ["headers", { url, headers: { "X-Key": "*****" } }],
    ["secrets", { url, secrets: { key: "****" } }],
    ["sign_in", { url, sign_in: { clientSecret: "*****" } }],
    ["auth_value", { url, auth_type: "basic", auth_value: "*****" }],
  ])("is no mask of a gateway's either: %s", (field, fields) => {
    const detail = new RegExp(`^${field}[.:].*Leave the field out`);
    expect(() => gatewayFromSeed({ name: "East", ...fields })).toThrow(detail);
  });
});

describe("credentials of a tool", () => {
  it.each([
    [
      { auth_type: "bearer", auth_token: "t" },
      { type: "bearer", token: "t" },
    ],
    [
      { auth_type: "bearer", auth_value: "t" },
      { type: "bearer", token: "t" },
    ],
    [
      { auth_type: "basic", auth_value: "ada:a:b" },
      { type: "basic", username: "ada", password: "a:b" },
    ],
    [
      { auth_type: "basic", auth_username: "ada", auth_password: "p" },
      { type: "basic", username: "ada", password: "p" },
    ],
    [{ auth_type: null }, { type: "none" }],
  ])("are read from %j", (fields, auth) => {
    expect(toolFromSeed({ ...some, ...fields })).toEqual({ ...some, auth });
  });

  it.each([
    { auth_headers: [{ key: "X-Key", value: "v" }] },
    { auth_header_key: "X-Key", auth_header_value: "v" },
    { auth_value: { "X-Key": "v" } },
  ])("are secret headers where they are headers: %j", (fields) => {
    expect(toolFromSeed({ ...some, auth_type: "authheaders", ...fields })).toEqual({
      ...some,
      auth: { type: "none" },
      headers: { "X-Key": { value: "v", plain: false } },
    });
  });

  it("stay as they are stored until something is said of them", () => {
    expect(toolChanges(some, withAuth, true)).not.toHaveProperty("auth");
    expect(toolChanges(some, withAuth, true)).toMatchObject({ headers: { Accept: null } });
    expect(toolChanges(some, withAuth, true).headers).not.toHaveProperty("X-Key");
    expect(toolChanges({ auth_password: "new" }, withAuth, false)).toEqual({
      auth: { type: "basic", username: "ada", password: "new" },
    });
  });

  it("all go with “none”", () => {
    expect(toolChanges({ auth_type: "none" }, withAuth, false)).toEqual({
      auth: { type: "none" },
      headers: { "X-Key": null },
    });
  });

  it("are a mask when they are read", () => {
    expect(toolToSeed(withAuth)).toMatchObject({
      auth_type: "basic",
      auth_value: "*****",
      auth_username: "ada",
      headers: { "X-Key": "*****", Accept: "text/plain" },
      plain_headers: ["Accept"],
    });
  });
});

describe("a gateway", () => {
  it("is called as it was, with a slug of that", () => {
    expect(gatewayFromSeed({ name: "Production East", url })).toEqual({
      name: "production-east",
      title: "Production East",
      config: { transport: "sse", url },
      secrets: {},
    });
    expect(() => gatewayFromSeed({ name: "東", url })).toThrow(/^slug: /);
    expect(() => serverFromSeed({ name: "東" })).toThrow(/^slug: /);
    expect(serverFromSeed({ name: "AI Tools" })).toEqual({ slug: "ai-tools", name: "AI Tools" });
  });

  it("is a command where it has one", () => {
    const env = { KEY: "v", MODE: "dev" };
    const sent = { name: "a", command: "node", args: ["a.js"], env, plain_env: ["MODE"] };
    expect(gatewayFromSeed(sent)).toMatchObject({
      config: {
        transport: "stdio",
        command: "node",
        args: ["a.js"],
        env: { KEY: { value: "v", plain: false }, MODE: { value: "dev", plain: true } },
      },
    });
  });

  it.each([
    [{ name: "a" }, /^url: /],
    [{ name: "a", transport: "STDIO" }, /^command: /],
    [{ name: "a", url, command: "node" }, /^url: /],
    [{ name: "a", url, transport: "GRPC" }, /^transport: /],
    [{ name: "a", url, auth_type: "basic", auth_username: "ada" }, /^auth_password: /],
    [{ name: "a", url, oauth_config: { issuer: "https://a" } }, /^oauth_config: /],
  ])("is refused by the name of a field: %j", (body, detail) => {
    expect(() => gatewayFromSeed(body)).toThrow(detail);
  });

  it("has credentials that can be told apart afterwards", () => {
    expect(gatewayFromSeed({ name: "a", url, auth_type: "bearer", auth_token: "t" })).toMatchObject(
      {
        config: { headers: { Authorization: "Bearer ${secret:auth_token}" } },
        secrets: { auth_token: "t" },
      },
    );
    expect(
      gatewayFromSeed({ name: "a", url, auth_type: "basic", auth_value: "ada:p" }),
    ).toMatchObject({
      config: { headers: { Authorization: "Basic ${secret:auth_basic}" } },
      secrets: { auth_basic: "YWRhOnA=" },
    });
  });

  it("loses those it had when it gets others, or none", () => {
    expect(gatewayChanges({ auth_type: "none" }, remote, false)).toEqual({
      headers: { "X-Key": null },
    });
    expect(gatewayChanges({ auth_type: "bearer", auth_token: "t" }, remote, false)).toEqual({
      headers: { "X-Key": null, Authorization: "Bearer ${secret:auth_token}" },
      secrets: { auth_token: "t" },
    });
    expect(gatewayChanges({ name: "B" }, remote, true)).not.toHaveProperty("headers");
  });
});

describe("a resource", () => {
  it.each([
    [{ uri: "notes://a" }, /^content: /],
    [{ uri: "notes://a", content: "a", blob: "AA==" }, /^content: /],
    [{ content: "a" }, /^uri: /],
    [{ uri: "notes://a", uri_template: "notes://{b}", content: "" }, /^uri: /],
  ])("is refused by the name of a field: %j", (body, detail) => {
    expect(() => resourceFromSeed(body)).toThrow(detail);
  });
});

it("a prompt is refused by the name of a field", () => {
  expect(() => promptFromSeed({ name: "a b", template: "" })).toThrow(/^name: /);
  expect(() => promptFromSeed({ name: "a" })).toThrow(/^template: /);
});

describe("a filter", () => {
  it.each([
    ["$", null],
    ["$.a.b[*].c", "a.b[*].c"],
    ["$[0]", "[0]"],
    ["$.*.a", "*.a"],
    ["$['a b'].c", '"a b".c'],
    ["$['a'].c", "a.c"],
  ])("of JSONPath %s is %j of JMESPath", (jsonPath, jmesPath) => {
    expect(toJmesPath(jsonPath)).toBe(jmesPath);
  });

  it.each(["a.b", "$..a", "$[?(@.a)]", "$[1:2]", "$.a-b", "$.a[*", "$ .a"])(
    "of JSONPath %s is not guessed",
    (jsonPath) => expect(toJmesPath(jsonPath)).toBeUndefined(),
  );

  it.each(["length(@)", "a | b", "a[?b]", "a[]", "a[-1]", "a.{b: c}", '"a".b', "a . b"])(
    "of JMESPath %s has no JSONPath",
    (jmesPath) => expect(toJsonPath(jmesPath)).toBeNull(),
  );
});
