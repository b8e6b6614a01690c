/**
 * Makes a golden data directory: `node e2e/golden/make.ts NAME`, once at the end of each round of
 * work, from the root of the project. It is committed and never made again: the test opens every
 * one of them with the build of the day.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { visit } from "../fixtures/browser.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { EXPORT, NOTE, PASSPHRASE, snapshot } from "./snapshot.ts";

const name = process.argv[2];
if (name === undefined || !/^\d{4}-[a-z-]+$/.test(name)) {
  throw new Error("name it like 0001-foundation");
}
const directory = join(import.meta.dirname, name);
if (existsSync(directory)) throw new Error(`${directory} is there, and golden directories stay`);
const dataDir = join(directory, "data");
mkdirSync(directory);

const gateway = await createGateway({
  dataDir,
  kind: "cli",
  env: { PATH: process.env.PATH, HOME: "/nowhere" },
  vaultPassphrase: PASSPHRASE,
});
const { api } = gateway;
/** With an authorization server that is gone afterwards. */
async function signInTo(server: string): Promise<void> {
  const trusts = await startAuthorizationServer();
  const guarded = await startProtectedServer({ trusts, scopes: ["mcp"] });
  await api.servers.create({ name: server, config: { transport: "http", url: guarded.url } });
  const { id, url } = await api.signIn.start({ server });
  await visit(url ?? "");
  const { state } = await api.signIn.wait({ server, signIn: id });
  if (state !== "done") throw new Error(`the sign-in has ${state}`);
  await api.servers.update({ server, changes: { enabled: false } });
  await guarded.close();
  await trusts.close();
}
/** A client works in a profile, and a person marks what came of it. */
async function record(): Promise<void> {
  const { token } = await api.tokens.create({ name: "Recorded", profile: "dev" });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize({
    capabilities: { elicitation: {} },
    clientInfo: { name: "recorder", version: "1.0.0" },
  });
  const call = (tool: string, args: Record<string, unknown> = {}): Promise<unknown> =>
    client.request(
      "tools/call",
      { name: tool, arguments: args },
      { onRequest: () => ({ action: "accept", content: { name: "Ada" } }) },
    );
  await call("echo", { message: "a needle of gold" });
  await call("echo", { message: "long ".repeat(20_000) });
  await call("env", { name: "API_KEY" });
  const params = { message: "Who?", requestedSchema: { type: "object", properties: {} } };
  await call("ask", { method: "elicitation/create", params });
  await call("nobody-has-it").catch(() => {});
  await client.delete();
  const pages = await api.logs.list({ filter: 'kind:request text:"needle of gold"' });
  for (const { id } of pages.rows) await api.logs.mark({ id, pinned: true, note: NOTE });
  if (pages.rows.length !== 1) throw new Error("what was called is not recorded");
}
const fixture = (...args: string[]) => ["e2e/fixtures/stdio-server.ts", ...args];

