import { GatewayError, MAX_IMPORT_BYTES } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFileSeal } from "../file/seal.ts";
import { writeFile } from "../file/write.ts";
import type { Configuration } from "../entity.ts";
import type { Keys, ReadFile } from "../types.ts";
import { parseImport } from "./parse-import.ts";

const SECRET = "canary-7f3a91";
const PASSPHRASE = "a passphrase of some length";
const header = { salt: Buffer.alloc(16, 7).toString("base64"), params: { N: 2, r: 8, p: 1 } };

const configuration: Configuration = {
  root: [],
  server: [
    {
      kind: "server",
      uid: "11111111-1111-4111-8111-111111111111",
      withheld: [],
      fields: {
        name: "east",
        title: "HQ East",
        description: "",
        config: {
          transport: "http",
          url: "https://east.example.net",
          headers: { Authorization: "Basic ${secret:auth_basic}", "X-Key": SECRET },
        },
        secrets: { auth_basic: Buffer.from(`ada:${SECRET}`).toString("base64") },
        limits: {},
        connections: "per_client",
        tags: [],
        healthUrl: null,
        holdChangedTools: false,
        enabled: true,
      },
    },
    {
      kind: "server",
      uid: "22222222-2222-4222-8222-222222222222",
      withheld: [],
      fields: {
        name: "local",
        title: "Local",
        description: "",
        config: {
          transport: "stdio",
          command: "npx",
          args: ["-y", "thing"],
          cwd: null,
          env: { TOKEN: { value: SECRET, plain: false }, LANG: { value: "de", plain: true } },
        },
        secrets: {},
        limits: {},
        connections: "shared",
        tags: [],
        healthUrl: null,
        holdChangedTools: false,
        enabled: true,
      },
    },
  ],
  tool: [],
  resource: [],
  profile: [],
  prompt: [],
};

async function written(): Promise<string> {
  const seal = await createFileSeal(PASSPHRASE, "passphrase", header);
  const { text } = await writeFile(
    {
      form: "gateway",
      entities: configuration,
      kinds: ["server", "prompt"],
      exportedAt: "2026-01-02T03:04:05Z",
      exportedBy: "admin",
      source: "http://127.0.0.1:4444",
      options: {},
      notIncluded: [],
    },
    seal,
  );
  return text;
}

const open = async (
  text: string,
  keys: Keys | null = { passphrase: PASSPHRASE },
): Promise<ReadFile> => parseImport(text, { name: "x.json" }).open(keys);

const problemsOf = ({ problems, entities }: ReadFile): string[] =>
  [...problems, ...entities.flatMap((one) => one.problems)].map(
    ({ pointer, message }) => `${pointer} ${message}`,
  );

async function refusal(work: () => unknown): Promise<GatewayError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

/** With one entry of a list in the place of another. */
const flat = (type: string, ...entries: object[]): string =>
  JSON.stringify({ version: "2025-03-26", [type]: entries });

const tool = { name: "weather", url: "https://api.example.com/v1" };

