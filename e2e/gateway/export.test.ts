import type { ExportOptions } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  CANARIES,
  configure,
  configured,
  file,
  lists,
  namesIn,
  PASSPHRASE,
  VALUES,
} from "./export-stage.ts";
import { ENCRYPTION_SECRET, overHttp, refusal } from "./over-http.ts";
import { startGateway } from "./test-gateway.ts";

/** The magic that begins each sealed value. */
const SEALED = /^bG1n[A-Za-z0-9+/]{40,}={0,2}$/;

/** Without what differs between two exports of the same. */
const lasting = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/^ {2}"(exported_at|source_gateway)": /.test(line))
    .join("\n");

describe("the file of an export", () => {
  it("has 3 gateways, 5 servers and 12 prompts, as the seeds count them", async () => {
    const { ask } = await overHttp();
    const numbers = (count: number) => Array.from({ length: count }, (_, number) => number + 1);
    for (const number of numbers(3)) {
      await ask("POST", "/gateways", {
        name: `hq-east-${number}`,
        url: `https://east-${number}.example.net`,
        auth_type: "basic",
        auth_username: "ada",
        auth_password: CANARIES.password,
      });
    }
    for (const number of numbers(5)) await ask("POST", "/servers", { name: `server-${number}` });
    for (const number of numbers(12)) {
      await ask("POST", "/prompts", { name: `prompt_${number}`, template: "Hello" });
    }
    const { status, headers, body } = await ask("GET", "/export?format=flat");
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(headers.get("content-disposition")).toMatch(
      /^attachment; filename="mcp-config-\d{4}-\d\d-\d\d\.json"$/,
    );
    const flat = lists.extend({ version: z.literal("2025-03-26") }).parse(body);
    expect([flat.gateways?.length, flat.servers?.length, flat.prompts?.length]).toEqual([3, 5, 12]);
    for (const gateway of flat.gateways ?? []) {
      expect(gateway).toMatchObject({
        auth_type: "basic",
        auth_value: expect.stringMatching(SEALED),
      });
    }
    for (const server of flat.servers ?? []) expect(server).toMatchObject({ auth_type: null });
    expect(JSON.stringify(body)).not.toMatch(/username|password/i);
    const whole = file.parse((await ask("GET", "/export")).body);
    expect(whole.metadata.entity_counts).toMatchObject({ gateways: 3, servers: 5, prompts: 12 });
  });

  it("has every secret sealed, and none in clear", async () => {
    const { api, ask, log } = await configured();
    const result = await api.transfer.export({ includeInactive: true, passphrase: PASSPHRASE });
    const texts = [result.text, JSON.stringify((await ask("GET", "/export?format=flat")).body)];
    for (const text of [...texts, log.join("\n")]) {
      for (const secret of [...VALUES, PASSPHRASE, ENCRYPTION_SECRET]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(0, 20));
      }
    }
    const read = file.parse(JSON.parse(result.text));
    expect(read.format).toMatchObject({
      secrets: VALUES.length,
      key: { with: "passphrase", kdf: "scrypt" },
    });
    expect(result.secrets).toEqual({ sealed: VALUES.length, left: 0 });
    expect(result.text.match(/"bG1n[A-Za-z0-9+/]+={0,2}"/g)).toHaveLength(VALUES.length);
    expect(result).toMatchObject({
      total: 10,
      counts: { root: 2, server: 2, tool: 2, resource: 1, profile: 2, prompt: 1 },
      warnings: [],
    });
    for (const { what, how } of result.notIncluded) expect(result.text).toContain(`${what} ${how}`);
  });

  it("is the same again but for when, also after a restart and from another", async () => {
    const first = await configured();
    const { text } = await first.api.transfer.export({});
    const again = await first.api.transfer.export({});
    expect(lasting(again.text)).toBe(lasting(text));
    const [differing] = text.split("\n").filter((line, at) => line !== again.text.split("\n")[at]);
    expect(differing ?? '  "exported_at"').toMatch(/^ {2}"exported_at"/);
    await first.api.transfer.export({ passphrase: PASSPHRASE });
    await first.gateway.close();
    const second = await startGateway({
      root: first.root,
      env: { AUTH_ENCRYPTION_SECRET: ENCRYPTION_SECRET },
    });
    expect(lasting((await second.api.transfer.export({})).text)).toBe(lasting(text));
    const { id } = await second.api.tools.get({ tool: "weather" });
    await second.api.tools.update({ tool: id, changes: { description: "Another" } });
    const changed = lasting((await second.api.transfer.export({})).text).split("\n");
    const before = lasting(text).split("\n");
    expect(changed.filter((line, at) => line !== before[at])).toEqual([
      expect.stringMatching(/^ {4}"digest": "[0-9a-f]{64}"$/),
      '        "description": "Another",',
    ]);
  });

  it("leaves secrets out where that is asked for, and says that there are some", async () => {
    const { ask, api } = await overHttp({ env: {} });
    await api.vault.init({ passphrase: PASSPHRASE });
    await configure(api);
    expect(await ask("GET", "/export")).toMatchObject(
      refusal(422, "export_secret_missing", /^There are 6 secrets to export/),
    );
    const { status, body } = await ask("GET", "/export?secrets=none&include_inactive=true");
    expect(status).toBe(200);
    expect(file.parse(body).format).toMatchObject({ secrets: 0, key: null });
    const [stocks, weather] = file.parse(body).entities.tools ?? [];
    expect(stocks).toMatchObject({ auth_type: "basic", auth_value: null });
    expect(weather).toMatchObject({ auth_type: "bearer", auth_value: null });
    const { secrets } = await api.transfer.export({ secrets: "none", includeInactive: true });
    expect(secrets).toEqual({ sealed: 0, left: VALUES.length });
    expect(await ask("GET", "/export?types=prompts,resources,roots")).toMatchObject({
      status: 200,
    });
  });

  it("needs no key of the vault where no secret goes out", async () => {
    const { root, gateway } = await configured();
    await gateway.close();
    const locked = await startGateway({ root });
    expect(await locked.api.vault.status()).toMatchObject({ state: "locked" });
    await expect(locked.api.transfer.export({ passphrase: PASSPHRASE })).rejects.toMatchObject({
      data: { code: "vault_locked" },
    });
    expect((await locked.api.transfer.export({ secrets: "none" })).secrets.sealed).toBe(0);
    expect(await locked.api.transfer.estimate({})).toMatchObject({
      secrets: VALUES.length,
      hasEncryptionSecret: false,
    });
  });
});

