import { LOCAL_SERVER } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { isObject, type JsonObject } from "./jsonrpc.ts";
import { call, CHANGED, ELICITS, modernRequest, rpc, traceStage } from "./trace-stage.fixture.ts";
import { soon } from "./upstream/http.fixture.ts";

/** Lines that `initialize` leads to. */
const OPENED = 2;

describe("what the gateway asks by itself", () => {
  it("is told of as the server's affair", async () => {
    const { sink } = await traceStage();
    expect(sink.lines).toEqual([
      "- far sent initialize",
      "- far sent initialize head 200",
      "- far sent initialize ended ok",
      "- far to_server notifications/initialized",
      "- far sent tools/list",
      "- far sent tools/list head 200",
      "- far sent tools/list ended ok",
    ]);
  });
});

describe("a session", () => {
  it("begins with a request whose client is known at its end", async () => {
    const one = await traceStage();
    const { session } = await one.initialize();
    expect(one.lines()).toEqual(["1 nobody initialize", "1 answered ok 200 ann"]);
    const [{ seen, answers } = { seen: null, answers: [] }] = one.sink.requests;
    expect(seen).toMatchObject({ client: null, profileId: "p", serverId: null, name: null });
    const client = { sessionId: session["mcp-session-id"], era: "legacy", tokenId: "t" };
    expect(answers).toMatchObject([{ client, text: expect.stringContaining("serverInfo") }]);
  });

  it("that is dead is told of under its id, with what was said to it", async () => {
    const one = await traceStage();
    const dead = "00000000-0000-4000-8000-000000000000";
    const { messages, over } = one.send(call(7, "echo"), { "mcp-session-id": dead });
    await over;
    expect(one.lines()).toEqual([
      `1 session ${dead} tools/call echo`,
      "1 answered error session_not_found 404",
    ]);
    expect(JSON.parse(one.sink.requests[0]?.answers[0]?.text ?? "")).toEqual(messages[0]);
    expect(messages[0]).toMatchObject({ id: 7, error: { code: expect.any(Number) } });
  });

  it("is not begun by what cannot be read, which is told of as far as it can", async () => {
    const one = await traceStage();
    const bodies = [call(1, "echo"), "text", [call(1, "echo")], { jsonrpc: "2.0", result: {} }];
    for (const body of bodies) await one.send(body).over;
    expect(one.lines()).toEqual([
      "1 nobody tools/call echo",
      "1 answered error session_missing 400",
      "2 nobody ?",
      "2 answered error malformed_message 400",
      "3 nobody ?",
      "3 answered error batch_refused 400",
      "4 nobody ?",
      "4 answered error malformed_message 400",
    ]);
    // What is no message may be anything that went the wrong way, secrets included.
    const told = one.sink.requests.map(({ seen }) => seen.message);
    expect(told).toEqual([bodies[0], undefined, undefined, undefined]);
  });
});

