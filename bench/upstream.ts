/**
 * MCP servers over HTTP that cost next to nothing, so that what is measured is what stands in front
 * of them: no sessions, JSON answers. `/mcp` is legacy, `/modern` modern, and each address below
 * `/many/` one of 40 tools. `node upstream.ts PORT`.
 */
import { createServer } from "node:http";
import { isMessage } from "../e2e/fixtures/json-rpc.ts";
import { answerTo, type Face } from "./upstream-answers.ts";

const faceAt = (path = ""): Face => {
  if (path.startsWith("/many/")) return "many";
  return path === "/modern" ? "modern" : "legacy";
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
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const body = Buffer.from(JSON.stringify(answerTo(message, faceAt(request.url))));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
