import { contract, type TokenRight, tokenRight } from "@local-mcp/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "./procedures.ts";
import { type RawAnswer, request, sendBytes } from "./raw.ts";
import { bearer, startStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const HOST = "Host: 127.0.0.1";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];
/** Places beside the contract, those that are there and those that are not. */
const PLACES = [
  "/",
  "/openapi.json",
  "/api",
  "/api/",
  "/api/nothing",
  "/api/../openapi.json",
  "/mcp",
  "/mcp/dev",
  "/mcp/nothing",
  "/mcp/dev/nothing",
  "/sse",
  "/mcp/dev/sse",
  "/tools",
  "/tools/nothing",
  "/tools/nothing/state",
  "/prompts",
  "/resources",
  "/servers",
  "/gateways",
  "/roots",
  "/admin",
  "/runtime.json",
  "//127.0.0.1/api/servers",
  "/HEALTH",
  "/health/",
];

const ask = (method: string, path: string, ...headers: string[]): Promise<RawAnswer> =>
  sendBytes(stage.url, request(`${method} ${path}`, [HOST, ...headers]));

/** What no answer may hold: leave for pages to read it, and who made the server. */
const spoken = ({ headers }: RawAnswer): string[] =>
  [...headers.keys()].filter((name) => /^access-control-|^server$|^x-powered-by$/.test(name));

const codeOf = ({ body }: RawAnswer): unknown => {
  const { error } = JSON.parse(body);
  return error.data?.code ?? error.code;
};

describe("N-1, N-5: without a token", () => {
  it("every route of the contract is 401, whatever the method, and no page may read it", async () => {
    const answers = await Promise.all(
      ROUTES.flatMap(({ method, path }) => [
        ask(method, `/api${path}`),
        ask("OPTIONS", `/api${path}`, "Access-Control-Request-Method: POST"),
      ]),
    );
    expect(ROUTES.length).toBeGreaterThan(40);
    expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
    expect(answers.flatMap(spoken)).toEqual([]);
    expect(new Set(answers.map(codeOf))).toEqual(new Set(["token_missing"]));
  });

  it.each(PLACES)("%s says nothing of itself", async (path) => {
    const answers = await Promise.all(METHODS.map((method) => ask(method, path)));
    expect(answers.map(({ status }) => status)).toEqual(METHODS.map(() => 401));
    expect(answers.flatMap(spoken)).toEqual([]);
    const said = answers.filter(({ body }) => body !== "").map(codeOf);
    expect(new Set(said)).toEqual(new Set(["token_missing"]));
  });

  it.each(["/health", "/ready"])("%s says ok, and nothing else to nobody else", async (path) => {
    const answer = await ask("GET", path);
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers.get("cross-origin-resource-policy")).toEqual(["same-origin"]);
    expect(answer.headers.get("x-content-type-options")).toEqual(["nosniff"]);
    expect(spoken(answer)).toEqual([]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
      const other = await ask(method, path);
      expect([other.status, other.headers.get("allow")]).toEqual([405, ["GET, HEAD"]]);
      expect(spoken(other)).toEqual([]);
    }
  });

  it("one in a place other than its header counts for nothing, and is not written down", async () => {
    for (const [path, header] of [
      [`/api/status?access_token=${stage.token}`, HOST],
      [`/mcp/dev?token=${stage.token}`, HOST],
      ["/api/status", `Cookie: jwt_token=${stage.token}; access_token=${stage.token}`],
      ["/api/status", `X-API-Key: ${stage.token}`],
      ["/api/status", `Proxy-Authorization: Bearer ${stage.token}`],
    ] as const) {
      const answer = await ask("GET", path, ...(header === HOST ? [] : [header]));
      expect([answer.status, codeOf(answer)]).toEqual([401, "token_missing"]);
      expect(answer.body).not.toContain(stage.token);
    }
    expect(stage.log.join("\n")).not.toContain(stage.token);
  });

  it("clients that look for a sign-in find none", async () => {
    for (const what of ["oauth-protected-resource/mcp/dev", "oauth-authorization-server", ""]) {
      const answer = await ask("GET", `/.well-known/${what}`);
      expect([answer.status, codeOf(answer)]).toEqual([404, "route_not_found"]);
    }
  });
});