describe("a call", () => {
  it("is told of with its progress, what it is asked meanwhile, and the answer to that", async () => {
    const one = await traceStage();
    const client = await one.initialize(ELICITS);
    const calling = client.send(call(2, "ask", { _meta: { progressToken: "mine" } }));
    await soon(() => expect(calling.messages).toHaveLength(2));
    const accepted = { jsonrpc: "2.0", id: calling.messages[1]?.id, result: { action: "accept" } };
    client.send(accepted);
    await calling.over;
    expect(one.lines(OPENED)).toEqual([
      "2 ann tools/call ask of far",
      "2 towards far",
      "2 far sent tools/call",
      "2 far sent tools/call head 200",
      "2 far from_server notifications/progress",
      "2 client hears notifications/progress",
      "2 far asked elicitation/create",
      "2 far asked elicitation/create ended accept",
      "2 far sent tools/call ended ok",
      "2 answered ok 200",
    ]);
    const [, { answers, messages } = { answers: [], messages: [] }] = one.sink.requests;
    expect(JSON.parse(answers[0]?.text ?? "")).toEqual(calling.messages.at(-1));
    const [sent, , heard] = messages;
    // As it left: with an id and a token of ours; as it arrived: with the client's.
    expect(sent).toMatchObject({ id: 3, params: { name: "ask", _meta: { progressToken: 3 } } });
    expect(heard).toEqual(calling.messages[0]);
  });

  it("whose question the client cannot answer is told of with the refusal", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    await client.send(call(2, "ask")).over;
    const lines = one.lines(OPENED);
    expect(lines).toContain("2 far asked elicitation/create");
    expect(lines).toContain("2 far asked elicitation/create ended -32601");
    expect(lines).not.toContain("2 client hears notifications/progress");
    expect(lines.at(-1)).toBe("2 answered ok 200");
  });

  it("that the client takes back is told of on both sides", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    const calling = client.send(call(2, "hang"));
    await soon(() => expect(one.lines()).toContain("2 far sent tools/call"));
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled" };
    client.send({ ...cancelled, params: { requestId: 2 } });
    client.send({ ...cancelled, params: { requestId: 5 } });
    await calling.over;
    expect(one.lines(OPENED)).toEqual([
      "2 ann tools/call hang of far",
      "2 towards far",
      "2 far sent tools/call",
      "2 ann says notifications/cancelled",
      "2 far to_server notifications/cancelled",
      "2 far sent tools/call ended request_cancelled",
      "- ann says notifications/cancelled",
      "2 answered cancelled request_cancelled 200",
    ]);
    expect(one.sink.exchanges.at(-1)).toMatchObject({ outcome: "cancelled" });
  });

  it("that takes too long is told of with the reason, though its client gets a result", async () => {
    const one = await traceStage({ change: { callTimeoutMs: 30 } });
    const client = await one.initialize();
    const { messages, over } = client.send(call(2, "hang"));
    await over;
    expect(messages).toMatchObject([{ result: { isError: true } }]);
    expect(one.lines(OPENED)).toEqual([
      "2 ann tools/call hang of far",
      "2 towards far",
      "2 far sent tools/call",
      "2 far to_server notifications/cancelled",
      "2 far sent tools/call ended server_timeout",
      "2 answered timed_out server_timeout 200",
    ]);
    expect(one.sink.exchanges.at(-1)).toMatchObject({ outcome: "timed_out" });
  });

  it("that waits for its turn too long is told of without having been sent", async () => {
    const one = await traceStage({ change: { maxConcurrentCalls: 1 } });
    const client = await one.initialize();
    const first = client.send(call(2, "hang"));
    await soon(() => expect(one.lines()).toContain("2 far sent tools/call"));
    await one.configure({ callTimeoutMs: 20 });
    await client.send(call(3, "hang")).over;
    expect(one.lines().filter((line) => line.startsWith("3 "))).toEqual([
      "3 ann tools/call hang of far",
      "3 towards far",
      "3 answered timed_out server_busy 200",
    ]);
    client.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
    await first.over;
  });

  it("of a tool that fails is no error of anybody else", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    await client.send(call(2, "fail")).over;
    expect(one.lines(OPENED).slice(-2)).toEqual([
      "2 far sent tools/call ended isError",
      "2 answered tool_error 200",
    ]);
  });

  it("whose server breaks off says why", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    await client.send(call(2, "crash")).over;
    expect(
      one
        .lines(OPENED)
        .filter((line) => line.startsWith("2 "))
        .slice(-2),
    ).toEqual([
      "2 far sent tools/call ended server_unavailable",
      "2 answered tool_error server_unavailable 200",
    ]);
  });

  it("whose server dies of it says that it stopped", async () => {
    const one = await traceStage({ server: "mortal" });
    const client = await one.initialize();
    await client.send(call(2, "crash")).over;
    const lines = one.lines(OPENED).filter((line) => line.startsWith("2 "));
    expect(lines.slice(-3)).toEqual([
      "2 far sent tools/call",
      "2 far sent tools/call ended server_stopped_during_call",
      "2 answered tool_error server_stopped_during_call 200",
    ]);
  });

  it("that has to start its server waits from the moment on that it needs it", async () => {
    const one = await traceStage({ isUp: false });
    await one.engine.callServerTool("far", "echo", {}, new AbortController().signal);
    const lines = one.lines();
    expect(lines.slice(0, 3)).toEqual([
      "1 nobody tools/call echo of far",
      "1 towards far",
      "- far sent initialize",
    ]);
    expect(lines).toContain("1 far sent tools/call");
    expect(one.sink.requests[0]).toMatchObject({
      seen: { client: null, profileId: null },
      answers: [{ outcome: "ok", text: expect.stringContaining("content"), httpStatus: null }],
    });
  });

  it("of what the gateway itself offers is told of like a server's", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    await client.send(call(2, "here")).over;
    expect(one.lines(OPENED)).toEqual([
      `2 ann tools/call here of ${LOCAL_SERVER}`,
      `2 towards ${LOCAL_SERVER}`,
      `2 ${LOCAL_SERVER} sent tools/call`,
      `2 ${LOCAL_SERVER} sent tools/call ended ok`,
      "2 answered ok 200",
    ]);
    expect(one.sink.requests[1]?.messages[0]).toMatchObject({ params: { name: "here" } });
  });

  it("under an id that is in use is told of as refused, once", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    const first = client.send(call(2, "hang"));
    await client.send(call(2, "echo")).over;
    expect(one.lines().filter((line) => line.startsWith("3 "))).toEqual([
      "3 session " + client.session["mcp-session-id"] + " tools/call echo",
      "3 answered error duplicate_request_id 400",
    ]);
    client.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
    await first.over;
  });
});

