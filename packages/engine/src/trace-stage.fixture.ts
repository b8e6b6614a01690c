import type { ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { expect, onTestFinished } from "vitest";
import type { ServerDefinition } from "./definitions.ts";
import { refusalOf } from "./endpoint/rpc-answers.ts";
import { definitionOf, engineOf, NO_LISTS, PROFILE, verdictOf } from "./engine.fixture.ts";
import { isObject, type JsonObject } from "./jsonrpc.ts";
import { META } from "./protocol.ts";
import { memoryRequest, MemoryResponse } from "./router/memory-http.fixture.ts";
import { RecordingSink } from "./trace.fixture.ts";
import {
  beginEvents,
  dataOf,
  type Got,
  launchOf,
  sendJson,
  serve,
  soon,
} from "./upstream/http.fixture.ts";

const ACCEPT = { accept: "application/json, text/event-stream" };
export const CHANGED = "notifications/tools/list_changed";
export const ELICITS = { elicitation: {} };

export const rpc = (id: string | number, method: string, params?: JsonObject): JsonObject => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params && { params }),
});
export const call = (id: string | number, name: string, more: JsonObject = {}): JsonObject =>
  rpc(id, "tools/call", { name, arguments: {}, ...more });

/** A server of several tools, each of which behaves in a way of its own. */
async function toolServer() {
  let listener: ServerResponse | null = null;
  const listed = ["echo", "fail", "hang", "crash", "ask", "change"];
  const asking = new Map<unknown, { response: ServerResponse; id: unknown }>();
  const tools: Record<string, (got: Got, response: ServerResponse) => void> = {
    echo: ({ body }, response) => answer(response, body.id, { content: [] }),
    fail: ({ body }, response) => answer(response, body.id, { content: [], isError: true }),
    hang: () => {},
    crash: (_, response) => void response.destroy(),
    ask: ({ body: { id, params } }, response) => {
      const meta = isObject(params) && isObject(params._meta) ? params._meta : {};
      const progress = { progressToken: meta.progressToken, progress: 1 };
      const question = rpc(`about-${String(id)}`, "elicitation/create", { message: "Sure?" });
      asking.set(question.id, { response, id });
      const told = { jsonrpc: "2.0", method: "notifications/progress", params: progress };
      beginEvents(response, dataOf(told), dataOf(question));
    },
    change: ({ body }, response) => {
      listed.push("added");
      const told = { jsonrpc: "2.0", method: CHANGED };
      listener?.write(dataOf(told));
      answer(response, body.id, { content: [] });
    },
  };
  const server = await serve((got, response) => {
    const { method, body } = got;
    if (method === "GET") {
      listener = response;
      beginEvents(response);
    } else if (method === "DELETE") response.writeHead(200).end();
    else if (body.method === "initialize") {
      response.setHeader("mcp-session-id", "one");
      const serverInfo = { name: "tools", version: "1" };
      const capabilities = { tools: { listChanged: true } };
      answer(response, body.id, { protocolVersion: "2025-11-25", capabilities, serverInfo });
    } else if (body.method === "tools/list") {
      answer(response, body.id, { tools: listed.map((name) => ({ name })) });
    } else if (body.method === "tools/call" && isObject(body.params)) {
      tools[String(body.params.name)]?.(got, response);
    } else {
      response.writeHead(202).end();
      const asked = asking.get(body.id);
      asked?.response.end(dataOf({ jsonrpc: "2.0", id: asked.id, result: { content: [] } }));
    }
  });
  onTestFinished(() => server.close());
  return server;
}

const answer = (response: ServerResponse, id: unknown, result: JsonObject): void =>
  sendJson(response, 200, { jsonrpc: "2.0", id, result });

/** A modern server whose tool asks for roots and a word before it answers. */
async function askingServer() {
  const server = await serve(({ body: { id, method, params } }, response) => {
    const { inputResponses } = isObject(params) ? params : {};
    const inputRequests = { word: { method: "elicitation/create", params: { message: "Say." } } };
    const results: Record<string, JsonObject> = {
      "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
      "tools/list": { tools: [{ name: "ask" }] },
      "tools/call": isObject(inputResponses)
        ? { resultType: "complete", content: [] }
        : { resultType: "input_required", inputRequests, requestState: "s" },
    };
    answer(response, id, results[String(method)] ?? {});
  });
  onTestFinished(() => server.close());
  return server;
}

