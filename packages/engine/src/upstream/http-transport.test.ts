import type { ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import type { JsonObject, RpcMessage } from "../jsonrpc.ts";
import { UpstreamFailure } from "./failure.ts";
import {
  beginEvents,
  closedAfterEach,
  dataOf,
  type Got,
  launchOf,
  listener,
  sendJson,
  serve,
  soon,
  type TestServer,
  type Told,
} from "./http.fixture.ts";
import { HttpTransport } from "./http-transport.ts";

const open = closedAfterEach();

async function connected(
  answer: (got: Got, response: ServerResponse) => void,
  maxMessageBytes = 100_000,
): Promise<{ server: TestServer; transport: HttpTransport; told: Told }> {
  const server = await serve(answer);
  const transport = new HttpTransport({
    name: "one",
    launch: launchOf(server.url),
    maxMessageBytes,
  });
  const told = listener();
  await transport.open(told);
  open.push(server, transport);
  return { server, transport, told };
}

/** The same with a session, and the GET stream refused unless `answer` takes it. */
async function inSession(answer: (got: Got, response: ServerResponse) => void) {
  const all = await connected((got, response) => {
    if (got.body.method !== "initialize") return answer(got, response);
    response.setHeader("mcp-session-id", "s1");
    sendJson(response, 200, result(0));
  });
  all.transport.send(request(0, "initialize"));
  await soon(() => expect(all.told.messages).toHaveLength(1));
  all.transport.handshakeDone("2025-11-25");
  await soon(() => expect(gets(all.server)).toHaveLength(1));
  all.told.messages.length = 0;
  all.server.got.length = 0;
  return all;
}

const gets = ({ got }: TestServer): Got[] => got.filter(({ method }) => method === "GET");
const posts = ({ got }: TestServer): Got[] => got.filter(({ method }) => method === "POST");
const noStream = (response: ServerResponse): void => void response.writeHead(405).end();

const request = (id: number, method: string, params?: JsonObject): RpcMessage =>
  params === undefined ? { jsonrpc: "2.0", id, method } : { jsonrpc: "2.0", id, method, params };
const modern = (id: number, method: string, params: JsonObject = {}): RpcMessage =>
  request(id, method, {
    ...params,
    _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
  });
const result = (id: number, value: JsonObject = {}) => ({ jsonrpc: "2.0", id, result: value });

const failureOf = (told: Told): UpstreamFailure => {
  const error = told.failures[0]?.[1];
  if (error instanceof UpstreamFailure) return error;
  throw new Error("nothing failed");
};

describe("a modern message over HTTP", () => {
  it("is sent with headers of its own, without a session", async () => {
    const { server, transport, told } = await connected(({ body }, response) => {
      response.setHeader("mcp-session-id", "ignored");
      sendJson(response, 200, result(Number(body.id), { resultType: "complete", unknown: [1] }));
    });
    transport.send(modern(1, "server/discover"));
    await soon(() => expect(told.messages).toHaveLength(1));
    transport.send(modern(2, "tools/call", { name: "größe" }), { "Mcp-Param-Region": "eu" });
    await soon(() => expect(told.messages).toHaveLength(2));

    expect(told.messages[1]).toEqual([result(2, { resultType: "complete", unknown: [1] }), 2]);
    expect(server.got.map(({ method }) => method)).toEqual(["POST", "POST"]);
    expect(server.got[1]?.headers).toMatchObject({
      authorization: "Bearer configured",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "=?base64?Z3LDtsOfZQ==?=",
      "mcp-param-region": "eu",
      accept: "application/json, text/event-stream",
    });
    expect(server.got[1]?.headers).not.toHaveProperty("mcp-session-id");
  });

  it.each([
    [400, { jsonrpc: "2.0", id: 7, error: { code: -32020, message: "m", data: { a: 1 }, x: 2 } }],
    [404, { jsonrpc: "2.0", id: null, error: { code: -32601, message: "m" }, more: true }],
    [500, { jsonrpc: "2.0", error: { code: -32603, message: "m" } }],
  ])("is answered by the error that comes with status %i, untouched", async (status, body) => {
    const { transport, told } = await connected((_, response) => sendJson(response, status, body));
    transport.send(modern(7, "tools/list"));
    await soon(() => expect(told.messages).toEqual([[{ ...body, id: 7 }, 7]]));
    expect(told.closed).toEqual([]);
  });

  it("is cancelled by closing its stream, and nothing else is sent", async () => {
    const { server, transport, told } = await connected((_, response) => beginEvents(response));
    transport.send(modern(1, "tools/call"));
    await soon(() => expect(server.got).toHaveLength(1));
    transport.cancel(1, "enough", false);
    await soon(() => expect(server.ended()).toBe(1));
    expect(server.got).toHaveLength(1);
    expect([...told.failures, ...told.closed]).toEqual([]);
  });

  it("fails alone where its stream ends early, and is not gone on with", async () => {
    const { server, transport, told } = await connected(({ body }, response) => {
      if (body.id === 2) {
        beginEvents(response);
        return;
      }
      beginEvents(response, dataOf({ jsonrpc: "2.0", method: "notifications/progress" }, "e1"));
      response.end();
    });
    transport.send(modern(2, "tools/call"));
    transport.send(modern(1, "tools/call"));
    await soon(() => expect(told.failures.map(([id]) => id)).toEqual([1]));
    expect(failureOf(told)).toMatchObject({ neverProcessed: false, sessionLost: false });
    expect(told.messages.map(([, stream]) => stream)).toEqual([1]);
    expect(gets(server)).toEqual([]);
    expect(told.closed).toEqual([]);
  });
});

describe("a legacy request over HTTP", () => {
  it("is cancelled by a notification, unless it is the opening one", async () => {
    const { server, transport } = await connected((_, response) => beginEvents(response));
    transport.send(request(1, "initialize"));
    await soon(() => expect(server.got).toHaveLength(1));
    transport.cancel(1, "too slow", true);
    await soon(() => expect(server.ended()).toBe(1));
    expect(server.got).toHaveLength(1);

    transport.send(request(2, "tools/call"));
    await soon(() => expect(server.got).toHaveLength(2));
    transport.cancel(2, "not wanted", false);
    await soon(() => expect(server.got).toHaveLength(3));
    expect(server.got[2]?.body).toEqual({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 2, reason: "not wanted" },
    });
  });

  it("is gone on with where the server ends its stream, as late as it asks, each time", async () => {
    const times: number[] = [];
    const { server, transport, told } = await inSession(({ method, body, headers }, response) => {
      if (method === "GET" && headers["last-event-id"] === undefined) return noStream(response);
      times.push(performance.now());
      if (body.method === "tools/call") {
        beginEvents(response, "id: e1\nretry: 80\ndata: \n\n");
      } else if (headers["last-event-id"] === "e1") {
        beginEvents(response, "id: e2\ndata: \n\n", dataOf({ jsonrpc: "2.0", method: "m" }));
      } else {
        beginEvents(response, dataOf(result(5), "e3"));
      }
      response.end();
    });
    transport.send(request(5, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(2));

    expect(told.messages).toEqual([
      [{ jsonrpc: "2.0", method: "m" }, 5],
      [result(5), 5],
    ]);
    expect(told.paused).toEqual([
      [5, 80],
      [5, 80],
    ]);
    expect(gets(server).map(({ headers }) => headers["last-event-id"])).toEqual(["e1", "e2"]);
    expect(gets(server)[0]?.headers["mcp-session-id"]).toBe("s1");
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThan(75);
    expect(third - second).toBeGreaterThan(75);
  });

  it("is given up where going on brings nothing new", async () => {
    const { server, transport, told } = await inSession(({ method, headers }, response) => {
      if (method === "GET" && headers["last-event-id"] === undefined) return noStream(response);
      beginEvents(response, "id: e1\nretry: 1\ndata: \n\n");
      response.end();
    });
    transport.send(request(5, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(failureOf(told).message).toMatch(/ended the answer half way/);
    expect(gets(server)).toHaveLength(5);
    expect(told.closed).toEqual([]);
  });

  it.each([
    [405, false],
    [404, true],
  ])("is given up at once where going on is refused with %i", async (status, isLost) => {
    const { server, transport, told } = await inSession(({ method, headers }, response) => {
      if (method === "GET" && headers["last-event-id"] === undefined) return noStream(response);
      if (method === "GET") return void response.writeHead(status).end();
      beginEvents(response, "id: e1\nretry: 1\ndata: \n\n");
      response.end();
    });
    transport.send(request(5, "tools/call"));
    await soon(() => expect(told.failures.length + told.closed.length).toBe(1));
    expect(gets(server)).toHaveLength(1);
    expect(told.closed.map(({ sessionLost }) => sessionLost)).toEqual(isLost ? [true] : []);
    // It may have run: nobody may take it for one that was never processed.
    expect(told.failures.map(([id]) => id)).toEqual(isLost ? [] : [5]);
  });

  it("is not gone on with once it is cancelled", async () => {
    const { server, transport, told } = await inSession(({ method, headers, body }, response) => {
      if (method === "GET" && headers["last-event-id"] === undefined) return noStream(response);
      if (body.method === "notifications/cancelled") return void response.writeHead(202).end();
      beginEvents(response, "id: e1\nretry: 60000\ndata: \n\n");
      response.end();
    });
    transport.send(request(5, "tools/call"));
    await soon(() => expect(told.paused).toHaveLength(1));
    transport.cancel(5, "enough", false);
    await soon(() => expect(posts(server)).toHaveLength(2));
    await transport.close();
    expect(gets(server)).toEqual([]);
    expect(told.failures).toEqual([]);
  });
});

describe("the standing stream of a session", () => {
  it("is opened again after the last event, not before the server wants it", async () => {
    const times: number[] = [];
    const { server, told } = await inSession(({ headers }, response) => {
      times.push(performance.now());
      if (headers["last-event-id"] === undefined) {
        beginEvents(response, "retry: 300\n\n", dataOf({ jsonrpc: "2.0", method: "a" }, "größe"));
        response.end();
      } else beginEvents(response, dataOf({ jsonrpc: "2.0", method: "b" }, "e2"));
    });
    const b = [{ jsonrpc: "2.0", method: "b" }, null];
    await soon(() => expect(told.messages.at(-1)).toEqual(b));
    const header = gets(server).at(-1)?.headers["last-event-id"];
    expect(Buffer.from(String(header), "latin1").toString()).toBe("größe");
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(295);
    expect(told.paused).toEqual([]);
  });
});

describe("a session that the server has forgotten", () => {
  const gone = { jsonrpc: "2.0", id: null, error: { code: -32000, message: "No session" } };

  it.each([
    [404, "no"],
    [400, gone],
  ])("is told by status %i, and the refused request was never processed", async (status, body) => {
    let isGone = false;
    const { server, transport, told } = await inSession(({ method, body: { id } }, response) => {
      if (method === "GET") return noStream(response);
      if (id === 2) return beginEvents(response);
      sendJson(response, isGone ? status : 200, isGone ? body : result(Number(id)));
    });
    transport.send(request(1, "tools/list"));
    await soon(() => expect(told.messages).toHaveLength(1));
    isGone = true;
    transport.send(request(2, "tools/call"));
    await soon(() => expect(posts(server)).toHaveLength(2));
    transport.send(request(3, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));

    expect(told.failures.map(([id]) => id)).toEqual([3]);
    expect(failureOf(told)).toMatchObject({ sessionLost: true, neverProcessed: true });
    expect(told.closed[0]).toMatchObject({ sessionLost: true, neverProcessed: false });
    await transport.close();
    expect(server.got.map(({ method }) => method)).not.toContain("DELETE");
  });

  it("is not taken for lost before anything has worked in it", async () => {
    const { transport, told } = await inSession(({ method }, response) => {
      if (method === "GET") return noStream(response);
      sendJson(response, 400, gone);
    });
    transport.send(request(1, "tools/list"));
    await soon(() => expect(told.messages).toEqual([[{ ...gone, id: 1 }, 1]]));
    expect(told.closed).toEqual([]);
  });
});

describe("an answer that is none", () => {
  it.each([
    ["text", (response: ServerResponse) => response.end("<html>")],
    ["JSON of another kind", (response: ServerResponse) => sendJson(response, 200, { a: 1 })],
    ["null", (response: ServerResponse) => sendJson(response, 200, null)],
    ["nothing", (response: ServerResponse) => response.writeHead(200).end()],
    [
      "half a stream",
      (response: ServerResponse) => {
        beginEvents(response);
        response.end();
      },
    ],
  ])("ends the connection where it opens it, with its status: %s", async (_, answer) => {
    const { transport, told } = await connected((__, response) => {
      answer(response);
    });
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status: 200, neverProcessed: false });
  });

  it.each([202, 204])("is not waited for: %i", async (status) => {
    const { transport, told } = await connected((_, response) => response.writeHead(status).end());
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]).toMatchObject([1, { reason: { code: "not_mcp" }, status }]);
    expect(told.closed).toEqual([]);
  });

  it("is told of by an error without an id, which belongs to the request of its stream", async () => {
    const error = { code: -32600, message: "Invalid request" };
    const { transport, told } = await connected((_, response) =>
      sendJson(response, 200, { jsonrpc: "2.0", id: null, error }),
    );
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.messages).toEqual([[{ jsonrpc: "2.0", id: 1, error }, 1]]));
  });

  it.each([404, 405, 400])("refuses the handshake with %i", async (status) => {
    const { transport, told } = await connected((_, response) =>
      sendJson(response, status, { jsonrpc: "2.0", id: 1, error: { code: -1, message: "no" } }),
    );
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status, retry: "never" });
  });

  it("is too big: only its request fails", async () => {
    const { transport, told } = await connected(({ body }, response) => {
      if (body.id !== 1) return sendJson(response, 200, result(2));
      beginEvents(response, `data: ${"x".repeat(3000)}`);
    }, 1000);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]).toEqual([1, expect.objectContaining({ code: "message_too_big" })]);
    transport.send(request(2, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(1));
  });

  it("never comes where nothing listens", async () => {
    const { server, transport, told } = await connected(() => {});
    await server.close();
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status: null, neverProcessed: true });
  });
});

