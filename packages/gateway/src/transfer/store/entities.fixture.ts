import { randomUUID } from "node:crypto";
import type { ServerConfigWrite } from "@local-mcp/contract";
import {
  type AnyEntity,
  type Configuration,
  type Entity,
  type FieldsOf,
  secretsOf,
} from "@local-mcp/transfer";
import * as fc from "fast-check";
import { inOrder } from "./profiles.ts";

/** The same dice each time. */
export const SAME_DICE = { seed: 10, numRuns: 15, endOnFailure: true } as const;

/** Any text that a column may hold, also what looks like something else. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }).map((any) => any.replaceAll("\0", "")),
  fc.constantFrom("", "null", "{{ x }}", "*****", "${HOME}", "日本語 🦜", "a\nb\tc", "__proto__"),
);
/** What has a first character that can be seen, and a last one. */
const title = fc.string({ unit: "grapheme-ascii", maxLength: 20 }).map((some) => `T${some}.`);
/** A secret that fits into a header, which is also not what a mark looks like. */
const secret = fc.stringMatching(/^s[abcXYZ019+/=._ é-]{1,30}s$/);
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,15}$/);
const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/);
const tags = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9 -]{0,8}[a-z]$/), { maxLength: 3 });
const healthUrl = fc.constantFrom(null, "https://status.example/health", "http://10.0.0.1/");
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const some = <Value>(value: fc.Arbitrary<Value>) => fc.dictionary(word, value, { maxKeys: 3 });

/** The names of headers are the same in any case. */
const headers = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> =>
  fc
    .uniqueArray(fc.tuple(fc.stringMatching(/^X-[A-Za-z]{1,6}$/), value), {
      selector: ([header]) => header.toLowerCase(),
      maxLength: 3,
    })
    .map((entries) => Object.fromEntries(entries));

const stdio: fc.Arbitrary<ServerConfigWrite> = fc.record({
  transport: fc.constant("stdio" as const),
  command: fc.constantFrom("npx", "uvx", "/opt/my server/run", "rm"),
  args: fc.array(fc.oneof(text, fc.constant("--key=${secret:token}")), { maxLength: 3 }),
  cwd: fc.constantFrom(null, "/srv", "C:\\work"),
  env: some(
    fc.oneof(
      fc.record({ value: text, plain: fc.constant(true) }),
      fc.record({ value: fc.oneof(secret, text), plain: fc.constant(false) }),
    ),
  ),
});

const signIn = fc.record(
  {
    kind: fc.constantFrom("off" as const, "client_credentials" as const),
    clientId: fc.constant("client"),
    clientSecret: secret,
    issuer: fc.constant("https://login.example/tenant"),
    scopes: fc.constantFrom<string[][]>(["read"], ["read", "write:all"]),
    parameters: fc.constantFrom<Record<string, string>[]>(
      { audience: "api" },
      { hint: "${secret:token}" },
    ),
    redirectPort: fc.constant(8123),
  },
  { requiredKeys: ["clientId", "clientSecret"] },
);

const remote: fc.Arbitrary<ServerConfigWrite> = fc
  .record(
    {
      isSse: fc.boolean(),
      url: fc.constantFrom(
        "https://api.example/mcp",
        "http://127.0.0.1:8080/sse",
        "https://${secret:url.user}@api.example/mcp?key=${secret:query.key}&empty=",
      ),
      headers: headers(fc.oneof(secret, fc.constant("Bearer ${secret:token}"))),
      signIn,
    },
    { requiredKeys: ["isSse", "url", "headers"] },
  )
  .map(({ isSse, ...rest }) =>
    isSse ? { transport: "sse", ...rest } : { transport: "http", ...rest },
  );

const server: fc.Arbitrary<FieldsOf["server"]> = fc.record({
  name: slug,
  title,
  description: text,
  config: fc.oneof(stdio, remote),
  secrets: fc.dictionary(fc.constantFrom("token", "url.user", "query.key", "spare"), secret),
  limits: fc.record(
    {
      startTimeoutMs: fc.integer({ min: 1000, max: 60_000 }),
      maxConcurrentCalls: fc.integer({ min: 1, max: 50 }),
    },
    { requiredKeys: [] },
  ),
  connections: fc.constantFrom("shared" as const, "per_client" as const),
  tags,
  healthUrl,
  holdChangedTools: fc.boolean(),
  enabled: fc.boolean(),
});

const fixed: fc.Arbitrary<FieldsOf["tool"]["query"][string]> = fc.oneof(
  fc.record({ value: fc.constantFrom("", "plain"), plain: fc.constant(true) }),
  fc.record({ value: secret, plain: fc.constant(false) }),
);

