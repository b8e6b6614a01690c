import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject, RpcMessage } from "../jsonrpc.ts";
import { Connection } from "./connection.ts";
import { UpstreamFailure } from "./failure.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** A transport whose other end is the test. */
class InMemory implements Transport {
  readonly sent: JsonObject[] = [];
  readonly abandoned: unknown[] = [];
  events: TransportEvents | null = null;

  async open(events: TransportEvents): Promise<void> {
    this.events = events;
  }
  send(message: RpcMessage): void {
    this.sent.push(message);
  }
  handshakeDone(): void {}
  abandon(id: unknown): void {
    this.abandoned.push(id);
  }
  output(): string[] {
    return [];
  }
  async close(): Promise<void> {}
  receive(message: unknown): void {
    this.events?.onMessage(message, undefined);
  }
}

async function connected() {
  const transport = new InMemory();
  const heard: unknown[] = [];
  const ended: UpstreamFailure[] = [];
  const connection = new Connection("one", transport, {
    onNotification: (notification) => heard.push(notification.method),
    onClosed: (failure) => ended.push(failure),
    onOversized: () => heard.push("oversized"),
  });
  await connection.open();
  return { transport, connection, heard, ended };
}

const answer = (id: unknown, result: JsonObject = {}) => ({ jsonrpc: "2.0", id, result });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("requests over one connection", () => {
  it("have ids of their own, and each gets its own answer in whatever order", async () => {
    const { transport, connection } = await connected();
    const first = connection.request("a", { x: 1 }, { timeoutMs: 1000 });
    const second = connection.request("b", undefined, { timeoutMs: 1000 });
    const [a, b] = transport.sent;
    expect(a?.id).not.toBe(b?.id);
    transport.receive(answer(b?.id, { for: "b" }));
    transport.receive(answer(a?.id, { for: "a" }));
    expect((await first).result).toEqual({ for: "a" });
    expect((await second).result).toEqual({ for: "b" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("end at their time limit, which progress starts anew", async () => {
    const { transport, connection } = await connected();
    const progress: unknown[] = [];
    const request = connection
      .request(
        "tools/call",
        { _meta: { keep: true, progressToken: "theirs" } },
        { timeoutMs: 1000, onProgress: (one) => progress.push(one.params) },
      )
      .catch((error: unknown) => error);
    const [sent] = transport.sent;
    expect(sent?.params).toEqual({ _meta: { keep: true, progressToken: sent?.id } });
    await vi.advanceTimersByTimeAsync(900);
    transport.receive({
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: sent?.id, progress: 1 },
    });
    transport.receive({
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: 999, progress: 2 },
    });
    await vi.advanceTimersByTimeAsync(900);
    expect(progress).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await request).toMatchObject({ code: "server_timeout" });
    expect(transport.sent.at(-1)).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: sent?.id },
    });
    expect(transport.abandoned).toEqual([sent?.id]);
    transport.receive(answer(sent?.id));
  });

  it("are cancelled by their caller, except the handshake, and a late answer is nobody's", async () => {
    const { transport, connection } = await connected();
    const controller = new AbortController();
    const options = { timeoutMs: 1000, signal: controller.signal };
    const call = connection.request("tools/call", {}, options).catch((error: unknown) => error);
    const handshake = connection
      .request("initialize", {}, options)
      .catch((error: unknown) => error);
    controller.abort();
    expect(await call).toMatchObject({ code: "request_cancelled" });
    expect(await handshake).toMatchObject({ code: "request_cancelled" });
    expect(
      transport.sent.filter(({ method }) => method === "notifications/cancelled"),
    ).toHaveLength(1);
    transport.receive(answer(transport.sent[0]?.id));
    await expect(connection.request("x", {}, options)).rejects.toMatchObject({
      code: "request_cancelled",
    });
  });

  it("all fail when the connection ends, and none is sent after it", async () => {
    const { transport, connection, ended } = await connected();
    const open = [1, 2, 3].map(() =>
      connection.request("x", {}, { timeoutMs: 1000 }).catch((error: unknown) => error),
    );
    transport.events?.onClosed(
      new UpstreamFailure("exited", "one stopped: exit code 1.", { retry: "later" }),
    );
    for (const failed of await Promise.all(open)) {
      expect(failed).toMatchObject({ code: "server_stopped_during_call" });
    }
    expect(ended).toHaveLength(1);
    await expect(connection.request("x", {}, { timeoutMs: 1000 })).rejects.toMatchObject({
      message: expect.stringContaining("exit code 1"),
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("what a server sends by itself", () => {
  it("notifications are passed on, a ping is answered, other requests are refused", async () => {
    const { transport, heard } = await connected();
    transport.receive({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    transport.receive({ jsonrpc: "2.0", id: 7, method: "ping" });
    transport.receive({ jsonrpc: "2.0", id: "e", method: "elicitation/create", params: {} });
    transport.receive("nonsense");
    expect(heard).toEqual(["notifications/tools/list_changed"]);
    expect(transport.sent).toMatchObject([
      { id: 7, result: {} },
      { id: "e", error: { code: -32_601 } },
    ]);
  });
});