/** What each procedure needs; one that is missing here is asked for by the first test below. */
const MANAGE: readonly TokenRight[] = ["manage"];
const NEEDS_MORE: Record<string, { rights: readonly TokenRight[]; path?: string; body: object }> = {
  "servers.create": {
    rights: ["manage", "processes"],
    body: { name: "new", config: { transport: "stdio", command: "none" } },
  },
  "servers.update": {
    rights: ["manage", "processes"],
    path: "/servers/still",
    body: { changes: { command: "other" } },
  },
  "servers.test": { rights: ["manage", "processes"], path: "/servers/still/test", body: {} },
  "servers.restart": { rights: ["manage", "processes"], path: "/servers/still/restart", body: {} },
  "servers.callTool": {
    rights: ["use", "manage", "processes"],
    path: "/servers/still/call",
    body: { name: "none" },
  },
  "profiles.callTool": {
    rights: ["use", "manage"],
    path: "/profiles/dev/call",
    body: { name: "none" },
  },
  "tools.test": { rights: ["use", "manage"], path: "/tools/none/test", body: {} },
  "resources.read": { rights: ["use", "manage"], path: "/resources/none/read", body: {} },
  "tokens.createTemporary": { rights: ["use", "manage"], body: { profile: "dev" } },
  // Refused by what it asks for, after its rights: the answer without a passphrase is a 403 as well.
  "backups.create": { rights: MANAGE, body: { unencrypted: true, parts: ["environment"] } },
  // What takes the place of everything starts processes, and whoever knows its passphrase reads it.
  "backups.restore": { rights: ["manage", "processes"], body: {} },
  "backups.undo": { rights: ["manage", "processes"], body: {} },
  "backups.keepPassphrase": { rights: ["manage", "processes"], body: { passphrase: null } },
  // A key opens every secret, and stays when the token that added it is revoked.
  ...Object.fromEntries(
    Object.keys(contract.vault)
      .filter((name) => name !== "status" && name !== "unlock")
      .map((name) => [`vault.${name}`, { rights: ["manage", "processes"], body: {} }] as const),
  ),
};

/** Every choice of rights, none left out, and each with what it is called. */
const CHOICES = Array.from({ length: 2 ** tokenRight.options.length - 1 }, (_, at) =>
  tokenRight.options.filter((_right, bit) => ((at + 1) >> bit) % 2 === 1),
);