describe("a text that is no file", () => {
  test.each([
    ["", /it is empty/],
    ["  \n ", /it is empty/],
    ['{"tools": [', /ends too early, at line 1, column 12/],
    ['{"tools": []', /ends too early/],
    ['{\n  "tools": [],\n}', /no JSON at line 3, column 1/],
    ['{"tools": [1 2]}', /no JSON at line 1, column 14/],
    ['{"a": "\u0001"}', /no JSON at line 1, column 8/],
    ['{"a": "\\x"}', /no JSON at line 1, column 8/],
    ['{"a": 01}', /no JSON/],
    ["{} {}", /no JSON at line 1, column 4/],
    ["[".repeat(65), /deeper than 64 levels at line 1, column 65/],
    ["[".repeat(200_000), /deeper than 64 levels/],
  ])("says where it ends to be one: %j", async (text, message) => {
    const error = await refusal(() => open(text));
    expect(error.code).toBe("import_unreadable");
    expect(error.message).toMatch(message);
  });

  test.each([
    [`{"tools": [${"1,".repeat(100_000)}1]}`, "100,000 entries in one list"],
    [
      `{"tools": [{${Array.from({ length: 10_001 }, (_, at) => `"k${at}": 1`).join()}}]}`,
      "10,000 fields in one object",
    ],
    [`{"tools": [${`[${"1,".repeat(90_000)}1],`.repeat(23)}1]}`, "2,000,000 values"],
  ])("has more in it than can be checked", async (text, limit) => {
    let looks = 0;
    const clientFile = () => ((looks += 1), null);
    const error = await refusal(() => parseImport(text, { name: "x.json", clientFile }));
    expect(error).toMatchObject({ code: "import_too_big", params: { limit } });
    expect(looks).toBe(0);
  });

  test("may have one long text, which looks sealed and is not", async () => {
    const long = "A".repeat(20_000_000);
    for (const auth_value of [`bG1n${long}!`, `${long}!`]) {
      const read = await open(flat("tools", { ...tool, auth_type: "bearer", auth_value }));
      expect(read).toMatchObject({ format: "flat", secrets: { plain: 1, opened: 0 } });
    }
  });

  test("is too big, or is of nobody", async () => {
    const big = await refusal(() => open(" ".repeat(MAX_IMPORT_BYTES + 1)));
    expect(big).toMatchObject({ code: "import_too_big", http: 413 });
    for (const text of [
      "1",
      "[]",
      "{}",
      '{"servers": {}}',
      '{"format": {"name": "x"}, "tools": []}',
    ]) {
      expect((await refusal(() => open(text))).code).toBe("import_unknown_format");
    }
  });

  test("may be that of a client", async () => {
    const client = parseImport(flat("tools", tool), { name: "x" });
    const options = { name: "x", clientFile: () => client };
    expect(parseImport("not = json", options)).toBe(client);
    expect(await parseImport('{"mcpServers": {}}', options).open({})).toEqual(
      await client.open({}),
    );
    expect(parseImport(flat("prompts"), options)).not.toBe(client);
  });
});

