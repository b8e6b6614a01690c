import { describe, expect, it } from "vitest";
import { isRecord, type Message } from "../fixtures/json-rpc.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { asking, serveAsking, textOf } from "./era-gateway.ts";
import { listenTo } from "./raw-http.ts";
import { until } from "./test-gateway.ts";

const FORM = { method: "elicitation/create", params: { message: "?", requestedSchema: {} } };
const SAMPLE = { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } };

/** A call of `ask` whose question waits until the test answers it. */
function askWith(client: McpClient, question: object = FORM) {
  const asked: Message[] = [];
  let answer: (value: unknown) => void = () => {};
  const given = new Promise<unknown>((resolve) => (answer = resolve));
  const result = client.request("tools/call", call("ask", { ...question }), {
    onRequest: (message) => {
      asked.push(message);
      return given;
    },
  });
  return { asked, result, answer };
}

describe("a question of a server that several clients share", () => {
  it("reaches the one client that is in a call, as the server asked it", async () => {
    const { legacy } = await serveAsking();
    const [client, idle] = [await legacy(), await legacy()];
    const params = { ...FORM.params, "x-vendor": { deep: [1] }, _meta: { "example.com/a": 1 } };
    const { asked, result, answer } = askWith(client, { ...FORM, params });
    await until(
      () => asked,
      (messages) => messages.length === 1,
    );
    expect(asked).toMatchObject([{ method: "elicitation/create", params }]);
    // What another client says to a question of that id changes nothing.
    await idle.send({ jsonrpc: "2.0", id: asked[0]?.id, result: { action: "decline" } });
    answer({ action: "accept", content: {}, "x-more": true });
    expect(JSON.parse(textOf(await result))).toEqual({
      action: "accept",
      content: {},
      "x-more": true,
    });
  });

  it("is refused and shown to nobody where it could be for either of two", async () => {
    const { legacy } = await serveAsking();
    const [client, other] = [await legacy(), await legacy()];
    const first = askWith(client);
    await until(
      () => first.asked,
      (messages) => messages.length === 1,
    );
    const second = askWith(other);
    const refused: unknown = JSON.parse(textOf(await second.result));
    expect(refused).toMatchObject({ code: -32603 });
    expect(isRecord(refused) && refused.message).toContain("could be one of several clients'");
    expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
    first.answer({ action: "cancel" });
    expect(JSON.parse(textOf(await first.result))).toEqual({ action: "cancel" });
  });

  it.each([
    ["nothing at all", {}, FORM, "elicitation/create"],
    ["forms only", { elicitation: {} }, SAMPLE, "sampling/createMessage"],
    [
      "sampling without tools",
      { sampling: {} },
      { ...SAMPLE, params: { ...SAMPLE.params, tools: [] } },
      "sampling/createMessage with tools",
    ],
    ["no roots", { elicitation: {} }, { method: "roots/list" }, "roots/list"],
  ])(
    "is refused at once for a client that declared %s",
    async (_, capabilities, question, named) => {
      const { legacy } = await serveAsking();
      const { asked, result } = askWith(await legacy({ capabilities }), question);
      const refused: unknown = JSON.parse(textOf(await result));
      expect(refused).toMatchObject({ code: -32601 });
      expect(isRecord(refused) && refused.message).toContain(`does not support ${named}`);
      expect(asked).toEqual([]);
    },
  );

  it("is refused where no call is open, since nobody is known to have caused it", async () => {
    const { legacy, toldLater, authorization } = await serveAsking();
    const client = await legacy();
    const stream = await listenTo(client, authorization);
    await client.request("tools/call", call("ask_later", { method: FORM.method }));
    expect(await toldLater()).toMatchObject([
      { code: expect.any(Number), message: expect.any(String) },
    ]);
    expect(stream.messages).toEqual([]);
  });

  it("is over when the client that is asked ends its session", async () => {
    const { legacy, log } = await serveAsking();
    const client = await legacy();
    const { asked, result } = askWith(client, { ...FORM, label: "ended" });
    const ended = result.catch((error: unknown) => String(error));
    await until(
      () => asked,
      (messages) => messages.length === 1,
    );
    await client.delete();
    expect(await ended).toContain("without an answer");
    await until(log, ({ cancelled }) => JSON.stringify(cancelled) === '["ended"]');
  });
});

