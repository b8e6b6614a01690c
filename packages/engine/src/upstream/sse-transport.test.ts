import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  beginEvents,
  closedAfterEach,
  dataOf,
  type Got,
  launchOf,
  listener,
  serve,
  soon,
  type TestServer,
} from "./http.fixture.ts";
import { SseTransport } from "./sse-transport.ts";

const open = closedAfterEach();

async function prepared(answer: (got: Got, response: ServerResponse) => void) {
  const server = await serve(answer);
  const launch = launchOf(server.url, "sse");
  const transport = new SseTransport({ name: "one", launch, maxMessageBytes: 1000 });
  open.push(server, transport);
  return { server, transport, told: listener() };
}

const posts = ({ got }: TestServer): Got[] => got.filter(({ method }) => method === "POST");

describe("a server of 2024-11-05", () => {
  it("names where to post to, answers on its stream, and is told of what is cancelled", async () => {
    let stream: ServerResponse | null = null;
    const { server, transport, told } = await prepared(({ method, body: { id } }, response) => {
      if (method === "GET") {
        stream = response;
        beginEvents(response, "event: endpoint\ndata: /post\n\n", "event: other\ndata: {}\n\n");
        return;
      }
      response.writeHead(202).end();
      if (id === 1) stream?.write(dataOf({ jsonrpc: "2.0", id, result: {} }));
    });
    await transport.open(told);
    transport.send({ jsonrpc: "2.0", id: 1, method: "initialize" });
    await soon(() =>
      expect(told.messages).toEqual([[{ jsonrpc: "2.0", id: 1, result: {} }, undefined]]),
    );
    transport.cancel(1, "too slow", true);
    transport.cancel(2, "not wanted", false);
    await soon(() => expect(posts(server)).toHaveLength(2));
    expect(posts(server)[1]?.body).toEqual({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 2, reason: "not wanted" },
    });
    await transport.close();
    await soon(() => expect(server.ended()).toBe(3));
    expect(told.closed).toHaveLength(1);
  });

  it.each([
    ["http://127.0.0.2:1/post", /wants messages sent to 127\.0\.0\.2:1, which is refused/],
    ["http://[", /wants messages sent to an address that is none, which is refused/],
  ])("may not send us to %s", async (address, message) => {
    const { transport, told } = await prepared((_, response) =>
      beginEvents(response, `event: endpoint\ndata: ${address}\n\n`),
    );
    await expect(transport.open(told)).rejects.toThrow(message);
  });

  it.each([
    [401, "sign_in"],
    [405, "http_status"],
    [200, "http_status"],
  ])("is none that answers with %i", async (status, code) => {
    const { transport, told } = await prepared((_, response) => response.writeHead(status).end());
    await expect(transport.open(told)).rejects.toMatchObject({ status, reason: { code } });
  });

  it("fails one request where it refuses it, and all where its stream ends", async () => {
    let stream: ServerResponse | null = null;
    const { transport, told } = await prepared(({ method }, response) => {
      if (method === "POST") response.writeHead(500).end();
      else {
        stream = response;
        beginEvents(response, "event: endpoint\ndata: /post\n\n");
      }
    });
    await transport.open(told);
    transport.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]).toEqual([1, expect.objectContaining({ status: 500 })]);
    (stream as ServerResponse | null)?.end();
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ retry: "later", reason: { code: "unreachable" } });
  });
});