describe("N-9, N-10: with a token", () => {
  const tokens = new Map<readonly TokenRight[], string>();
  beforeAll(async () => {
    const config = { transport: "stdio", command: "none" } as const;
    await stage.api.servers.create({ name: "still", config });
    for (const rights of CHOICES) {
      const { token } = await stage.api.tokens.create({ name: rights.join("+"), rights });
      tokens.set(rights, token);
    }
  });

  it.each(ROUTES)("$procedure is carried out for its rights and no others", async (route) => {
    const {
      rights: needed,
      path = route.path,
      body = {},
    } = NEEDS_MORE[route.procedure] ?? {
      rights: MANAGE,
    };
    const leave = new AbortController();
    const statuses = await Promise.all(
      CHOICES.map(async (rights) => {
        const { status } = await fetch(`${stage.url}/api${path}`, {
          method: route.method,
          headers: { "content-type": "application/json", ...bearer(tokens.get(rights) ?? "") },
          signal: leave.signal,
          ...(route.method === "GET" ? {} : { body: JSON.stringify(body) }),
        });
        return status;
      }),
    );
    // Events go on for ever.
    leave.abort();
    const isLetIn = statuses.map((status) => status !== 403 && status !== 401);
    expect(isLetIn).toEqual(
      CHOICES.map((rights) => needed.every((right) => rights.includes(right))),
    );
  });

  it("a server that is a command is not made, changed or started by a detour either", async () => {
    const token = tokens.get(CHOICES.find((one) => one.join() === "use,manage") ?? []) ?? "";
    const send = (method: string, path: string, body: unknown): Promise<Response> =>
      fetch(`${stage.url}/api${path}`, {
        method,
        headers: { "content-type": "application/json", ...bearer(token) },
        body: JSON.stringify(body),
      });
    const web = { transport: "http", url: "http://127.0.0.1:1/mcp" };
    expect((await send("POST", "/servers", { name: "web", config: web })).status).toBe(201);
    const refused = await Promise.all([
      send("PATCH", "/servers/web", { changes: { transport: "stdio", command: "sh" } }),
      send("PATCH", "/servers/web", { changes: { transport: "stdio", args: [] } }),
      send("PATCH", "/servers/still", { changes: { confirmed: true } }),
      send("PATCH", "/servers/still", { changes: { env: { PATH: { value: "/" } } } }),
      send("PATCH", "/servers/still", { changes: { enabled: true } }),
      send("PATCH", "/servers/still", { changes: { connections: "per_client" } }),
      send("POST", "/tokens", { name: "x", rights: ["processes"] }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    const imported = await send("POST", "/servers/import", { text: "npx -y some-server" });
    expect(JSON.stringify(await imported.json())).toContain("processes");
    expect((await stage.api.servers.list()).map(({ name }) => name).toSorted()).not.toContain(
      "some-server",
    );
    const [still] = (await stage.api.servers.list()).filter(({ name }) => name === "still");
    expect(still).toMatchObject({ confirmed: false, config: { command: "other", env: {} } });
  });

  it("N-10: what a token may not do, it does not get by changing the configuration", async () => {
    const send = (rights: string, method: string, path: string, body: unknown): Promise<Response> =>
      fetch(`${stage.url}/api${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...bearer(tokens.get(CHOICES.find((one) => one.join() === rights) ?? []) ?? ""),
        },
        body: JSON.stringify(body),
      });
    // The use of a profile, by opening it to whoever is on this computer.
    const open = { allowWithoutToken: true };
    const opened = await Promise.all([
      send("manage", "POST", "/profiles", { slug: "mine", ...open }),
      send("manage", "PATCH", "/profiles/dev", { changes: open }),
      send("manage", "POST", "/tokens", { name: "x", rights: ["use"] }),
      send("manage", "POST", "/tokens/temporary", { profile: "dev" }),
    ]);
    expect(opened.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await stage.api.profiles.list()).toMatchObject([
      { slug: "dev", allowWithoutToken: false },
    ]);
    // The tokens of others, by taking the place where the gateway was, and the traces of it.
    for (const change of [
      { host: "0.0.0.0" },
      { port: 4445 },
      { port: null },
      { auditKeepDays: 1 },
    ]) {
      const { status } = await send("use,manage", "PATCH", "/settings", change);
      expect([change, status]).toEqual([change, 403]);
    }
    expect((await send("use,manage", "PATCH", "/profiles/dev", { changes: open })).status).toBe(
      200,
    );
    await stage.api.profiles.update({ profile: "dev", changes: { allowWithoutToken: false } });
  });

  it("one of a profile uses that profile and manages nothing", async () => {
    await expect(
      stage.api.tokens.create({ name: "x", profile: "dev", rights: ["use", "manage"] }),
    ).rejects.toMatchObject({ message: expect.stringContaining("can only use it") });
    const { token } = await stage.api.tokens.create({ name: "x", profile: "dev" });
    const answers = await Promise.all(
      ROUTES.map(({ method, path }) =>
        ask(method, `/api${path}`, `Authorization: Bearer ${token}`, "Content-Length: 0"),
      ),
    );
    expect(answers.filter(({ status }) => status !== 403)).toEqual([]);
    // Nor does it learn which others there are.
    await stage.api.profiles.create({ slug: "another" });
    for (const slug of ["another", "none"]) {
      const answer = await ask("GET", `/mcp/${slug}`, `Authorization: Bearer ${token}`);
      expect([slug, answer.status, codeOf(answer)]).toEqual([slug, 403, "token_other_profile"]);
    }
    await stage.api.profiles.remove({ profile: "another" });
  });

  it("what there is not is 404 for whoever is let in, and no page may read an answer", async () => {
    const authorization = `Authorization: Bearer ${stage.token}`;
    for (const path of ["/", "/tool", "/api", "/api/nothing", "/.well-known/x", "/mcp/nothing"]) {
      const answer = await ask("GET", path, authorization);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(spoken(answer)).toEqual([]);
    }
    const origin = `Origin: ${stage.url}`;
    const own = await ask("GET", "/api/status", authorization, origin);
    expect([own.status, spoken(own)]).toEqual([200, []]);
    expect(own.headers.get("cache-control")).toEqual(["no-store"]);
    expect(own.headers.get("cross-origin-resource-policy")).toEqual(["same-origin"]);
    const asked = await ask("OPTIONS", "/api/status", authorization, origin);
    expect([asked.status, spoken(asked)]).toEqual([404, []]);
  });
});