describe("a batch", () => {
  it("is told of message by message", async () => {
    const one = await traceStage();
    const client = await one.initialize({}, "2025-03-26");
    const told = { jsonrpc: "2.0", method: "notifications/roots/list_changed" };
    const { messages, over } = client.send([rpc(2, "ping"), told, call(3, "echo"), { id: 4 }]);
    await over;
    expect(messages).toHaveLength(3);
    const lines = one.lines(OPENED);
    expect(lines[0]).toBe("- ann says notifications/roots/list_changed");
    expect(lines.filter((line) => line.includes("answered")).sort()).toEqual([
      "2 answered ok 200",
      "3 answered ok 200",
      "4 answered error malformed_message 200",
    ]);
    expect(lines).toContain("4 ann ?");
  });
});

describe("a change of lists", () => {
  it("is told of as it comes, and as each client hears of it", async () => {
    const one = await traceStage();
    const client = await one.initialize();
    client.listen();
    await client.send(call(2, "change")).over;
    await soon(() => expect(one.lines()).toContain(`- ann hears ${CHANGED}`));
    const told = one.lines(OPENED).filter((line) => line.startsWith("- "));
    expect(told).toEqual([
      `- far from_server ${CHANGED}`,
      "- far sent tools/list",
      "- far sent tools/list head 200",
      "- far sent tools/list ended ok",
      `- ann hears ${CHANGED}`,
    ]);
  });
});

