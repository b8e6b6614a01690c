import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { expect } from "vitest";
import { afterTest, call } from "../fixtures/test-support.ts";
import { serve, type TestGateway } from "./test-gateway.ts";

export const KEY = { AUTH_ENCRYPTION_SECRET: "the-key-of-the-vault-77ab12cd" };
export const JSON_TYPE = { "content-type": "application/json" };

export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An API on the loopback interface. */
export async function api(answer: (asked: Asked, response: ServerResponse) => void) {
  const asked: Asked[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    let body = "";
    open += 1;
    response.once("close", () => (open -= 1));
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.once("end", () => {
      const { method = "", url: path = "", headers } = request;
      asked.push({ method, path, headers, body });
      answer({ method, path, headers, body }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}`, port, asked, open: () => open };
}

type Api = TestGateway["api"];
export type Wanted = Partial<Parameters<Api["tools"]["create"]>[0]>;

/** A gateway that offers these tools of an API in the profile `dev`. */
export async function serveTools(url: string, ...tools: Wanted[]) {
  const started = await serve({}, { gateway: { env: KEY } });
  for (const wanted of tools) {
    await started.api.tools.create({
      name: "it",
      url,
      allowPrivateNetwork: true,
      profiles: ["dev"],
      inputSchema: { type: "object", properties: { note: { type: "string" } } },
      ...wanted,
    });
  }
  const use = async (args: Record<string, unknown> = {}, name = "it") =>
    started.client.request("tools/call", call(name, args));
  return { ...started, use };
}

export const echo = (asked: Asked, response: ServerResponse): void =>
  void response.writeHead(200, JSON_TYPE).end(JSON.stringify(asked));

export const failure = (told: RegExp, code?: string): unknown =>
  expect.objectContaining({
    content: [{ type: "text", text: expect.stringMatching(told) }],
    isError: true,
    ...(code !== undefined && {
      _meta: { "local-mcp-gateway/error": { code, wayOut: expect.any(String) } },
    }),
  });
