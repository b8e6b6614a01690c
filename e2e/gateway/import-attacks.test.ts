import { describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "./test-gateway.ts";
import { configureEverything } from "./transfer-stage.ts";

const SECRET = "long enough for a test";
const start = (env = { AUTH_ENCRYPTION_SECRET: SECRET }) => startGateway({ env });

/** Asks over HTTP as somebody who has these rights. */
async function asking(
  { api, gateway }: TestGateway,
  ...rights: ("use" | "manage" | "processes")[]
) {
  const { token } = await api.tokens.create({ name: `with ${rights.join()}`, rights });
  const { url } = await gateway.listen();
  return async (path: string, body: unknown, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
}

/** What goes to two hosts goes to a third one. */
const elsewhere = (file: string): object =>
  JSON.parse(file.replaceAll(/(mcp|api)\.example/g, "thief.example"));

const OWN = {
  path: "/export/selective?include_dependencies=false",
  wish: { gateways: ["remote"], tools: ["weather_api"] },
};

describe("what the gateway sealed itself", () => {
  it("goes nowhere else for somebody who may only manage, under no strategy", async () => {
    const started = await start();
    const { api } = started;
    await configureEverything(started);
    const ask = await asking(started, "manage");
    const stored = async () => [
      await api.servers.get({ server: "remote" }),
      await api.tools.get({ tool: "weather_api" }),
      (await api.servers.list()).length,
      (await api.tools.list({})).length,
    ];
    const before = await stored();
    const own = await ask(OWN.path, OWN.wish);
    const named = { server: ["remote"], tool: ["weather_api"] };
    // Not theirs to ask for, but it may come into their hands.
    const operator = await asking(started, "manage", "processes");
    const foreign = await operator("/api/transfer/export", {
      format: "contextforge",
      selection: named,
      secretsOf: named,
      includeInactive: true,
    });
    for (const file of [own.text, String(JSON.parse(foreign.text).text)]) {
      expect(file).toContain("api.example");
      for (const conflict_strategy of ["update", "rename"]) {
        for (const dry_run of [true, false]) {
          const wish = { import_data: elsewhere(file), conflict_strategy, dry_run };
          const answer = await ask("/import", wish);
          expect(answer).toMatchObject({ status: 422 });
          expect(answer.text).toContain("import_secret_needed");
        }
      }
    }
    expect(await stored()).toEqual(before);
  });

  it("is told where it would go, to somebody who may say so", async () => {
    const started = await start();
    await configureEverything(started);
    const ask = await asking(started, "manage", "processes");
    const { text } = await ask(OWN.path, OWN.wish);
    const plan = await ask("/import", { import_data: elsewhere(text), dry_run: true });
    const said = ["mcp", "api"].map(
      (host) =>
        `Its secrets were for https://${host}.example, and will go to https://thief.example.`,
    );
    for (const warning of said) expect(plan.text).toContain(warning);
    const same = await ask("/import", { import_data: JSON.parse(text), dry_run: true });
    expect(same.text).not.toContain("will go to");
  });
});

it("makes no vault with a key of somebody who may only manage", async () => {
  const started = await startGateway();
  const { api } = started;
  const tool = { name: "t", url: "https://api.example/", auth_type: "bearer", auth_value: "token" };
  const wish = { import_data: { version: "2025-03-26", tools: [tool] }, rekey_secret: SECRET };
  const manager = await asking(started, "manage");
  expect((await manager("/import", wish)).text).toContain("vault_missing");
  expect(await api.vault.status()).toMatchObject({ state: "missing" });
  const operator = await asking(started, "manage", "processes");
  expect((await operator("/import", wish)).status).toBe(200);
  expect(await api.vault.status()).toMatchObject({ state: "open" });
});

it("starts nothing from a page of another computer, whose browser says only its origin", async () => {
  const started = await start();
  const ask = await asking(started, "manage", "processes");
  const { url } = await started.gateway.listen();
  const gateways = [{ name: "x", transport: "STDIO", command: "true" }];
  const text = JSON.stringify({ version: "2025-03-26", gateways });
  const apply = { text, consent: ["x"] };
  const fromPage = await ask("/api/transfer/imports", apply, { origin: url });
  expect(fromPage).toMatchObject({ status: 403 });
  expect(fromPage.text).toContain("page_starts_nothing");
  expect((await ask("/api/transfer/imports", apply)).status).toBe(201);
});

it("asks about a command that is agreed to once it is another one, and lets none run till then", async () => {
  const { api } = await start();
  const gateway = { name: "x", transport: "STDIO", command: "true", args: ["a"], is_active: false };
  const file = (more: object) => ({
    text: JSON.stringify({ version: "2025-03-26", gateways: [{ ...gateway, ...more }] }),
  });
  const isConfirmed = async () => (await api.servers.get({ server: "x" })).confirmed;
  await api.transfer.apply({ ...file({}), consent: ["x"] });
  expect(await isConfirmed()).toBe(true);
  const described = file({ description: "another" });
  expect(await api.transfer.plan(described)).toMatchObject({ commands: [] });
  expect(await api.transfer.apply(described)).toMatchObject({ unconfirmed: [] });
  expect(await isConfirmed()).toBe(true);
  for (const more of [{ args: ["b"] }, { env: { NODE_OPTIONS: "a secret" } }, { cwd: "/" }]) {
    const { commands } = await api.transfer.plan(file(more));
    expect(commands).toMatchObject([{ server: "x" }]);
  }
  await api.transfer.apply(file({ env: { NODE_OPTIONS: "a secret" } }));
  expect(await isConfirmed()).toBe(false);
});
