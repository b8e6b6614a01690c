import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Gateway } from "@local-mcp/gateway";
import { fixture, type TestGateway, until } from "./test-gateway.ts";

type Api = Gateway["api"];

/** Values that may be in no file, answer, log or entry. */
export const SECRETS = {
  env: "canary-env-4417",
  header: "canary-header-8812",
  mark: "canary-mark-3301",
  client: "canary-client-2096",
  tool: "canary-tool-6670",
  query: "canary-query-1158",
  password: "canary-password-9024",
};

/** Something of everything that can be configured, each of its fields set. Serves afterwards. */
export async function configureEverything({ api, gateway, root }: TestGateway): Promise<void> {
  const folder = join(root, "shared files");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "notes.txt"), "notes");
  const uri = pathToFileURL(folder).href;
  await api.roots.create({ uri, name: "Shared", tags: ["files"] });
  await api.servers.create({
    name: "local",
    title: "A local one",
    description: "Runs here.",
    config: {
      ...fixture("--name", "local"),
      cwd: root,
      env: {
        KEY: { value: SECRETS.env },
        MODE: { value: "quiet", plain: true },
      },
    },
    limits: { callTimeoutMs: 5000 },
    connections: "per_client",
    tags: ["one", "two"],
    healthUrl: "https://status.example/local",
    confirmed: true,
  });
  await api.servers.create({
    name: "remote",
    config: {
      transport: "http",
      url: `https://mcp.example/mcp?key=${SECRETS.mark}`,
      headers: { "X-Key": SECRETS.header, "X-Plain": "${secret:spare}" },
      signIn: {
        kind: "client_credentials",
        clientId: "client",
        clientSecret: SECRETS.client,
        issuer: "https://login.example/",
      },
    },
    secrets: { spare: SECRETS.mark },
    enabled: false,
  });
  await api.servers.create({
    name: "events",
    config: { transport: "sse", url: "https://sse.example/sse", headers: {} },
    enabled: false,
  });
  await api.tools.create({
    name: "weather_api",
    title: "Weather",
    description: "Tells the weather.",
    method: "POST",
    url: "https://api.example/{city}",
    query: { units: { value: "metric", plain: true }, key: { value: SECRETS.query } },
    headers: { "X-Tool": { value: SECRETS.tool } },
    arguments: { city: { in: "path" }, more: { in: "header", name: "Y-More" } },
    inputSchema: {
      type: "object",
      properties: { city: { type: "string" }, more: { type: "string" } },
      required: ["city"],
    },
    auth: { type: "basic", username: "reader", password: SECRETS.password },
    responseFilter: "current",
    timeoutMs: 4000,
    tags: ["weather"],
  });
  await api.tools.create({
    name: "translate",
    url: "https://translate.example/",
    auth: { type: "bearer", token: SECRETS.tool },
    enabled: false,
  });
  await api.prompts.create({
    name: "summarise_doc",
    title: "Summary",
    description: "Generic text-summariser",
    template: "Summarise {{ text }} in {{ words }} words",
    arguments: [
      { name: "text", description: "What to summarise.", required: true },
      { name: "words", required: false },
    ],
    tags: ["text"],
  });
  await api.resources.create({
    uri: "memo://text",
    name: "Memo",
    content: { kind: "text", text: "ünïcode\r\n{{ not a template }}" },
    mimeType: "text/markdown",
  });
  await api.resources.create({
    uri: "memo://bytes",
    content: { kind: "binary", base64: Buffer.from([0, 255, 10, 13]).toString("base64") },
    enabled: false,
  });
  await api.resources.create({
    uri: "memo://file",
    content: { kind: "file", root: uri, path: "notes.txt" },
  });
  await api.profiles.create({
    slug: "everything",
    name: "Everything",
    description: "All of it.",
    servers: ["remote", "local"],
    tools: ["weather_api"],
    prompts: ["summarise_doc"],
    resources: ["memo://text", "memo://file"],
    roots: [uri],
    tags: ["production"],
    healthUrl: "https://status.example/profile",
    namePolicy: "always_prefix",
    allowWithoutToken: true,
  });
  await api.profiles.create({ slug: "second", enabled: false });
  await api.profiles.activate({ profile: "everything" });
  await gateway.listen();
  const ready = (): Promise<string> =>
    api.servers.get({ server: "local" }).then(({ status }) => status.state);
  await until(ready, (state) => state === "ready");
  const [first = "", second = ""] = (await api.servers.capabilities({ server: "local" })).map(
    ({ name }) => name,
  );
  await api.profiles.customize({
    profile: "everything",
    changes: [
      { kind: "tool", server: "local", original: first, enabled: false },
      { kind: "tool", server: "local", original: second, name: "search", description: "Finds." },
    ],
  });
}

/** A whole export; without the moment at which it was made where two are compared. */
export async function exported(api: Api, wish: Parameters<Api["transfer"]["export"]>[0] = {}) {
  const { text } = await api.transfer.export({ includeInactive: true, ...wish });
  return { text, still: text.replace(/"exported_at": "[^"]*"/, '"exported_at": ""') };
}
