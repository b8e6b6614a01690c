import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject, RpcResponse } from "../jsonrpc.ts";
import { UpstreamFailure } from "./failure.ts";
import { callOf, client, connected, failed } from "./test-kit.ts";

const answer = (id: unknown, result: JsonObject = {}) => ({ jsonrpc: "2.0", id, result });
const progress = (progressToken: unknown) => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken, progress: 1 },
});
const question = (id: unknown, method = "elicitation/create") => ({
  jsonrpc: "2.0",
  id,
  method,
  params: { message: "?" },
});

const ann = client("ann");
const bob = client("bob");
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("requests over one connection", () => {
  it("have ids of their own, and each gets its own answer in whatever order", async () => {
    const { transport, connection } = await connected();
    const headers = { "mcp-param-city": "Bern" };
    const first = connection.request("a", { x: 1 }, { timeoutMs: 1000, headers });
    const second = connection.request("b", undefined, { timeoutMs: null });
    const [a, b] = transport.sent;
    expect(a?.id).not.toBe(b?.id);
    expect(transport.headers).toEqual([headers, undefined]);
    transport.receive(answer(b?.id, { for: "b" }));
    transport.receive(answer(a?.id, { for: "a" }));
    expect((await first).result).toEqual({ for: "a" });
    expect((await second).result).toEqual({ for: "b" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("end at their time limit, which progress starts anew", async () => {
    const { transport, connection } = await connected();
    const { call, heard } = callOf(ann);
    const request = failed(
      connection.request(
        "tools/call",
        { _meta: { keep: true, progressToken: "theirs" } },
        { timeoutMs: 1000, call },
      ),
    );
    const [sent] = transport.sent;
    expect(sent?.params).toEqual({ _meta: { keep: true, progressToken: sent?.id } });
    await vi.advanceTimersByTimeAsync(900);
    transport.receive(progress(sent?.id));
    transport.receive(progress(999));
    transport.receive(progress(String(sent?.id)));
    await vi.advanceTimersByTimeAsync(900);
    expect(heard).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await request).toMatchObject({ code: "server_timeout" });
    expect(transport.cancelled).toEqual([{ id: sent?.id, isOpening: false }]);
    transport.receive(answer(sent?.id));
  });

  it("are cancelled by their caller, the handshake marked, and a late answer is nobody's", async () => {
    const { transport, connection } = await connected();
    const controller = new AbortController();
    const options = { timeoutMs: 1000, signal: controller.signal };
    const call = failed(connection.request("tools/call", {}, options));
    const handshake = failed(connection.request("initialize", {}, options));
    controller.abort();
    expect(await call).toMatchObject({ code: "request_cancelled" });
    expect(await handshake).toMatchObject({ code: "request_cancelled" });
    expect(transport.cancelled).toEqual([
      { id: transport.sent[0]?.id, isOpening: false },
      { id: transport.sent[1]?.id, isOpening: true },
    ]);
    transport.receive(answer(transport.sent[0]?.id));
    await expect(connection.request("x", {}, options)).rejects.toMatchObject({
      code: "request_cancelled",
    });
    expect(transport.sent).toHaveLength(2);
  });

  it("all fail when the connection ends, and none is sent after it", async () => {
    const { transport, connection, ended } = await connected();
    const open = [1, 2, 3].map(() => failed(connection.request("x", {}, { timeoutMs: 1000 })));
    transport.break();
    for (const failure of await Promise.all(open)) {
      expect(failure).toMatchObject({ code: "server_stopped_during_call" });
    }
    expect(ended).toHaveLength(1);
    expect(connection.closed).toBe(ended[0]);
    await expect(connection.request("x", {}, { timeoutMs: 1000 })).rejects.toMatchObject({
      message: expect.stringContaining("exit code 1"),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fail one by one where the transport says so, with its reason as the cause", async () => {
    const { transport, connection } = await connected();
    const lost = failed(connection.request("x", {}, { timeoutMs: 1000 }));
    const kept = connection.request("y", {}, { timeoutMs: 1000 });
    const cause = new UpstreamFailure("unreachable", "gone", { retry: "later" });
    transport.events?.onRequestFailed(Number(transport.newest("x").id), cause);
    expect(await lost).toMatchObject({ code: "server_unavailable", cause });
    transport.answer("y");
    expect(await kept).toMatchObject({ result: {} });
  });

  it("wait longer for a stream that the server closed for a while", async () => {
    const { transport, connection } = await connected();
    const { call, pauses } = callOf(ann);
    const request = failed(connection.request("tools/call", {}, { timeoutMs: 1000, call }));
    await vi.advanceTimersByTimeAsync(900);
    transport.events?.onPaused(Number(transport.newest("tools/call").id), 5000);
    expect(pauses).toEqual([5000]);
    await vi.advanceTimersByTimeAsync(5999);
    expect(transport.cancelled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await request).toMatchObject({ code: "server_timeout" });
  });
});

describe("what a server says beside answers", () => {
  it("goes to the call it belongs to, or to nobody's", async () => {
    const { transport, connection, heard, unclear } = await connected();
    const [one, two] = [callOf(ann), callOf(bob)];
    const log = { jsonrpc: "2.0", method: "notifications/message", params: { data: "x" } };
    transport.receive(log);
    expect(heard).toHaveLength(1);
    void connection.request("tools/call", {}, { timeoutMs: null, call: one.call });
    const first = Number(transport.newest("tools/call").id);
    transport.receive(log);
    expect(one.heard).toEqual([log]);
    void connection.request("tools/call", {}, { timeoutMs: null, call: two.call });
    transport.receive(log);
    expect(unclear).toEqual(["notifications/message"]);
    transport.receive(log, first);
    expect(one.heard).toHaveLength(2);
    expect(two.heard).toEqual([]);
    expect(heard).toHaveLength(1);
  });

  it("of lists and resources belongs to no call, whatever is open", async () => {
    const { transport, connection, heard } = await connected();
    const only = callOf(ann);
    void connection.request("tools/call", {}, { timeoutMs: null, call: only.call });
    const methods = [
      "notifications/tools/list_changed",
      "notifications/resources/updated",
      "notifications/elicitation/complete",
    ];
    for (const method of methods) transport.receive({ jsonrpc: "2.0", method });
    expect(heard.map(({ method }) => method)).toEqual(methods);
    expect(only.heard).toEqual([]);
  });

  it("goes to a subscription by its id, or by its stream", async () => {
    const { transport, connection, heard } = await connected();
    const told: string[] = [];
    const listen = connection.request(
      "subscriptions/listen",
      {},
      {
        timeoutMs: null,
        onSubscribed: ({ method }) => told.push(method),
      },
    );
    const { id, params } = transport.newest("subscriptions/listen");
    expect(params).toEqual({});
    const _meta = { "io.modelcontextprotocol/subscriptionId": id };
    const updated = { jsonrpc: "2.0", method: "notifications/resources/updated" };
    transport.receive({ ...updated, params: { _meta } });
    transport.receive(updated, Number(id));
    transport.receive(updated);
    expect(told).toHaveLength(2);
    expect(heard).toHaveLength(1);
    transport.receive({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: id },
    });
    expect(await failed(listen)).toMatchObject({ code: "request_cancelled" });
    expect(transport.cancelled).toEqual([]);
  });
});

describe("what a server asks", () => {
  it("a ping is answered, and what may be several callers' is refused", async () => {
    const { transport, connection, unclear } = await connected();
    transport.receive(question(7, "ping"));
    transport.receive(question("nobody"));
    void connection.request("tools/call", {}, { timeoutMs: null, call: callOf(ann).call });
    void connection.request("tools/call", {}, { timeoutMs: null, call: callOf(bob).call });
    transport.receive(question("several"));
    transport.receive("nonsense");
    expect(transport.sent.filter(({ method }) => method === undefined)).toMatchObject([
      { id: 7, result: {} },
      { id: "nobody", error: { code: -32_603 } },
      { id: "several", error: { code: -32_603, message: expect.stringMatching(/“one” asked/) } },
    ]);
    expect(unclear).toEqual(["elicitation/create", "elicitation/create"]);
  });

  it("is answered under the server's own id, whose type stays, whatever ids others use", async () => {
    const [one, two] = [await connected(), await connected()];
    const callers = [callOf(ann), callOf(bob)] as const;
    void one.connection.request("tools/call", {}, { timeoutMs: null, call: callers[0].call });
    void two.connection.request("tools/call", {}, { timeoutMs: null, call: callers[1].call });
    // The same ids as our own requests have, and as the other server uses.
    one.transport.receive(question(1));
    one.transport.receive(question("1"));
    two.transport.receive(question(1));
    await settle();
    expect(one.transport.sent.slice(1)).toEqual([
      { jsonrpc: "2.0", id: 1, result: { by: "ann" } },
      { jsonrpc: "2.0", id: "1", result: { by: "ann" } },
    ]);
    expect(two.transport.sent.slice(1)).toEqual([{ jsonrpc: "2.0", id: 1, result: { by: "bob" } }]);
  });

  it("reaches the client of an own connection outside of its calls", async () => {
    const { transport } = await connected(ann);
    transport.receive(question(3, "roots/list"));
    await settle();
    expect(ann.asked).toEqual(["roots/list"]);
    expect(transport.sent).toEqual([{ jsonrpc: "2.0", id: 3, result: { by: "ann" } }]);
  });

  it("keeps unknown fields of question and answer, and a refusal its code", async () => {
    const { transport, connection } = await connected();
    const replies: (() => Promise<RpcResponse>)[] = [
      async () => ({ jsonrpc: "2.0", id: 0, result: { "x-kept": 1 }, "x-outer": 2 }),
      () => Promise.reject(new GatewayError("client_cannot", { method: "m" })),
      () => Promise.reject(new Error("a secret of the inside")),
    ];
    const caller = callOf(ann, () => replies.shift()?.() ?? neverAsked());
    void connection.request("tools/call", {}, { timeoutMs: null, call: caller.call });
    for (const id of ["a", "b", "c"]) {
      transport.receive({ ...question(id), "x-vendor": true });
      await settle();
    }
    expect(caller.questions[0]).toMatchObject({ "x-vendor": true });
    expect(transport.sent.slice(1)).toMatchObject([
      { id: "a", result: { "x-kept": 1 }, "x-outer": 2 },
      { id: "b", error: { code: -32_601 } },
      { id: "c", error: { code: -32_603, message: expect.not.stringContaining("secret") } },
    ]);
  });

  it("stops the call's time, which starts anew with the answer", async () => {
    const { transport, connection } = await connected();
    const replies: ((response: RpcResponse) => void)[] = [];
    const caller = callOf(ann, () => new Promise((resolve) => replies.push(resolve)));
    const request = failed(
      connection.request("tools/call", {}, { timeoutMs: 1000, call: caller.call }),
    );
    await vi.advanceTimersByTimeAsync(900);
    transport.receive(question("e"));
    await vi.advanceTimersByTimeAsync(599_999);
    transport.receive(progress(transport.sent[0]?.id));
    replies[0]?.({ jsonrpc: "2.0", id: 0, result: {} });
    await vi.advanceTimersByTimeAsync(999);
    expect(transport.cancelled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await request).toMatchObject({ code: "server_timeout" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not waited for without end, so that the call comes to its own", async () => {
    const { transport, connection } = await connected();
    const caller = callOf(ann, (_, signal) => untilAborted(signal, () => {}));
    const request = failed(
      connection.request("tools/call", {}, { timeoutMs: 1000, call: caller.call }),
    );
    transport.receive(question("e"));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(transport.sent.at(-1)).toMatchObject({
      id: "e",
      error: { message: expect.stringContaining("not answered in time") },
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await request).toMatchObject({ code: "server_timeout" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is refused where very many are open", async () => {
    const { transport, connection } = await connected();
    const caller = callOf(ann, (_, signal) => untilAborted(signal, () => {}));
    const request = connection.request("x", {}, { timeoutMs: null, call: caller.call });
    for (let id = 0; id < 1000; id += 1) transport.receive(question(id));
    expect(caller.questions).toHaveLength(100);
    expect(transport.sent.filter(({ error }) => error !== undefined)).toHaveLength(900);
    transport.answer("x");
    await request;
    await settle();
    expect(transport.sent.filter(({ error }) => error !== undefined)).toHaveLength(1000);
  });

  it("can be taken back by the server, and is then not answered", async () => {
    const { transport, connection } = await connected();
    const aborted: unknown[] = [];
    const caller = callOf(ann, async (request, signal) => {
      const refused = failed(untilAborted(signal, () => aborted.push(request.id)));
      if (request.id === "late") await refused;
      else throw await refused;
      return { jsonrpc: "2.0", id: 0, result: {} };
    });
    const request = connection.request("tools/call", {}, { timeoutMs: 1000, call: caller.call });
    transport.receive(question("a"));
    // Sent again, as on a resumed stream.
    transport.receive(question("a"));
    expect(caller.questions).toHaveLength(1);
    transport.receive({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: "a" },
    });
    await settle();
    expect(aborted).toEqual(["a"]);
    // An answer that comes all the same is nobody's either.
    transport.receive(question("late"));
    transport.receive({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: "late" },
    });
    await settle();
    expect(aborted).toEqual(["a", "late"]);
    expect(transport.sent).toHaveLength(1);
    transport.answer("tools/call");
    expect(await request).toMatchObject({ result: {} });
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [
      "its call is answered",
      (transport: { answer(method: string): void }) => transport.answer("x"),
    ],
    ["the connection ends", (transport: { break(): void }) => transport.break()],
  ])("is over when %s", async (_, end) => {
    const { transport, connection } = await connected();
    const aborted: unknown[] = [];
    const caller = callOf(ann, (_, signal) => untilAborted(signal, () => aborted.push("it")));
    const request = failed(connection.request("x", {}, { timeoutMs: 1000, call: caller.call }));
    transport.receive(question("a"));
    end(transport);
    await request;
    await settle();
    expect(aborted).toEqual(["it"]);
    expect(transport.sent.at(-1)).toMatchObject({ id: "a", error: { code: -32_603 } });
    expect(vi.getTimerCount()).toBe(0);
  });
});

const neverAsked = (): Promise<RpcResponse> => Promise.reject(new Error("not asked for"));

const untilAborted = (signal: AbortSignal, onAbort: () => void) =>
  new Promise<RpcResponse>((_, reject) => {
    signal.addEventListener("abort", () => {
      onAbort();
      reject(new GatewayError("request_cancelled"));
    });
  });
