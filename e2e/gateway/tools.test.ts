/** REST APIs as tools: stored, listed, called by clients of both eras, and their secrets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createDb, createVaultQueries } from "@local-mcp/database";
import { describe, expect, it } from "vitest";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { clientsOf } from "./era-gateway.ts";
import { startGateway, until } from "./test-gateway.ts";
import { api, echo, failure, JSON_TYPE, KEY, serveTools, type Wanted } from "./tools-stage.ts";

const PET = {
  type: "object",
  properties: { id: { type: "integer", minimum: 1 }, note: { type: "string" } },
  required: ["id"],
  additionalProperties: false,
} as const;

describe("a tool", () => {
  it("is listed and called by clients of both eras like one of a server", async () => {
    const pets = await api((_, response) =>
      response.writeHead(200, JSON_TYPE).end('{"data":{"name":"Ada","legs":4}}'),
    );
    const started = await serveTools(pets.url, {
      name: "pet",
      title: "A pet",
      description: "Looks it up.",
      url: `${pets.url}/pets/{id}`,
      inputSchema: PET,
      outputSchema: {
        type: "object",
        properties: { legs: { type: "integer" } },
        required: ["legs"],
      },
      responseFilter: "data",
    });
    const shown = expect.objectContaining({
      title: "A pet",
      description: "Looks it up.",
      inputSchema: PET,
      outputSchema: expect.objectContaining({ required: ["legs"] }),
      annotations: { readOnlyHint: true },
    });
    const { modern, legacy } = clientsOf(started);
    const result = {
      content: [{ type: "text", text: '{"name":"Ada","legs":4}' }],
      structuredContent: { name: "Ada", legs: 4 },
    };
    const client = await legacy();
    const list = await client.request("tools/list");
    expect(list).toEqual({ tools: [shown] });
    const [name] = names(list);
    const params = call(String(name), { id: 7, note: "a b" });
    expect(await client.request("tools/call", params)).toEqual(result);
    expect((await modern("tools/list")).result).toMatchObject({
      resultType: "complete",
      tools: [shown],
    });
    expect((await modern("tools/call", params)).result).toMatchObject({
      ...result,
      resultType: "complete",
    });
    expect(pets.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /pets/7?note=a%20b",
      "GET /pets/7?note=a%20b",
    ]);
  });

  it("is not asked with arguments that do not fit, and says which", async () => {
    const pets = await api(echo);
    const { use } = await serveTools(pets.url, {
      url: `${pets.url}/pets/{id}`,
      inputSchema: PET,
    });
    for (const [args, told] of [
      [{}, /“it” do not fit: .*“id”/],
      [{ id: "x" }, /“id”/],
      [{ id: 0 }, /“id”/],
      [{ id: 1, more: 1 }, /more/],
    ] as const) {
      expect(await use(args)).toEqual(failure(told, "tool_arguments"));
    }
    expect(pets.asked).toEqual([]);
  });

  it("is seen under its new name, and no more once it is off or gone", async () => {
    const pets = await api(echo);
    const { api: own, client } = await serveTools(pets.url, {});
    const listed = async (): Promise<unknown[]> => names(await client.request("tools/list"));
    await own.tools.update({ tool: "it", changes: { name: "pets", tags: ["x"] } });
    expect(await listed()).toEqual(["pets"]);
    expect((await own.tools.list({ tags: ["x"] })).map(({ name }) => name)).toEqual(["pets"]);
    expect(await own.tools.list({ tags: ["y"] })).toEqual([]);
    await own.tools.update({ tool: "pets", changes: { enabled: false } });
    expect(await listed()).toEqual([]);
    await own.tools.update({ tool: "pets", changes: { enabled: true } });
    expect(await listed()).toEqual(["pets"]);
    await own.tools.remove({ tool: "pets" });
    expect(await listed()).toEqual([]);
    await expect(own.tools.get({ tool: "pets" })).rejects.toMatchObject({
      code: "LOCAL_NOT_FOUND",
    });
  });
});

describe("N-19: the secrets of a tool", () => {
  const CANARIES = ["canary-header-4711-x", "canary-query-4712-x", "canary-basic-4713-x"];
  const [HEADER = "", QUERY = "", PASSWORD = ""] = CANARIES;
  /** However it stands within what is encoded. */
  const encoded = (text: string): string[] =>
    ["", "x", "xy"].map((before) =>
      Buffer.from(`${before}${text}`).toString("base64").slice(8, -8),
    );
  const TRACES = CANARIES.flatMap((canary) => [canary, ...encoded(canary)]);
  const tracesIn = (text: string): string[] => TRACES.filter((trace) => text.includes(trace));

  it("reach the API and nobody else, also where it says them back", async () => {
    const telltale = await api((asked, response) => {
      if (asked.path.startsWith("/fails")) {
        response.writeHead(401, JSON_TYPE).end(JSON.stringify(asked));
      } else if (asked.path.startsWith("/type")) {
        response.writeHead(200, { "content-type": `text/${HEADER}` }).end(QUERY);
      } else echo(asked, response);
    });
    const secrets = { headers: { "X-Key": { value: HEADER, plain: false } } };
    const at = (path: string): string =>
      `http://ada:${PASSWORD}@127.0.0.1:${telltale.port}${path}?key=${QUERY}`;
    const {
      api: own,
      use,
      log,
      gateway,
      dataDir,
    } = await serveTools(
      telltale.url,
      { name: "it", url: at("/echo"), ...secrets },
      { name: "fails", url: at("/fails"), ...secrets },
      { name: "type", url: at("/type"), ...secrets },
    );
    const told: unknown[] = [];
    for (const name of ["it", "fails", "type"]) {
      told.push(await use({ note: "n-1" }, name));
      told.push(await own.tools.test({ tool: name, arguments: {} }));
    }
    expect(telltale.asked).toHaveLength(6);
    for (const { headers, path } of telltale.asked) {
      expect(headers["x-key"]).toBe(HEADER);
      expect(path).toContain(`key=${QUERY}`);
      const [, basic = ""] = headers.authorization?.split(" ") ?? [];
      expect(Buffer.from(basic, "base64").toString()).toBe(`ada:${PASSWORD}`);
    }
    expect(JSON.stringify(told)).toContain("n-1");
    expect(JSON.stringify(told)).toContain("${secret:key}");
    const refused = own.tools.update({
      tool: "it",
      changes: { responseFilter: "a[", headers: { "X-Key": { value: HEADER } } },
    });
    told.push(await refused.catch((error: unknown) => error));
    told.push(await own.tools.list({}), await own.audit.list({}), await own.status.doctor(), log);
    expect(tracesIn(JSON.stringify(told))).toEqual([]);
    expect((await own.tools.get({ tool: "it" })).headers["X-Key"]).toEqual({
      plain: false,
      secret: { set: true, hint: "11-x" },
    });
    await gateway.close();
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile())) {
      expect(tracesIn(readFileSync(join(file.parentPath, file.name), "latin1"))).toEqual([]);
    }
  });

  it.each(["application/octet-stream", "image/png", "text/plain; charset=utf-16le"])(
    "are not said back as %s either",
    async (type) => {
      const there = await api(({ headers }, response) =>
        response.writeHead(200, { "content-type": type }).end(JSON.stringify(headers)),
      );
      const value = `${HEADER}-é`;
      const { use } = await serveTools(there.url, { headers: { "X-Key": { value } } });
      const told = JSON.stringify(await use());
      expect(there.asked[0]?.headers["x-key"]).toBe(value);
      const texts = (told.match(/[^"]{40,}/g) ?? []).flatMap((text) => [
        text,
        Buffer.from(text, "base64").toString("latin1"),
        Buffer.from(text, "utf16le").toString("latin1"),
      ]);
      expect(texts.join()).toContain("x-key");
      expect(tracesIn(texts.join())).toEqual([]);
    },
  );

  it("do not follow a changed URL, and go with the tool", async () => {
    const first = await api(echo);
    const other = await api(echo);
    const {
      api: own,
      use,
      gateway,
      dataDir,
    } = await serveTools(first.url, {
      headers: { "X-Key": { value: HEADER } },
    });
    const moved = { url: other.url };
    await expect(own.tools.update({ tool: "it", changes: moved })).rejects.toMatchObject({
      code: "SECRETS_WOULD_MOVE",
    });
    await use();
    expect([first.asked.length, other.asked.length]).toEqual([1, 0]);
    await own.tools.update({ tool: "it", changes: { ...moved, keepSecrets: true } });
    await use();
    expect(other.asked[0]?.headers["x-key"]).toBe(HEADER);
    await own.tools.update({ tool: "it", changes: { headers: { "x-key": null } } });
    await use();
    expect(other.asked[1]?.headers).not.toHaveProperty("x-key");
    await own.tools.update({ tool: "it", changes: { auth: { type: "bearer", token: PASSWORD } } });
    await own.tools.remove({ tool: "it" });
    await gateway.close();
    const db = createDb({ path: join(dataDir, "local-mcp-gateway.db") });
    afterTest(() => db.close());
    expect(createVaultQueries(db).secrets.count()).toBe(0);
  });

  it("that cannot be read are told of, and only one that has no value takes it from the list", async () => {
    const there = await api(echo);
    const started = await serveTools(there.url, { headers: { "X-Key": { value: HEADER } } });
    await started.gateway.close();
    const again = async (env: Record<string, string>) => {
      const opened = await startGateway({ root: started.root, env });
      const { url } = await opened.gateway.listen();
      const { token } = await opened.api.tokens.create({ name: "again", profile: "dev" });
      return { ...opened, client: await clientsOf({ url, token }).legacy() };
    };
    const locked = await again({});
    expect(names(await locked.client.request("tools/list"))).toEqual(["it"]);
    expect(await locked.client.request("tools/call", call("it"))).toEqual(
      failure(/vault is locked/, "vault_locked"),
    );
    await locked.gateway.close();

    const db = createDb({ path: join(started.dataDir, "local-mcp-gateway.db") });
    const { secrets } = createVaultQueries(db);
    for (const { id } of secrets.list()) secrets.delete(id);
    db.close();
    const unset = await again(KEY);
    expect(names(await unset.client.request("tools/list"))).toEqual([]);
    expect(await unset.api.tools.get({ tool: "it" })).toMatchObject({
      headers: { "X-Key": { secret: { set: false } } },
      problem: { code: "tool_secret_unset", message: expect.stringContaining("headers/X-Key") },
    });
    expect(there.asked).toEqual([]);
  });
});