await api.vault.init({ passphrase: PASSPHRASE });
await api.vault.addPassphrase({ passphrase: "another way into the same vault", label: "Second" });
await api.servers.create({
  name: "alpha",
  title: "Alpha (with a secret)",
  description: "stdio, with one secret and one plain variable",
  confirmed: true,
  config: {
    transport: "stdio",
    command: "node",
    args: fixture("--name", "alpha", "--tools", "echo,add,env,args,ask", "${secret:argument}"),
    env: {
      API_KEY: { value: "golden-api-key-0123456789" },
      LOG_LEVEL: { value: "debug", plain: true },
    },
  },
  secrets: { argument: "golden-argument-secret" },
});
await api.servers.create({
  name: "beta",
  confirmed: true,
  config: {
    transport: "stdio",
    command: "node",
    args: fixture("--name", "beta", "--tools", "echo,fail"),
  },
  limits: { callTimeoutMs: 5000, maxConcurrentCalls: 4, idleStopMs: 600_000 },
  connections: "per_client",
});
await api.servers.create({
  name: "remote",
  enabled: false,
  config: {
    transport: "http",
    url: "https://user:golden-password@example.invalid/mcp?key=golden-query-secret-1234",
    headers: { Authorization: "Bearer golden-header-secret-5678" },
  },
});
await api.servers.create({
  name: "old",
  enabled: false,
  config: { transport: "sse", url: "http://127.0.0.1:9/sse" },
});
await signInTo("signed-in");
await api.servers.create({
  name: "by-itself",
  enabled: false,
  config: {
    transport: "http",
    url: "https://example.invalid/mcp",
    headers: { "X-Team": "team ${secret:team}" },
    signIn: {
      kind: "client_credentials",
      clientId: "golden",
      clientSecret: "golden-client-secret-1234",
      scopes: ["read"],
      parameters: { audience: "${secret:team}" },
    },
  },
  secrets: { team: "golden-team-secret" },
});
await api.servers.importFile({
  text: JSON.stringify({
    mcpServers: { "Not Yet Confirmed": { command: "node", args: ["x.js"] } },
  }),
});
await api.profiles.create({
  slug: "dev",
  name: "Development",
  servers: ["alpha", "beta", "remote"],
});
await api.profiles.create({
  slug: "prefixed",
  servers: ["beta", "alpha"],
  namePolicy: "always_prefix",
  allowWithoutToken: true,
});
await api.profiles.customize({
  profile: "dev",
  changes: [
    { kind: "tool", server: "alpha", original: "add", name: "sum", description: "Adds numbers." },
    { kind: "tool", server: "beta", original: "fail", enabled: false },
  ],
});
await api.profiles.activate({ profile: "prefixed" });
await api.tokens.create({ name: "Everything", rights: ["use", "manage", "processes"] });
await api.tokens.create({ name: "Only dev", profile: "dev" });
await api.profiles.duplicate({ profile: "dev", slug: "dev-copy" });
await api.servers.importFile({
  text: 'ACME_TOKEN=golden-pasted-secret npx -y acme-mcp --api-key "golden-pasted-key-0123456789"',
  profile: "dev-copy",
});
await api.settings.update({ callTimeoutMs: 120_000, port: 4555, appearance: "dark" });
await api.settings.update({ proxy: "http://127.0.0.1:3128", noProxy: "example.com" });
await api.settings.update({ startAtLogin: true, askBeforeQuit: false });
await api.settings.update({ maxConcurrentCalls: 8, idleStopMs: 3_600_000, auditKeepDays: 90 });
await api.vault.addRecoveryKey();
await api.vault.rotate();
await api.tokens.create({ name: "Taken back" });
for (const { id, name } of await api.tokens.list()) {
  if (name === "Taken back") await api.tokens.revoke({ token: id });
}
await api.settings.update({ backupTime: "03:30", backupKeep: 7 });
await api.tools.create({
  name: "weather",
  title: "Weather",
  url: "https://api.example.invalid/cities/{city}?key=golden-tool-query-0123456789",
  headers: { "X-Team": { value: "golden-team", plain: true } },
  auth: { type: "bearer", token: "golden-tool-token-0123456789" },
  responseFilter: "current.temperature",
  tags: ["weather"],
});
await api.tools.create({
  name: "order",
  method: "POST",
  url: "http://127.0.0.1:9/orders",
  allowPrivateNetwork: true,
  inputSchema: {
    type: "object",
    properties: { what: { type: "string" }, express: { type: "boolean" } },
    required: ["what"],
  },
  arguments: { express: { in: "header", name: "X-Express" } },
  enabled: false,
});
await api.prompts.create({
  name: "review",
  template: "# User:\nReview {{ file }}.\n# Assistant:\nWith pleasure.",
  arguments: [{ name: "file", required: true, values: ["a.ts", "b.ts"] }],
  tags: ["code"],
});
await api.roots.create({ uri: "file:///C:/Golden/Folder", name: "Golden" });
await api.roots.create({ uri: "https://example.invalid/root", enabled: false });
await api.resources.create({ uri: "notes://golden", content: { kind: "text", text: "Golden." } });
await api.resources.create({
  uri: "notes://{name}",
  content: { kind: "text", text: "About {{ name }}." },
  mimeType: "text/markdown",
});
await api.resources.create({
  uri: "bytes://golden",
  content: { kind: "binary", base64: Buffer.from([0, 1, 2, 255]).toString("base64") },
});
await api.resources.create({
  uri: "files://golden",
  content: { kind: "file", root: "file:///C:/Golden/Folder", path: "golden.txt" },
  enabled: false,
});
await api.profiles.update({
  profile: "dev",
  changes: {
    tools: ["order", "weather"],
    prompts: ["review"],
    resources: ["notes://{name}", "notes://golden", "bytes://golden"],
    roots: ["file:///C:/Golden/Folder"],
    tags: ["work"],
  },
});
await api.profiles.update({ profile: "dev-copy", changes: { enabled: false } });
await api.servers.update({ server: "alpha", changes: { tags: ["work", "golden"] } });
await api.servers.update({
  server: "remote",
  changes: { healthUrl: "https://example.invalid/up" },
});
await api.profiles.update({
  profile: "dev",
  changes: { healthUrl: "https://example.invalid/health" },
});
const colleague = {
  version: "2025-03-26",
  entities: {
    tools: [
      {
        name: "imported",
        url: "https://api.example.invalid/imported",
        auth_type: "bearer",
        auth_value: "golden-imported-token-0123456789",
      },
    ],
    prompts: [{ name: "review", template: "Look at {{ file }}." }],
  },
};
await api.transfer.apply({
  text: JSON.stringify(colleague),
  name: "colleague.json",
  strategy: "rename",
  instant: 1_640_995_200,
});
await api.settings.update({ logBodyBytes: 32_768, logKeepDays: 3650, logKeepRows: 50_000 });
await api.logs.setLevel({ profile: "dev-copy", level: "metadata" });
await api.logs.setLevel({ server: "beta", level: "errors" });
await record();
// One tool more than was there when the server was added.
await api.servers.create({
  name: "held",
  holdChangedTools: true,
  confirmed: true,
  config: {
    transport: "stdio",
    command: "node",
    args: fixture("--name", "held", "--tools", "echo"),
  },
});
await api.servers.test({ server: "held" });
await api.servers.update({
  server: "held",
  changes: {
    command: "node",
    args: fixture("--name", "held", "--tools", "echo,add"),
    confirmed: true,
  },
});
await api.servers.test({ server: "held" });
await api.backups.keepPassphrase({ passphrase: PASSPHRASE });

const exported = await api.transfer.export({ passphrase: PASSPHRASE, includeInactive: true });
writeFileSync(join(directory, EXPORT), exported.text);
const expected = await snapshot(gateway);
const backup = await api.backups.create({});
await gateway.close();
// What was there before the import stays.
renameSync(join(dataDir, "backups", backup.name), join(directory, "backup.age"));
rmSync(join(dataDir, "backups", `${backup.name}.json`));
rmSync(join(dataDir, "lock.db"), { force: true });
writeFileSync(join(directory, "expected.json"), `${JSON.stringify(expected, null, 2)}\n`);
console.log(`${directory} is made; commit it`);
