import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ImportReport } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { startGateway, type TestGateway, until } from "./test-gateway.ts";
import { configureEverything, exported, SECRETS } from "./transfer-stage.ts";

type Api = Gateway["api"];

const SECRET = "long enough for a test";
const start = (AUTH_ENCRYPTION_SECRET = SECRET) =>
  startGateway({ env: { AUTH_ENCRYPTION_SECRET } });

const apply = (api: Api, file: object | string, more: object = {}): Promise<ImportReport> =>
  api.transfer.apply({
    text: typeof file === "string" ? file : JSON.stringify(file),
    name: "team.json",
    ...more,
  });

/** What a call is refused with. */
const codeOf = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
    return "nothing";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code).toLowerCase() : "other";
  }
};

/** Bytes of what is stored, and of what was written since. */
const bytesIn = ({ dataDir }: TestGateway): string => {
  const hash = createHash("sha256");
  for (const end of ["", "-wal"]) {
    const path = join(dataDir, `local-mcp-gateway.db${end}`);
    hash.update(existsSync(path) ? readFileSync(path) : "");
  }
  return hash.digest("hex");
};

const envelope = (entities: object) => ({
  version: "2025-03-26",
  exported_at: "2026-11-22T09:00:00Z",
  entities,
});

describe("what was exported", () => {
  it("is the same on another computer; a second import changes nothing and starts nothing", async () => {
    const first = await start();
    await configureEverything(first);
    const { text, still } = await exported(first.api);
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
    expect((await exported(first.api)).still).toBe(still);

    const second = await start("another secret over there");
    const key = { sourceSecret: SECRET };
    const report = await apply(second.api, text, key);
    expect(report).toMatchObject({
      format: "gateway",
      job: { state: "completed", counts: { total: 12, created: 12, failed: 0 } },
      unconfirmed: ["local"],
    });
    const plainly = { secrets: "none" } as const;
    const entitiesOf = async (api: Api) => JSON.parse((await exported(api, plainly)).text).entities;
    expect(await entitiesOf(second.api)).toEqual(await entitiesOf(first.api));
    // It compares the values of secrets, too.
    const own = await exported(second.api, { passphrase: "a passphrase for the way" });
    const back = await first.api.transfer.plan({
      text: own.text,
      passphrase: "a passphrase for the way",
    });
    expect(back.counts).toMatchObject({ total: 12, unchanged: 12 });

    const pid = async (): Promise<unknown> =>
      (await first.api.audit.list({ action: "server.start" })).entries.length;
    const started = await pid();
    const again = await apply(first.api, text);
    expect(again.job).toMatchObject({ counts: { total: 12, unchanged: 12 }, backup: null });
    expect(await pid()).toBe(started);
  });

  it("goes through the routes of the seeds as it is", async () => {
    const first = await start();
    await configureEverything(first);
    const second = await start();
    const { token } = await second.api.tokens.create({ name: "script", rights: ["manage"] });
    const full = await second.api.tokens.create({
      name: "operator",
      rights: ["manage", "processes"],
    });
    const { url } = await second.gateway.listen();
    const { text } = await exported(first.api);
    const send = async (path: string, bearer: string, body?: string) => {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${bearer}` },
        ...(body !== undefined && { body }),
      });
      return { status: response.status, body: await response.json() };
    };
    const closed = await send("/import", token, text);
    expect(closed).toMatchObject({
      status: 422,
      body: { error: { code: "import_secret_needed" } },
    });
    const known = JSON.stringify({ import_data: text, source_secret: SECRET });
    const refused = await send("/import", token, known);
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ status: "failed", error: { code: "import_invalid" } });
    expect(refused.body.errors.join("\n")).toContain("/entities/gateways/1");
    expect(refused.body.progress).toMatchObject({ total: 12, created: 0, failed: 12 });
    expect(await second.api.servers.list()).toEqual([]);

    const dry = await send(
      "/import",
      full.token,
      JSON.stringify({ import_data: JSON.parse(text), dry_run: true, conflict_strategy: "skip" }),
    );
    expect(dry).toMatchObject({ status: 200, body: { import_id: null, status: "completed" } });
    expect(dry.body.warnings).toContain("Would import tool: weather_api");
    expect(dry.body.plan.counts).toMatchObject({ created: 12 });

    const done = await send("/import", full.token, text);
    expect(done).toMatchObject({
      status: 200,
      body: {
        status: "completed",
        progress: { total: 12, processed: 12, created: 12, skipped: 0, failed: 0 },
        unconfirmed: ["local"],
      },
    });
    const status = await send(`/import/status/${done.body.import_id}`, token);
    expect(status.body).toMatchObject({ import_id: done.body.import_id, status: "completed" });
    const all = await send("/import/status", token);
    expect(all.body.map((one: { status: string }) => one.status)).toEqual([
      "completed",
      "failed",
      "failed",
    ]);
    expect(await send("/import/cleanup?max_age_hours=0", token, "")).toMatchObject({
      status: 200,
      body: { status: "success" },
    });

    const conflicts = await send(
      "/import",
      full.token,
      JSON.stringify({ import_data: JSON.parse(text), conflict_strategy: "fail", name: "p.json" }),
    );
    expect(conflicts.status).toBe(409);
    expect(conflicts.body.detail).toContain("p.json");
    expect(conflicts.body.errors).toHaveLength(12);
    const copies = { import_data: text, dry_run: true, conflict_strategy: "rename" };
    const beside = await send("/import", full.token, JSON.stringify(copies));
    const copy = beside.body.plan.rows.find((row: { name: string }) => row.name === "weather_api");
    expect(beside.body.warnings).toEqual(
      expect.arrayContaining([
        `Renamed tool 'weather_api' to '${copy.newName}'`,
        `Would import tool: ${copy.newName}`,
      ]),
    );
    const wrong = await send("/import", full.token, JSON.stringify({ import_data: {}, dryrun: 1 }));
    expect(wrong.status).toBe(400);
    expect(wrong.body.detail).toContain("dryrun");
    expect((await send("/import", full.token, text.slice(0, 900))).status).toBe(400);
    expect((await send("/import/status/no-such", token)).status).toBe(404);
  });
});

describe("a plan", () => {
  it("changes no byte of what is stored, and leaves no job", async () => {
    const started = await start();
    await configureEverything(started);
    await started.gateway.close();
    const again = await startGateway({
      root: started.root,
      env: { AUTH_ENCRYPTION_SECRET: SECRET },
    });
    const { api } = again;
    const { text } = await exported(api);
    const other = text.replaceAll("Tells the weather.", "Says what the weather is.");
    const before = bytesIn(again);
    const plan = await api.transfer.plan({ text: other });
    expect(plan.counts).toMatchObject({ updated: 1, unchanged: 11 });
    expect(plan.rows.filter(({ action }) => action === "update")).toMatchObject([
      { name: "weather_api", changes: [{ field: "description", secret: null }] },
    ]);
    expect(await api.transfer.jobs({})).toEqual([]);
    expect(bytesIn(again)).toBe(before);
  });

  it("that was shown is what is done, or nothing is", async () => {
    const { api } = await start();
    const file = envelope({ prompts: [{ name: "one", template: "1" }] });
    const text = JSON.stringify(file);
    const { digest, instant } = await api.transfer.plan({ text, strategy: "rename" });
    await api.prompts.create({ name: "one", template: "mine" });
    const wish = { strategy: "rename", digest, instant };
    expect(await codeOf(apply(api, file, wish))).toBe("import_changed");
    const seen = await api.transfer.plan({ text, strategy: "rename", instant });
    const report = await apply(api, file, { ...wish, digest: seen.digest });
    expect(report.rows).toMatchObject([{ action: "rename", newName: `one_imported_${instant}` }]);
    expect(report.rows).toEqual(seen.rows);
    expect((await api.prompts.list({})).map(({ name }) => name)).toEqual([
      "one",
      `one_imported_${instant}`,
    ]);
  });
});

describe("each strategy, for each kind", () => {
  const kinds = {
    tools: (at: number) => ({ name: "t", url: `https://api.example/${at}` }),
    gateways: (at: number) => ({ name: "g", url: `https://mcp.example/${at}` }),
    servers: (at: number) => ({ name: "s", description: `number ${at}` }),
    prompts: (at: number) => ({ name: "p", template: `number ${at}` }),
    resources: (at: number) => ({ uri: "memo://r", name: "r", content: `number ${at}` }),
    roots: (at: number) => ({ uri: "file:///srv/r", name: `number ${at}` }),
  };
  const outcomes = {
    skip: { roots: "skip", others: "skip" },
    update: { roots: "update", others: "update" },
    rename: { roots: "skip", others: "rename" },
    fail: { roots: "conflict", others: "conflict" },
  } as const;

  it.each(["skip", "update", "rename", "fail"] as const)("%s", async (strategy) => {
    const { api } = await start();
    const all = (at: number) =>
      envelope(Object.fromEntries(Object.entries(kinds).map(([type, one]) => [type, [one(at)]])));
    const made = await apply(api, all(1), { strategy });
    expect(made.rows.map(({ action }) => action)).toEqual(
      Array.from({ length: 6 }, () => "create"),
    );
    const before = (await exported(api)).still;
    const plan = await api.transfer.plan({ text: JSON.stringify(all(2)), strategy });
    for (const row of plan.rows) {
      const { roots, others } = outcomes[strategy];
      expect([row.kind, row.action]).toEqual([row.kind, row.kind === "root" ? roots : others]);
    }
    const wish = { strategy, instant: plan.instant };
    const isDone = strategy !== "fail";
    expect(await codeOf(apply(api, all(2), wish))).toBe(isDone ? "nothing" : "import_conflicts");
    const [job] = await api.transfer.jobs({});
    expect(job).toMatchObject({ state: isDone ? "completed" : "failed", counts: plan.counts });
    const isSame = (await exported(api)).still === before;
    expect(isSame).toBe(strategy === "skip" || strategy === "fail");
    for (const [type, one] of Object.entries(kinds)) {
      const twice = envelope({ [type]: [one(3), one(4)] });
      const now = (await exported(api)).still;
      expect([type, await codeOf(apply(api, twice, { strategy }))]).toEqual([
        type,
        "import_invalid",
      ]);
      expect((await exported(api)).still).toBe(now);
    }
  });
});

describe("a secret", () => {
  it("that a file does not say is kept, and a masked one is refused", async () => {
    const { api } = await start();
    await api.tools.create({
      name: "kept",
      url: "https://api.example/",
      auth: { type: "bearer", token: SECRETS.tool },
    });
    const without = await exported(api, { secrets: "none" });
    const changed = without.text.replace('"description": ""', '"description": "new"');
    const report = await apply(api, changed);
    expect(report.job.counts).toMatchObject({ updated: 1 });
    const { still } = await exported(api, { passphrase: "a passphrase for the way" });
    const other = await start();
    const passphrase = "a passphrase for the way";
    expect(await codeOf(apply(other.api, still))).toBe("import_secret_wrong");
    expect(await codeOf(apply(other.api, still, { passphrase: "not the one that it was" }))).toBe(
      "import_secret_wrong",
    );
    expect(await other.api.tools.list({})).toEqual([]);
    await apply(other.api, still, { passphrase });
    expect(await other.api.tools.get({ tool: "kept" })).toMatchObject({
      description: "new",
      auth: { type: "bearer", token: { set: true } },
    });
    const masked = envelope({
      tools: [
        { name: "kept", url: "https://api.example/", auth_type: "bearer", auth_value: "*****" },
      ],
    });
    expect(await codeOf(apply(api, masked))).toBe("import_invalid");
    const [job] = await api.transfer.jobs({});
    expect(job?.errors.join()).toContain("/entities/tools/0/auth_value");
    expect(job?.errors.join()).toContain("Invalid authentication data");
    const moved = envelope({ tools: [{ name: "kept", url: "https://elsewhere.example/" }] });
    expect(await codeOf(apply(api, moved))).toBe("import_invalid");
    const [refused] = await api.transfer.jobs({});
    expect(refused?.errors.join()).toContain("https://elsewhere.example");
  });

  it("opens no vault that is missing but with what was given for it", async () => {
    const first = await start();
    await first.api.tools.create({
      name: "one",
      url: "https://api.example/",
      auth: { type: "bearer", token: SECRETS.tool },
    });
    const { text } = await exported(first.api);
    const second = await startGateway();
    expect(await codeOf(apply(second.api, text, { sourceSecret: SECRET }))).toMatch(/^vault_/);
    expect(await second.api.tools.list({})).toEqual([]);
    const rekeySecret = "the secret of the new environment";
    await apply(second.api, text, { sourceSecret: SECRET, rekeySecret });
    const { slots } = await second.api.vault.status();
    expect(slots.map(({ provider }) => provider)).toEqual(["environment"]);
    await second.gateway.close();
    const again = await startGateway({
      root: second.root,
      env: { AUTH_ENCRYPTION_SECRET: rekeySecret },
    });
    expect((await exported(again.api)).text).toContain('"secrets": 1');
  });
});

describe("a command", () => {
  const file = envelope({
    gateways: [{ name: "evil", transport: "STDIO", command: "rm", args: ["-rf", "/tmp/nothing"] }],
  });

  it("is shown and not started before somebody allows it", async () => {
    const { api, gateway } = await start();
    await gateway.listen();
    const { commands } = await api.transfer.plan({ text: JSON.stringify(file) });
    expect(commands).toMatchObject([
      { server: "evil", command: "rm", args: ["-rf", "/tmp/nothing"] },
    ]);
    const report = await apply(api, file);
    expect(report.unconfirmed).toEqual(["evil"]);
    expect(await api.servers.get({ server: "evil" })).toMatchObject({ confirmed: false });
    expect((await api.audit.list({ action: "server.start" })).entries).toEqual([]);
  });

  it("runs once it was allowed with the import", async () => {
    const first = await start();
    await configureEverything(first);
    const { text } = await exported(first.api);
    const second = await start();
    await second.gateway.listen();
    const report = await apply(second.api, text, { consent: ["local", "no such"] });
    expect(report.unconfirmed).toEqual([]);
    await until(
      () => second.api.servers.get({ server: "local" }),
      ({ status }) => status.state === "ready",
    );
  });
});

describe("the backup before an import", () => {
  it("is private, stays here, and brings back exactly what was there", async () => {
    const started = await start();
    await configureEverything(started);
    const { api, dataDir, gateway } = started;
    const before = (await exported(api)).still;
    const file = envelope({
      tools: [{ name: "weather_api", url: "https://api.example/other", auth_type: null }],
      prompts: [{ name: "another", template: "text" }],
    });
    const { job } = await apply(api, file, { secrets: "leave" });
    expect(job.backup).toMatch(/^before-import-.*\.db$/);
    const path = join(dataDir, "backups", job.backup ?? "");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const secret of Object.values(SECRETS)) {
      expect(readFileSync(path).includes(secret)).toBe(false);
    }
    const { backups } = await api.backups.list({});
    expect(backups).toMatchObject([{ id: job.backup, kind: "before_import", state: "verified" }]);
    await expect(gateway.backups.read(job.backup ?? "")).rejects.toMatchObject({
      code: "backup_stays_here",
    });
    expect((await exported(api)).still).not.toBe(before);
    await api.backups.restore({ backup: job.backup ?? "" });
    const ended = await until(
      async () => (await api.backups.job({}).catch(() => null))?.job,
      (one) => one !== null && one !== undefined && one.state !== "running",
    );
    expect(ended).toMatchObject({ kind: "restore", state: "done" });
    expect((await exported(api)).still).toBe(before);
    expect(await api.servers.get({ server: "local" })).toMatchObject({ confirmed: true });
    expect(await api.transfer.jobs({})).toEqual([]);
  });
});

describe("imports that were tried", () => {
  it("are in the audit log, done or failed, and counted", async () => {
    const { api, gateway } = await start();
    const file = envelope({ prompts: [{ name: "one", template: "1" }] });
    await apply(api, file);
    await codeOf(apply(api, file, { strategy: "fail" }));
    await codeOf(apply(api, file, { strategy: "fail" }));
    const { entries } = await api.audit.list({ action: "configuration.import" });
    expect(entries.map(({ outcome, detail }) => [outcome, detail.error, detail.strategy])).toEqual([
      ["failed", "import_conflicts", "fail"],
      ["failed", "import_conflicts", "fail"],
      ["ok", undefined, "update"],
    ]);
    expect(entries[0]?.detail).toMatchObject({ total: 1, failed: 1 });
    expect(entries.at(-1)).toMatchObject({
      subject: { kind: "import", name: "team.json" },
      detail: {
        created: 1,
        format: "gateway",
        fileDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    const { url } = await gateway.listen();
    const { token } = await api.tokens.create({ name: "scraper", rights: ["manage"] });
    const scraped = await fetch(`${url}/metrics?format=prometheus`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await scraped.text();
    expect(text).toContain('local_mcp_gateway_imports_total{outcome="completed"} 1');
    expect(text).toContain('local_mcp_gateway_imports_total{outcome="failed"} 2');
  });

  it("are one at a time, and end at once where they are cancelled before they write", async () => {
    const { api } = await start();
    const prompts = Array.from({ length: 300 }, (_, at) => ({ name: `p${at}`, template: "x" }));
    const first = codeOf(apply(api, envelope({ prompts })));
    const [job] = await until(
      () => api.transfer.jobs({}),
      (jobs) => jobs.length > 0,
    );
    expect(await codeOf(apply(api, envelope({ prompts })))).toBe("import_busy");
    await api.transfer.cancel({ job: job?.id ?? "" });
    expect(await first).toBe("import_cancelled");
    expect(await api.prompts.list({})).toEqual([]);
    expect(await api.transfer.jobs({})).toMatchObject([{ state: "cancelled", backup: null }]);
    expect(await codeOf(api.transfer.cancel({ job: job?.id ?? "" }))).toBe(
      "import_not_cancellable",
    );
  });
});
