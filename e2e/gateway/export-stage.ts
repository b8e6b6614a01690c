import type { Gateway } from "@local-mcp/gateway";
import { z } from "zod";
import { fixtureFile } from "../fixtures/test-support.ts";
import { overHttp } from "./over-http.ts";

// A gateway with something of each kind to export, and how its files are read.

export const PASSPHRASE = "a passphrase of this test";
/** Each is a secret, and none is anywhere in a file. */
export const CANARIES = {
  header: "canary-of-a-header-0123456789",
  token: "canary-of-a-token-0123456789",
  password: "canary-of-a-password-0123456789",
  query: "canary-of-a-query-0123456789",
  variable: "canary-of-a-variable-0123456789",
  argument: "canary-of-an-argument-0123456789",
};
export const VALUES = Object.values(CANARIES);
const one = z.looseObject({ name: z.string(), auth_type: z.string().nullish() });
export const lists = z.object({
  tools: z.array(one).optional(),
  gateways: z.array(one).optional(),
  servers: z.array(one).optional(),
  prompts: z.array(one).optional(),
  resources: z.array(one).optional(),
  roots: z.array(one).optional(),
});
export const file = z.looseObject({
  version: z.string(),
  exported_at: z.string(),
  exported_by: z.string(),
  source_gateway: z.string(),
  format: z.looseObject({ secrets: z.number(), key: z.looseObject({}).nullable() }),
  entities: lists,
  metadata: z.looseObject({ entity_counts: z.record(z.string(), z.number()) }),
});

/** Names by type, as a file has them. */
export const namesIn = (body: unknown): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(file.parse(body).entities).map(([type, all]) => [
      type,
      all.map(({ name }) => name),
    ]),
  );

/** Something of each kind, with secrets wherever there can be one. */
export async function configure(api: Gateway["api"]): Promise<void> {
  await api.roots.create({ uri: "https://example.com/team/", name: "Team", tags: ["prod"] });
  await api.roots.create({ uri: "file:///srv/docs", name: "Docs" });
  await api.servers.create({
    name: "east",
    title: "Production East",
    config: {
      transport: "http",
      url: `https://east.example.com/mcp?key=${CANARIES.query}`,
      headers: { "X-Key": CANARIES.header },
    },
    tags: ["prod"],
  });
  await api.servers.create({
    name: "local",
    config: {
      transport: "stdio",
      command: process.execPath,
      args: [fixtureFile("stdio-server.ts"), "--key=${secret:key}"],
      env: { TOKEN: { value: CANARIES.variable }, MODE: { value: "test", plain: true } },
    },
    secrets: { key: CANARIES.argument },
    enabled: false,
  });
  await api.tools.create({
    name: "weather",
    url: "https://api.example.com/{city}",
    auth: { type: "bearer", token: CANARIES.token },
    tags: ["prod", "api"],
  });
  await api.tools.create({
    name: "stocks",
    url: "https://api.example.com/stocks",
    auth: { type: "basic", username: "ada", password: CANARIES.password },
    enabled: false,
  });
  await api.resources.create({ uri: "notes://one", content: { kind: "text", text: "# One" } });
  await api.prompts.create({ name: "greet", template: "Hello {{ who }}", tags: ["api"] });
  await api.profiles.create({
    slug: "dev",
    name: "Development",
    servers: ["local", "east"],
    tools: ["weather"],
    prompts: ["greet"],
    roots: ["file:///srv/docs"],
  });
  await api.profiles.create({ slug: "prod", servers: ["east"], tools: ["stocks"], tags: ["prod"] });
}

export async function configured(options: Parameters<typeof overHttp>[0] = {}) {
  const started = await overHttp(options);
  await configure(started.api);
  return started;
}
