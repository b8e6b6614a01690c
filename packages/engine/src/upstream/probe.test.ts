import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { execPath } from "node:process";
import { describe, expect, it } from "vitest";
import type { Launch } from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";
import { Connection } from "./connection.ts";
import { discover, shakeHands } from "./handshake.ts";
import {
  beginEvents,
  closedAfterEach,
  dataOf,
  launchOf,
  sendJson,
  serve,
  type TestServer,
} from "./http.fixture.ts";
import { testProcesses } from "../processes/processes.fixture.ts";
import { probeEra, probeProcess, type ProbeResult } from "./probe.ts";
import { NO_SERVER_TRACE } from "../trace.ts";
import { createTransport, overEitherHttp } from "./transports.ts";

const SELF = { name: "gateway", version: "1" };
const NOTHING = { onNotification() {}, onClosed() {}, onOversized() {} };
const LONG_MS = 20_000;

const processes = testProcesses();

const open = closedAfterEach();

async function connect(launch: Launch): Promise<Connection> {
  const connection = new Connection({
    name: "one",
    transport: createTransport({
      server: { id: "one", name: "one" },
      launch,
      maxMessageBytes: 100_000,
      processes,
    }),
    events: NOTHING,
    owner: null,
    trace: () => NO_SERVER_TRACE,
  });
  open.push(connection);
  await connection.open();
  return connection;
}

type Answer = (response: ServerResponse, body: JsonObject) => unknown;

async function serverThat(answer: Answer): Promise<TestServer> {
  const server = await serve(({ body }, response) => void answer(response, body));
  open.push(server);
  return server;
}

async function probeHttp(answer: Answer, timeoutMs = LONG_MS): Promise<ProbeResult> {
  const { url } = await serverThat(answer);
  return probeEra(await connect(launchOf(url)), SELF, timeoutMs);
}

/** A process that runs `script`, in which `line` is what it was sent and `say` answers it. */
const processThat = (script: string): Launch => ({
  transport: "stdio",
  command: execPath,
  args: [
    "-e",
    `const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
     require("node:readline").createInterface(process.stdin).on("line", (text) => {
       const line = JSON.parse(text); ${script}
     });`,
  ],
  cwd: tmpdir(),
  env: {},
  pathName: "PATH",
});

const discovered = (supportedVersions: unknown): JsonObject => ({
  resultType: "complete",
  supportedVersions,
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: "private",
});
const rpcError = (code: number, data?: unknown) => ({ error: { code, message: "no", data } });

const answering =
  (content: JsonObject, status = 200): Answer =>
  (response, { id }) =>
    sendJson(response, status, { jsonrpc: "2.0", id, ...content });

const MODERN = { era: "modern", protocolVersion: "2026-07-28", certain: true };
const LEGACY = { era: "legacy", protocolVersion: null, certain: true };
const LEGACY_FOR_NOW = { ...LEGACY, certain: false };

