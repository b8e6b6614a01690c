import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { ALL_CAPABILITIES } from "../fixtures/conformance/modern-client.ts";
import { isMessage, type Message } from "../fixtures/json-rpc.ts";
import { afterTest, call } from "../fixtures/test-support.ts";
import { methodsOf, serveEra, sorted, textOf } from "./era-gateway.ts";
import { type ServerConfig, until } from "./test-gateway.ts";

const accept = (content: object) => ({ action: "accept", content });
const sampled = (words: string) => ({
  role: "assistant",
  model: "test",
  content: { type: "text", text: words },
});

/** Answers every kind of question, and keeps what was asked. */
const answering = () => {
  const asked: Message[] = [];
  const onRequest = (question: Message): unknown => {
    asked.push(question);
    if (question.method === "sampling/createMessage") return sampled("Paris");
    if (question.method === "roots/list") return { roots: [{ uri: "file:///r", name: "r" }] };
    return accept({ answer: `answer ${asked.length}`, name: "Ada", color: "blue" });
  };
  return { asked, onRequest };
};

describe("a legacy client at a modern server that asks", () => {
  it.each([
    ["ask_twice", {}, ["elicitation/create", "elicitation/create"], "answer 2"],
    ["test_sampling", { prompt: "?" }, ["sampling/createMessage"], "Paris"],
    ["list_roots", {}, ["roots/list"], "file:///r"],
    [
      "test_input_required_result_multi_round",
      {},
      ["elicitation/create", "elicitation/create"],
      "blue",
    ],
    ["test_input_required_result_request_state", {}, ["elicitation/create"], "state-ok: accept"],
    [
      "test_input_required_result_multiple_inputs",
      {},
      ["elicitation/create", "roots/list", "sampling/createMessage"],
      "file:///r",
    ],
  ])("is asked by requests, and gets the end of %s", async (name, args, methods, expected) => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    const { asked, onRequest } = answering();
    const result = await client.request("tools/call", call(name, args), { onRequest });
    expect(sorted(methodsOf(asked))).toEqual(methods);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
    expect(textOf(result)).toContain(expected);
    // Nothing of the other era is in what it sees.
    expect(result).not.toHaveProperty("resultType");
    expect(result).not.toHaveProperty("_meta");
  });

  it("is asked for a prompt too, and sees the log and the progress before that", async () => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    await client.request("logging/setLevel", { level: "info" });
    const { onRequest } = answering();
    const name = "test_input_required_result_prompt";
    const got = await client.request("prompts/get", { name }, { onRequest });
    expect(JSON.stringify(got)).toContain("It is about");

    const told: Message[] = [];
    const params = { ...call("sample_and_log", { prompt: "?" }), _meta: { progressToken: "t" } };
    const onNotification = (message: Message) => void told.push(message);
    const sampling = await client.request("tools/call", params, { onRequest, onNotification });
    expect(textOf(sampling)).toBe("Paris");
    expect(told).toMatchObject([
      { method: "notifications/message", params: { level: "info", logger: "far/fixture" } },
      { method: "notifications/progress", params: { progressToken: "t", progress: 1 } },
    ]);
  });

  it("is sent to a page by a question with an id", async () => {
    const { legacy } = await serveEra("modern");
    const { asked, onRequest } = answering();
    const params = call("url_elicitation", { key: "k" });
    const result = await (await legacy()).request("tools/call", params, { onRequest });
    expect(asked).toMatchObject([
      { params: { mode: "url", url: "https://example.com/allow?key=k" } },
    ]);
    expect(asked[0]?.params?.elicitationId).toEqual(expect.stringMatching(/.{8,}/));
    expect(textOf(result)).toBe("The user said: accept");
  });

  it("may decline, which is an answer, or refuse, which ends the call", async () => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    const params = call("test_elicitation", { message: "?" });
    const declined = await client.request("tools/call", params, {
      onRequest: () => ({ action: "decline" }),
    });
    expect(textOf(declined)).toContain("action=decline");
    // Without a handler it answers with an error.
    const refused = await client.request("tools/call", params);
    expect(refused).toMatchObject({
      isError: true,
      _meta: { "local-mcp-gateway/error": { code: "input_refused" } },
    });
  });

  it.each([
    ["nothing", {}, "test_elicitation"],
    ["forms only", { elicitation: {} }, "url_elicitation"],
    ["pages only", { elicitation: { url: {} } }, "test_elicitation"],
    ["no sampling", { elicitation: {} }, "test_sampling"],
    ["no roots", { elicitation: {} }, "list_roots"],
  ])("that declared %s is not asked more: %s", async (_, capabilities, name) => {
    const { legacy } = await serveEra("modern");
    const client = await legacy({ capabilities });
    const { asked, onRequest } = answering();
    const params = call(name, { message: "?", prompt: "?" });
    const outcome = await client
      .request("tools/call", params, { onRequest })
      .catch((error: unknown) => ({ isError: true, error }));
    expect(outcome).toMatchObject({ isError: true });
    expect(asked).toEqual([]);
  });

  it("takes its question back when it cancels the call", async () => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    const heard: Message[] = [];
    let question: Message | undefined;
    const asked = new Promise<void>((resolve) => {
      void client
        .request("tools/call", call("ask_twice"), {
          id: "call-1",
          onNotification: (message) => heard.push(message),
          onRequest: (message) => {
            question = message;
            resolve();
            // Nobody answers.
            return new Promise(() => {});
          },
        })
        .catch(() => heard.push({ jsonrpc: "2.0", method: "ended without an answer" }));
    });
    await asked;
    await client.notify("notifications/cancelled", { requestId: "call-1" });
    await until(
      () => heard,
      (messages) => messages.length === 2,
    );
    expect(heard).toMatchObject([
      { method: "notifications/cancelled", params: { requestId: question?.id } },
      { method: "ended without an answer" },
    ]);
    expect(await client.request("ping")).toEqual({});
  });

  it("has its question taken back when its session ends while it is asked", async () => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const running = client
      .request("tools/call", call("ask_twice"), {
        onRequest: () => {
          asked();
          return new Promise(() => {});
        },
      })
      .catch((error: unknown) => String(error));
    await isAsked;
    expect(await client.delete()).toBe(200);
    expect(await running).toContain("without an answer");
    await expect(client.request("ping")).rejects.toMatchObject({ code: -32001 });
  });
});