describe("what is wrong with a file", () => {
  test("is said with the place of each, all at once", async () => {
    const file = await open(
      `\uFEFF${JSON.stringify({
        version: "x",
        entities: {
          tools: [
            { name: "a b", url: 5, tags: "x", nosuch: 1, visibility: "team" },
            { ...tool, headers: { "bad header": "x" } },
            { ...tool, auth_type: "bearer", auth_value: "*****" },
            { ...tool, input_schema: { type: "string" } },
            { ...tool, is_active: true, enabled: false },
            7,
          ],
          gateways: [
            { name: "g" },
            { name: "g", url: "https://x.example", auth_type: "basic", auth_value: "ada" },
          ],
          prompts: {},
          agents: [],
        },
        roots: [],
      })}`,
    );
    expect(problemsOf(file)).toEqual([
      "/roots It belongs into entities.",
      "/entities/tools/5 It has to be an object.",
      "/entities/prompts It has to be a list.",
      "/entities/agents There is no such type. There are tools, gateways, servers, prompts, resources, roots.",
      "/entities/tools/0/name A name has 1 to 128 of A-Z, a-z, 0-9, _, . and -.",
      "/entities/tools/0/url It has to be a text.",
      "/entities/tools/0/tags It has to be a list.",
      "/entities/tools/1/headers/bad header A header's name has letters, digits and a few signs.",
      "/entities/tools/2/auth_value Invalid authentication data: it is what is written in the place of a secret. Write null to keep what is stored.",
      "/entities/tools/3/input_schema/type It has to be object.",
      "/entities/tools/4/enabled It means the same as is_active, and differs. Send one of them.",
      "/entities/gateways/0/url A gateway has a url or, over STDIO, a command.",
      "/entities/gateways/1/auth_value It is USER:PASSWORD.",
    ]);
    expect(file.losses).toEqual([
      {
        pointer: "/entities/tools/0/nosuch",
        message: "There is no such field here: “nosuch” is left out.",
      },
    ]);
    expect(file.entities.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "tool a b",
      "tool weather",
      "tool weather",
      "tool weather",
      "tool weather",
      "server g",
      "server g",
    ]);
  });

  test("are keys that are there twice, or that no file has", async () => {
    const text = `{"tools": [{"name": "a", "na\\u006de": "b", "url": "${tool.url}", "__proto__": {"x": 1},
      "constructor": 1, "input_schema": {"type": "object", "properties": {"constructor": {}}}}],
      "metadata": {"dependencies": {"servers_to_tools": {"prototype": []}}}}`;
    expect(problemsOf(await open(text))).toEqual([
      "/tools/0/name It is there twice.",
      "/tools/0/__proto__ No field is called so.",
      "/tools/0/constructor No field is called so.",
    ]);
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  test("is that it is newer, or that its form is not as it has to be", async () => {
    const format = { name: "local-mcp-gateway", schema: 1, key: null, secrets: 0, digest: "" };
    const file = (block: object) => JSON.stringify({ format: block, entities: { tools: [] } });
    expect(await refusal(() => open(file({ ...format, schema: 2, key: "new" })))).toMatchObject({
      code: "import_newer",
      params: { name: "x.json", found: 2, known: 1 },
    });
    expect(problemsOf(await open(file({ ...format, secrets: "x" })))).toEqual([
      "/format/secrets It has to be a number.",
    ]);
    const key = {
      with: "passphrase",
      kdf: "scrypt",
      ...header.params,
      salt: header.salt,
      check: "",
    };
    expect(problemsOf(await open(file({ ...format, key: { ...key, N: 2 ** 21 } })))).toEqual([
      "/format/key Its salt has to be 16 bytes, and its costs at most N = 2^20, r = 16, p = 4.",
    ]);
  });
});

describe("secrets", () => {
  test("are asked for by what they were sealed with, and refused where nothing fits", async () => {
    const text = await written();
    expect(parseImport(text, { name: "x" }).sealed).toEqual({ count: 3, with: "passphrase" });
    expect(await refusal(() => open(text, {}))).toMatchObject({
      code: "import_secret_needed",
      params: { count: 3, with: "a passphrase" },
    });
    const wrong = await refusal(() => open(text, { passphrase: "another passphrase" }));
    expect(wrong.code).toBe("import_secret_wrong");
    const found = await open(text, { passphrase: "another passphrase", rekeySecret: PASSPHRASE });
    expect(found.secrets).toEqual({ opened: 3, plain: 0 });
  });

  test("open in their own field and entity only, and each that does not is named", async () => {
    const text = await written();
    const file = JSON.parse(text);
    const [east, local] = file.entities.gateways;
    [east.headers["X-Key"], local.env.TOKEN] = [local.env.TOKEN, east.headers["X-Key"]];
    const read = await open(JSON.stringify(file));
    expect(problemsOf(read)).toEqual([
      expect.stringMatching(
        /^\/entities\/gateways\/0\/headers\/X-Key Invalid authentication data: /,
      ),
      expect.stringMatching(/^\/entities\/gateways\/1\/env\/TOKEN Invalid authentication data: /),
    ]);
    expect(read.entities.map(({ entity }) => entity)).toEqual([null, null]);
    expect(read.warnings).toEqual(["It was edited since it was exported."]);
  });

  test("that were taken out are told, and keep what is stored", async () => {
    const file = JSON.parse(await written());
    file.entities.gateways[0].auth_value = null;
    const read = await open(JSON.stringify(file));
    expect(problemsOf(read)).toEqual([]);
    expect(read.warnings).toEqual([
      "It was edited since it was exported.",
      "1 of its 3 sealed secrets are not in it any more.",
    ]);
    expect(read.entities[0]?.entity?.withheld).toEqual(["secrets/auth_basic"]);
  });

  test("say nothing of an edit where only the order of keys and the space between is another", async () => {
    const file = JSON.parse(await written());
    const turned = Object.fromEntries(Object.entries(file.entities.gateways[0]).toReversed());
    file.entities.gateways[0] = turned;
    expect((await open(JSON.stringify(file))).warnings).toEqual([]);
  });

  test("in clear are told and counted, and stand-ins for them are no secrets", async () => {
    const read = await open(
      flat(
        "gateways",
        { name: "a", url: "https://a.example", auth_type: "bearer", auth_value: SECRET },
        { name: "b", url: "https://b.example", auth_type: "bearer", auth_token: SECRET },
        { name: "c", url: "https://c.example", headers: { "X-Key": SECRET } },
        { name: "d", command: "run", env: { TOKEN: SECRET, LANG: "de" }, plain_env: ["LANG"] },
        {
          name: "e",
          url: "https://e.example",
          auth_type: "authheaders",
          auth_value: { "X-A": SECRET },
        },
        { name: "f", url: "https://f.example", auth_type: "basic", auth_value: "<encrypted>" },
        {
          name: "g",
          url: "https://g.example",
          auth_type: "bearer",
          auth_value: "encrypted_token_here",
        },
      ),
    );
    expect(read.secrets).toEqual({ opened: 0, plain: 5 });
    expect(read.entities.map(({ warnings }) => warnings.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect(problemsOf(read).every((one) => one.includes("Invalid authentication data"))).toBe(true);
    expect(problemsOf(read)).toHaveLength(2);
    expect(read.entities[3]?.warnings[0]).toContain("(env.TOKEN)");
    expect(JSON.stringify([read.entities.map((one) => one.warnings), read.losses])).not.toContain(
      SECRET,
    );
  });

  test("are left alone where that is asked for", async () => {
    const read = await open(
      flat("tools", { ...tool, auth_type: "bearer", auth_value: SECRET }),
      null,
    );
    expect(read.entities[0]?.entity).toMatchObject({
      fields: { auth: { type: "bearer", token: "" } },
      withheld: ["auth/token"],
    });
  });
});

describe("the seeds' own samples", () => {
  test("are read as they are", async () => {
    const read = await open(
      JSON.stringify({
        version: "2025-03-26",
        gateways: [
          {
            name: "hq-east",
            url: "https://east.example.net",
            description: "HQ primary",
            auth_type: "basic",
            auth_value: "ada:s3cr3t",
            capabilities: { tools: {} },
            is_active: false,
          },
        ],
        servers: [
          {
            name: "openai-proxy",
            url: "https://api.openai.com/v1/chat/completions",
            headers: { "OpenAI-Org": "my-org" },
            auth_type: "bearer",
            auth_value: "s3cr3t",
            health_url: "https://api.openai.com/v1/models",
          },
          {
            name: "ai-tools",
            tool_ids: ["weather"],
            capabilities: { tools: { list_changed: true } },
          },
        ],
        prompts: [
          {
            name: "summarise_doc",
            template: "Summarise:\n{{ text }}",
            input_schema: {
              type: "object",
              properties: { text: { type: "string" } },
              required: ["text"],
            },
          },
        ],
      }),
    );
    expect(problemsOf(read)).toEqual([]);
    expect(read.entities.map(({ pointer, entity }) => [pointer, entity?.fields])).toMatchObject([
      [
        "/gateways/0",
        {
          enabled: false,
          config: { headers: { Authorization: "Basic ${secret:auth_basic}" } },
          secrets: { auth_basic: Buffer.from("ada:s3cr3t").toString("base64") },
        },
      ],
      [
        "/servers/0/url",
        {
          name: "openai-proxy",
          config: {
            transport: "http",
            headers: { "OpenAI-Org": "my-org", Authorization: "Bearer ${secret:auth_token}" },
          },
          secrets: { auth_token: "s3cr3t" },
          healthUrl: "https://api.openai.com/v1/models",
        },
      ],
      ["/servers/0", { slug: "openai-proxy", servers: ["openai-proxy"] }],
      ["/servers/1", { slug: "ai-tools", tools: ["weather"] }],
      ["/prompts/0", { arguments: [{ name: "text", required: true }] }],
    ]);
    expect(read.losses).toHaveLength(0);
    const said = "It has a URL of its own: it becomes a server, and a profile that has it.";
    const warnings = read.entities.flatMap((entity) => entity.warnings);
    expect(warnings.filter((one) => one === said)).toHaveLength(1);
  });
});

test("a file that was damaged is read or refused, and nothing of its secrets is told", async () => {
  const file = JSON.parse(await written());
  file.entities.gateways[1].env.TOKEN = SECRET;
  const text = JSON.stringify(file, null, 2);
  const part = fc.nat({ max: text.length });
  const damage = fc.oneof(
    fc
      .tuple(part, fc.string({ maxLength: 3 }))
      .map(([at, more]) => text.slice(0, at) + more + text.slice(at + 1)),
    part.map((at) => text.slice(0, at)),
    fc
      .tuple(part, part, part)
      .map(([a, b, c]) => text.slice(0, a) + text.slice(b, c) + text.slice(a)),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (damaged) => {
      const said = await open(damaged).then(
        ({ entities, ...file }) =>
          JSON.stringify([file, entities.map((one) => ({ ...one, entity: null }))]),
        (error: unknown) => {
          expect(error).toBeInstanceOf(GatewayError);
          return String(error);
        },
      );
      expect(said).not.toContain(SECRET);
    }),
    { seed: 10, numRuns: 300 },
  );
});