describe("the era of a server over HTTP", () => {
  it("is asked for as a modern client does that can do nothing", async () => {
    const server = await serverThat(answering({ result: discovered(["2026-07-28"]) }));
    await probeEra(await connect(launchOf(server.url)), SELF, LONG_MS);
    expect(server.got).toHaveLength(1);
    expect(server.got[0]?.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "server/discover",
    });
    expect(server.got[0]?.body).toMatchObject({
      method: "server/discover",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": SELF,
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    });
  });

  it.each<[string, ProbeResult | object, Answer]>([
    ["a version we speak", MODERN, answering({ result: discovered(["2099-01-01", "2026-07-28"]) })],
    [
      "the same in a stream",
      MODERN,
      (response, { id }) => {
        const result = discovered(["2026-07-28"]);
        beginEvents(response, dataOf({ jsonrpc: "2.0", id, result }));
        response.end();
      },
    ],
    ["only versions we do not speak", LEGACY, answering({ result: discovered(["2099-01-01"]) })],
    ["-32020", MODERN, answering(rpcError(-32020), 400)],
    ["-32021", MODERN, answering(rpcError(-32021), 400)],
    ["-32022 with ours", MODERN, answering(rpcError(-32022, { supported: ["2026-07-28"] }), 400)],
    ["-32022 with others", LEGACY, answering(rpcError(-32022, { supported: ["2025-11-25"] }), 400)],
    ["-32022 with nothing", LEGACY, answering(rpcError(-32022), 400)],
    ["an unknown method", LEGACY, answering(rpcError(-32601), 404)],
    ["an unknown method, with 200", LEGACY, answering(rpcError(-32601))],
    ["an error without id", LEGACY, answering({ id: null, ...rpcError(-32000) }, 400)],
    ["400 without a word", LEGACY, (response) => response.writeHead(400).end()],
    ["404", LEGACY, (response) => response.writeHead(404).end("<html>")],
    ["405", LEGACY, (response) => response.writeHead(405).end()],
    ["429", LEGACY_FOR_NOW, (response) => response.writeHead(429).end()],
    ["500", LEGACY_FOR_NOW, (response) => response.writeHead(500).end()],
    ["500 with an error", LEGACY_FOR_NOW, answering(rpcError(-32601), 500)],
    ["text", LEGACY_FOR_NOW, (response) => response.end("<html>")],
    ["another JSON", LEGACY_FOR_NOW, (response) => sendJson(response, 200, {})],
    ["a result of another kind", LEGACY_FOR_NOW, answering({ result: { ok: true } })],
    ["versions of another kind", LEGACY_FOR_NOW, answering({ result: discovered("2026-07-28") })],
    [
      "half an answer",
      LEGACY_FOR_NOW,
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{", () => response.destroy());
      },
    ],
  ])("is told by %s", async (_, expected, answer) => {
    expect(await probeHttp(answer)).toEqual(expected);
  });

  it("is told by silence", async () => {
    expect(await probeHttp(() => {}, 50)).toEqual(LEGACY_FOR_NOW);
  });

  it.each<[number, string, Answer]>([
    [401, "sign_in", (response) => response.writeHead(401).end()],
    [401, "sign_in", answering(rpcError(-32601), 401)],
    [403, "http_status", answering(rpcError(-32000), 403)],
    [307, "http_status", (response) => response.writeHead(307, { location: "/other" }).end()],
  ])("is not told by %i", async (status, code, answer) => {
    await expect(probeHttp(answer)).rejects.toMatchObject({ status, reason: { code } });
  });

  it("is not told by an outage", async () => {
    const server = await serve(() => {});
    await server.close();
    const connection = await connect(launchOf(server.url));
    await expect(probeEra(connection, SELF, LONG_MS)).rejects.toMatchObject({
      reason: { code: "unreachable" },
    });
  });
});

describe("the era of a server that is a process", () => {
  const probe = async (script: string, timeoutMs = LONG_MS): Promise<ProbeResult> =>
    probeProcess(await connect(processThat(script)), SELF, timeoutMs);
  const initialized = `say({ jsonrpc: "2.0", id: line.id, result: {} })`;

  it.each([
    [
      "a DiscoverResult",
      MODERN,
      `say({ jsonrpc: "2.0", id: line.id, result: ${JSON.stringify(discovered(["2026-07-28"]))} })`,
    ],
    [
      "an error",
      LEGACY,
      `say({ jsonrpc: "2.0", id: line.id, error: { code: -32601, message: "" } })`,
    ],
    ["its end", LEGACY, "process.exit(1)"],
    [
      "an answer to initialize and none to the question",
      LEGACY,
      `if (line.method === "initialize") ${initialized}`,
    ],
    [
      "a DiscoverResult that comes after the answer to initialize",
      MODERN,
      `if (line.method === "initialize") ${initialized};
       else setTimeout(() => say({ jsonrpc: "2.0", id: line.id, result: ${JSON.stringify(discovered(["2026-07-28"]))} }), 50)`,
    ],
  ])("is told by %s", async (_, expected, script) => {
    expect(await probe(script)).toEqual(expected);
  });

  it.each([
    ["silence", ""],
    ["text that is not MCP", `console.log("hello")`],
  ])("is not told for long by %s: it may not have started yet", async (_, script) => {
    expect(await probe(script, 200)).toEqual(LEGACY_FOR_NOW);
  });

  it("is not told where there is no such command", async () => {
    const launch: Launch = {
      transport: "stdio",
      command: "no-such-command-anywhere",
      args: [],
      cwd: null,
      env: { PATH: "" },
      pathName: "PATH",
    };
    await expect(connect(launch)).rejects.toMatchObject({ reason: { code: "command_not_found" } });
  });
});

