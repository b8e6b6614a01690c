import { describe, expect, it } from "vitest";
import type { Configuration, Entity } from "../../entity.ts";
import { isContextForge, readContextForge } from "./read.ts";
import { type ContextForgeExport, writeContextForge } from "./write.ts";

const SECRET = "contextforge-test-secret";

const tool = (fields: Partial<Entity<"tool">["fields"]>, withheld: string[] = []) =>
  ({
    kind: "tool",
    uid: null,
    fields: {
      name: "get_weather",
      title: "Weather",
      url: "https://api.example.com/{city}",
      description: "Weather of a city",
      method: "GET",
      query: {},
      headers: {},
      arguments: {},
      body: { type: "json", whole: null },
      auth: { type: "none" },
      inputSchema: { type: "object", properties: { city: { type: "string" } } },
      outputSchema: null,
      annotations: { readOnlyHint: true },
      responseFilter: "a[*].b",
      timeoutMs: null,
      maxResponseBytes: null,
      allowPrivateNetwork: false,
      tags: ["prod"],
      enabled: true,
      ...fields,
    },
    withheld,
  }) satisfies Entity<"tool">;

const server = (
  fields: Partial<Entity<"server">["fields"]>,
  withheld: string[] = [],
): Entity<"server"> => ({
  kind: "server",
  uid: null,
  fields: {
    name: "hq-east",
    title: "HQ East",
    description: "Primary",
    config: { transport: "sse", url: "https://east.example.com/sse", headers: {} },
    secrets: {},
    limits: {},
    connections: undefined,
    tags: [],
    healthUrl: null,
    holdChangedTools: undefined,
    enabled: true,
    ...fields,
  },
  withheld,
});

const profile = (fields: Partial<Entity<"profile">["fields"]>): Entity<"profile"> => ({
  kind: "profile",
  uid: null,
  fields: {
    slug: "desk",
    name: "Desk",
    description: "",
    servers: [],
    tools: ["get_weather"],
    prompts: [],
    resources: [],
    roots: [],
    tags: ["prod"],
    healthUrl: null,
    enabled: false,
    namePolicy: "on_collision",
    allowWithoutToken: false,
    active: false,
    choices: [],
    ...fields,
  },
  withheld: [],
});

const NOTHING: Configuration = {
  root: [],
  server: [],
  tool: [],
  resource: [],
  profile: [],
  prompt: [],
};

const write = (some: Partial<Configuration>, more: Partial<ContextForgeExport> = {}) =>
  writeContextForge({
    configuration: { ...NOTHING, ...some },
    kinds: ["root", "server", "tool", "resource", "profile", "prompt"],
    exportedAt: "2026-01-01T00:00:00.000Z",
    exportedBy: "ada",
    sourceGateway: "http://127.0.0.1:4444",
    exportOptions: {},
    secret: SECRET,
    secretsOf: { tool: [], server: [] },
    ...more,
  });

async function back(text: string) {
  const document: unknown = JSON.parse(text);
  if (!isContextForge(document)) throw new Error("It is no export of ContextForge.");
  return readContextForge(document, "ours.json").open({ sourceSecret: SECRET });
}

describe("what ContextForge can say comes back as it was", () => {
  const basicPair = Buffer.from("ada:pass:word").toString("base64");

  it.each<[what: string, some: Partial<Configuration>]>([
    ["a tool", { tool: [tool({})] }],
    ["a tool that is turned off", { tool: [tool({ enabled: false, title: null, method: "PUT" })] }],
    [
      "a tool with headers",
      {
        tool: [
          tool({
            headers: {
              Accept: { value: "application/json", plain: true },
              "X-Key": { value: "key-1", plain: false },
            },
          }),
        ],
      },
    ],
    ["a tool with a token", { tool: [tool({ auth: { type: "bearer", token: "t-1" } })] }],
    [
      "a tool with a password",
      { tool: [tool({ auth: { type: "basic", username: "ada", password: "a:b" } })] },
    ],
    [
      "a tool whose token is not here",
      { tool: [tool({ auth: { type: "bearer", token: "" } }, ["auth/token"])] },
    ],
    ["a server", { server: [server({})] }],
    [
      "a server with a token",
      {
        server: [
          server({
            config: {
              transport: "http",
              url: "https://east.example.com/mcp",
              headers: { Authorization: "Bearer ${secret:auth_token}" },
            },
            secrets: { auth_token: "t-1" },
          }),
        ],
      },
    ],
    [
      "a server with a password",
      {
        server: [
          server({
            config: {
              transport: "http",
              url: "https://east.example.com/mcp",
              headers: { Authorization: "Basic ${secret:auth_basic}" },
            },
            secrets: { auth_basic: basicPair },
          }),
        ],
      },
    ],
    [
      "a server with headers",
      {
        server: [
          server({
            config: {
              transport: "http",
              url: "https://east.example.com/mcp",
              headers: { "X-Key": "key-1", "X-Tenant": "acme" },
            },
          }),
        ],
      },
    ],
    [
      "a server with a secret in its query",
      {
        server: [
          server({
            config: {
              transport: "http",
              url: "https://east.example.com/mcp?api_key=${secret:query.api_key}",
              headers: {},
            },
            secrets: { "query.api_key": "a%26b" },
          }),
        ],
      },
    ],
    ["a profile", { profile: [profile({})], tool: [tool({})] }],
    [
      "a prompt",
      {
        prompt: [
          {
            kind: "prompt",
            uid: null,
            fields: {
              name: "summarise_doc",
              title: "Summary",
              description: "Short",
              template: "{{ text }}",
              arguments: [
                { name: "text", title: "Text", description: "What", required: true },
                { name: "words", required: false },
              ],
              tags: [],
              enabled: true,
            },
            withheld: [],
          },
        ],
      },
    ],
    [
      "a root",
      {
        root: [
          {
            kind: "root",
            uid: null,
            fields: { uri: "file:///srv", name: "srv", tags: [], enabled: true },
            withheld: [],
          },
        ],
      },
    ],
  ])("%s", async (_, some) => {
    const { text } = write(some);
    const file = await back(text);
    expect(file.entities.flatMap(({ problems }) => problems)).toEqual([]);
    expect(file.losses).toEqual([]);
    const found = file.entities.map(({ entity }) => entity);
    for (const entity of Object.values(some).flat()) expect(found).toContainEqual(entity);
    expect(JSON.parse(text).metadata.entity_counts).toMatchObject({
      tools: some.tool?.length ?? 0,
    });
  });
});

