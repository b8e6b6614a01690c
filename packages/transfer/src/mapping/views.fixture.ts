import type {
  ProfileView,
  PromptView,
  ResourceView,
  RootView,
  SecretInfo,
  ServerConfigView,
  ServerView,
  ToolView,
} from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";
import * as fc from "fast-check";

// Anything that the contract can show of each kind.

const isMask = (text: string): boolean => /^\*{3,}$/.test(text);
const words = fc
  .string({ minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== "" && !isMask(text));
const value = fc.stringMatching(/^[ -~]{0,20}$/).filter((text) => !isMask(text));
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,15}$/);
const header = fc.stringMatching(/^X-[A-Za-z0-9-]{1,15}$/);
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,15}$/).filter((one) => one.length > 7);
const secret: fc.Arbitrary<SecretInfo> = fc.record({
  set: fc.boolean(),
  hint: fc.constantFrom(null, "9f3c"),
});
const fixed = fc.oneof(
  fc.record({ plain: fc.constant(true as const), value }),
  fc.record({ plain: fc.constant(false as const), secret }),
);
const tags = fc.uniqueArray(
  fc.stringMatching(/^[^\s,][^,]{0,9}$/).map((one) => one.trim()),
  {
    maxLength: 3,
  },
);
const slugs = fc.uniqueArray(slug, { maxLength: 3 });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const schema = fc
  .dictionary(word, fc.record({ type: fc.constantFrom("string", "number") }), { maxKeys: 3 })
  .map((properties) => ({ type: "object", properties }));
const common = {
  id: fc.uuid(),
  title: fc.option(words),
  description: fc.string({ maxLength: 50 }),
  tags,
  enabled: fc.boolean(),
  profiles: slugs,
  problem: fc.constant(null),
  createdAt: time,
  updatedAt: time,
};
const FILTERS = [null, "a", "a.b[*].c", "[*]", '"a b".c', "[0].x[1]", "length(@)", "*.a", 'a."b"'];

export const tool: fc.Arbitrary<ToolView> = fc.record({
  ...common,
  name: word,
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"),
  url: fc.constantFrom("https://api.example.com/{city}", "http://127.0.0.1:8080/a?b="),
  query: fc.dictionary(word, fixed, { maxKeys: 3 }),
  headers: fc.dictionary(header, fixed, { maxKeys: 3 }),
  arguments: fc.dictionary(
    word,
    fc.record(
      { in: fc.constantFrom("path", "query", "header", "body"), name: word },
      { requiredKeys: ["in"] },
    ),
    { maxKeys: 3 },
  ),
  body: fc.record({ type: fc.constantFrom("json", "form", "text"), whole: fc.option(word) }),
  auth: fc.oneof(
    fc.record({ type: fc.constant("none" as const) }),
    fc.record({ type: fc.constant("bearer" as const), token: secret }),
    fc.record({ type: fc.constant("basic" as const), username: words, password: secret }),
  ),
  inputSchema: schema,
  outputSchema: fc.option(schema),
  annotations: fc.dictionary(word, fc.oneof(fc.boolean(), words), { maxKeys: 3 }),
  responseFilter: fc.constantFrom(...FILTERS),
  timeoutMs: fc.option(fc.integer({ min: 100, max: 86_400_000 })),
  maxResponseBytes: fc.option(fc.integer({ min: 1024, max: 64 * 1024 * 1024 })),
  allowPrivateNetwork: fc.boolean(),
});

export const prompt: fc.Arbitrary<PromptView> = fc.record({
  ...common,
  name: word,
  template: fc.string({ maxLength: 100 }).filter((text) => text.trim() !== ""),
  arguments: fc.uniqueArray(
    fc.record(
      {
        name: word,
        title: words,
        description: words,
        required: fc.boolean(),
        values: fc.array(words, { maxLength: 3 }),
      },
      { requiredKeys: ["name"] },
    ),
    { selector: ({ name }) => name, maxLength: 3 },
  ),
});

const uri = word.map((name) => `notes://${name}`);