describe("what a server says of itself", () => {
  it("is kept whole where it is modern", async () => {
    const capabilities = { tools: { listChanged: true }, extensions: { "a/b": { c: 1 } } };
    const meta = { "io.modelcontextprotocol/serverInfo": { name: "n", version: "2", more: 1 } };
    const result = {
      ...discovered(["2026-07-28"]),
      capabilities,
      instructions: "Do.",
      _meta: meta,
    };
    const server = await serverThat(answering({ result }));
    expect(await discover("one", await connect(launchOf(server.url)), SELF, LONG_MS)).toEqual({
      implementation: {
        name: "n",
        version: "2",
        protocolVersion: "2026-07-28",
        instructions: "Do.",
        capabilities,
      },
      capabilities,
    });
  });

  it.each([
    [{ supportedVersions: ["2099-01-01"] }, /speaks MCP version 2099-01-01/],
    [{}, /answered the handshake with something else/],
  ])("is refused where it is of no use: %j", async (result, message) => {
    const server = await serverThat(answering({ result }));
    const connection = await connect(launchOf(server.url));
    await expect(discover("one", connection, SELF, LONG_MS)).rejects.toThrow(message);
  });

  const shake = async (launch: Launch) =>
    shakeHands("one", await connect(launch), SELF, { sampling: {} }, LONG_MS);

  it.each([
    [{}, { name: "unknown", version: "", instructions: null, capabilities: {} }],
    [
      { serverInfo: { name: "n", version: null }, capabilities: null, instructions: 5 },
      { name: "n", version: "", instructions: null, capabilities: {} },
    ],
    [
      { serverInfo: { name: "n", version: 1.5 }, capabilities: { tools: {} }, instructions: "Do." },
      { name: "n", version: "1.5", instructions: "Do.", capabilities: { tools: {} } },
    ],
  ])("is borne with where it is legacy: %j", async (said, expected) => {
    const server = await serverThat((response, { id, method }) => {
      const result = { protocolVersion: "2025-06-18", ...said };
      if (method === "initialize") sendJson(response, 200, { jsonrpc: "2.0", id, result });
      else response.writeHead(method === undefined ? 405 : 202).end();
    });
    const { implementation } = await shake(launchOf(server.url));
    expect(implementation).toEqual({ protocolVersion: "2025-06-18", ...expected });
    expect(server.got[0]?.body.params).toMatchObject({ capabilities: { sampling: {} } });
  });

  it.each([400, 404, 405])(
    "comes over HTTP+SSE where posting is refused with %i",
    async (status) => {
      let stream: ServerResponse | null = null;
      const server = await serve(({ method, body, headers }, response) => {
        const { id } = body;
        if (method === "GET") {
          stream = response;
          return beginEvents(response, "event: endpoint\ndata: /post?session=1\n\n");
        }
        if (!stream) return sendJson(response, status, { error: "no" });
        expect(headers.authorization).toBe("Bearer configured");
        response.writeHead(202).end();
        const result = { protocolVersion: "2024-11-05" };
        if (id !== undefined) stream.write(dataOf({ jsonrpc: "2.0", id, result }));
      });
      open.push(server);
      const { implementation } = await overEitherHttp(launchOf(server.url), shake);
      expect(implementation.protocolVersion).toBe("2024-11-05");
    },
  );

  it("is asked for over HTTP+SSE in vain: the first refusal is told", async () => {
    const server = await serverThat((response) => response.writeHead(404).end());
    await expect(overEitherHttp(launchOf(server.url), shake)).rejects.toThrow(
      /there is no MCP endpoint at \/mcp/,
    );
    expect(server.got.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  it("is not asked for over HTTP+SSE where something else went wrong", async () => {
    const server = await serverThat((response) => response.writeHead(500).end());
    await expect(overEitherHttp(launchOf(server.url), shake)).rejects.toThrow(/HTTP status 500/);
    expect(server.got).toHaveLength(1);
  });
});