describe("what is chosen", () => {
  it("by the query of GET /export", async () => {
    const { ask } = await configured();
    const wanted: [query: string, names: Record<string, string[]>][] = [
      ["?types=tools", { tools: ["weather"] }],
      ["?types=tools&include_inactive=true", { tools: ["stocks", "weather"] }],
      ["?types=tools,prompts&tags=api", { tools: ["weather"], prompts: ["greet"] }],
      ["?types=tools&types=roots&tags=prod", { tools: ["weather"], roots: ["Team"] }],
      [
        "?tags=prod",
        {
          tools: ["stocks", "weather"],
          gateways: ["Production East"],
          servers: ["prod"],
          prompts: [],
          resources: [],
          roots: ["Team"],
        },
      ],
      [
        "?types=servers&tags=prod",
        { tools: ["stocks"], gateways: ["Production East"], servers: ["prod"] },
      ],
      ["?types=servers&include_dependencies=false", { servers: ["Development", "prod"] }],
      [
        "?exclude_types=tools,gateways,resources,roots",
        { servers: ["Development", "prod"], prompts: ["greet"] },
      ],
    ];
    for (const [query, names] of wanted) {
      const { body } = await ask("GET", `/export${query}`);
      expect({ query, names: namesIn(body) }).toEqual({ query, names });
    }
  });

  it("is named, by name, title or id, with what it needs", async () => {
    const { ask, api } = await configured();
    const selective = async (body: unknown, query = "") => {
      const answer = await ask("POST", `/export/selective${query}`, body);
      expect(answer).toMatchObject({ status: 200 });
      return namesIn(answer.body);
    };
    const { id } = await api.tools.get({ tool: "stocks" });
    expect(await selective({ tools: ["weather", id] })).toEqual({ tools: ["stocks", "weather"] });
    expect(await selective({ tools: ["weather"], servers: ["Development"] })).toEqual({
      tools: ["weather"],
      gateways: ["Production East", "local"],
      servers: ["Development"],
      prompts: ["greet"],
      roots: ["Docs"],
    });
    const wrapped = { entity_selections: { servers: ["dev"] }, include_dependencies: false };
    expect(await selective(wrapped)).toEqual({ servers: ["Development"] });
    const bare = await selective({ servers: ["dev"] }, "?include_dependencies=false&secrets=none");
    expect(bare).toEqual({ servers: ["Development"] });
  });

  it("is refused by name", async () => {
    const { ask, api } = await configured();
    const selective = "/export/selective";
    const refused: [string, string, unknown, number, string, RegExp][] = [
      ["GET", "/export?types=tool", undefined, 422, "validation_failed", /^types: .*“tool”; there/],
      ["GET", "/export?exclude_types=x", undefined, 422, "validation_failed", /^exclude_types: /],
      ["GET", "/export?type=tools", undefined, 422, "validation_failed", /^type: There is no such/],
      ["GET", "/export?include_inactive=yes", undefined, 422, "validation_failed", /^include_i/],
      ["GET", "/export?format=yaml", undefined, 422, "validation_failed", /^format: It is gatewa/],
      ["GET", "/export?secrets=all", undefined, 422, "validation_failed", /^secrets: It is seal/],
      [
        "GET",
        "/export?tags=nobody",
        undefined,
        422,
        "export_nothing",
        /^No entities.*--include-in/,
      ],
      [
        "POST",
        selective,
        { tools: ["x"], gateways: ["y"] },
        422,
        "export_unknown",
        /“y”, tool “x”/,
      ],
      ["POST", selective, { tool: ["weather"] }, 422, "validation_failed", /tool/],
      ["POST", selective, { tools: "weather" }, 422, "validation_failed", /^tools/],
      ["POST", selective, { entity_selections: {}, x: 1 }, 422, "validation_failed", /“?x/],
      ["POST", selective, {}, 422, "export_nothing", /^No entities found/],
      ["POST", selective, [], 422, "validation_failed", /./],
      ["POST", selective, "{", 400, "malformed_json", /not JSON/],
      ["POST", "/export", {}, 405, "method_not_allowed", /POST/],
      ["GET", selective, undefined, 405, "method_not_allowed", /GET/],
      ["GET", "/export/all", undefined, 404, "route_not_found", /export/],
    ];
    for (const [method, path, sent, status, code, detail] of refused) {
      const { status: answered, body } = await ask(method, path, sent);
      expect({ path, status: answered, body }).toMatchObject({
        path,
        ...refusal(status, code, detail),
      });
    }
    const { entries } = await api.audit.list({ action: "configuration.export" });
    expect(entries).toEqual([]);
  });

  it("is told before it is written, without opening or recording anything", async () => {
    const { api, url, token } = await configured();
    const { available, ...estimate } = await api.transfer.estimate({ kinds: ["profile"] });
    expect(estimate).toMatchObject({
      counts: { root: 1, server: 2, tool: 2, resource: 0, profile: 2, prompt: 1 },
      total: 8,
      secrets: VALUES.length,
      hasEncryptionSecret: true,
    });
    expect(estimate.added).toContainEqual({ kind: "tool", name: "stocks", neededBy: "prod" });
    expect(available.filter(({ chosen }) => !chosen).map(({ name }) => name)).toEqual([
      "https://example.com/team/",
      "notes://one",
    ]);
    const { text } = await api.transfer.export({ kinds: ["profile"] });
    expect(estimate.bytes / Buffer.byteLength(text)).toBeCloseTo(1, 1);
    await expect(api.transfer.estimate({ selection: { tool: ["x"] } })).rejects.toMatchObject({
      data: { code: "export_unknown" },
    });
    const head = async (query: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/export${query}`, { method: "HEAD", headers })).status;
    };
    expect([await head("?types=tools"), await head("?types=tool")]).toEqual([200, 422]);
    const { entries } = await api.audit.list({ action: "configuration.export" });
    expect(entries).toHaveLength(1);
  });
});

describe("who exports", () => {
  it("may manage; whoever chooses the key may start processes, since it opens every secret", async () => {
    const { ask, api, url, token } = await configured();
    const manager = await api.tokens.create({ name: "manager", rights: ["manage"], profile: null });
    const user = await api.tokens.create({ name: "user", rights: ["use"], profile: null });
    expect((await fetch(`${url}/export`)).status).toBe(401);
    expect(await ask("GET", "/export", undefined, "nobody")).toMatchObject({ status: 401 });
    expect(await ask("GET", "/export", undefined, user.token)).toMatchObject(
      refusal(403, "token_lacks_right", /manage/),
    );
    expect(await ask("POST", "/export/selective", {}, user.token)).toMatchObject({ status: 403 });
    expect(await ask("GET", "/export", undefined, manager.token)).toMatchObject({ status: 200 });

    const asManager = async (wish: object): Promise<unknown> => {
      const { status, body } = await ask("POST", "/api/transfer/export", wish, manager.token);
      const { data } = z.looseObject({ data: z.looseObject({ code: z.string() }) }).safeParse(body);
      return data?.data.code ?? status;
    };
    expect(await asManager({ passphrase: PASSPHRASE })).toBe("token_lacks_right");
    expect(await asManager({ encryptionSecret: ENCRYPTION_SECRET })).toBe("token_lacks_right");
    const foreign = { format: "contextforge", secretsOf: { tool: ["weather"] } };
    expect(await asManager({ ...foreign, encryptionSecret: PASSPHRASE })).toBe("token_lacks_right");
    // The gateway's own secret, under a key that can be guessed from the file.
    expect(await asManager(foreign)).toBe("token_lacks_right");
    // A page starts nothing, and does not here either.
    const fromPage = await fetch(`${url}/api/transfer/export`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "cors",
      },
      body: JSON.stringify({ passphrase: PASSPHRASE }),
    });
    expect(fromPage.status).toBe(200);
    // No secret leaves.
    expect(await asManager({ passphrase: PASSPHRASE, kinds: ["prompt"] })).toBe(200);
    expect(await asManager({ passphrase: PASSPHRASE, secrets: "none" })).toBe(200);
  });

  it("is recorded, with the digest of the file and that secrets left", async () => {
    const { api, ask } = await configured();
    const { token } = await api.tokens.create({ name: "ci", rights: ["manage"], profile: null });
    const { body } = await ask("GET", "/export?types=tools", undefined, token);
    await ask("GET", "/export?types=prompts&format=flat", undefined, token);
    await ask("POST", "/api/transfer/export", { passphrase: PASSPHRASE }, token);
    const { entries } = await api.audit.list({ actor: "ci" });
    expect(file.parse(body).exported_by).toBe("ci");
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`).toReversed()).toEqual([
      "configuration.export ok",
      "secret.read ok",
      "configuration.export ok",
      "configuration.export failed",
    ]);
    expect(entries.at(-1)).toMatchObject({
      subject: { kind: "export", name: expect.stringMatching(/^mcp-config-/) },
      detail: {
        fileDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        format: "gateway",
        tool: 1,
        prompt: 0,
        secrets: 1,
      },
    });
    expect(entries.at(-3)?.detail).toMatchObject({ format: "flat", prompt: 1, secrets: 0 });
    const texts = JSON.stringify((await api.audit.list({})).entries);
    for (const secret of [...VALUES, PASSPHRASE]) expect(texts).not.toContain(secret);
  });

  it("seals with a secret that is long enough", async () => {
    const { api } = await configured();
    await expect(api.transfer.export({ passphrase: "too short" })).rejects.toThrow(
      "The passphrase has less than 12 characters.",
    );
    await expect(api.transfer.export({ encryptionSecret: "too short" })).rejects.toThrow(
      "The secret in AUTH_ENCRYPTION_SECRET has less than 12 characters.",
    );
  });
});

