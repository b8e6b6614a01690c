import { describe, expect, it } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { StdioClient } from "../fixtures/stdio-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { fixture, serve, until } from "./test-gateway.ts";

/** The same server, asked directly and through the gateway. */
async function both() {
  const config = fixture("--name", "same", "--page-size", "3", "--empty-cursor");
  const direct = new StdioClient({ command: config.command, args: config.args });
  afterTest(() => direct.close());
  await direct.initialize();
  const { client, api } = await serve({ same: config });
  await until(
    () => client.request("tools/list"),
    (result) => names(result).includes("structured"),
  );
  return { direct, client, api };
}

/** All pages of a list. */
async function pages(direct: StdioClient, method: string, key: string): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor: unknown;
  do {
    const page = Object(await direct.request(method, cursor === undefined ? {} : { cursor }));
    all.push(...page[key]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}

describe("what goes through the gateway", () => {
  it.each([
    ["tools/list", "tools"],
    ["prompts/list", "prompts"],
    ["resources/list", "resources"],
    ["resources/templates/list", "resourceTemplates"],
  ])("%s: every page, every field, in order", async (method, key) => {
    const { direct, client } = await both();
    const listed = Object(await client.request(method));
    expect(listed[key]).toEqual(await pages(direct, method, key));
    expect(listed[key].length).toBeGreaterThan(0);
  });

  it.each([
    ["structured", {}],
    ["fail", {}],
    ["add", { a: 1, b: 2 }],
  ])("the result of %s, fields and content that nobody knows included", async (name, args) => {
    const { direct, client } = await both();
    // The fixture tells what it received: the token is the one thing that is exchanged.
    const params = call(name, args, { _meta: { progressToken: 5, vendor: true } });
    const exchanged = (result: unknown) =>
      JSON.stringify(result).replaceAll(/"progressToken":\d+/g, '"progressToken":0');
    const through = exchanged(await client.request("tools/call", params));
    expect(through).toBe(exchanged(await direct.request("tools/call", params)));
  });

  it("an error of a server, with its code and its data", async () => {
    const { direct, client } = await both();
    const caught = (from: { request: StdioClient["request"] }) =>
      from.request("tools/call", call("rpc_error")).then(
        () => null,
        (error: unknown) => error,
      );
    const through = await caught(client);
    expect(through).toMatchObject({ code: expect.any(Number), data: expect.anything() });
    expect(through).toEqual(await caught(direct));
  });

  it("what a client puts into _meta, but for the progress token", async () => {
    const upstream = await startHttpServer({ answer: "sse" });
    afterTest(() => upstream.close());
    const { client } = await serve({ web: { transport: "http", url: upstream.url } });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("echo"),
    );
    const progress: unknown[] = [];
    const meta = { traceparent: "00-abc", "claudecode/toolUseId": "t1", progressToken: "mine" };
    const params = {
      ...call("slow", { ms: 30, steps: 3 }, { _meta: meta }),
      vendor: { kept: [1] },
    };
    await client.request("tools/call", params, {
      onNotification: (one) => progress.push(one.params),
    });
    expect(progress).toMatchObject(
      [1, 2, 3].map((step) => ({ progressToken: "mine", progress: step })),
    );
    const sent = upstream.requests
      .map((one) => Object(one.message))
      .find((one) => one.method === "tools/call");
    expect(sent.params).toEqual({
      ...params,
      _meta: { ...meta, progressToken: expect.any(Number) },
    });
    const seen = upstream.requests.flatMap((one) => Object.keys(one.headers));
    expect(seen).not.toContain("authorization");
  });

  it("names and words that a person chose, and nothing of what is turned off", async () => {
    const { client, api } = await both();
    await api.profiles.customize({
      profile: "dev",
      changes: [
        { kind: "tool", server: "same", original: "add", name: "sum", description: "Adds." },
        { kind: "tool", server: "same", original: "fail", enabled: false },
      ],
    });
    const listed = Object(await client.request("tools/list")).tools;
    expect(listed).toContainEqual(expect.objectContaining({ name: "sum", description: "Adds." }));
    expect(names({ tools: listed })).not.toContain("fail");
    expect(
      JSON.stringify(await client.request("tools/call", call("sum", { a: 2, b: 3 }))),
    ).toContain("5");
    await expect(client.request("tools/call", call("add", { a: 2, b: 3 }))).rejects.toThrow(
      /Unknown tool/,
    );
    await expect(client.request("tools/call", call("fail"))).rejects.toThrow(/Unknown tool/);
    const change = { kind: "tool" as const, server: "same", original: "echo", name: "sum" };
    await expect(
      api.profiles.customize({ profile: "dev", changes: [change] }),
    ).rejects.toMatchObject({
      status: 409,
      data: { code: "exposed_name_taken" },
    });
    await api.profiles.customize({
      profile: "dev",
      changes: [{ kind: "tool", server: "same", original: "add", name: null, description: null }],
    });
    expect(names(await client.request("tools/list"))).toContain("add");
  });
});
