import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { ROUTES } from "./procedures.ts";
import { type RawAnswer, request, sendBytes } from "./raw.ts";
import { bearer, INITIALIZE, startStage, type Stage } from "./stage.ts";

let stage: Stage;
let port: number;
/** A profile that anybody on this computer may use, which is what a page would try. */
beforeAll(async () => {
  stage = await startStage();
  port = Number(new URL(stage.url).port);
  await stage.api.profiles.create({ slug: "open", allowWithoutToken: true });
});
afterAll(() => stage.close());

const HOST = "Host: 127.0.0.1";
const JSON_TYPE = "Content-Type: application/json";
const ACCEPT = "Accept: application/json, text/event-stream";
const length = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}`;
const authorization = (): string => `Authorization: Bearer ${stage.token}`;

/** Every kind of address there is. */
const ADDRESSES = [
  "/mcp/open",
  "/mcp/dev",
  "/mcp",
  "/sse",
  "/api/status",
  "/openapi.json",
  "/health",
];

/** Posts `initialize` with these headers, to the address that asks least. */
const open = (headers: readonly string[], body = INITIALIZE): Promise<RawAnswer> =>
  sendBytes(stage.url, request("POST /mcp/open", [...headers, ACCEPT, length(body)], body));

const codeOf = ({ body }: RawAnswer): unknown => {
  const { error } = JSON.parse(body);
  return error.data?.code ?? error.code;
};

const sessions = async (): Promise<number> => (await stage.api.status.get()).sessions;

describe("N-2: a name that was bound to this address", () => {
  it.each([
    "evil.com",
    "localhost.evil.com",
    "127.0.0.1.nip.io",
    "127.0.0.1.nip.io:80",
    "evil.com:PORT",
    "localhost.",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0.0.0.0",
    "0.0.0.0:PORT",
    "[::]",
    "[::]:PORT",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]:PORT",
    "[0:0:0:0:0:0:0:1]",
    "[::1%lo]",
    "user@127.0.0.1",
    "127.0.0.1@evil.com",
    "127.0.0.1, evil.com",
    "127.0.0.1/",
    "127.0.0.1:PORT:80",
    "http://127.0.0.1",
    "127.0.0.1 evil.com",
    "",
  ])("Host “%s” is refused everywhere, token or not", async (name) => {
    const host = `Host: ${name.replace("PORT", String(port))}`;
    const answers = await Promise.all([
      ...ADDRESSES.map((path) => sendBytes(stage.url, request(`GET ${path}`, [host]))),
      ...ADDRESSES.map((path) =>
        sendBytes(stage.url, request(`GET ${path}`, [host, authorization()])),
      ),
      open([host, JSON_TYPE]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect(new Set(answers.map(codeOf))).toEqual(new Set(["host_refused"]));
  });

  it.each([
    [["Host: 127.0.0.1", "Host: evil.com"]],
    [["Host: evil.com", "Host: 127.0.0.1"]],
    [["Host: 127.0.0.1", "Host: 127.0.0.1"]],
    [[]],
    [["Host : 127.0.0.1"]],
    [["Host: 127.0.0.1", " evil.com"]],
    [["Host:", "\t127.0.0.1", "Host: evil.com"]],
  ])("%j is refused", async (hosts) => {
    const answer = await sendBytes(stage.url, request("GET /health", hosts));
    expect([400, 403]).toContain(answer.status);
    expect(answer.body).not.toContain('"ok"');
  });

  it.each([
    ["GET", "http://evil.com/health", 403],
    ["GET", "http://127.0.0.1/health", 403],
    ["POST", "http://127.0.0.1@evil.com/mcp/open", 403],
    ["OPTIONS", "*", 403],
    ["GET", "//evil.com/health", 401],
    ["GET", "*", 403],
    ["GET", "health", 400],
  ])("%s to the target “%s” leads nowhere", async (method, target, status) => {
    const answer = await sendBytes(stage.url, request(`${method} ${target}`, [HOST]));
    expect(answer.status).toBe(status);
  });

  it.each(["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:PORT", "[::1]", "[::1]:PORT"])(
    "Host “%s” is ours",
    async (name) => {
      const host = `Host: ${name.replace("PORT", String(port))}`;
      expect((await sendBytes(stage.url, request("GET /health", [host]))).status).toBe(200);
    },
  );
});

describe("N-3, N-8: a page", () => {
  it.each([
    ["elsewhere", "Origin: https://evil.example"],
    ["without an origin", "Origin: null"],
    ["in a file", "Origin: file://"],
    ["of an extension", "Origin: chrome-extension://abcdefghijklmnop"],
    ["of an editor", "Origin: vscode-webview://1"],
    ["at another port", "Origin: http://localhost:3000"],
    ["at our port, by TLS", "Origin: https://127.0.0.1:PORT"],
    ["at our port, of another name", "Origin: http://127.0.0.1.nip.io:PORT"],
    ["at our port, in a dot", "Origin: http://localhost.:PORT"],
    ["with a user", "Origin: http://a@127.0.0.1:PORT"],
    ["with nothing to say", "Origin:"],
    ["of another site", "Sec-Fetch-Site: cross-site"],
    ["at another port of this site", "Sec-Fetch-Site: same-site"],
    ["of a kind that is not known yet", "Sec-Fetch-Site: near-site"],
  ])("%s is refused everywhere, with a valid token too", async (_, header) => {
    const before = await sessions();
    const said = [HOST, JSON_TYPE, header.replace("PORT", String(port))];
    const answers = await Promise.all([
      ...ADDRESSES.flatMap((path) =>
        ["GET", "POST", "OPTIONS"].map((method) =>
          sendBytes(stage.url, request(`${method} ${path}`, [...said, authorization()])),
        ),
      ),
      open(said),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect(new Set(answers.map(codeOf))).toEqual(new Set(["origin_refused"]));
    expect(answers.flatMap(({ headers }) => [...headers.keys()]).join()).not.toContain("access-");
    expect(await sessions()).toBe(before);
  });

  it.each([
    [["Origin: http://127.0.0.1:PORT", "Origin: https://evil.example"]],
    [["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"]],
  ])("that says two things is taken at the worse: %j", async (headers) => {
    const said = headers.map((header) => header.replace("PORT", String(port)));
    const answer = await open([HOST, JSON_TYPE, ...said]);
    expect([answer.status, codeOf(answer)]).toEqual([403, "origin_refused"]);
  });

  it("that sends a form by navigating is refused, and one that a person opens may read", async () => {
    const typed = ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
    const form = await open([HOST, ...typed, JSON_TYPE]);
    expect([form.status, codeOf(form)]).toEqual([403, "origin_refused"]);
    const read = (path: string) => sendBytes(stage.url, request(`GET ${path}`, [HOST, ...typed]));
    expect((await read("/health")).status).toBe(200);
    expect((await read("/api/status")).status).toBe(401);
  });

  it("programs are let in: with no origin at all, with our own, and as other runtimes send", async () => {
    for (const headers of [
      [],
      [`Origin: http://127.0.0.1:${port}`],
      [`Origin: http://localhost:${port}`, "Sec-Fetch-Site: same-origin"],
      ["Sec-Fetch-Mode: cors"],
      ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: no-cors"],
    ]) {
      expect((await open([HOST, JSON_TYPE, ...headers])).status).toBe(200);
    }
  });

  it("gets nothing done by what it can load without asking", async () => {
    const before = await sessions();
    const pairs: [string, string][] = [
      ["GET", "image"],
      ["GET", "script"],
      ["GET", "iframe"],
      ["HEAD", "empty"],
    ];
    for (const [method, dest] of pairs) {
      for (const { path } of ROUTES) {
        // From a browser that says no more than this.
        const said = [HOST, `Sec-Fetch-Dest: ${dest}`];
        const answer = await sendBytes(stage.url, request(`${method} /api${path}`, said));
        expect(answer.status).toBe(401);
      }
    }
    expect(await sessions()).toBe(before);
    expect(await stage.api.servers.list()).toEqual([]);
  });

  it("opens no socket", async () => {
    const upgrade = [
      HOST,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    for (const path of [...ADDRESSES, "/socket"]) {
      const own = await sendBytes(stage.url, request(`GET ${path}`, upgrade));
      expect(own.status).not.toBe(101);
      expect(own.headers.has("upgrade")).toBe(false);
      const foreign = [...upgrade, "Origin: https://evil.example"];
      expect((await sendBytes(stage.url, request(`GET ${path}`, foreign))).status).toBe(403);
    }
  });
});

