import { describe, expect, it } from "vitest";
import { isRecord } from "../fixtures/json-rpc.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import { call } from "../fixtures/test-support.ts";
import { methodsOf, serveEra, textOf } from "./era-gateway.ts";
import { listenTo, readStream } from "./raw-http.ts";
import { until } from "./test-gateway.ts";

type Gateway = Awaited<ReturnType<typeof serveEra>>;

const headersOf = ({ sessionId }: McpClient, { authorization }: Gateway["authorization"]) => ({
  "mcp-session-id": sessionId ?? "",
  authorization: authorization ?? "",
});

/** Posts a request of this client and reads the stream that answers it. */
const streamOf = (client: McpClient, gateway: Gateway, id: string, params: object) =>
  readStream(client.url, {
    method: "POST",
    headers: headersOf(client, gateway.authorization),
    body: { jsonrpc: "2.0", id, method: "tools/call", params },
  });

const slow = (ms: number, text: string) => ({
  ...call("slow_echo", { ms, text }),
  _meta: { progressToken: text },
});

describe("a stream that is cut in the middle of a call", () => {
  it("begins with an id, and goes on where the client has seen it last", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy();
    const first = await streamOf(client, gateway, "call-1", slow(500, "resumed"));
    await until(
      () => first.events,
      (events) => events.length >= 2,
    );
    first.cut();
    const [primed, progress] = first.events;
    expect(primed).toMatchObject({ data: "", id: expect.stringMatching(/.+/) });
    expect(new Set(first.events.map(({ id }) => id)).size).toBe(first.events.length);
    // Losing the stream is no cancellation in this era.
    await until(gateway.calls, ({ finished }) => JSON.stringify(finished) === '["resumed"]');
    const rest = await listenTo(client, gateway.authorization, {
      "last-event-id": progress?.id ?? "",
    });
    await rest.done;
    expect(rest.messages).toMatchObject([
      { method: "notifications/progress", params: { progress: 1 } },
      { id: "call-1", result: { content: [{ text: "resumed" }] } },
    ]);
    // From the priming event on it is the whole stream, and each time the same.
    const whole = await listenTo(client, gateway.authorization, {
      "last-event-id": primed?.id ?? "",
    });
    await whole.done;
    expect(whole.events.slice(1)).toEqual(rest.events);
    expect(whole.events[0]).toEqual(progress);
  });

  it("goes on live where the call is not over yet", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy();
    const first = await streamOf(client, gateway, "call-1", slow(700, "live"));
    await until(
      () => first.events,
      (events) => events.length >= 2,
    );
    first.cut();
    const rest = await listenTo(client, gateway.authorization, {
      "last-event-id": first.events[1]?.id ?? "",
    });
    expect(rest.messages).toEqual([]);
    await rest.done;
    expect(rest.messages.at(-1)).toMatchObject({ id: "call-1", result: {} });
  });

  it("is another's business for nobody else, and unknown ids open a new stream", async () => {
    const gateway = await serveEra("legacy");
    const [client, other] = [await gateway.legacy(), await gateway.legacy()];
    const first = await streamOf(client, gateway, "call-1", slow(0, "secret"));
    await first.done;
    for (const id of [first.events[0]?.id ?? "", "nonsense", "ffff-1", "-1"]) {
      const stream = await listenTo(other, gateway.authorization, { "last-event-id": id });
      expect(stream.status).toBe(200);
      await other.request("ping");
      expect(stream.messages).toEqual([]);
      stream.cut();
    }
  });

  it("ends the old response where the client comes back before it was seen to be gone", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy();
    const first = await listenTo(client, gateway.authorization);
    await until(
      () => first.events,
      (events) => events.length === 1,
    );
    const second = await listenTo(client, gateway.authorization, {
      "last-event-id": first.events[0]?.id ?? "",
    });
    await first.done;
    await client.request("tools/call", call("test_trigger_tool_change"));
    const told = await until(
      () => second.messages,
      (messages) => messages.length > 0,
    );
    expect(methodsOf(told)).toEqual(["notifications/tools/list_changed"]);
  });

  it("is no secret way around the client's wish for plain JSON", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy();
    const response = await fetch(client.url, {
      method: "POST",
      headers: {
        ...headersOf(client, gateway.authorization),
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: slow(0, "j") }),
    });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(textOf(Object(await response.json()).result)).toBe("j");
  });
});

