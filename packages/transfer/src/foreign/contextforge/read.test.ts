import { readFileSync } from "node:fs";
import { join } from "node:path";
import { contextForgeKey } from "@local-mcp/vault";
import { describe, expect, it } from "vitest";
import type { Entity } from "../../entity.ts";
import { keepSecrets } from "../../keep-secrets.ts";
import { secretsOf } from "../../secrets.ts";
import type { Keys } from "../../types.ts";
import { isContextForge, readContextForge } from "./read.ts";

const SECRET = "contextforge-test-secret";
const KEYS: Keys = { sourceSecret: SECRET };

function parse(document: unknown) {
  if (!isContextForge(document)) throw new Error("It is no export of ContextForge.");
  return readContextForge(document, "theirs.json");
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));

const read = (document: unknown, keys: Keys | null = KEYS) => parse(document).open(keys);

/** A file of one entry. */
const only = (type: string, entry: object) => ({
  version: "2025-03-26",
  exported_at: "2025-08-26T10:00:00Z",
  entities: { [type]: [entry] },
});

const one = async (type: string, entry: object, keys: Keys | null = KEYS) => {
  const file = await read(only(type, entry), keys);
  return { ...file, first: file.entities[0] };
};

const seal = (value: object): string => contextForgeKey(SECRET).seal(JSON.stringify(value));

describe("an export of v0.7", () => {
  it("is read with its secrets", async () => {
    const file = await read(fixture("v0.7.json"));
    expect(file.problems).toEqual([]);
    expect(file.source).toEqual({
      exportedAt: "2025-08-26T10:00:00.123456Z",
      exportedBy: "admin@example.com",
      gateway: "http://0.0.0.0:4444",
    });
    expect(file.secrets).toEqual({ opened: 3, plain: 1 });
    expect(file.entities.flatMap(({ problems }) => problems)).toEqual([]);
    expect(file.entities.map(({ kind, name, pointer }) => `${kind} ${name} ${pointer}`)).toEqual([
      "tool get_weather /entities/tools/0",
      "tool Some-Tool /entities/tools/1",
      "server hq-east /entities/gateways/0",
      "server lab /entities/gateways/1",
      "profile admin-profile /entities/servers/0",
      "prompt summarise_doc /entities/prompts/0",
      "resource notes://handbook /entities/resources/0",
      "root file:///srv/projects /entities/roots/0",
    ]);
    const secrets = file.entities.flatMap(({ name, entity }) =>
      entity === null
        ? []
        : secretsOf(entity).map(({ place, value }) => `${name} ${place} = ${value}`),
    );
    expect(secrets).toEqual([
      "get_weather headers/X-Key = plain-1",
      "get_weather auth/token = ",
      "Some-Tool headers/X-Api-Key = key-1",
      "Some-Tool headers/X-Tenant = acme",
      "hq-east secrets/auth_token = east-token",
      `lab secrets/auth_basic = ${Buffer.from("ada:pass:word").toString("base64")}`,
    ]);
    expect(file.entities.flatMap(({ entity }) => entity?.withheld)).toEqual([
      "auth/token",
      "content",
    ]);
  });

  it("says each thing that has no counterpart, at its place", async () => {
    const { losses } = await read(fixture("v0.7.json"));
    expect(losses.map(({ pointer, message }) => `${pointer} ${message}`)).toEqual([
      "/entities/tools/0/rate_limit A tool here has no limit of its own for how often it is called.",
      "/entities/tools/1/name It is called “Some-Tool” here.",
      "/entities/tools/1/jsonpath_filter Only a path such as $.items[*].name can be said in JMESPath; the whole answer is given.",
      "/entities/tools/2/integration_type A tool of “A2A” comes with its server.",
      "/entities/gateways/0/passthrough_headers Headers of a client are not passed on to a server here.",
      "/entities/gateways/2/transport No server is reached here by “GRPC”.",
      "/entities/servers/0/tool_ids 1 in it are ids of where it was exported, and cannot be found here.",
      "/entities/servers/0/tool_ids It gets all of “hq-east”: which of its tools it had can be chosen once that is connected.",
      "/entities/servers/0/name “admin” is used by the gateway itself: it is found at “admin-profile” here.",
      "/entities/resources/0 ContextForge exports no content: what is stored stays, and what is new is off until it is written here.",
      "/entities/servers Which prompts and resources a server has is not in the file: put them in here.",
    ]);
  });

  it("comes to what is configured here", async () => {
    const { entities } = await read(fixture("v0.7.json"));
    const fields = entities.map(({ entity }) => entity?.fields);
    expect(fields[0]).toMatchObject({
      title: "Get Weather",
      method: "GET",
      headers: {
        Accept: { value: "application/json", plain: true },
        "X-Key": { value: "plain-1", plain: false },
      },
      responseFilter: "current.temperature",
      annotations: { readOnlyHint: true },
      tags: ["weather", "prod"],
    });
    expect(fields[1]).toMatchObject({ enabled: false, responseFilter: null, method: "POST" });
    expect(fields[2]).toMatchObject({
      title: "HQ East",
      config: {
        transport: "sse",
        url: "https://east.example.com/sse",
        headers: { Authorization: "Bearer ${secret:auth_token}" },
      },
    });
    expect(fields[3]).toMatchObject({ enabled: false, config: { transport: "http" } });
    expect(fields[4]).toMatchObject({
      slug: "admin-profile",
      name: "Admin",
      tools: ["get_weather"],
      servers: ["hq-east"],
      active: false,
    });
    expect(fields[5]).toMatchObject({
      arguments: [
        { name: "text", description: "What to shorten", required: true },
        { name: "words", required: false },
      ],
    });
    expect(fields[6]).toMatchObject({ enabled: false, content: { kind: "text", text: "" } });
  });
});

