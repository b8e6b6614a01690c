import type { ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { expect, it } from "vitest";
import type { RpcMessage } from "../jsonrpc.ts";
import { admitted, forbid, Keys, launchWith } from "./authorization.fixture.ts";
import {
  beginEvents,
  closedAfterEach,
  dataOf,
  type Got,
  listener,
  serve,
  soon,
  type TestServer,
} from "./http.fixture.ts";
import { SseTransport } from "./sse-transport.ts";
import { turn } from "./test-kit.ts";

const open = closedAfterEach();

/** A server of 2024-11-05 that lets in whoever shows one of `values`; `post` may refuse a message. */
async function prepared(
  values: string[],
  post: (got: Got, response: ServerResponse) => boolean = () => true,
) {
  let stream: ServerResponse | null = null;
  const server = await serve((got, response) => {
    if (!admitted(got, response, values)) return;
    if (got.method === "GET") {
      stream = response;
      beginEvents(response, "event: endpoint\ndata: /post\n\n");
    } else if (post(got, response)) {
      response.writeHead(202).end();
      const { id } = got.body;
      if (id !== undefined) stream?.write(dataOf({ jsonrpc: "2.0", id, result: {} }));
    }
  });
  const keys = new Keys();
  const launch = launchWith(keys, server.url, "sse");
  const transport = new SseTransport({ name: "one", launch, maxMessageBytes: 1000 });
  open.push(server, transport);
  return { server, transport, keys, told: listener() };
}

const request = (id: number): RpcMessage => ({ jsonrpc: "2.0", id, method: "tools/call" });
const shown = ({ got }: TestServer): unknown[] =>
  got.map(({ method, headers }) => `${method} ${headers.authorization}`);

it("the stream and each message show what there is, once more where it is refused", async () => {
  const values = ["Bearer two"];
  const { server, transport, keys, told } = await prepared(values);
  keys.next = ["Bearer two", "Bearer three"];
  await transport.open(told);
  values[0] = "Bearer three";
  transport.send(request(1));
  await soon(() => expect(told.messages).toHaveLength(1));
  expect(shown(server)).toEqual([
    "GET Bearer one",
    "GET Bearer two",
    "POST Bearer two",
    "POST Bearer three",
  ]);
  expect(keys.refusals).toHaveLength(2);
});

it("a stream that is refused is not opened", async () => {
  const { transport, told } = await prepared([]);
  await expect(transport.open(told)).rejects.toMatchObject({ reason: { code: "sign_in" } });
});

it("a message that is refused ends the connection where nothing else is to be shown", async () => {
  const values = ["Bearer one"];
  const { server, transport, told } = await prepared(values);
  await transport.open(told);
  values.length = 0;
  transport.send(request(1));
  await soon(() => expect(told.closed).toHaveLength(1));
  expect(told.closed[0]).toMatchObject({ reason: { code: "sign_in" }, neverProcessed: false });
  expect(told.failures).toMatchObject([[1, { neverProcessed: true }]]);
  await soon(() => expect(server.ended()).toBe(2));
});

it("a message that the sign-in does not allow, or that nothing is there for yet, fails alone", async () => {
  const { transport, keys, told } = await prepared(["Bearer one"], ({ body }, response) => {
    if (body.id === 1) forbid(response);
    return body.id !== 1;
  });
  await transport.open(told);
  transport.send(request(1));
  await soon(() => expect(told.failures).toHaveLength(1));
  keys.error = new GatewayError("sign_in_not_renewed", { server: "one", reason: "no answer." });
  transport.send(request(2));
  await soon(() => expect(told.failures).toHaveLength(2));
  keys.error = null;
  transport.send(request(3));
  await soon(() => expect(told.messages).toHaveLength(1));
  expect(told.failures).toMatchObject([
    [1, { code: "sign_in_scope_missing" }],
    [2, { reason: { code: "unreachable" }, neverProcessed: true }],
  ]);
  expect(told.closed).toEqual([]);
});

it("a message that is cancelled before it was sent never is, nor is one after the end", async () => {
  const { server, transport, keys, told } = await prepared(["Bearer one"]);
  await transport.open(told);
  const release = keys.hold();
  transport.send(request(1));
  transport.send(request(2));
  await turn();
  transport.cancel(1, "enough", false);
  release();
  await soon(() => expect(told.messages).toHaveLength(1));
  expect(server.got.map(({ body }) => body.id)).toEqual([undefined, 2]);
  const releaseLate = keys.hold();
  transport.send(request(3));
  await turn();
  await transport.close();
  releaseLate();
  await turn();
  await soon(() => expect(server.sockets()).toBe(0));
  expect(server.got).toHaveLength(2);
  expect(told.failures).toEqual([]);
});

it("an opening that is given up while it waits comes to its end", async () => {
  const { server, transport, keys, told } = await prepared(["Bearer one"]);
  const release = keys.hold();
  const opening = transport.open(told).catch(() => "given up");
  await turn();
  await transport.close();
  expect(await opening).toBe("given up");
  release();
  await turn();
  expect(server.got).toEqual([]);
});