const tool: fc.Arbitrary<FieldsOf["tool"]> = fc.record({
  name,
  title: orNull(title),
  description: text,
  method: fc.constantFrom("GET" as const, "POST" as const, "DELETE" as const),
  url: fc.constantFrom("https://api.example/pets/{id}", "https://api.example/v1/%7Bx%7D/{id}"),
  query: some(fixed).map((query) =>
    Object.fromEntries(Object.entries(query).map(([key, value]) => [`q_${key}`, value])),
  ),
  headers: headers(fixed),
  arguments: fc.constantFrom<FieldsOf["tool"]["arguments"]>(
    {},
    { id: { in: "path" } },
    { id: { in: "path" }, more: { in: "header", name: "Y-More" } },
  ),
  body: fc.constantFrom<FieldsOf["tool"]["body"]>(
    { type: "json", whole: null },
    { type: "form", whole: null },
  ),
  auth: fc.oneof<fc.Arbitrary<FieldsOf["tool"]["auth"]>[]>(
    fc.constant({ type: "none" }),
    fc.record({ type: fc.constant("bearer" as const), token: secret }),
    fc.record({
      type: fc.constant("basic" as const),
      username: fc.constantFrom("me", "é", ""),
      password: secret,
    }),
  ),
  inputSchema: text.map((description) => ({
    type: "object" as const,
    description,
    properties: { id: { type: "string" }, more: { type: ["string", "null"] } },
    required: ["id"],
  })),
  outputSchema: fc.constantFrom<FieldsOf["tool"]["outputSchema"][]>(null, {
    type: "object" as const,
    properties: {},
  }),
  annotations: fc.constantFrom<FieldsOf["tool"]["annotations"][]>(
    {},
    { readOnlyHint: true, deep: { list: [1, null, "x"] } },
  ),
  responseFilter: fc.constantFrom(null, "items[?age > `3`].name"),
  timeoutMs: fc.constantFrom(null, 5000),
  maxResponseBytes: fc.constantFrom(null, 4096),
  allowPrivateNetwork: fc.boolean(),
  tags,
  enabled: fc.boolean(),
});