describe("a file for ContextForge", () => {
  it("has the secrets of what is named, sealed its way, and says what that means", async () => {
    const { api, ask } = await configured();
    const bare = await ask("GET", "/export?format=contextforge&types=tools");
    expect(bare).toMatchObject({
      status: 200,
      body: { version: "2025-03-26", entities: { tools: [{ name: "weather", auth_value: null }] } },
    });
    const named: ExportOptions = { format: "contextforge", secretsOf: { tool: ["weather"] } };
    const { text, warnings, secrets } = await api.transfer.export(named);
    const { entities } = z.object({ entities: lists }).parse(JSON.parse(text));
    const [stocks, weather] = entities.tools ?? [];
    expect(stocks).toMatchObject({ name: "stocks", auth_value: null });
    expect(weather).toMatchObject({ auth_value: expect.stringMatching(/^[\w-]{40,}$/) });
    expect(secrets).toEqual({ sealed: 1, left: VALUES.length - 1 });
    expect(warnings.join("\n")).toMatch(/has no salt.*: weather\./);
    for (const secret of VALUES) expect(text + warnings.join()).not.toContain(secret);
    await expect(
      api.transfer.export({ ...named, secretsOf: { tool: ["wether"] } }),
    ).rejects.toMatchObject({ data: { code: "export_unknown" } });
  });

  it("is not asked for what it cannot have", async () => {
    const { api } = await configured();
    const secretsOf = { tool: ["weather"] };
    await expect(api.transfer.export({ secretsOf })).rejects.toThrow(/^secretsOf: /);
    await expect(
      api.transfer.export({ format: "contextforge", secretsOf, secrets: "none" }),
    ).rejects.toThrow(/^secretsOf: /);
    await expect(
      api.transfer.export({ format: "contextforge", passphrase: PASSPHRASE }),
    ).rejects.toThrow(/^passphrase: /);
  });
});

it("the routes of an export are described where the API is", async () => {
  const { ask } = await overHttp();
  const { body } = await ask("GET", "/openapi.json");
  const types = expect.arrayContaining([expect.objectContaining({ name: "types" })]);
  expect(body).toMatchObject({
    paths: {
      "/export": { get: { parameters: types } },
      "/export/selective": { post: { requestBody: { required: true } } },
      "/api/transfer/export": { post: {} },
    },
  });
});