/** How a client sends something. */
interface How {
  transport?: "http" | "sse";
  method?: string;
  url?: string;
}

/** A process that ends when its tool is called. */
const MORTAL = `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (method === "tools/call") process.exit(3);
  const begun = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: {} };
  const result = method === "initialize" ? begun : { tools: [{ name: "crash" }] };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
})`;

/** How each kind of server is reached. */
const LAUNCHES = {
  tools: async () => launchOf((await toolServer()).url),
  asking: async () => launchOf((await askingServer()).url),
  mortal: async () => ({
    transport: "stdio" as const,
    command: process.execPath,
    args: ["-e", MORTAL],
    cwd: null,
    env: {},
    pathName: "the test",
  }),
};

/** An engine in front of one server, with all that its sink is told. */
export async function traceStage({
  server = "tools",
  change = {},
  isUp = true,
}: {
  server?: keyof typeof LAUNCHES;
  change?: Partial<ServerDefinition>;
  isUp?: boolean;
} = {}) {
  const launch = await LAUNCHES[server]();
  const era = server === "asking" ? "modern" : "legacy";
  const sink = new RecordingSink();
  // After the engine was closed, which ends all that is open.
  onTestFinished(() => expect(sink.faults()).toEqual([]));
  const local = { ...NO_LISTS, tools: [{ name: "here", inputSchema: { type: "object" } }] };
  let definition = definitionOf("far", { transport: launch.transport, ...change });
  const engine = engineOf({
    registry: {
      servers: () => [definition],
      profiles: () => [{ ...PROFILE, local, serverIds: ["far"] }],
      activeProfileId: () => "p",
      launch: async () => launch,
    },
    eras: { load: () => verdictOf(era), save: () => {} },
    local: { answer: async () => ({ content: [] }), onSubscriptions: () => {} },
    explain: () => new GatewayError("internal"),
    traffic: sink,
  });
  await engine.reload();
  if (isUp) {
    engine.start();
    await soon(() => expect(engine.upstream("far")?.observation.state).toBe("ready"));
    await soon(() => expect(engine.entries("p", "tool").length).toBeGreaterThan(1));
  }
  const before = sink.lines.length;

  /** Sends one HTTP request as a client does, and collects what comes back. */
  const send = (
    body: unknown,
    headers: Record<string, string> = {},
    { transport = "http", method = "POST", url = "/mcp" }: How = {},
  ) => {
    const messages: JsonObject[] = [];
    const request = Object.assign(memoryRequest(method, { ...ACCEPT, ...headers }), { url });
    let onEnd = (): void => {};
    const over = new Promise<void>((resolve) => (onEnd = resolve));
    const response = new MemoryResponse(request, {
      onMessage: (message) => messages.push(message),
      onEnd: () => onEnd(),
    });
    const incoming = { request, response, body, profileId: "p", tokenId: "t" };
    engine.serve(incoming, "p", transport).catch((error: GatewayError) => {
      response.writeHead(error.http).end(JSON.stringify(refusalOf(body, error)));
    });
    return { response, messages, over };
  };
  const initialize = async (capabilities: JsonObject = {}, protocolVersion = "2025-11-25") => {
    const clientInfo = { name: "ann", version: "3" };
    const opening = rpc("open", "initialize", { protocolVersion, capabilities, clientInfo });
    const { response, over } = send(opening);
    await over;
    const session = { "mcp-session-id": String(response.headers["mcp-session-id"]) };
    return {
      session,
      send: (body: unknown) => send(body, session),
      listen: () => send(undefined, session, { method: "GET" }),
    };
  };
  return {
    engine,
    sink,
    send,
    initialize,
    configure: (next: Partial<ServerDefinition>) => {
      definition = { ...definition, ...next };
      return engine.reload();
    },
    /** What was told since the server is up, the opening of a session left out. */
    lines: (skipped = 0) => sink.lines.slice(before + skipped),
  };
}

/** A request of a modern client, as its body and its headers say it. */
export const modernRequest = (body: JsonObject, capabilities: JsonObject = ELICITS) => {
  const params = isObject(body.params) ? body.params : {};
  const meta = {
    [META.protocolVersion]: "2026-07-28",
    [META.clientInfo]: { name: "bob" },
    [META.clientCapabilities]: capabilities,
  };
  const headers: Record<string, string> = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": String(body.method),
  };
  if (typeof params.name === "string") headers["mcp-name"] = params.name;
  return { body: { ...body, params: { ...params, _meta: meta } }, headers };
};
