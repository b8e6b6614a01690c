/**
 * A legacy server over stdio whose tools ask the client, and one of which has a page (MCP Apps).
 *
 * - `ask {method, params, wait?, label?}` asks, tells progress 1 of 1 when it has the answer, and
 *   answers with it as JSON. With `wait` it goes on for ever after the answer.
 * - `ask_later {method}` answers at once, and asks when no call is open any more. That it was told
 *   something then is on its stderr, since a call that asks for it would be taken for the reason.
 * - `hold {}` never answers; `holding {}` says how often it was called.
 * - `log {}` says what was cancelled, by the labels of `ask` or as "hold", what `ask_later` was told,
 *   what was declared to it, how often it heard that roots have changed, and the id of its process.
 * - `show {}` names the page `ui://asking/page.html`, which no list has.
 */
import { isMessage, isRecord, lineReader, type Message } from "../fixtures/json-rpc.ts";

const PAGE = {
  uri: "ui://asking/page.html",
  mimeType: "text/html;profile=mcp-app",
  text: "<!doctype html><title>Asking</title>",
  _meta: { ui: { prefersBorder: true } },
};
const object = { type: "object" };
const TOOLS = [
  { name: "ask", inputSchema: object },
  { name: "ask_later", inputSchema: object },
  { name: "hold", inputSchema: object },
  { name: "holding", inputSchema: object },
  { name: "log", inputSchema: object },
  { name: "show", inputSchema: object, _meta: { ui: { resourceUri: PAGE.uri } } },
];

const asked = new Map<string, (answer: Message) => void>();
const running = new Map<unknown, AbortController>();
const cancelled: unknown[] = [];
const later: unknown[] = [];
const TOLD_LATER = "told later";
let declared: unknown = null;
let questions = 0;
let held = 0;
let rootsChanged = 0;

const send = (message: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
};

const text = (value: unknown) => ({ content: [{ type: "text", text: JSON.stringify(value) }] });

const question = (method: unknown, params: unknown): Promise<Message> =>
  new Promise((resolve) => {
    questions += 1;
    const id = `q-${questions}`;
    asked.set(id, resolve);
    send({ id, method, ...(isRecord(params) && { params }) });
  });

async function ask(args: Record<string, unknown>, token: unknown, signal: AbortSignal) {
  signal.addEventListener("abort", () => cancelled.push(args.label ?? null));
  const { result, error } = await question(args.method, args.params);
  if (token !== undefined) {
    const params = { progressToken: token, progress: 1, total: 1 };
    send({ method: "notifications/progress", params });
  }
  if (args.wait === true) await new Promise(() => {});
  return text(error ?? result);
}

async function askLater(method: unknown): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { result, error } = await question(method, {});
  later.push(error ?? result);
  process.stderr.write(`${TOLD_LATER}\n`);
}

function callTool(params: Record<string, unknown>, signal: AbortSignal): unknown {
  const args = isRecord(params.arguments) ? params.arguments : {};
  const meta = isRecord(params._meta) ? params._meta : {};
  switch (params.name) {
    case "ask":
      return ask(args, meta.progressToken, signal);
    case "hold":
      held += 1;
      signal.addEventListener("abort", () => cancelled.push("hold"));
      return new Promise(() => {});
    case "holding":
      return text(held);
    case "ask_later":
      void askLater(args.method);
      return text("Asked later");
    case "log": {
      const log = { cancelled, later, declared, rootsChanged, pid: process.pid };
      return { ...text("Log"), structuredContent: log };
    }
    default:
      return text("Shown");
  }
}

function perform(method: string, params: Record<string, unknown>, signal: AbortSignal): unknown {
  switch (method) {
    case "initialize":
      declared = params.capabilities;
      return {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {}, resources: {} },
        serverInfo: { name: "asking", version: "1.0.0" },
      };
    case "tools/list":
      return { tools: TOOLS };
    case "resources/list":
      return { resources: [] };
    case "resources/read":
      if (params.uri === PAGE.uri) return { contents: [PAGE] };
      throw new Error(`no resource ${String(params.uri)}`);
    case "tools/call":
      return callTool(params, signal);
    case "ping":
      return {};
    default:
      throw new Error(`no method ${method}`);
  }
}

async function answer(id: unknown, method: string, params: Record<string, unknown>) {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const result = await perform(method, params, abort.signal);
    if (!abort.signal.aborted) send({ id, result });
  } catch (error) {
    send({ id, error: { code: -32601, message: String(error) } });
  } finally {
    running.delete(id);
  }
}

function receive(message: Message): void {
  const { id, method, params = {} } = message;
  if (method === undefined) asked.get(String(id))?.(message);
  else if (id !== undefined) void answer(id, method, params);
  else if (method === "notifications/cancelled") running.get(params.requestId)?.abort();
  else if (method === "notifications/roots/list_changed") rootsChanged += 1;
}

process.stdin.on(
  "data",
  lineReader((line) => {
    const message: unknown = JSON.parse(line);
    if (isMessage(message)) receive(message);
  }),
);
process.stdin.on("end", () => process.exit(0));