describe("an export of v1.0", () => {
  it("is read with its pairs of tags, its masks and its secret in a query", async () => {
    const file = await read(fixture("v1.0.json"));
    expect(file.problems).toEqual([]);
    const [tool, maps, crm, desk, prompt] = file.entities.map(({ entity }) => entity);
    expect(tool).toMatchObject({
      fields: {
        tags: ["Shop"],
        responseFilter: null,
        auth: { type: "basic", username: "ada", password: "pass:word" },
        headers: { "X-Shop": { value: "", plain: false } },
      },
      withheld: ["headers/Content-Type", "headers/X-Shop"],
    });
    expect(maps).toMatchObject({
      fields: {
        config: { url: "https://maps.example.com/mcp?api_key=${secret:query.api_key}" },
        secrets: { "query.api_key": "query-value%261" },
      },
      withheld: [],
    });
    expect(crm?.fields).toMatchObject({ config: { headers: {} } });
    expect(desk?.fields).toMatchObject({
      tools: ["list_orders", "gone-tool"],
      servers: ["maps"],
      enabled: false,
    });
    expect(prompt?.fields).toMatchObject({ name: "greet-guest", title: "Greet a guest" });
    expect(file.losses.map(({ pointer }) => pointer)).toEqual([
      "/entities/tools/0/headers",
      "/entities/gateways/1/auth_type",
      "/entities/servers/0/tool_ids",
      "/entities/servers",
    ]);
    expect(JSON.stringify(file)).not.toContain("*****");
  });
});

it("reads the early form with its lists at the top, and fields that only its API has", async () => {
  const file = await read({
    version: "2025-03-26",
    exported_at: "2025-06-26T12:34:56Z",
    gateways: [
      {
        name: "hq-east",
        url: "https://east.example.net",
        auth_type: "basic",
        auth_username: "ada",
        auth_password: "pw",
        capabilities: { tools: {} },
        is_active: true,
      },
    ],
    prompts: [{ name: "p", template: "{{ text }}", arguments: [{ name: "text", required: true }] }],
  });
  expect(file.entities.map(({ pointer, problems }) => [pointer, problems])).toEqual([
    ["/gateways/0", []],
    ["/prompts/0", []],
  ]);
  expect(file.secrets).toEqual({ opened: 0, plain: 1 });
  expect(file.warnings).toHaveLength(1);
  expect(file.losses).toEqual([]);
});

describe("without what opens its secrets", () => {
  it("says how many there are, and what sealed them", async () => {
    const file = parse(fixture("v0.7.json"));
    expect(file.sealed).toEqual({ count: 3, with: "AUTH_ENCRYPTION_SECRET" });
    await expect(file.open({})).rejects.toMatchObject({
      code: "import_secret_needed",
      wayOut: expect.stringContaining("AUTH_ENCRYPTION_SECRET of the ContextForge"),
    });
    await expect(file.open({ encryptionSecret: "another-secret" })).rejects.toMatchObject({
      code: "import_secret_wrong",
    });
  });

  it("reads everything else where they are to be left alone", async () => {
    const { entities, secrets } = await read(fixture("v0.7.json"), null);
    expect(secrets.opened).toBe(0);
    expect(entities.flatMap(({ entity }) => entity?.withheld)).toEqual([
      "auth/token",
      "secrets/auth_token",
      "secrets/auth_basic",
      "content",
    ]);
  });

  it("takes any of several secrets", async () => {
    const file = await read(fixture("v0.7.json"), {
      encryptionSecret: "another-secret",
      rekeySecret: SECRET,
    });
    expect(file.secrets.opened).toBe(3);
  });
});

describe("a credential that cannot be used is a problem at its place", () => {
  const gateway = { name: "g", url: "https://g.example.com", auth_type: "bearer" };

  it.each([
    ["a mask", "*****"],
    ["what is not sealed", "a token"],
    ["a list", ["a"]],
    ["a mask in an object", { Authorization: "*****" }],
    ["what another secret sealed", contextForgeKey("another-secret").seal('{"a":"b"}')],
    ["what is no object of headers", seal({ Authorization: 1 })],
  ])("%s", async (_, auth_value) => {
    const other = { ...gateway, name: "h", auth_value: seal({ Authorization: "Bearer x" }) };
    const document = {
      ...only("gateways", {}),
      entities: { gateways: [{ ...gateway, auth_value }, other] },
    };
    const { entities } = await read(document);
    expect(entities[0]).toMatchObject({
      entity: null,
      problems: [
        {
          pointer: "/entities/gateways/0/auth_value",
          message: expect.stringMatching(/^Invalid authentication data: /),
        },
      ],
    });
    expect(entities[1]?.problems).toEqual([]);
  });
});

