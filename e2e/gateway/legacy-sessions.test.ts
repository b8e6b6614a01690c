import { describe, expect, it } from "vitest";
import { HttpError, McpClient } from "../fixtures/mcp-client.ts";
import type { Message } from "../fixtures/json-rpc.ts";
import { call, names } from "../fixtures/test-support.ts";
import { methodsOf, serveAsking, serveEra, textOf } from "./era-gateway.ts";
import { listenTo } from "./raw-http.ts";
import { fixture, startGateway, until } from "./test-gateway.ts";

const WATCHED = "test://watched-resource";

/** The status and message of a refused request. */
async function refusal(work: Promise<unknown>) {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (error instanceof HttpError) return { status: error.status, text: error.body };
  return { status: null, text: String(error), ...Object(error) };
}

const post = (
  client: McpClient,
  authorization: Record<string, string>,
  body: unknown,
  headers = {},
) =>
  fetch(client.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": client.sessionId ?? "",
      ...authorization,
      ...headers,
    },
    body: JSON.stringify(body),
  });

describe("a session", () => {
  it.each(["legacy", "modern"] as const)(
    "goes on over a restart with all it had set, before a %s server",
    async (era) => {
      const first = await serveEra(era);
      const client = await first.legacy();
      await client.request("logging/setLevel", { level: "warning" });
      await client.request("resources/subscribe", { uri: WATCHED });
      const before = await listenTo(client, first.authorization);
      const port = Number(new URL(first.url).port);
      await first.gateway.close();
      await before.done;
      const { gateway } = await startGateway({ root: first.root, settings: { port } });
      await gateway.listen();

      // It knows of nothing: the same session id, a new stream in place of the one that broke.
      const after = await listenTo(client, first.authorization);
      expect(after.status).toBe(200);
      await until(
        async () => names(await client.request("tools/list")),
        (list) => list.includes("slow_echo"),
      );
      const isUpdate = ({ method }: Message) => method === "notifications/resources/updated";
      const told = await until(
        async () => {
          await client.request("tools/call", call("test_trigger_resource_update"));
          return after.messages.find(isUpdate);
        },
        (update) => update !== undefined,
      );
      expect(told).toMatchObject({ params: { uri: WATCHED } });

      const logged: Message[] = [];
      const onNotification = (message: Message) => void logged.push(message);
      const log = () => client.request("tools/call", call("test_logging_tool"), { onNotification });
      await log();
      expect(logged).toEqual([]);
      await client.request("logging/setLevel", { level: "info" });
      await log();
      expect(logged).toMatchObject([
        { method: "notifications/message", params: { level: "info" } },
      ]);

      const onRequest = () => ({ action: "accept", content: { username: "u", email: "e" } });
      const params = call("test_elicitation", { message: "?" });
      const asked = await client.request("tools/call", params, { onRequest });
      expect(textOf(asked)).toContain("action=accept");
    },
  );

  it("that has ended is not there any more, and each request learns it under its id", async () => {
    const { legacy, authorization } = await serveEra("legacy");
    const client = await legacy();
    expect(await client.delete()).toBe(200);
    const response = await post(client, authorization, {
      jsonrpc: "2.0",
      id: "x-1",
      method: "ping",
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      jsonrpc: "2.0",
      id: "x-1",
      error: { code: -32001 },
    });
    expect(await client.delete()).toBe(404);
    expect(await refusal(client.listen(() => {}))).toMatchObject({ status: 404 });
    // A new opening is all it takes.
    client.sessionId = null;
    await client.initialize();
    expect(await client.request("ping")).toEqual({});
  });

  it("opens for its own token and address only", async () => {
    const { legacy, api, url, endpoint, authorization } = await serveEra("legacy");
    const client = await legacy();
    const other = await api.tokens.create({ name: "other", profile: "dev" });
    await api.profiles.create({ slug: "second", servers: ["far"] });
    const wide = await api.tokens.create({ name: "wide" });
    const attempts: [string, string][] = [
      [endpoint, other.token],
      [`${url}/mcp/second`, wide.token],
      [endpoint, wide.token],
    ];
    for (const [address, token] of attempts) {
      const thief = new McpClient(address, { authorization: `Bearer ${token}` });
      thief.sessionId = client.sessionId;
      expect(await refusal(thief.request("ping"))).toMatchObject({ code: -32001 });
      expect(await thief.delete()).toBe(404);
      expect(await refusal(thief.listen(() => {}))).toMatchObject({ status: 404 });
    }
    expect(await client.request("ping")).toEqual({});
    const none = await post(
      client,
      authorization,
      { jsonrpc: "2.0", id: 1, method: "ping" },
      {
        "mcp-protocol-version": "1999-01-01",
      },
    );
    expect(none.status).toBe(400);
  });

  it("refuses a second request under an id that is in use, and ends no other", async () => {
    const { legacy, calls } = await serveEra("legacy");
    const [client, other] = [await legacy(), await legacy()];
    const slow = (one: McpClient, text: string) =>
      one.request("tools/call", call("slow_echo", { ms: 600, text }), { id: 7 });
    const both = [slow(client, "mine"), slow(other, "theirs")];
    await until(calls, ({ started }) => Array.isArray(started) && started.length === 2);
    expect(await refusal(client.request("ping", {}, { id: 7 }))).toMatchObject({ code: -32600 });
    // An id keeps its type: "7" is another one.
    expect(await client.request("ping", {}, { id: "7" })).toEqual({});
    expect((await Promise.all(both)).map(textOf)).toEqual(["mine", "theirs"]);
    expect(await client.request("ping", {}, { id: 7 })).toEqual({});
  });

  it("says which level it wants in one of the words there are", async () => {
    const { legacy } = await serveEra("legacy");
    const client = await legacy();
    for (const level of ["loud", 3, undefined, null, "INFO"]) {
      const { code, text } = await refusal(client.request("logging/setLevel", { level }));
      expect([code, text]).toEqual([-32602, expect.stringContaining("debug, info, notice")]);
    }
  });
});