it("has only secrets that were asked for by name, and says which and what that means", () => {
  const tools = [
    tool({ name: "one", auth: { type: "bearer", token: "first-token" } }),
    tool({ name: "two", auth: { type: "bearer", token: "other-token" } }),
  ];
  const { text, warnings } = write({ tool: tools }, { secretsOf: { tool: ["one"] } });
  expect(text).not.toMatch(/first-token|other-token/);
  const [one, two] = JSON.parse(text).entities.tools;
  expect(one.auth_value).toMatch(/^[\w-]{40,}$/);
  expect(two).toMatchObject({ auth_type: "bearer", auth_value: null });
  expect(warnings).toEqual([
    expect.stringMatching(/no salt.*: one\.$/),
    "Secrets are left out, since nobody asked for them by name: two.",
  ]);
  expect(write({ tool: tools }, { secretsOf: {} }).text).not.toMatch(/"auth_value": "/);
  expect(write({ tool: tools }, { secret: null }).text).not.toMatch(/"auth_value": "/);
});

it("has no secret of a URL, a header or a variable in clear", () => {
  const config = {
    transport: "http" as const,
    url: "https://${secret:url.user}@h/mcp?a=1&k=${secret:query.k}&l=${secret:query.l}",
    headers: { "X-Key": "in-header" },
  };
  const secrets = { "url.user": "in-user", "query.k": "in-query", "query.l": "in-second" };
  const { text, warnings } = write({ server: [server({ config, secrets })] }, { secretsOf: {} });
  expect(text).not.toMatch(/in-(?:header|user|query|second)/);
  expect(text).not.toContain("${secret:");
  expect(JSON.parse(text).entities.gateways[0].url).toBe("https://h/mcp?a=1");
  expect(warnings).toHaveLength(3);
});

describe("what it cannot say is named", () => {
  const stdio = { transport: "stdio" as const, command: "npx", args: [], cwd: null, env: {} };
  it.each<[some: Partial<Configuration>, warning: RegExp]>([
    [{ server: [server({ config: stdio })] }, /no commands.*: hq-east\./],
    [{ server: [server({ title: "Other" })] }, /without their titles: hq-east\./],
    [{ server: [server({ limits: { callTimeoutMs: 1000 } })] }, /Limits.*: hq-east\./],
    [{ server: [server({ healthUrl: "https://h/" })] }, /Health URLs/],
    [{ server: [server({ holdChangedTools: true })] }, /Holding back changed tools/],
    [
      {
        server: [
          server({
            config: {
              transport: "http",
              url: "https://h/",
              headers: {},
              signIn: { kind: "client_credentials" },
            },
          }),
        ],
      },
      /signed in/,
    ],
    [{ tool: [tool({ query: { a: { value: "b", plain: true } } })] }, /values of the query/],
    [{ tool: [tool({ arguments: { a: { in: "header" } } })] }, /each argument/],
    [{ tool: [tool({ timeoutMs: 1000 })] }, /Limits.*: get_weather\./],
    [{ tool: [tool({ responseFilter: "length(@)" })] }, /JSONPath/],
    [
      {
        tool: [
          tool({
            auth: { type: "bearer", token: "t" },
            headers: { "X-Key": { value: "k", plain: false } },
          }),
        ],
      },
      /beside a token/,
    ],
    [{ profile: [profile({ servers: ["hq-east"] })] }, /once connected: desk\./],
    [{ profile: [profile({ prompts: ["p"] })] }, /Prompts, resources and roots/],
    [{ profile: [profile({ namePolicy: "always_prefix" })] }, /names are made/],
    [
      {
        profile: [
          profile({
            choices: [
              {
                kind: "tool",
                server: "a",
                original: "b",
                enabled: false,
                name: null,
                description: null,
              },
            ],
          }),
        ],
      },
      /turned off/,
    ],
    [
      {
        resource: [
          {
            kind: "resource",
            uid: null,
            fields: {
              uri: "notes://a",
              name: "a",
              title: null,
              description: "",
              mimeType: null,
              content: { kind: "text", text: "x" },
              tags: [],
              enabled: true,
            },
            withheld: [],
          },
        ],
      },
      /no content.*: notes:\/\/a\./,
    ],
  ])("%#", (some, warning) => {
    const { warnings } = write(some);
    expect(warnings.filter((one) => warning.test(one))).toHaveLength(1);
  });
});