describe("N-7: what a form can send", () => {
  const TYPES = [
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=application/json",
    "application/json-seq",
    "",
  ];

  it.each(TYPES)("“%s” is not read without a token", async (type) => {
    const before = await sessions();
    const answer = await open([HOST, `Content-Type: ${type}`]);
    expect([answer.status, codeOf(answer)]).toEqual([415, "unsupported_media_type"]);
    expect((await open([HOST])).status).toBe(415);
    expect(await sessions()).toBe(before);
  });

  it.each(TYPES)("“%s” is read as JSON with a bearer token, which no form has", async (type) => {
    const client = await open([HOST, `Content-Type: ${type}`, authorization()]);
    expect(client.status).toBe(200);
    const body = '{"slug":"by-form"}';
    const headers = [HOST, `Content-Type: ${type}`, authorization(), length(body)];
    const made = await sendBytes(stage.url, request("POST /api/profiles", headers, body));
    expect([201, 409]).toContain(made.status);
    expect(await stage.api.profiles.get({ profile: "by-form" })).toBeDefined();
  });

  it("two content types are refused", async () => {
    const answer = await open([HOST, JSON_TYPE, "Content-Type: text/plain"]);
    expect([answer.status, codeOf(answer)]).toEqual([400, "header_repeated"]);
  });
});

describe("beyond this computer", () => {
  it("nobody who comes through a proxy is taken for local", async () => {
    for (const header of [
      "X-Forwarded-For: 203.0.113.9",
      "Forwarded: for=203.0.113.9",
      "X-Real-IP: 203.0.113.9",
      "Via: 1.1 proxy",
    ]) {
      const answer = await open([HOST, JSON_TYPE, header]);
      expect([answer.status, codeOf(answer)]).toEqual([401, "token_missing"]);
      expect((await open([HOST, JSON_TYPE, header, authorization()])).status).toBe(200);
    }
  });

  it("a client of a real session is none of these", async () => {
    const client = new McpClient(`${stage.url}/mcp/open`, bearer(stage.token));
    await client.initialize();
    expect(await client.request("tools/list")).toEqual({ tools: [] });
  });
});