describe("what comes unasked", () => {
  it("comes on one of two streams only, and a list change reaches each session", async () => {
    const { legacy, authorization } = await serveEra("legacy");
    const [client, other] = [await legacy(), await legacy()];
    const older = await listenTo(client, authorization);
    const newer = await listenTo(client, authorization);
    const streams = [older, newer, await listenTo(other, authorization)];
    let isThere = false;
    const change = async () => {
      isThere = !isThere;
      await client.request("tools/call", call("test_trigger_tool_change"));
      await until(
        async () => names(await client.request("tools/list")),
        (list) => list.includes("test_extra_tool") === isThere,
      );
    };
    const isChange = ({ method }: Message) => method === "notifications/tools/list_changed";
    await change();
    await until(
      () => streams.flatMap(({ messages }) => messages).filter(isChange),
      (changes) => changes.length >= 2,
    );
    const counts = streams.map(({ messages }) => messages.filter(isChange).length);
    expect(counts).toEqual([0, 1, 1]);

    // The other one takes over when the newest is closed.
    newer.cut();
    await until(
      async () => {
        await change();
        return older.messages.some(isChange);
      },
      (isTold) => isTold,
    );
  });

  it("stops when the client does not want it any more", async () => {
    const { legacy, authorization } = await serveEra("legacy");
    const client = await legacy();
    const { messages: heard } = await listenTo(client, authorization);
    const write = () => client.request("tools/call", call("test_trigger_resource_update"));
    await client.request("resources/subscribe", { uri: WATCHED });
    await client.request("resources/subscribe", { uri: WATCHED });
    await until(
      async () => {
        await write();
        return heard.length;
      },
      (count) => count > 0,
    );
    expect(new Set(methodsOf(heard))).toEqual(new Set(["notifications/resources/updated"]));
    await client.request("resources/unsubscribe", { uri: WATCHED });
    await client.request("resources/unsubscribe", { uri: "test://never" });
    const after = heard.length;
    await write();
    await client.request("tools/call", call("test_trigger_prompt_change"));
    await until(
      () => methodsOf(heard),
      (methods) => methods.includes("notifications/prompts/list_changed"),
    );
    expect(methodsOf(heard.slice(after))).not.toContain("notifications/resources/updated");
  });

  it("is not offered where no server has it or reports it", async () => {
    const { client } = await serveAsking({ silent: fixture("--no-resources") });
    const unknown = await refusal(client.request("resources/subscribe", { uri: "no://where" }));
    expect(unknown).toMatchObject({ code: -32002 });
    expect(await refusal(client.request("resources/subscribe", {}))).toMatchObject({
      code: -32602,
    });
    const page = await refusal(
      client.request("resources/subscribe", { uri: "ui://asking/page.html" }),
    );
    expect(page).toMatchObject({ code: -32601, text: expect.stringContaining("does not report") });
  });

  it("completes arguments of prompts and templates", async () => {
    const { legacy } = await serveEra("modern");
    const client = await legacy();
    const complete = (ref: object, name: string, value: string, context?: object) =>
      client.request("completion/complete", {
        ref,
        argument: { name, value },
        ...(context && { context }),
      });
    const prompt = { type: "ref/prompt", name: "test_prompt_with_arguments" };
    expect(await complete(prompt, "arg1", "par")).toEqual({
      completion: { values: ["paris", "park", "party"], total: 3, hasMore: false },
    });
    expect(await complete(prompt, "arg2", "near", { arguments: { arg1: "oslo" } })).toMatchObject({
      completion: { values: ["near oslo"] },
    });
    const template = { type: "ref/resource", uri: "test://template/{id}/data" };
    expect(await complete(template, "id", "12")).toMatchObject({
      completion: { values: ["12", "123"] },
    });
    for (const ref of [{ type: "ref/prompt", name: "none" }, { type: "ref/x" }]) {
      expect(await refusal(complete(ref, "a", ""))).toMatchObject({ code: -32602 });
    }
  });
});
