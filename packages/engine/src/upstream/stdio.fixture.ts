/**
 * A small MCP server over stdio for the tests of this folder: `node stdio.fixture.ts RECORD ERA`.
 * Appends what it does to the file RECORD, a line each. ERA is `legacy`, `modern`, `dual`, `silent`
 * (legacy, and silent to what it does not know), `touchy` (legacy, and ends at it), `late`
 * (modern, and says nothing in the first process) or `stubborn` (says nothing and does not end).
 */
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isObject, type JsonObject } from "../jsonrpc.ts";

const [record = "", configured = "legacy"] = process.argv.slice(2);
const note = (line: string) => appendFileSync(record, `${line}\n`);
/** A file beside the record decides, so that a server can change its era from start to start. */
const era = (() => {
  try {
    return readFileSync(`${record}.era`, "utf8");
  } catch {
    return configured;
  }
})();
const isModern = era === "modern" || era === "dual" || era === "late";
const isAsleep = era === "stubborn" || (era === "late" && readFileSync(record, "utf8") === "");

const CAPABILITIES = {
  logging: {},
  tools: { listChanged: true },
  resources: { subscribe: true },
};
const INFO = { name: "fixture", version: era };
let client: JsonObject = {};
let tools = ["who"];
const waiting = new Map<unknown, (message: JsonObject) => void>();

const send = (message: JsonObject) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value: unknown) => ({
  content: [{ type: "text", text: JSON.stringify(value) }],
  ...(isModern && { resultType: "complete" }),
});

const TOOLS: Record<string, (id: unknown, params: JsonObject) => void> = {
  who: (id, { _meta }) => {
    const { progressToken: _, ...meta } = isObject(_meta) ? _meta : {};
    send({ id, result: text({ pid: process.pid, client, meta }) });
  },
  add: (id) => {
    tools = [...tools, "added"];
    send({ method: "notifications/tools/list_changed" });
    send({ id, result: text("added") });
  },
  ask: (id) => {
    waiting.set("question", (answer) => send({ id, result: text(answer) }));
    send({ id: "question", method: "elicitation/create", params: { message: "?" } });
  },
  hold: (id) => note(`holding ${String(id)}`),
  end: () => process.exit(3),
  "end-with-heir": () => {
    const stdio = ["ignore", "inherit", "inherit"] as const;
    const heir = spawn("sleep", ["100"], { stdio: [...stdio], detached: true });
    note(`heir ${heir.pid}`);
    process.exit(3);
  },
};

const listed = (list: JsonObject) => ({
  ...list,
  ...(isModern && { resultType: "complete", ttlMs: 500, cacheScope: "public" }),
});

const METHODS: Record<string, (id: unknown, params: JsonObject) => void> = {
  "server/discover": (id) => {
    if (isModern) {
      const supportedVersions = ["2026-07-28"];
      send({
        id,
        result: { supportedVersions, capabilities: CAPABILITIES, resultType: "complete" },
      });
    } else if (era === "touchy") process.exit(1);
    else if (era !== "silent") send({ id, error: { code: -32_601, message: "Method not found" } });
  },
  initialize: (id, params) => {
    if (era === "modern" || era === "late") {
      send({ id, error: { code: -32_022, message: "no", data: { supported: ["2026-07-28"] } } });
      return;
    }
    client = params;
    const protocolVersion = "2025-11-25";
    send({ id, result: { protocolVersion, capabilities: CAPABILITIES, serverInfo: INFO } });
  },
  "tools/list": (id) =>
    send({
      id,
      result: listed({ tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })) }),
    }),
  "resources/list": (id) => send({ id, result: listed({ resources: [] }) }),
  "resources/templates/list": (id) => send({ id, result: listed({ resourceTemplates: [] }) }),
  "tools/call": (id, params) => TOOLS[String(params.name)]?.(id, params),
  "subscriptions/listen": (id) => {
    const _meta = { "io.modelcontextprotocol/subscriptionId": id };
    send({
      method: "notifications/subscriptions/acknowledged",
      params: { _meta, notifications: {} },
    });
  },
};

note(`start ${era}`);
note(`pid ${process.pid}`);
createInterface({ input: process.stdin }).on("line", (line) => {
  const message: unknown = JSON.parse(line);
  if (!isObject(message) || isAsleep) return;
  const { id, method, params } = message;
  if (typeof method !== "string") {
    waiting.get(id)?.(message);
    return;
  }
  const given = isObject(params) ? params : {};
  note(`${method} ${JSON.stringify(given.requestId ?? given.level ?? given.uri ?? "")}`);
  const handle = METHODS[method];
  if (handle) handle(id, given);
  else if (id !== undefined) send({ id, result: {} });
});
if (era === "stubborn") {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
} else process.stdin.on("end", () => process.exit(0));
