import type { ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import type { RpcMessage } from "../jsonrpc.ts";
import { admitted, forbid, Keys, launchWith, METADATA } from "./authorization.fixture.ts";
import { failureBehind, isOutage } from "./failure.ts";
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
} from "./http.fixture.ts";
import { HttpTransport } from "./http-transport.ts";
import { turn } from "./test-kit.ts";

const open = closedAfterEach();

type Answer = (got: Got, response: ServerResponse) => void;

/** A server that lets in whoever shows one of `values`, which may change. */
async function protectedServer(values: string[], answer: Answer = answerAll): Promise<TestServer> {
  const server = await serve((got, response) => {
    if (admitted(got, response, values)) answer(got, response);
  });
  open.push(server);
  return server;
}

const answerAll: Answer = ({ method, body }, response) => {
  if (method === "DELETE") response.writeHead(204).end();
  else if (method === "GET") response.writeHead(405).end();
  else if (body.id === undefined) response.writeHead(202).end();
  else {
    if (body.method === "initialize") response.setHeader("mcp-session-id", "s1");
    sendJson(response, 200, { jsonrpc: "2.0", id: body.id, result: {} });
  }
};

async function connected(server: TestServer, keys = new Keys()) {
  const launch = launchWith(keys, server.url);
  const transport = new HttpTransport({ name: "one", launch, maxMessageBytes: 100_000 });
  const told = listener();
  await transport.open(told);
  open.push(transport);
  return { transport, told, keys };
}

/** With a session, and what came before forgotten. */
async function inSession(server: TestServer, keys = new Keys()) {
  const all = await connected(server, keys);
  all.transport.send(request(0, "initialize"));
  await soon(() => expect(all.told.messages).toHaveLength(1));
  all.transport.handshakeDone("2025-11-25");
  await soon(() => expect(server.got.filter(({ method }) => method === "GET")).toHaveLength(1));
  all.told.messages.length = 0;
  server.got.length = 0;
  return all;
}

const request = (id: number, method: string): RpcMessage => ({ jsonrpc: "2.0", id, method });
const notification = (method: string): RpcMessage => ({ jsonrpc: "2.0", method });
const shown = ({ got }: TestServer): unknown[] => got.map(({ headers }) => headers.authorization);
const sent = ({ got }: TestServer): unknown[] =>
  got.map(({ method, body }) => body.method ?? method);