/** What is stored, with what is shown of it. */
export const resource: fc.Arbitrary<ResourceView> = fc.record({
  ...common,
  uri,
  isTemplate: fc.boolean(),
  name: words,
  mimeType: fc.constantFrom(null, "text/markdown", "image/png"),
  content: fc.oneof(
    fc.record({ kind: fc.constant("text" as const), bytes: fc.nat() }),
    fc.record({
      kind: fc.constant("binary" as const),
      bytes: fc.nat(),
      sha256: fc.constant("abcd"),
    }),
    fc.record({
      kind: fc.constant("file" as const),
      root: fc.record({ id: fc.uuid(), uri: fc.constant("file:///C:/work") }),
      path: words,
    }),
  ),
});

export const root: fc.Arbitrary<RootView> = fc.record({
  ...common,
  uri: fc.constantFrom("file:///C:/Users/Ada", "file:///home/ada", "https://example.com/"),
  name: fc.option(words),
  resources: fc.nat(),
});

const members = fc.array(fc.record({ id: fc.uuid(), name: word, uri, enabled: fc.boolean() }), {
  maxLength: 3,
});

export const profile: fc.Arbitrary<ProfileView> = fc.record({
  ...common,
  slug,
  name: words,
  active: fc.boolean(),
  url: fc.constantFrom(null, "http://127.0.0.1:4444/mcp/dev"),
  namePolicy: fc.constantFrom("on_collision", "always_prefix"),
  allowWithoutToken: fc.boolean(),
  servers: members,
  tools: members,
  prompts: members,
  resources: members,
  roots: members,
  healthUrl: fc.constantFrom(null, "https://status.example.com/health"),
  counts: fc.constant({ tools: 0, prompts: 0, resources: 0 }),
  estimatedTokens: fc.nat(),
});

type Headers = Extract<ServerConfigView, { transport: "http" | "sse" }>["headers"];
const headers: fc.Arbitrary<Headers> = fc.dictionary(
  header,
  fc.oneof(secret, fc.constant({ template: "v ${secret:v}" })),
  { maxKeys: 3 },
);
const authorization = fc.constantFrom<Headers>(
  {},
  { Authorization: { template: "Bearer ${secret:theirs}" } },
  { Authorization: { template: "Basic ${secret:auth_basic}" } },
  { authorization: { set: true, hint: null } },
);

const config: fc.Arbitrary<ServerConfigView> = fc.oneof(
  fc.record({
    transport: fc.constant("stdio" as const),
    command: words,
    args: fc.array(words, { maxLength: 3 }),
    cwd: fc.option(words),
    env: fc.dictionary(word, fixed, { maxKeys: 3 }),
  }),
  fc.record({
    transport: fc.constantFrom("http" as const, "sse" as const),
    url: fc.constantFrom("https://east.example.com/mcp", "https://a.example.com/?k=${secret:k}"),
    headers: fc.tuple(headers, authorization).map(([some, own]) => ({ ...some, ...own })),
    signIn: fc.record({
      kind: fc.constantFrom("person", "client_credentials", "off"),
      clientId: fc.option(fc.constant("client-1")),
      clientSecret: fc.constant(null),
      privateKey: fc.constant(null),
      clientMetadataUrl: fc.constant(null),
      issuer: fc.option(fc.constant("https://id.example.com")),
      scopes: fc.option(fc.array(word, { maxLength: 2 })),
      parameters: fc.constantFrom<Record<string, string>>({}, { audience: "api" }),
      redirectPort: fc.option(fc.integer({ min: 1024, max: 65_535 })),
    }),
  }),
);

export const server: fc.Arbitrary<ServerView> = fc.record({
  ...common,
  name: slug,
  title: words,
  config,
  secrets: fc.dictionary(word, secret, { maxKeys: 2 }),
  limits: fc.record(
    { startTimeoutMs: fc.integer({ min: 100, max: 3_600_000 }) },
    { requiredKeys: [] },
  ),
  connections: fc.constantFrom("shared", "per_client"),
  confirmed: fc.boolean(),
  holdChangedTools: fc.boolean(),
  healthUrl: fc.constantFrom(null, "https://status.example.com/health"),
  counts: fc.constant({ tools: 0, prompts: 0, resources: 0, resourceTemplates: 0 }),
  implementation: fc.constant(null),
  era: fc.constant(null),
  status: fc.constant(statusOf()),
});
