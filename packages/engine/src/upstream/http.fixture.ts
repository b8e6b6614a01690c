import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { afterEach, vi } from "vitest";
import { isObject, type JsonObject, type RequestId } from "../jsonrpc.ts";
import type { UpstreamFailure } from "./failure.ts";
import type { TransportEvents } from "./transport.ts";

vi.setConfig({ testTimeout: 30_000 });

/** Waits until a check holds, however slow the machine is. */
export const soon = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** What is put into it is closed after the test, the last one first. */
export function closedAfterEach(): { close: () => Promise<void> }[] {
  const open: { close: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });
  return open;
}

/** A request as the server of a test got it. */
export interface Got {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Empty for what has no body. */
  body: JsonObject;
}

export interface TestServer {
  url: string;
  got: Got[];
  /** How many requests have ended, one way or the other. */
  ended: () => number;
  /** How many connections are open. */
  sockets: () => number;
  /** Nothing that comes over the connections open now is read any more, nor are they closed. */
  deafen: () => void;
  /** Ends all connections and takes no more, until it listens again. */
  stopListening: () => Promise<void>;
  listenAgain: () => Promise<void>;
  close: () => Promise<void>;
}

/** A real HTTP server on the loopback interface that answers as the test says. */
export async function serve(
  answer: (got: Got, response: ServerResponse) => void,
): Promise<TestServer> {
  const got: Got[] = [];
  let ended = 0;
  let sockets = 0;
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    response.once("close", () => {
      ended += 1;
    });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const text = Buffer.concat(chunks).toString();
      const parsed: unknown = text === "" ? {} : JSON.parse(text);
      const { method = "", url: path = "", headers } = request;
      const one: Got = { method, path, headers, body: isObject(parsed) ? parsed : {} };
      got.push(one);
      answer(one, response);
    });
  });
  // Idle connections are the client's to close.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    sockets += 1;
    open.add(socket);
    socket.once("close", () => {
      sockets -= 1;
      open.delete(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const { port } = address;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    got,
    ended: () => ended,
    sockets: () => sockets,
    deafen: () => {
      for (const socket of open) socket.pause();
    },
    stopListening: close,
    listenAgain: () => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve)),
    close,
  };
}

export const launchOf = (url: string, transport: "http" | "sse" = "http") => ({
  transport,
  url,
  headers: { authorization: "Bearer configured" },
  route: { proxy: null, certificates: [] },
});

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

export const beginEvents = (response: ServerResponse, ...parts: string[]): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  for (const part of parts) response.write(part);
};

export const dataOf = (message: unknown, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;

/** What a transport has told. */
export interface Told extends TransportEvents {
  messages: [unknown, RequestId | null | undefined][];
  failures: [RequestId | null, unknown][];
  paused: [RequestId, number | null][];
  closed: UpstreamFailure[];
}

export function listener(): Told {
  const told: Pick<Told, "messages" | "failures" | "paused" | "closed"> = {
    messages: [],
    failures: [],
    paused: [],
    closed: [],
  };
  return {
    ...told,
    onMessage: (value, stream) => {
      told.messages.push([value, stream]);
      return "answer";
    },
    onRequestFailed: (id, error) => told.failures.push([id, error]) > 0,
    onPaused: (id, retryMs) => told.paused.push([id, retryMs]),
    onHead: () => {},
    onGap: () => {},
    onClosed: (failure) => told.closed.push(failure),
  };
}