const prompt: fc.Arbitrary<FieldsOf["prompt"]> = fc.record({
  name,
  title: orNull(title),
  description: text,
  template: fc.constantFrom("Hello {{ who }}", "# User:\n{% if who %}{{ who }}{% endif %}\n", "x"),
  arguments: fc
    .record(
      {
        title,
        description: text,
        required: fc.boolean(),
        values: fc.array(text, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    )
    .map((more) => [{ name: "who", ...more }]),
  tags,
  enabled: fc.boolean(),
});

const root: fc.Arbitrary<FieldsOf["root"]> = fc.record({
  uri: fc.oneof(
    slug.map((path) => `file:///nowhere/${path}`),
    slug.map((path) => `https://files.example/${path}`),
    slug.map((path) => `file:///C:/Users/${path}`),
  ),
  name: orNull(title),
  tags,
  enabled: fc.boolean(),
});

const resource = (folders: readonly string[]): fc.Arbitrary<FieldsOf["resource"]> =>
  fc.record({
    uri: fc.oneof(
      word.map((path) => `notes://all/${path}`),
      word.map((path) => `notes://by/{name}/${path}`),
    ),
    name: title,
    title: orNull(title),
    description: text,
    mimeType: fc.constantFrom(null, "text/markdown", "text/plain; charset=utf-8"),
    content: fc.oneof<fc.Arbitrary<FieldsOf["resource"]["content"]>[]>(
      fc.record({ kind: fc.constant("text" as const), text: fc.constantFrom("", "# Hi\n", "ü") }),
      fc.record({
        kind: fc.constant("file" as const),
        root: fc.constantFrom("", ...folders),
        path: fc.constantFrom("a.md", "docs/b c.txt"),
      }),
    ),
    tags,
    enabled: fc.boolean(),
  });

const binary: fc.Arbitrary<FieldsOf["resource"]> = fc
  .tuple(resource([]), fc.uint8Array({ maxLength: 40 }), word)
  .map(([fields, bytes, path]) => ({
    ...fields,
    uri: `bytes://${path}`,
    content: { kind: "binary", base64: Buffer.from(bytes).toString("base64") },
  }));

type Others = Omit<Configuration, "profile">;

const choices = (servers: readonly string[]): fc.Arbitrary<FieldsOf["profile"]["choices"]> =>
  servers.length === 0
    ? fc.constant([])
    : fc
        .uniqueArray(
          fc.record({
            server: fc.constantFrom(...servers),
            kind: fc.constantFrom("tool" as const, "prompt" as const, "resource" as const),
            original: fc.constantFrom("read", "write", "list all", "x://y"),
          }),
          { selector: (one) => JSON.stringify(one), maxLength: 6 },
        )
        .map((all) =>
          inOrder(
            all.map((one, at) => ({
              ...one,
              enabled: false,
              name: one.kind === "tool" ? `named_${at}` : null,
              description: one.kind === "tool" && at % 2 === 0 ? "Says what it does." : null,
            })),
          ),
        );

const profile = (others: Others): fc.Arbitrary<FieldsOf["profile"]> => {
  const anyOf = (keys: readonly string[]) => fc.shuffledSubarray([...keys]);
  const servers = others.server.map(({ fields }) => fields.name);
  return anyOf(servers).chain((own) =>
    fc.record({
      slug: slug.map((some) => `p-${some}`.slice(0, 50)),
      name: title,
      description: text,
      servers: fc.constant(own),
      tools: anyOf(others.tool.map(({ fields }) => fields.name)),
      prompts: anyOf(others.prompt.map(({ fields }) => fields.name)),
      resources: anyOf(others.resource.map(({ fields }) => fields.uri)),
      roots: anyOf(others.root.map(({ fields }) => fields.uri)),
      tags,
      healthUrl,
      enabled: fc.boolean(),
      namePolicy: fc.constantFrom("on_collision" as const, "always_prefix" as const),
      allowWithoutToken: fc.boolean(),
      active: fc.constant(false),
      choices: choices(own),
    }),
  );
};

/** In the order in which a configuration is read. */
const byKey = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Of one kind, each key once. */
const many = <Fields>(fields: fc.Arbitrary<Fields>, key: (one: Fields) => string) =>
  fc
    .uniqueArray(fields, { selector: key, maxLength: 4 })
    .map((all) => all.toSorted((a, b) => byKey(key(a), key(b))));

const entityOf = <Kind extends AnyEntity["kind"]>(
  kind: Kind,
  fields: FieldsOf[Kind],
): Entity<Kind> => ({ kind, uid: randomUUID(), fields, withheld: [] });

const others: fc.Arbitrary<Others> = many(root, ({ uri }) => uri).chain((roots) => {
  const folders = roots.map(({ uri }) => uri).filter((uri) => uri.startsWith("file:"));
  return fc
    .record({
      server: many(server, (one) => one.name),
      tool: many(tool, (one) => one.name),
      resource: many(fc.oneof(resource(folders), binary), ({ uri }) => uri),
      prompt: many(prompt, (one) => one.name),
    })
    .map((all) => ({
      root: roots.map((fields) => entityOf("root", fields)),
      server: all.server.map((fields) => entityOf("server", fields)),
      tool: all.tool.map((fields) => entityOf("tool", fields)),
      resource: all.resource.map((fields) => entityOf("resource", fields)),
      prompt: all.prompt.map((fields) => entityOf("prompt", fields)),
    }));
});

/** Anything that can be configured, as it reads back; at most one profile is active. */
export const configurations: fc.Arbitrary<Configuration> = others.chain((all) =>
  fc
    .tuple(
      fc.uniqueArray(profile(all), { selector: (one) => one.slug, maxLength: 3 }),
      fc.nat({ max: 3 }),
    )
    .map(([profiles, active]) => ({
      ...all,
      profile: profiles.map((fields, at) =>
        entityOf("profile", { ...fields, active: at === active }),
      ),
    })),
);

/** The same without the values of its secrets, as a file without secrets has it. */
export function withoutValues(entity: AnyEntity): AnyEntity {
  const withheld = secretsOf(entity)
    .map(({ place }) => place)
    .sort();
  const emptied = structuredClone(entity);
  if (emptied.kind === "server") {
    const { config, secrets } = emptied.fields;
    const values = config.transport === "stdio" ? config.env : config.headers;
    for (const place of withheld) {
      const [where, at] = [place.split("/", 1)[0], place.slice(place.indexOf("/") + 1)];
      if (where === "secrets") secrets[at] = "";
      else if (where === "env") values[at] = { value: "", plain: false };
      else if (where === "headers") values[at] = "";
      else if (config.transport !== "stdio" && config.signIn) config.signIn.clientSecret = "";
    }
  }
  if (emptied.kind === "tool") {
    const { query, headers: sent, auth } = emptied.fields;
    for (const all of [query, sent]) {
      for (const value of Object.values(all)) if (value && !value.plain) value.value = "";
    }
    if (auth.type === "bearer") auth.token = "";
    if (auth.type === "basic") auth.password = "";
  }
  return { ...emptied, withheld };
}