describe("what is wrong in an entry is said at its field, all of it", () => {
  it.each([
    ["tools", { name: "t" }, "/entities/tools/0/url"],
    ["tools", { name: "!!!", url: "https://h/" }, "/entities/tools/0/name"],
    ["gateways", { name: "g" }, "/entities/gateways/0/url"],
    ["gateways", { name: "g", url: "h" }, "/entities/gateways/0/url"],
    [
      "gateways",
      { name: "g", url: "https://h/", auth_type: "x" },
      "/entities/gateways/0/auth_type",
    ],
    ["prompts", { name: "p" }, "/entities/prompts/0/template"],
    ["resources", { name: "r" }, "/entities/resources/0/uri"],
    [
      "resources",
      { name: "r", uri: "notes://r", mime_type: "x" },
      "/entities/resources/0/mime_type",
    ],
    ["roots", { uri: "ftp://x" }, "/entities/roots/0/uri"],
    ["servers", { name: "!!!" }, "/entities/servers/0/name"],
  ])("%s %j", async (type, entry, pointer) => {
    const { first } = await one(type, entry);
    expect(first?.entity).toBeNull();
    expect(first?.problems.map((problem) => problem.pointer)).toContain(pointer);
  });

  it.each([
    [{ version: "1", entities: [] }, "/entities"],
    [{ version: "1", entities: { widgets: [] } }, "/entities/widgets"],
    [{ version: "1", entities: { tools: {} } }, "/entities/tools"],
    [{ version: "1", entities: { tools: ["x"] } }, "/entities/tools/0"],
    [{ version: "1", tools: [], widgets: [] }, "/widgets"],
  ])("its outer form: %j", async (document, pointer) => {
    const { problems } = await read(document);
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
  });
});

it("clears no content and turns nothing off that is here already", async () => {
  const { first } = await one("resources", { name: "New", uri: "notes://a" });
  const before: Entity<"resource"> = {
    kind: "resource",
    uid: "1",
    fields: {
      uri: "notes://a",
      name: "Old",
      title: null,
      description: "",
      mimeType: null,
      content: { kind: "text", text: "what somebody wrote" },
      tags: [],
      enabled: true,
    },
    withheld: [],
  };
  if (!first?.entity) throw new Error("It is not read.");
  expect(keepSecrets(first.entity, before)).toEqual({
    ...before,
    uid: null,
    fields: { ...before.fields, name: "New" },
  });
  const whole = await one("resources", { name: "New", uri: "notes://a", content: "" });
  if (!whole.first?.entity) throw new Error("It is not read.");
  expect(keepSecrets(whole.first.entity, before).fields).toMatchObject({
    content: { text: "" },
  });
});

describe("losses of single fields", () => {
  it.each<[type: string, entry: object, lost: string]>([
    ["tools", { name: "t", url: "https://h/", request_type: "HEAD" }, "request_type"],
    ["tools", { name: "t", url: "https://h/", input_schema: { type: "array" } }, "input_schema"],
    ["tools", { name: "t", url: "https://h/", plugin_chain_pre: ["x"] }, "plugin_chain_pre"],
    ["tools", { name: "t", url: "https://h/", auth_type: "authheaders" }, "auth_type"],
    ["tools", { name: "t", url: "https://h/", auth_type: "basic" }, "auth_value"],
    ["tools", { name: "t", url: "https://h/", auth_type: "query_param" }, "auth_type"],
    ["tools", { name: "t", url: "https://h/", headers: { A: 1 } }, "headers"],
    ["gateways", { name: "g", url: "https://h/", ca_certificate: "x" }, "ca_certificate"],
    ["gateways", { name: "g", url: "https://h/", oauth_config: { a: 1 } }, "oauth_config"],
    ["gateways", { name: "g", url: "https://h/", description: "x".repeat(2001) }, "description"],
    [
      "prompts",
      { name: "p", template: "x", input_schema: { properties: { "a b": {} } } },
      "input_schema",
    ],
    ["prompts", { name: "a prompt", template: "x" }, "name"],
    ["servers", { name: "s", associated_resources: [7] }, "associated_resources"],
  ])("%s %j", async (type, entry, lost) => {
    const { losses, first } = await one(type, entry);
    expect(losses.map(({ pointer }) => pointer)).toEqual([`/entities/${type}/0/${lost}`]);
    expect(first?.problems ?? []).toEqual([]);
  });
});

it("is not taken for one of ours, nor anything else for one of theirs", () => {
  expect(isContextForge({ version: "2025-03-26", format: {}, entities: {} })).toBe(false);
  expect(isContextForge({ mcpServers: {} })).toBe(false);
  expect(isContextForge({ version: "1", servers: {} })).toBe(true);
  expect(isContextForge([])).toBe(false);
});
