import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { unescape } from "node:querystring";
import { inspect } from "node:util";
import { atEnd } from "../conformance/closing.ts";
import type { AuthorizationServer } from "../fixtures/authorization-server.ts";

/** What a request came with, as servers quote it back. */
const quoted = ({ url, headers, rawHeaders }: IncomingMessage): string =>
  [url, JSON.stringify(headers), inspect(rawHeaders), unescape(url ?? "")].join("\n");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Ways in which a server over HTTP fails and tells what it was given. */
const ANSWERS: Record<string, Answer> = {
  "/500": (request, response) => {
    response.writeHead(500, { "content-type": "text/plain" }).end(quoted(request));
  },
  "/400-json": (request, response) => {
    response
      .writeHead(400, { "content-type": "application/json" })
      .end(JSON.stringify({ error: { message: quoted(request) } }));
  },
  "/401": (request, response) => {
    const { authorization = "", ...others } = request.headers;
    const [, own = ""] = Object.entries(others).find(([name]) => /^x-s\d/.test(name)) ?? [];
    const told = `${authorization} ${String(own)}`.replaceAll('"', "'");
    response
      .writeHead(401, { "www-authenticate": `Bearer error_description="${told}"` })
      .end(quoted(request));
  },
  "/redirect": (request, response) => {
    response.writeHead(307, { location: `/500${request.url?.replace("/redirect", "")}` }).end();
  },
  "/page": (request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<pre>${quoted(request)}</pre>`);
  },
  "/not-mcp": (request, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ said: quoted(request) }));
  },
  "/rpc-error": (request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        error: { code: -32000, message: quoted(request) },
      }),
    );
  },
};

export const TELLING_PATHS = Object.keys(ANSWERS);

/** @returns its origin, such as http://127.0.0.1:4000 */
const start = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  // oxlint-disable-next-line promise/avoid-new -- an event that has no promise
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it does not listen");
  return `http://127.0.0.1:${address.port}`;
};

/** Starts it; it ends with the run. @returns its origin */
export const startTelltale = (): Promise<string> =>
  start((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    request.resume();
    (ANSWERS[path] ?? ANSWERS["/500"])?.(request, response);
  });

/** One that wants a sign-in there, and tells what it is shown then. @returns its URL */
export const startTellingResource = async (trusts: AuthorizationServer): Promise<string> => {
  let resource = "";
  let told = 0;
  const origin = await start((request, response) => {
    request.resume();
    if (request.method === "GET" && request.url?.startsWith("/.well-known/")) {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ resource, authorization_servers: [trusts.issuer] }));
    } else if (request.headers.authorization === undefined) {
      response.writeHead(401, { "www-authenticate": 'Bearer scope="tools"' }).end();
    } else {
      ANSWERS[TELLING_PATHS[told % TELLING_PATHS.length] ?? ""]?.(request, response);
      told += 1;
    }
  });
  resource = `${origin}/mcp`;
  trusts.protect(resource, ["tools"]);
  return resource;
};