describe("a modern client", () => {
  it("that is asked by a legacy server makes two requests, and the server has one", async () => {
    const one = await traceStage();
    const first = modernRequest(call(1, "ask"));
    const asked = one.send(first.body, first.headers);
    await asked.over;
    const { result } = asked.messages.at(-1) ?? {};
    if (!isObject(result) || !isObject(result.inputRequests)) throw new Error("it was not asked");
    const [key = ""] = Object.keys(result.inputRequests);
    const inputResponses = { [key]: { action: "accept" } };
    const { requestState } = result;
    const again = modernRequest(call(2, "ask", { requestState, inputResponses }));
    await one.send(again.body, again.headers).over;
    expect(one.lines()).toEqual([
      "1 bob tools/call ask of far",
      "1 towards far",
      "1 far sent tools/call",
      "1 far sent tools/call head 200",
      "1 far from_server notifications/progress",
      "1 far asked elicitation/create",
      "1 answered ok 200",
      "2 bob tools/call ask of far",
      "1 far asked elicitation/create ended accept",
      "1 far sent tools/call ended ok",
      "2 answered ok 200",
    ]);
  });

  it("that says two things at once is told of as refused", async () => {
    const one = await traceStage();
    const { body, headers } = modernRequest(call(1, "echo"));
    await one.send(body, { ...headers, "mcp-name": "other" }).over;
    expect(one.lines()).toEqual([
      "1 bob tools/call echo of far",
      "1 answered error header_mismatch 400",
    ]);
  });

  it("that goes away has cancelled", async () => {
    const one = await traceStage();
    const { body, headers } = modernRequest(call(1, "hang"));
    const { response } = one.send(body, headers);
    await soon(() => expect(one.lines()).toContain("1 far sent tools/call"));
    response.destroy();
    await soon(() => expect(one.lines().at(-1)).toBe("1 answered cancelled request_cancelled"));
    expect(one.sink.requests[0]?.answers).toMatchObject([{ text: null }]);
  });

  it("hears of changes on account of the request that it listens with", async () => {
    const one = await traceStage();
    const { body, headers } = modernRequest(
      rpc("l", "subscriptions/listen", { notifications: { toolsListChanged: true } }),
    );
    const { response, messages } = one.send(body, headers);
    await soon(() => expect(messages).toHaveLength(1));
    expect(one.sink.requests[0]?.messages).toEqual(messages);
    response.destroy();
    await soon(() => expect(one.lines().at(-1)).toBe("1 answered cancelled 200"));
    const next = one.send({ ...body, id: "m" }, headers);
    await soon(() => expect(next.messages).toHaveLength(1));
    await one.engine.close();
    const answers = one.sink.requests[1]?.answers;
    expect(answers).toMatchObject([{ outcome: "ok", text: JSON.stringify(next.messages[1]) }]);
  });
});

describe("a modern server", () => {
  it("that asks in its result is told of as asking, and each time that it is called", async () => {
    const one = await traceStage({ server: "asking" });
    const client = await one.initialize(ELICITS);
    const calling = client.send(call(2, "ask"));
    await soon(() => expect(calling.messages).toHaveLength(1));
    client.send({ jsonrpc: "2.0", id: calling.messages[0]?.id, result: { action: "decline" } });
    await calling.over;
    expect(one.lines(OPENED)).toEqual([
      "2 ann tools/call ask of far",
      "2 towards far",
      "2 far sent tools/call",
      "2 far sent tools/call head 200",
      "2 far sent tools/call ended input_required",
      "2 far asked elicitation/create",
      "2 far asked elicitation/create ended decline",
      "2 far sent tools/call",
      "2 far sent tools/call head 200",
      "2 far sent tools/call ended complete",
      "2 answered ok 200",
    ]);
  });
});

describe("a client of HTTP+SSE", () => {
  it("is answered on its stream, and by 202", async () => {
    const one = await traceStage();
    const sse = { transport: "sse" } as const;
    const stream = one.send(undefined, {}, { ...sse, method: "GET" });
    const { endpoint } = stream.response;
    const post = (body: JsonObject, url = endpoint ?? "") => one.send(body, {}, { ...sse, url });
    await post(call(1, "echo"), "/sse").over;
    post(rpc(1, "initialize", { clientInfo: { name: "cy" }, protocolVersion: "2024-11-05" }));
    await soon(() => expect(stream.messages).toHaveLength(1));
    post({ jsonrpc: "2.0", method: "notifications/initialized" });
    post(call(2, "echo"));
    await soon(() => expect(stream.messages).toHaveLength(2));
    post(rpc(3, "initialize", {}));
    await soon(() => expect(stream.messages).toHaveLength(3));
    stream.response.destroy();
    expect(one.lines().filter((line) => !/ (far|towards) /.test(line))).toEqual([
      "1 nobody tools/call echo",
      "1 answered error sse_stream_missing 400",
      "2 nobody initialize",
      "2 answered ok 202 cy",
      "- cy says notifications/initialized",
      "3 cy tools/call echo of far",
      "3 answered ok 202",
      "4 nobody initialize",
      "4 answered error validation_failed 202",
    ]);
    const [, ...answered] = one.sink.requests.flatMap(({ answers }) => answers);
    const texts = answered.map(({ text }): unknown => JSON.parse(text ?? ""));
    expect(texts).toEqual(stream.messages);
  });
});
