import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Gateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { startGateway } from "./test-gateway.ts";
import { configureEverything, SECRETS } from "./transfer-stage.ts";

type Api = Gateway["api"];

const SECRET = "long enough for a test";
const THEIR_SECRET = "contextforge-test-secret";
const start = (env: Record<string, string> = {}) =>
  startGateway({ env: { AUTH_ENCRYPTION_SECRET: SECRET, ...env } });

const FIXTURES = join(
  import.meta.dirname,
  "../../packages/transfer/src/foreign/contextforge/fixtures",
);
const fixture = (name: string) => readFileSync(join(FIXTURES, name), "utf8");

const exported = async (api: Api): Promise<string> =>
  (await api.transfer.export({ includeInactive: true })).text;

const started = async (api: Api): Promise<number> =>
  (await api.audit.list({ action: "server.start" })).entries.length;

describe("an export of ContextForge", () => {
  it("needs its secret, which is said before anything is written", async () => {
    const { api } = await start();
    const file = { text: fixture("v0.7.json"), name: "theirs.json" };
    await expect(api.transfer.plan(file)).rejects.toMatchObject({
      data: { wayOut: expect.stringContaining("--source-secret-file") },
    });
    expect(await api.servers.list({})).toEqual([]);
  });

  it.each([
    ["v0.7.json", { tool: 2, server: 2, profile: 1, prompt: 1, resource: 1, root: 1 }],
    ["v1.0.json", { tool: 1, server: 2, profile: 1, prompt: 1, resource: 0, root: 0 }],
  ])("%s is imported, and once more without a change", async (name, expected) => {
    const { api } = await start();
    const file = { text: fixture(name), name, sourceSecret: THEIR_SECRET };
    const plan = await api.transfer.plan(file);
    expect(plan.rows.flatMap(({ problems }) => problems)).toEqual([]);
    expect(plan).toMatchObject({ format: "contextforge", applicable: true });
    expect(plan.losses.length).toBeGreaterThan(3);
    const report = await api.transfer.apply(file);
    expect(report.job.counts).toEqual(plan.counts);
    const counts = Object.fromEntries(
      Object.keys(expected).map((kind) => [
        kind,
        report.rows.filter((row) => row.kind === kind && row.action === "create").length,
      ]),
    );
    expect(counts).toEqual(expected);
    const again = await api.transfer.apply(file);
    expect(again.job.counts).toMatchObject({
      total: plan.counts.total,
      unchanged: plan.counts.total,
    });
    const text = await exported(api);
    expect(text).not.toMatch(/east-token|query-value|pass:word/);
    expect(await started(api)).toBe(0);
  });

  it("clears no content that was written here meanwhile", async () => {
    const { api } = await start();
    const file = { text: fixture("v0.7.json"), sourceSecret: THEIR_SECRET };
    await api.transfer.apply(file);
    const [resource] = await api.resources.list({});
    expect(resource).toMatchObject({ enabled: false, content: { kind: "text", bytes: 0 } });
    await api.resources.update({
      resource: "notes://handbook",
      changes: { content: { kind: "text", text: "We help." }, enabled: true },
    });
    const again = await api.transfer.apply(file);
    expect(again.rows.find(({ kind }) => kind === "resource")).toMatchObject({
      action: "unchanged",
    });
    const [kept] = await api.resources.list({});
    expect(kept).toMatchObject({ enabled: true, content: { kind: "text", bytes: 8 } });
  });

  it("is written of what is configured here, and read by another gateway", async () => {
    const first = await start();
    await configureEverything(first);
    const { text, warnings } = await first.api.transfer.export({
      format: "contextforge",
      includeInactive: true,
      encryptionSecret: THEIR_SECRET,
      secretsOf: { tool: ["weather_api"] },
    });
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
    expect(warnings.join(" ")).toMatch(/no salt.*weather_api/);
    expect(warnings.join(" ")).toMatch(/starts no commands.*local/);
    const second = await start();
    const plan = await second.api.transfer.plan({ text, sourceSecret: THEIR_SECRET });
    expect(plan.rows.flatMap(({ problems }) => problems)).toEqual([]);
    await second.api.transfer.apply({ text, sourceSecret: THEIR_SECRET });
    const tools = await second.api.tools.list({});
    expect(tools.find(({ name }) => name === "weather_api")).toMatchObject({
      auth: { type: "basic", username: "reader", password: { set: true } },
    });
  });
});