describe("what nobody waits for", () => {
  it("holds no connection for ever where the server does not answer it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { server, transport, told } = await connected(() => {});
    transport.send({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    await soon(() => expect(posts(server)).toHaveLength(1));
    expect(server.ended()).toBe(0);
    vi.advanceTimersByTime(30_000);
    vi.useRealTimers();
    await soon(() => expect(server.sockets()).toBe(0));
    expect([told.closed, told.failures]).toEqual([[], []]);
  });
});

describe("closing", () => {
  it("ends every stream, takes leave of the session, and says so once", async () => {
    const { server, transport, told } = await inSession(({ method }, response) => {
      if (method === "DELETE") response.end();
      else beginEvents(response);
    });
    transport.send(request(1, "tools/call"));
    await soon(() => expect(posts(server)).toHaveLength(1));
    await transport.close();
    await transport.close();
    await soon(() => expect(server.ended()).toBe(4));
    expect(server.got.at(-1)).toMatchObject({
      method: "DELETE",
      headers: { "mcp-session-id": "s1", "mcp-protocol-version": "2025-11-25" },
    });
    expect(told.closed).toHaveLength(1);
    transport.send(request(2, "tools/call"));
    expect(posts(server)).toHaveLength(1);
  });

  it("lets go of its sockets, also where the server has ended it before", async () => {
    const { server, transport, told } = await inSession(({ method }, response) => {
      response.writeHead(method === "POST" ? 401 : 405).end();
    });
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]?.reason.code).toBe("sign_in");
    await transport.close();
    expect(server.got.at(-1)?.method).toBe("DELETE");
    await soon(() => expect(server.sockets()).toBe(0));
    expect(told.closed).toHaveLength(1);
  });
});