describe("what is refused", () => {
  it("names its field, and nothing of it is stored", async () => {
    const { api: own } = await serveTools("", {
      name: "taken",
      url: "https://api.example/",
      auth: { type: "bearer", token: "kept-as-it-is-4711" },
    });
    const secret = { headers: { "X-Key": { value: "never-stored-4711" } } };
    const good = {
      name: "new",
      url: "https://api.example/{id}",
      inputSchema: PET,
      outputSchema: null,
      ...secret,
    };
    const CASES: [Wanted, string, RegExp][] = [
      [{ name: "taken" }, "NAME_TAKEN", /“taken” exists/],
      [{ url: "http://169.254.169.254/" }, "TOOL_ADDRESS_BLOCKED", /hands out credentials/],
      [
        { inputSchema: { type: "object", properties: 1 } },
        "VALIDATION_FAILED",
        /^(url|inputSchema)/,
      ],
      [{ responseFilter: "a[" }, "VALIDATION_FAILED", /^responseFilter: /],
      [{ profiles: ["nobody"] }, "PROFILE_NOT_FOUND", /nobody/],
      [{ headers: { Host: { value: "x" } } }, "VALIDATION_FAILED", /^headers\/Host: /],
    ];
    for (const [change, code, message] of CASES) {
      await expect(own.tools.create({ ...good, ...change })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      const { name, profiles, ...changes } = { ...good, ...change };
      if (profiles !== undefined) continue;
      const before = await own.tools.get({ tool: "taken" });
      await own.tools.create({ name: "other", url: "https://api.example/" });
      await expect(
        own.tools.update({ tool: "other", changes: { name, ...changes } }),
      ).rejects.toMatchObject({ code });
      expect(await own.tools.get({ tool: "other" })).toMatchObject({ headers: {}, name: "other" });
      await own.tools.remove({ tool: "other" });
      expect(await own.tools.get({ tool: "taken" })).toEqual(before);
    }
    expect((await own.tools.list({})).map(({ name }) => name)).toEqual(["taken"]);
    expect((await own.vault.status()).secrets).toBe(1);
  });
});

describe("a tool that is busy", () => {
  it("takes no more calls than may be under way, and sends none that it refuses", async () => {
    const waiting: (() => void)[] = [];
    const slow = await api((_, response) => void waiting.push(() => response.end("done")));
    const { use, api: own } = await serveTools(slow.url, {});
    await own.settings.update({ maxConcurrentCalls: 2 });
    const calls = [1, 2, 3].map(() => use());
    await until(
      () => waiting.length,
      (count) => count === 2,
    );
    const refused = await Promise.race(calls);
    expect(JSON.stringify(refused)).toContain("tool_busy");
    expect(slow.asked).toHaveLength(2);
    for (const answer of waiting) answer();
    await Promise.all(calls);
    const again = use();
    await until(
      () => waiting.length,
      (count) => count === 3,
    );
    waiting[2]?.();
    expect(JSON.stringify(await again)).toContain("done");
  });
});
