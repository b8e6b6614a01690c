/**
 * An MCP server over HTTP that costs next to nothing, so that what is measured is what stands in
 * front of it: no sessions, one tool `echo`, JSON answers. `node upstream.ts PORT`.
 */
import { createServer } from "node:http";
import { isMessage, isRecord, type Message } from "../e2e/fixtures/json-rpc.ts";

const RESULTS: Record<string, unknown> = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "upstream", version: "1.0.0" },
  },
  "tools/list": { tools: [{ name: "echo", inputSchema: { type: "object" } }] },
  ping: {},
};

/** Says what it was told, as long as that is. */
const echo = ({ params }: Message): unknown => {
  const { arguments: told } = isRecord(params) ? params : {};
  const text = isRecord(told) ? String(told.message) : "";
  return { content: [{ type: "text", text: `Echo: ${text}` }] };
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    const message: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (!isMessage(message) || message.method === undefined) throw new Error("not a request");
    const { id, method } = message;
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const result = method === "tools/call" ? echo(message) : RESULTS[method];
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, result }));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