describe("a server that closes its stream for a while", () => {
  it("is mirrored: the client comes back for the answer", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy();
    const first = await streamOf(client, gateway, "call-1", call("test_reconnection"));
    await first.done;
    expect(first.messages).toEqual([]);
    const last = first.events.at(-1);
    expect(last).toMatchObject({ data: "", id: expect.stringMatching(/.+/) });
    const rest = await listenTo(client, gateway.authorization, { "last-event-id": last?.id ?? "" });
    await rest.done;
    expect(rest.messages).toMatchObject([
      { id: "call-1", result: { content: [{ text: "Answered after the stream was closed." }] } },
    ]);
  });

  it("is not shown to clients of versions that know nothing of it", async () => {
    const gateway = await serveEra("legacy");
    for (const protocolVersion of ["2025-06-18", "2025-03-26"]) {
      const client = await gateway.legacy({ protocolVersion });
      const first = await streamOf(client, gateway, "call-1", slow(0, "x"));
      await first.done;
      // An event without data is a broken message to them.
      expect(first.events.map(({ data }) => data)).not.toContain("");
      const result = await client.request("tools/call", call("test_reconnection"));
      expect(textOf(result)).toBe("Answered after the stream was closed.");
    }
  });
});

describe("several messages in one body", () => {
  const batch = async (gateway: Gateway, client: McpClient, body: unknown, accept?: string) => {
    const response = await fetch(client.url, {
      method: "POST",
      headers: {
        ...headersOf(client, gateway.authorization),
        "content-type": "application/json",
        accept: accept ?? "application/json, text/event-stream",
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const ping = (id: unknown) => ({ jsonrpc: "2.0", id, method: "ping" });
  const note = { jsonrpc: "2.0", method: "notifications/initialized" };

  it("belong to MCP 2025-03-26 alone", async () => {
    const gateway = await serveEra("legacy");
    for (const protocolVersion of ["2024-11-05", "2025-06-18", "2025-11-25"]) {
      const client = await gateway.legacy({ protocolVersion });
      const { status, text } = await batch(gateway, client, [ping(1)]);
      expect([status, JSON.parse(text).error.code]).toEqual([400, -32600]);
    }
  });

  it("are answered together, each by its id, whatever is among them", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy({ protocolVersion: "2025-03-26" });
    const { status, text } = await batch(gateway, client, [
      ping("a"),
      note,
      { jsonrpc: "2.0", id: 99, result: {} },
      { jsonrpc: "2.0", id: "b", method: "tools/call", params: call("test_simple_text") },
      { jsonrpc: "2.0", id: "c", method: "no/such" },
      { jsonrpc: "2.0", id: "i", method: "initialize", params: {} },
      17,
      ping("a"),
    ]);
    expect(status).toBe(200);
    const answers: unknown = JSON.parse(text);
    if (!Array.isArray(answers)) throw new Error(`no list: ${text}`);
    const seen = answers.map((answer: unknown) => {
      const { id, result, error } = isRecord(answer) ? answer : {};
      return [id, result === undefined ? Object(error).code : "result"];
    });
    expect(seen).toHaveLength(6);
    expect(seen).toEqual(
      expect.arrayContaining([
        ["a", "result"],
        ["a", -32600],
        ["b", "result"],
        ["c", -32601],
        ["i", -32601],
        [null, -32600],
      ]),
    );
  });

  it("that want no answer get none, and too many or none are refused", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy({ protocolVersion: "2025-03-26" });
    expect(await batch(gateway, client, [note, note])).toEqual({ status: 202, text: "" });
    for (const body of [[], Array.from({ length: 101 }, (_, id) => ping(id))]) {
      expect((await batch(gateway, client, body)).status).toBe(400);
    }
  });

  it("may bring messages before their answers, on a stream", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy({ protocolVersion: "2025-03-26" });
    const { events } = await (async () => {
      const reading = await readStream(client.url, {
        method: "POST",
        headers: headersOf(client, gateway.authorization),
        body: [
          ping(1),
          { jsonrpc: "2.0", id: 2, method: "tools/call", params: slow(0, "batched") },
        ],
      });
      await reading.done;
      return reading;
    })();
    const sent: unknown[] = events.map(({ data }) => JSON.parse(data));
    expect(sent.slice(0, -1)).toMatchObject([
      { method: "notifications/progress", params: { progressToken: "batched", progress: 0 } },
      { method: "notifications/progress", params: { progressToken: "batched", progress: 1 } },
    ]);
    expect(sent.at(-1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 1 }),
        expect.objectContaining({ id: 2 }),
      ]),
    );
  });

  it("get no empty list where all of them are cancelled", async () => {
    const gateway = await serveEra("legacy");
    const client = await gateway.legacy({ protocolVersion: "2025-03-26" });
    const answered = batch(gateway, client, [
      { jsonrpc: "2.0", id: 5, method: "tools/call", params: slow(60_000, "never") },
    ]);
    await until(gateway.calls, ({ started }) => JSON.stringify(started) === '["never"]');
    await client.notify("notifications/cancelled", { requestId: 5 });
    const { text } = await answered;
    expect(text).not.toContain("data: []");
    expect(text).not.toBe("[]");
  });
});