describe("a server with a connection for each client", () => {
  const served = async () => {
    const gateway = await serveAsking();
    await gateway.api.servers.update({ server: "one", changes: { connections: "per_client" } });
    return gateway;
  };

  it("asks several at once, each its own, and knows what each can do", async () => {
    const { legacy } = await served();
    const clients = [await legacy(), await legacy({ capabilities: { elicitation: { form: {} } } })];
    const calls = clients.map((client) => askWith(client));
    for (const { asked } of calls) {
      await until(
        () => asked,
        (messages) => messages.length === 1,
      );
    }
    calls.forEach(({ answer }, index) => answer({ action: "accept", content: { index } }));
    const results = await Promise.all(calls.map(({ result }) => result));
    expect(results.map((result) => JSON.parse(textOf(result)).content)).toEqual([
      { index: 0 },
      { index: 1 },
    ]);
    const logs = await Promise.all(
      clients.map((client) => client.request("tools/call", call("log"))),
    );
    expect(logs).toMatchObject([
      { structuredContent: { declared: { elicitation: { form: {}, url: {} }, roots: {} } } },
      { structuredContent: { declared: { elicitation: { form: {} } } } },
    ]);
    expect(logs[1]).not.toHaveProperty("structuredContent.declared.roots");
  });

  it("may ask outside of calls, on the stream that the client keeps for that", async () => {
    const { legacy, authorization } = await served();
    const client = await legacy();
    const stream = await listenTo(client, authorization);
    const own = () => client.request("tools/call", call("log"));
    await client.request("tools/call", call("ask_later", { method: "roots/list" }));
    const question = await until(
      () => stream.messages.find(({ method }) => method === "roots/list"),
      (found) => found !== undefined,
    );
    const result = { roots: [{ uri: "file:///mine" }] };
    await client.send({ jsonrpc: "2.0", id: question?.id, result });
    const said = await until(own, (log) => JSON.stringify(log).includes("file:///mine"));
    expect(said).toMatchObject({ structuredContent: { later: [result] } });

    // Without such a stream the server learns that nobody can be asked.
    stream.cut();
    await client.request("ping");
    await until(
      async () => {
        await client.request("tools/call", call("ask_later", { method: "roots/list" }));
        return JSON.stringify(await own());
      },
      (log) => log.includes("no stream to it is open"),
    );
  });
});

describe("a page of a server (MCP Apps)", () => {
  const uri = "ui://asking/page.html";

  it("can be read though no list has it, and calls tools by the names it knows", async () => {
    const { api, legacy, modern } = await serveAsking({ two: asking() });
    await api.profiles.update({ profile: "dev", changes: { namePolicy: "always_prefix" } });
    const client = await legacy();
    const list = await until(
      () => client.request("tools/list"),
      (tools) => names(tools).includes("one_show") && names(tools).includes("two_show"),
    );
    expect(list).toMatchObject({
      tools: expect.arrayContaining([
        expect.objectContaining({ name: "one_show", _meta: { ui: { resourceUri: uri } } }),
      ]),
    });
    const contents = [
      {
        uri,
        mimeType: "text/html;profile=mcp-app",
        text: expect.stringContaining("<!doctype html>"),
        _meta: { ui: { prefersBorder: true } },
      },
    ];
    expect(await client.request("resources/read", { uri })).toMatchObject({ contents });
    expect((await modern("resources/read", { uri })).result).toMatchObject({ contents });

    // Two servers have it: nobody can say which one is meant.
    await expect(client.request("tools/call", call("show"))).rejects.toMatchObject({
      code: -32602,
    });
    await api.profiles.update({ profile: "dev", changes: { servers: ["one"] } });
    expect(names(await client.request("tools/list"))).toEqual(expect.arrayContaining(["one_show"]));
    expect(textOf(await client.request("tools/call", call("show")))).toBe('"Shown"');
    expect(textOf((await modern("tools/call", call("one_show"))).result)).toBe('"Shown"');
    expect(textOf((await modern("tools/call", call("show"))).result)).toBe('"Shown"');
  });
});