/** A modern server whose one tool always wants something more. */
async function insatiable(
  inputRequests: object,
): Promise<{ config: ServerConfig; calls: Message[] }> {
  const calls: Message[] = [];
  const resultOf = ({ method }: Message) => {
    if (method === "server/discover") {
      return { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
    }
    if (method === "tools/list")
      return { tools: [{ name: "more", inputSchema: { type: "object" } }] };
    return { resultType: "input_required", inputRequests, requestState: `state ${calls.length}` };
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    request.on("end", () => {
      const message: unknown = JSON.parse(text);
      if (!isMessage(message)) throw new Error("not a message");
      if (message.method === "tools/call") calls.push(message);
      const result = {
        resultType: "complete",
        ttlMs: 0,
        cacheScope: "private",
        ...resultOf(message),
      };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { config: { transport: "http", url: `http://127.0.0.1:${port}/mcp` }, calls };
}

describe("a modern server that is never content", () => {
  const question = { method: "elicitation/create", params: { message: "?", requestedSchema: {} } };

  it("is not asked for ever by a legacy client", async () => {
    const { config, calls } = await insatiable({ more: question });
    const { legacy } = await serveEra("modern", { servers: { greedy: config } });
    const client = await legacy({ capabilities: ALL_CAPABILITIES });
    const { asked, onRequest } = answering();
    const result = await client.request("tools/call", call("more"), { onRequest });
    expect(result).toMatchObject({
      isError: true,
      _meta: { "local-mcp-gateway/error": { code: "too_many_rounds" } },
    });
    expect(asked).toHaveLength(8);
    // The state goes back byte for byte, and the answers beside it.
    expect(calls.at(-1)?.params).toMatchObject({
      requestState: "state 8",
      inputResponses: { more: { action: "accept" } },
    });
  });

  it.each([
    ["that has no method", { more: {} }],
    ["in a list", [question]],
  ])("is not understood when it asks %s", async (_, inputRequests) => {
    const { config, calls } = await insatiable(inputRequests);
    const { legacy } = await serveEra("modern", { servers: { greedy: config } });
    const { asked, onRequest } = answering();
    const result = await (await legacy()).request("tools/call", call("more"), { onRequest });
    expect(result).toMatchObject({
      isError: true,
      _meta: { "local-mcp-gateway/error": { code: "answer_out_of_order" } },
    });
    expect([asked.length, calls.length]).toEqual([0, 1]);
  });

  it("is the modern client's own affair, to which its questions go as they are", async () => {
    const { config } = await insatiable({ more: { ...question, "x-vendor": [1] } });
    const { modern } = await serveEra("modern", { servers: { greedy: config } });
    const { result } = await modern("tools/call", call("more"));
    expect(result).toMatchObject({
      resultType: "input_required",
      inputRequests: { more: { ...question, "x-vendor": [1] } },
      requestState: "state 1",
    });
  });
});