it("imports the file of a client, starts nothing of it, and changes nothing the next time", async () => {
  const { api } = await start();
  const text = `\uFEFF{
    // of mine
    "servers": {
      "Notes": { "command": "no-such-program-here", "args": ["--key", "\${input:key}"], },
      "web": { "type": "http", "url": "https://mcp.example/mcp", "headers": { "X-Key": "header-1" } },
    },
  }`;
  const plan = await api.transfer.plan({ text });
  expect(plan).toMatchObject({
    format: "client",
    applicable: true,
    counts: { created: 2 },
    secrets: { opened: 0, plain: 1, missing: 1 },
    commands: [{ server: "notes", command: "no-such-program-here", found: false }],
  });
  const report = await api.transfer.apply({ text });
  expect(report.unconfirmed).toEqual(["notes"]);
  expect(report.rows.map(({ pointer }) => pointer)).toEqual(["/servers/Notes", "/servers/web"]);
  expect((await api.transfer.apply({ text })).job.counts).toMatchObject({ unchanged: 2 });
  expect(await started(api)).toBe(0);
});

describe("folders and variables of this computer", () => {
  it("are placeholders in a file, which is the same configuration here", async () => {
    const { api } = await start();
    const folder = join(homedir(), "notes of mine");
    const config = {
      transport: "stdio" as const,
      command: join(homedir(), "bin", "notes"),
      args: [folder, "${HOME}", "--dir=/x"],
      cwd: homedir(),
    };
    await api.servers.create({ name: "notes", config });
    const text = await exported(api);
    const [server] = JSON.parse(text).entities.gateways;
    expect(server).toMatchObject({
      cwd: "${HOME}",
      args: [expect.stringMatching(/^\$\{HOME\}.notes of mine$/), "$${HOME}", "--dir=/x"],
    });
    expect((await api.transfer.plan({ text })).counts).toMatchObject({ total: 1, unchanged: 1 });
  });

  it("are filled in as secrets, and none of the gateway's own is", async () => {
    const { api } = await start({ NOTES_TOKEN: "token-of-here" });
    const file = {
      version: "2025-03-26",
      exported_at: "2026-11-22T09:00:00Z",
      entities: {
        gateways: [
          {
            name: "notes",
            transport: "STDIO",
            command: "notes",
            args: ["${env:NOTES_TOKEN}", "${env:AUTH_ENCRYPTION_SECRET}"],
            env: { TOKEN: "${env:NOTES_TOKEN}" },
          },
        ],
      },
    };
    const plan = await api.transfer.plan({ text: JSON.stringify(file) });
    expect(plan.commands).toMatchObject([
      {
        args: ["${secret:NOTES_TOKEN}", "${secret:AUTH_ENCRYPTION_SECRET}"],
        unset: ["${env:AUTH_ENCRYPTION_SECRET}"],
      },
    ]);
    expect(plan.rows[0]?.warnings.join(" ")).toContain("“${env:AUTH_ENCRYPTION_SECRET}”");
    expect(JSON.stringify(plan)).not.toMatch(/token-of-here|long enough/);
    await api.transfer.apply({ text: JSON.stringify(file) });
    const [server] = await api.servers.list({});
    expect(server).toMatchObject({
      config: { env: { TOKEN: { plain: false, secret: { set: true } } } },
      secrets: { NOTES_TOKEN: { set: true }, AUTH_ENCRYPTION_SECRET: { set: false } },
    });
  });
});
