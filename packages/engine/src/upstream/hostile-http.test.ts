import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { JsonObject, RpcMessage } from "../jsonrpc.ts";
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
} from "./http.fixture.ts";
import { HttpTransport } from "./http-transport.ts";
import { SseTransport } from "./sse-transport.ts";
import { turn } from "./test-kit.ts";

const open = closedAfterEach();
// Before they are closed.
afterEach(() => void vi.useRealTimers());

/** Lets the test move the time; what the test itself waits for goes by turns of the event loop. */
const stopTime = (): void => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
};
const turns = async (until: () => boolean): Promise<void> => {
  while (!until()) await turn();
};

async function connected(
  kind: "http" | "sse",
  answer: (got: Got, response: ServerResponse) => void,
) {
  const server = await serve(answer);
  const Kind = kind === "http" ? HttpTransport : SseTransport;
  const launch = launchOf(server.url, kind);
  const transport = new Kind({ name: "one", launch, maxMessageBytes: 100_000 });
  open.push(server, transport);
  const told = listener();
  await transport.open(told);
  return { server, transport, told };
}

const request = (id: number, method: string): RpcMessage => ({ jsonrpc: "2.0", id, method });
const result = (id: number, value: JsonObject = {}) => ({ jsonrpc: "2.0", id, result: value });

/** Writes without end, as fast as it is read. */
function pour(response: ServerResponse, chunk: string): void {
  if (response.destroyed) return;
  if (response.write(chunk)) setImmediate(() => pour(response, chunk));
  else response.once("drain", () => pour(response, chunk));
}

describe("a server over HTTP that does not stop", () => {
  it.each([202, 401])("is not read for ever after status %i", async (status) => {
    const { server, transport } = await connected("http", (_, response) => {
      response.writeHead(status);
      pour(response, "x".repeat(10_000));
    });
    const notification: RpcMessage = { jsonrpc: "2.0", method: "notifications/initialized" };
    stopTime();
    transport.send(status === 202 ? notification : request(1, "tools/list"));
    await turns(() => server.ended() === 1);
    expect(server.got).toHaveLength(1);
  });

  it("is let go of when it has accepted a message and does not end its answer", async () => {
    const { server, transport } = await connected("http", (_, response) => {
      response.writeHead(202);
      response.write("a little");
    });
    stopTime();
    transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await turns(() => {
      if (server.got.length === 1) vi.advanceTimersByTime(100);
      return server.ended() === 1;
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is let go of when it has answered and goes on with its stream", async () => {
    const { server, transport, told } = await connected("http", ({ body }, response) => {
      beginEvents(response, dataOf(result(Number(body.id))));
    });
    stopTime();
    transport.send(request(1, "tools/call"));
    await turns(() => told.messages.length === 1);
    vi.advanceTimersByTime(4900);
    expect(server.ended()).toBe(0);
    vi.advanceTimersByTime(200);
    await turns(() => server.ended() === 1);
    expect(told.failures).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is let go of when it never accepts a message, whose answer may still come", async () => {
    let stream: ServerResponse | null = null;
    const { server, transport, told } = await connected("sse", ({ method }, response) => {
      if (method !== "GET") return;
      stream = response;
      beginEvents(response, "event: endpoint\ndata: /post\n\n");
    });
    stopTime();
    transport.send(request(1, "tools/call"));
    await turns(() => server.got.length === 2);
    vi.advanceTimersByTime(30_000);
    await turns(() => server.ended() === 1);
    expect(told.failures).toEqual([]);
    const late = stream as ServerResponse | null;
    late?.write(dataOf(result(1)));
    await turns(() => told.messages.length === 1);
    expect(told.messages).toEqual([[result(1), undefined]]);
  });
});

describe("a server over HTTP that sends too much at once", () => {
  it("has a thousand messages read, and not more", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => result(at + 100));
    const { transport, told } = await connected("http", ({ body: { id } }, response) =>
      sendJson(response, 200, [...many(id === 1 ? 999 : 1000), result(Number(id))]),
    );
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(1000));
    expect(told.failures).toEqual([]);
    transport.send(request(2, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.messages).toHaveLength(1000);
  });

  it("has an answer refused that is nested deeper than it can be passed on", async () => {
    const { transport, told } = await connected("http", ({ body: { id } }, response) => {
      const deep = "[".repeat(40_000) + "]".repeat(40_000);
      const text = JSON.stringify(result(Number(id), { deep: 0 })).replace("0}", `${deep}}`);
      response.writeHead(200, { "content-type": "application/json" }).end(text);
    });
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.messages).toEqual([]);
  });

  it("has its events read in turns, and its answer after them", async () => {
    const noise = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info" } };
    const { transport, told } = await connected("http", ({ body: { id } }, response) => {
      beginEvents(response, dataOf(noise).repeat(5000), dataOf(result(Number(id))));
      response.end();
    });
    let most = 0;
    let seen = 0;
    let isOver = false;
    const look = (): void => {
      most = Math.max(most, told.messages.length - seen);
      seen = told.messages.length;
      if (!isOver) setImmediate(look);
    };
    look();
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(5001));
    isOver = true;
    expect(told.messages.at(-1)).toEqual([result(1), 1]);
    expect(most).toBeLessThan(2500);
  });
});
