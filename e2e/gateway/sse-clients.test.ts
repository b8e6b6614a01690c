import { describe, expect, it } from "vitest";
import { isRecord, type Message } from "../fixtures/json-rpc.ts";
import { call } from "../fixtures/test-support.ts";
import { methodsOf, serveEra, textOf } from "./era-gateway.ts";
import { type Reading, readStream } from "./raw-http.ts";
import { until } from "./test-gateway.ts";

const ALL = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** A client of HTTP+SSE: one stream, and an address to post to that the stream names. */
async function connect(address: string, authorization: Record<string, string>) {
  const reading = await readStream(address, { headers: authorization });
  await until(
    () => reading.events,
    (events) => events.length > 0 || reading.status !== 200,
  );
  const [endpoint] = reading.events;
  const target = new URL(endpoint?.data ?? "", address);
  const post = async (message: unknown, headers = authorization) => {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(message),
    });
    return { status: response.status, text: await response.text() };
  };
  const request = async (id: string, method: string, params: object = {}): Promise<Message> => {
    const { status, text } = await post({ jsonrpc: "2.0", id, method, params });
    expect([status, text]).toEqual([202, ""]);
    const answer = await until(
      () => reading.messages.find((message) => message.id === id && message.method === undefined),
      (found) => found !== undefined,
    );
    if (!answer) throw new Error("no answer");
    return answer;
  };
  const initialize = () =>
    request("init", "initialize", {
      protocolVersion: "2024-11-05",
      capabilities: ALL,
      clientInfo: { name: "sse", version: "1" },
    });
  return { reading, endpoint, target, post, request, initialize };
}

const nextRequest = (reading: Reading, method: string) =>
  until(
    () => reading.messages.find((message) => message.method === method),
    (found) => found !== undefined,
  );