describe("what a request shows", () => {
  it("is on every kind of them, and a configured value never is", async () => {
    let opened = 0;
    const server = await protectedServer(["Bearer one"], (got, response) => {
      if (got.method !== "GET") {
        if (got.body.method !== "tools/call") return answerAll(got, response);
        beginEvents(response, "id: e1\nretry: 1\ndata:\n\n");
        response.end();
        return undefined;
      }
      opened += 1;
      const isResumed = got.headers["last-event-id"] === "e1";
      const answer = dataOf({ jsonrpc: "2.0", id: 1, result: {} });
      return beginEvents(response, ...(isResumed ? [answer] : []));
    });
    const { transport, told } = await inSession(server);
    transport.send(notification("notifications/initialized"));
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(1));
    await transport.close();
    expect(opened).toBe(2);
    expect(server.got).toHaveLength(4);
    expect(new Set(sent(server))).toEqual(
      new Set(["notifications/initialized", "tools/call", "GET", "DELETE"]),
    );
    expect(new Set(shown(server))).toEqual(new Set(["Bearer one"]));
    expect(new Set(server.got.map(({ headers }) => headers["x-own"]))).toEqual(new Set(["kept"]));
  });

  it("is nothing where there is nothing, rather than what is configured", async () => {
    const server = await protectedServer([""]);
    const keys = new Keys();
    keys.value = null;
    const { transport, told } = await connected(server, keys);
    transport.send(request(1, "ping"));
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(shown(server)).toEqual([undefined]);
  });

  it("is what is configured where nothing else is to be shown", async () => {
    const server = await protectedServer([]);
    const launch = launchOf(server.url);
    const transport = new HttpTransport({ name: "one", launch, maxMessageBytes: 1000 });
    const told = listener();
    await transport.open(told);
    open.push(transport);
    transport.send(request(1, "ping"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(shown(server)).toEqual(["Bearer configured"]);
    expect(told.closed[0]).toMatchObject({ status: 401, reason: { code: "sign_in" } });
  });
});

describe("a request that is refused for who sent it", () => {
  it.each(["tools/call", "tools/list", "initialize", "notifications/progress"])(
    "is sent once more, and so acted on once: %s",
    async (method) => {
      const server = await protectedServer(["Bearer two"]);
      const keys = new Keys();
      keys.next = ["Bearer two"];
      const { transport, told } = await connected(server, keys);
      const isRequest = !method.startsWith("notifications/");
      transport.send(isRequest ? request(1, method) : notification(method));
      await soon(() => expect(server.ended()).toBe(2));
      await soon(() => expect(told.messages).toHaveLength(isRequest ? 1 : 0));
      expect(shown(server)).toEqual(["Bearer one", "Bearer two"]);
      expect(server.got[0]?.body).toEqual(server.got[1]?.body);
      expect(keys.refusals).toEqual([
        {
          status: 401,
          used: "Bearer one",
          challenge: { error: "invalid_token", resource_metadata: METADATA },
        },
      ]);
      expect([...told.closed, ...told.failures]).toEqual([]);
    },
  );

  it("is not sent a third time", async () => {
    const server = await protectedServer([]);
    const keys = new Keys();
    keys.next = ["Bearer two", "Bearer three"];
    const { transport, told } = await connected(server, keys);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(shown(server)).toEqual(["Bearer one", "Bearer two"]);
    // Told of both, since the second is about what was renewed just now.
    expect(keys.refusals).toHaveLength(2);
    expect(told.closed[0]).toMatchObject({
      reason: { code: "sign_in", message: `${new URL(server.url).host} wants credentials.` },
      retry: "never",
      neverProcessed: false,
    });
    expect(told.failures).toMatchObject([[1, { neverProcessed: true }]]);
  });

  it("asks by itself, as do all others that are under way, and each is acted on once", async () => {
    const values = ["Bearer one"];
    const acted: unknown[] = [];
    const server = await protectedServer(values, (got, response) => {
      if (got.body.method === "tools/call") acted.push(got.body.id);
      answerAll(got, response);
    });
    const keys = new Keys();
    keys.next = ["Bearer two"];
    const { transport, told } = await connected(server, keys);
    values[0] = "Bearer two";
    const ids = [1, 2, 3, 4, 5, 6];
    for (const id of ids) transport.send(request(id, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(6));
    expect([acted.length, new Set(acted)]).toEqual([6, new Set(ids)]);
    expect(keys.refusals.map(({ used }) => used)).toEqual(ids.map(() => "Bearer one"));
    expect([...told.closed, ...told.failures]).toEqual([]);
  });

  it("ends the connection where there is nothing else to show", async () => {
    const values = ["Bearer one"];
    const server = await protectedServer(values, (got, response) => {
      if (got.body.method !== "hold") answerAll(got, response);
      else beginEvents(response);
    });
    const { transport, told, keys } = await inSession(server);
    transport.send(request(1, "hold"));
    await soon(() => expect(server.got).toHaveLength(1));
    values.length = 0;
    for (const id of [2, 3, 4]) transport.send(request(id, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    // What was acted on, as far as anybody knows, is not told of as refused.
    expect(new Set(told.failures.map(([id]) => id))).toEqual(new Set([2, 3, 4]));
    for (const [, failure] of told.failures) {
      expect(failure).toMatchObject({ reason: { code: "sign_in" }, neverProcessed: true });
    }
    expect(keys.refusals).toHaveLength(3);
  });

  it("takes along what waits to be sent, which is told of as refused too", async () => {
    const values = ["Bearer one"];
    const server = await protectedServer(values);
    const { transport, told, keys } = await inSession(server);
    values.length = 0;
    transport.send(request(1, "tools/call"));
    await turn();
    const release = keys.hold();
    transport.send(request(2, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.failures).toMatchObject([
      [1, { neverProcessed: true }],
      [2, { neverProcessed: true }],
    ]);
    release();
    await turn();
    expect(server.got.map(({ body }) => body.id)).toEqual([1]);
  });
});

describe("a request that the sign-in does not allow", () => {
  const allowing = (mayWrite: (got: Got) => boolean, scope?: string) =>
    protectedServer(["Bearer one", "Bearer two"], (got, response) => {
      if (got.body.method === "tools/call" && !mayWrite(got)) forbid(response, scope);
      else answerAll(got, response);
    });

  it("fails alone, with what is missing", async () => {
    const server = await allowing(() => false, "files:write  files:\u00e9read");
    const { transport, told, keys } = await inSession(server);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    const [, error] = told.failures[0] ?? [];
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: "sign_in_scope_missing",
      message: "“one” refused this: the sign-in does not allow it (files:write, files:, read).",
    });
    expect(keys.refusals).toMatchObject([{ status: 403, used: "Bearer one" }]);
    transport.send(request(2, "ping"));
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(told.closed).toEqual([]);
  });

  it("is sent once more where it is allowed by then", async () => {
    const server = await allowing(({ headers }) => headers.authorization === "Bearer two");
    const keys = new Keys();
    keys.next = ["Bearer two"];
    const { transport, told } = await connected(server, keys);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(shown(server)).toEqual(["Bearer one", "Bearer two"]);
  });

  it("ends the opening where it is what a connection begins with", async () => {
    const server = await protectedServer(["Bearer one"], (_, response) => forbid(response));
    const { transport, told } = await connected(server);
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status: 403, reason: { code: "sign_in" } });
  });

  it("is told apart from one that is refused for something else", async () => {
    const server = await protectedServer(["Bearer one"], (_, response) =>
      response.writeHead(403, { "www-authenticate": "Bearer error=other" }).end(),
    );
    const { transport, told, keys } = await connected(server);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]?.[1]).toMatchObject({ status: 403, reason: { code: "http_status" } });
    expect(keys.refusals).toEqual([]);
  });
});

