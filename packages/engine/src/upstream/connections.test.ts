import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { resolveTo } from "../network/resolver.fixture.ts";
import {
  closedAfterEach,
  type Got,
  launchOf,
  listener,
  sendJson,
  serve,
  soon,
} from "./http.fixture.ts";
import { HttpTransport } from "./http-transport.ts";
import { SseTransport } from "./sse-transport.ts";

/** What the resolver of this computer answers for mcp.test. */
const answers = { addresses: ["127.0.0.1"], asked: 0 };
resolveTo(() => {
  answers.asked += 1;
  return answers.addresses;
});

const open = closedAfterEach();

/** A server of this computer that is configured by a name. */
async function byName(addresses: string[]) {
  answers.addresses = addresses;
  answers.asked = 0;
  const server = await serve(({ body }: Got, response) => {
    response.setHeader("connection", "close");
    sendJson(response, 200, { jsonrpc: "2.0", id: body.id, result: {} });
  });
  const url = server.url.replace("127.0.0.1", "mcp.test");
  const transport = new HttpTransport({
    name: "one",
    launch: launchOf(url),
    maxMessageBytes: 1000,
  });
  const told = listener();
  await transport.open(told);
  open.push(server, transport);
  const ask = (id: number): void =>
    transport.send({ jsonrpc: "2.0", id, method: "ping", params: {} });
  return { server, told, ask };
}

it("N-4, N-17: a name that stands for another address later is judged again", async () => {
  const { server, told, ask } = await byName(["127.0.0.1"]);
  ask(1);
  await soon(() => expect(told.messages).toHaveLength(1));
  // Where it is connected to, it is this computer.
  answers.addresses = ["0.0.0.0"];
  ask(2);
  await soon(() => expect(told.failures).toHaveLength(1));
  expect(told.failures[0]?.[1]).toMatchObject({
    retry: "never",
    neverProcessed: true,
    reason: {
      code: "unreachable",
      message:
        "The gateway does not connect to “mcp.test”: it is no address of a host (0.0.0.0/8).",
      detail: expect.stringContaining("127.0.0.1"),
    },
  });
  expect(server.got).toHaveLength(1);
});

it("of several addresses only those are tried that may be", async () => {
  const { server, told, ask } = await byName(["fe80::1", "0.0.0.0", "127.0.0.1"]);
  ask(1);
  await soon(() => expect(told.messages).toHaveLength(1));
  // One look-up: what was judged is what was connected to.
  expect([server.got.length, answers.asked]).toEqual([1, 1]);
});

it.each(["http", "sse"] as const)("a configured address that never is: %s", async (kind) => {
  const Made = kind === "http" ? HttpTransport : SseTransport;
  const launch = launchOf("http://[::ffff:a9fe:a9fe]/mcp", kind);
  const transport = new Made({ name: "one", launch, maxMessageBytes: 1000 });
  await expect(transport.open(listener())).rejects.toMatchObject({
    retry: "never",
    reason: {
      code: "unreachable",
      message: expect.stringContaining("cloud hands out credentials"),
    },
  });
  await transport.close();
});

describe("idle connections", () => {
  /** A server that has answered over as many connections at once as were asked for. */
  async function used(count: number, answer: (got: Got, response: ServerResponse) => void) {
    const held: (() => void)[] = [];
    const seen = new Set<Socket | null>();
    const server = await serve((got, response) => {
      const { socket } = response;
      if (seen.has(socket)) {
        socket?.destroy();
        return;
      }
      seen.add(socket);
      held.push(() => {
        answer(got, response);
        sendJson(response, 200, { jsonrpc: "2.0", id: got.body.id, result: {} });
      });
      if (seen.size >= count) for (const send of held.splice(0)) send();
    });
    const launch = launchOf(server.url);
    const transport = new HttpTransport({ name: "one", launch, maxMessageBytes: 1000 });
    const told = listener();
    await transport.open(told);
    open.push(server, transport);
    for (let id = 1; id <= count; id += 1) {
      transport.send({ jsonrpc: "2.0", id, method: "ping", params: {} });
    }
    await soon(() => expect(told.messages).toHaveLength(count));
    return { server, transport, told };
  }

  it("are let go of before the server does, where it says when that is", async () => {
    const { server } = await used(2, (_, response) =>
      response.setHeader("keep-alive", "timeout=2"),
    );
    await soon(() => expect(server.sockets()).toBe(0));
  });

  it("that the server closed together cost no request that may be repeated", async () => {
    const { server, transport, told } = await used(3, () => {});
    transport.send({ jsonrpc: "2.0", id: 4, method: "resources/subscribe", params: {} });
    await soon(() => expect(told.messages.length + told.failures.length).toBe(4));
    expect(told.failures).toEqual([]);
    expect(server.got.filter(({ body }) => body.id === 4)).toHaveLength(2);
  });

  it("that the server closed cost a tool call, which is never sent again", async () => {
    const { server, transport, told } = await used(3, () => {});
    transport.send({ jsonrpc: "2.0", id: 4, method: "tools/call", params: { name: "pay" } });
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]?.[1]).toMatchObject({ neverProcessed: false });
    expect(server.got.filter(({ body }) => body.id === 4)).toHaveLength(1);
  });
});