describe("a client that knows HTTP+SSE only", () => {
  it.each(["/sse", "/mcp/dev/sse"])("lives a full life at %s", async (path) => {
    const gateway = await serveEra("modern");
    await gateway.api.profiles.activate({ profile: "dev" });
    const client = await connect(`${gateway.url}${path}`, gateway.authorization);
    expect(client.reading.headers.get("content-type")).toBe("text/event-stream");
    expect(client.endpoint).toMatchObject({ event: "endpoint" });
    expect(client.endpoint?.data.startsWith(`${path}?`)).toBe(true);

    expect(await client.initialize()).toMatchObject({
      result: { protocolVersion: "2024-11-05", capabilities: { tools: {} } },
    });
    const note = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect((await client.post(note)).status).toBe(202);

    const params = { ...call("test_tool_with_progress"), _meta: { progressToken: "p" } };
    const called = await client.request("call-1", "tools/call", params);
    expect(textOf(called.result)).toBe("Told its progress.");
    const progress = client.reading.messages.filter(
      ({ method }) => method === "notifications/progress",
    );
    expect(progress.map(({ params: told }) => told?.progress)).toEqual([0, 50, 100]);

    const asking = client.request(
      "call-2",
      "tools/call",
      call("test_elicitation", { message: "Who?" }),
    );
    const question = await nextRequest(client.reading, "elicitation/create");
    const result = { action: "accept", content: { username: "ada", email: "e" } };
    expect((await client.post({ jsonrpc: "2.0", id: question?.id, result })).status).toBe(202);
    expect(textOf((await asking).result)).toContain("ada");

    await client.request("sub", "resources/subscribe", { uri: "test://watched-resource" });
    await until(
      async () => {
        await client.request(`w-${client.reading.messages.length}`, "tools/call", {
          ...call("test_trigger_resource_update"),
        });
        return methodsOf(client.reading.messages);
      },
      (methods) => methods.includes("notifications/resources/updated"),
    );
    expect(client.reading.events.slice(1).every(({ event }) => event === "message")).toBe(true);
  });

  it("cancels, and is answered with errors on its stream", async () => {
    const gateway = await serveEra("legacy");
    const client = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    await client.initialize();
    for (const method of ["no/such", "toString", "constructor", "__proto__"]) {
      const answer = await client.request(method, method);
      expect({ method, ...answer }).toMatchObject({ error: { code: -32601 } });
    }
    const params = call("slow_echo", { ms: 60_000, text: "sse" });
    await client.post({ jsonrpc: "2.0", id: "slow", method: "tools/call", params });
    await until(gateway.calls, ({ started }) => JSON.stringify(started) === '["sse"]');
    await client.post({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: "slow" },
    });
    await until(gateway.calls, ({ cancelled }) => JSON.stringify(cancelled) === '["sse"]');
    await client.request("after", "ping");
    expect(client.reading.messages.map(({ id }) => id)).not.toContain("slow");
  });

  it("takes its calls and its session with it when it leaves", async () => {
    const gateway = await serveEra("legacy");
    const client = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    const sessions = async () => (await gateway.api.status.get()).sessions;
    const before = await sessions();
    await client.initialize();
    expect(await sessions()).toBe(before + 1);
    const params = call("slow_echo", { ms: 60_000, text: "left" });
    await client.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    await until(gateway.calls, ({ started }) => JSON.stringify(started) === '["left"]');
    client.reading.cut();
    await until(gateway.calls, ({ cancelled }) => JSON.stringify(cancelled) === '["left"]');
    await until(sessions, (count) => count === before);
    const late = await client.post({ jsonrpc: "2.0", id: 2, method: "ping" });
    expect(late.status).toBe(404);
    expect(JSON.parse(late.text)).toMatchObject({ id: 2, error: { code: -32001 } });
  });

  it("is nobody else's: another token, another address, no connection", async () => {
    const gateway = await serveEra("legacy");
    const { token } = await gateway.api.tokens.create({ name: "other", profile: "dev" });
    const client = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    // Before it has opened its session there is none to speak in.
    expect((await client.post(ping)).status).toBe(400);
    await client.initialize();
    const thief = await client.post(ping, { authorization: `Bearer ${token}` });
    expect([thief.status, JSON.parse(thief.text).error.code]).toEqual([404, -32001]);
    expect((await client.post(ping, {})).status).toBe(401);
    const stranger = await fetch(new URL("?connection=none", client.target), {
      method: "POST",
      headers: { "content-type": "application/json", ...gateway.authorization },
      body: JSON.stringify(ping),
    });
    expect(stranger.status).toBe(404);
    expect((await client.request("mine", "ping")).result).toEqual({});
    await expect(readStream(`${gateway.endpoint}/sse`, { headers: {} })).resolves.toMatchObject({
      status: 401,
    });
    const put = await fetch(`${gateway.endpoint}/sse`, {
      method: "DELETE",
      headers: gateway.authorization,
    });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST"]);
  });

  it("opens one session only, and keeps it when it asks for a second", async () => {
    const gateway = await serveEra("legacy");
    const client = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    await client.initialize();
    const again = await client.request("again", "initialize", {
      protocolVersion: "2024-11-05",
      capabilities: {},
      clientInfo: { name: "sse", version: "1" },
    });
    expect(again.error).toMatchObject({ code: -32602 });
    expect((await client.request("still", "ping")).result).toEqual({});
  });

  it("is refused what is no message, and an id that is in use, before it is heard", async () => {
    const gateway = await serveEra("legacy");
    const client = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    await client.initialize();
    for (const body of [[], 7, { id: 1, method: "ping" }]) {
      const { status, text } = await client.post(body);
      const answer: unknown = JSON.parse(text);
      expect([status, isRecord(answer) && isRecord(answer.error) && answer.error.code]).toEqual([
        400, -32600,
      ]);
    }
    const params = call("slow_echo", { ms: 300, text: "one" });
    const slow = { jsonrpc: "2.0", id: "s", method: "tools/call", params };
    expect((await client.post(slow)).status).toBe(202);
    expect((await client.post(slow)).status).toBe(400);
  });

  it("loses its stream when its token is revoked, and when the gateway closes", async () => {
    const gateway = await serveEra("legacy");
    const { token } = await gateway.api.tokens.create({ name: "other", profile: "dev" });
    const revoked = await connect(`${gateway.endpoint}/sse`, { authorization: `Bearer ${token}` });
    await revoked.initialize();
    const unopened = await connect(`${gateway.endpoint}/sse`, { authorization: `Bearer ${token}` });
    const staying = await connect(`${gateway.endpoint}/sse`, gateway.authorization);
    await staying.initialize();
    await gateway.api.tokens.revoke({ token: "other" });
    await Promise.all([revoked.reading.done, unopened.reading.done]);
    expect((await staying.request("p", "ping")).result).toEqual({});

    // A fault while its session is put away would be a rejection that nobody handles.
    await gateway.gateway.close();
    await staying.reading.done;
  });
});