describe("what is to be shown cannot be had", () => {
  it("at the moment: the request fails, and no other", async () => {
    const server = await protectedServer(["Bearer one"]);
    const { transport, told, keys } = await inSession(server);
    keys.error = new GatewayError("sign_in_not_renewed", { server: "one", reason: "no answer." });
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(told.failures[0]?.[1]).toMatchObject({
      message: "Access to “one” has expired and could not be renewed yet: no answer.",
      reason: { code: "unreachable" },
      retry: "later",
      neverProcessed: true,
    });
    // Of the server it says nothing.
    const failure = failureBehind(told.failures[0]?.[1]);
    expect(failure && isOutage(failure)).toBe(false);
    keys.error = null;
    transport.send(request(2, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(1));
    expect([told.closed, server.got.length]).toEqual([[], 1]);
  });

  it.each([
    ["vault", new GatewayError("vault_locked")],
    ["secret", new GatewayError("secret_unset", { server: "one", name: "x", option: "y" })],
    ["secret", new TypeError("hidden")],
  ])("before a person acts: the connection ends with “%s”", async (code, error) => {
    const server = await protectedServer(["Bearer one"]);
    const { transport, told, keys } = await inSession(server);
    keys.error = error;
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ retry: "never", reason: { code } });
    expect(told.failures).toMatchObject([[1, { neverProcessed: true }]]);
    expect(told.closed[0]?.message).not.toContain("hidden");
    expect(server.got).toEqual([]);
  });
});

describe("while what is to be shown is waited for", () => {
  it("messages keep their order", async () => {
    const server = await protectedServer(["Bearer one"]);
    const { transport, told, keys } = await inSession(server);
    const release = keys.hold();
    transport.send(notification("notifications/initialized"));
    await turn();
    // From here on a value is there at once.
    const later = keys.hold();
    later();
    transport.send(request(1, "tools/list"));
    transport.send(request(2, "tools/call"));
    await turn();
    expect(server.got).toEqual([]);
    release();
    await soon(() => expect(told.messages).toHaveLength(2));
    const begun = sent(server);
    expect(begun[0]).toBe("notifications/initialized");
    expect(new Set(begun.slice(1))).toEqual(new Set(["tools/list", "tools/call"]));
  });

  it("a request that is cancelled is never sent, nor taken back", async () => {
    const server = await protectedServer(["Bearer one"]);
    const { transport, told, keys } = await inSession(server);
    const release = keys.hold();
    transport.send(request(1, "tools/call"));
    transport.send(request(2, "tools/list"));
    await turn();
    transport.cancel(1, "enough", false);
    release();
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(sent(server)).toEqual(["tools/list"]);
  });

  it("a request that was sent is taken back after it", async () => {
    const server = await protectedServer(["Bearer one"], (got, response) => {
      if (got.body.method !== "tools/call") answerAll(got, response);
    });
    const { transport } = await inSession(server);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(server.got).toHaveLength(1));
    transport.cancel(1, "enough", false);
    await soon(() => expect(sent(server)).toEqual(["tools/call", "notifications/cancelled"]));
  });

  it("a connection that is closed sends nothing more, and does not wait for it", async () => {
    const server = await protectedServer(["Bearer one"]);
    const { transport, told, keys } = await inSession(server);
    const release = keys.hold();
    transport.send(request(1, "tools/call"));
    transport.send(notification("notifications/initialized"));
    await turn();
    await transport.close();
    expect(told.closed).toHaveLength(1);
    release();
    await turn();
    await soon(() => expect(server.sockets()).toBe(0));
    expect(server.got).toEqual([]);
  });
});

describe("the stream of a session", () => {
  const streaming = (values: string[], streams: ServerResponse[]) =>
    protectedServer(values, (got, response) => {
      if (got.method !== "GET") return answerAll(got, response);
      streams.push(response);
      return beginEvents(response);
    });

  it("is opened anew once where it is refused, and goes on", async () => {
    const values = ["Bearer one"];
    const streams: ServerResponse[] = [];
    const server = await streaming(values, streams);
    const keys = new Keys();
    keys.next = ["Bearer two"];
    const { told } = await inSession(server, keys);
    values[0] = "Bearer two";
    streams[0]?.end();
    await soon(() => expect(streams).toHaveLength(2));
    expect(shown(server)).toEqual(["Bearer one", "Bearer two"]);
    expect([keys.refusals.length, told.closed]).toEqual([1, []]);
  });

  it("ends the connection where nothing else is to be shown, and is not asked for again", async () => {
    const values = ["Bearer one"];
    const streams: ServerResponse[] = [];
    const server = await streaming(values, streams);
    const { told, keys } = await inSession(server);
    values.length = 0;
    streams[0]?.end();
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ reason: { code: "sign_in" } });
    expect([sent(server), keys.refusals.length]).toEqual([["GET"], 1]);
  });

  it("may be what the sign-in does not allow, which costs nothing else", async () => {
    const server = await protectedServer(["Bearer one"], (got, response) => {
      if (got.method === "GET") forbid(response);
      else answerAll(got, response);
    });
    const { transport, told, keys } = await inSession(server);
    transport.send(request(1, "ping"));
    await soon(() => expect(told.messages).toHaveLength(1));
    expect(sent(server)).toEqual(["ping"]);
    expect([keys.refusals.length, told.closed]).toEqual([1, []]);
  });

  it("holds the rest of an answer, which is not told of as refused", async () => {
    const values = ["Bearer one"];
    let other: ServerResponse | undefined;
    const server = await serve((got, response) => {
      if (got.body.method === "ping") other = response;
      else if (!admitted(got, response, values)) {
        const answer = { jsonrpc: "2.0", id: 2, result: {} };
        const waiting = other;
        // Until then the others are waited for, of which this one is not refused.
        if (got.method === "GET" && waiting) setTimeout(() => sendJson(waiting, 200, answer), 50);
      } else if (got.body.method === "tools/call") {
        values.length = 0;
        beginEvents(response, "id: e1\nretry: 1\ndata:\n\n");
        response.end();
      } else answerAll(got, response);
    });
    open.push(server);
    const { transport, told, keys } = await inSession(server);
    transport.send(request(2, "ping"));
    await soon(() => expect(server.got).toHaveLength(1));
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ reason: { code: "sign_in" }, neverProcessed: false });
    expect([told.messages.length, told.failures, keys.refusals.length]).toEqual([1, [], 1]);
  });
});
