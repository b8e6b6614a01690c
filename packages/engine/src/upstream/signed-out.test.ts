import type { ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, describe, expect, it } from "vitest";
import type { ServerDefinition } from "../definitions.ts";
import { admitted, forbid, Keys, launchWith } from "./authorization.fixture.ts";
import { beginEvents, dataOf, type Got, sendJson, serve, soon } from "./http.fixture.ts";
import { callOf, client, failed, turn, upstreamFor } from "./test-kit.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** An upstream on a server that lets in whoever shows one of `values`, and lists one tool. */
async function signedIn(change: Partial<ServerDefinition> = {}, values: string[] = ["Bearer one"]) {
  const keys = new Keys();
  const acted: unknown[] = [];
  const refused = new Set<unknown>();
  const streams: ServerResponse[] = [];
  const handle = (got: Got, response: ServerResponse): unknown => {
    const { method, id } = got.body;
    if (!admitted(got, response, values)) return undefined;
    if (refused.has(method)) return forbid(response);
    if (got.method === "GET") {
      streams.push(response);
      return beginEvents(response);
    }
    if (got.method !== "POST" || method === "server/discover") return sendJson(response, 400, {});
    if (id === undefined) return response.writeHead(202).end();
    if (method === "tools/call") acted.push(id);
    if (method === "initialize") response.setHeader("mcp-session-id", `s${Number(id)}`);
    const serverInfo = { name: "web", version: "1" };
    const begun = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
    const result = method === "initialize" ? begun : { tools: [{ name: "write" }] };
    return sendJson(response, 200, { jsonrpc: "2.0", id, result });
  };
  const server = await serve((got, response) => void handle(got, response));
  const one = upstreamFor(launchWith(keys, server.url), change);
  ends.push(async () => {
    await one.upstream.stop();
    await server.close();
  });
  return {
    ...one,
    server,
    keys,
    values,
    acted,
    refused,
    streams,
    call: () => one.upstream.call("tools/call", { name: "write" }, callOf(client("ann")).call),
    tools: () => one.upstream.catalog?.lists.tools.map(({ name }) => name),
    sent: (method: string) => server.got.filter(({ body }) => body.method === method),
  };
}

describe("a server that lets nobody in any more", () => {
  it("needs a sign-in, keeps its tools, and is ready with another value", async () => {
    const one = await signedIn();
    expect(await one.ready()).toBe("ready");
    one.values[0] = "Bearer two";
    // Told as a server that is not up is, and not as a call that may have taken effect.
    expect(await Promise.all([one.call(), one.call(), one.call()])).toEqual([null, null, null]);
    expect(one.upstream.observation).toMatchObject({
      state: "needs_sign_in",
      reason: { code: "sign_in" },
    });
    expect([one.tools(), one.acted]).toEqual([["write"], []]);
    expect(await one.call()).toBeNull();

    one.keys.value = "Bearer two";
    await one.upstream.reopen();
    await one.upstream.settled();
    expect(one.upstream.observation.state).toBe("ready");
    expect(await one.call()).toMatchObject({ response: { result: {} } });
    expect(one.acted).toHaveLength(1);
  });

  it("is not asked again by itself", async () => {
    const one = await signedIn({}, []);
    expect(await one.ready()).toBe("needs_sign_in");
    const asked = one.server.got.length;
    one.upstream.recheck("network");
    await turn();
    expect([one.upstream.observation.state, one.server.got.length]).toEqual([
      "needs_sign_in",
      asked,
    ]);
  });

  it("says nothing by that of the era it speaks", async () => {
    const one = await signedIn({}, []);
    expect(await one.ready()).toBe("needs_sign_in");
    expect(one.verdicts.size).toBe(0);
    expect(one.keys.refusals).toHaveLength(1);
    one.values.push("Bearer one");
    one.refused.add("server/discover");
    await one.upstream.reopen();
    await one.upstream.settled();
    expect(one.upstream.observation.state).toBe("needs_sign_in");
    expect(one.verdicts.size).toBe(0);
    expect(one.sent("initialize")).toEqual([]);
  });

  it("may say so on the connection of one client", async () => {
    const one = await signedIn({ connections: "per_client" });
    expect(await one.ready()).toBe("ready");
    await one.call();
    expect(one.acted).toHaveLength(1);
    one.values.length = 0;
    expect(await one.call()).toBeNull();
    expect(one.upstream.observation.state).toBe("needs_sign_in");
    expect([one.acted.length, one.tools()]).toEqual([1, ["write"]]);
  });

  it("may say so where the connection of one client is opened", async () => {
    const one = await signedIn({ connections: "per_client" });
    expect(await one.ready()).toBe("ready");
    one.values.length = 0;
    expect(await one.call()).toBeNull();
    expect(one.upstream.observation.state).toBe("needs_sign_in");
  });

  it("may say so where a client's stream of 2024-11-05 is opened", async () => {
    const values = ["Bearer one"];
    const streams: ServerResponse[] = [];
    const server = await serve((got, response) => {
      if (!admitted(got, response, values)) return;
      if (got.method === "GET") {
        streams.push(response);
        beginEvents(response, "event: endpoint\ndata: /post\n\n");
        return;
      }
      response.writeHead(202).end();
      const serverInfo = { name: "old", version: "1" };
      const result = { protocolVersion: "2024-11-05", capabilities: {}, serverInfo };
      const { id } = got.body;
      if (id !== undefined) streams.at(-1)?.write(dataOf({ jsonrpc: "2.0", id, result }));
    });
    const launch = launchWith(new Keys(), server.url, "sse");
    const one = upstreamFor(launch, { connections: "per_client" });
    ends.push(async () => {
      await one.upstream.stop();
      await server.close();
    });
    expect(await one.ready()).toBe("ready");
    values.length = 0;
    expect(await one.upstream.call("ping", {}, callOf(client("ann")).call)).toBeNull();
    expect(one.upstream.observation.state).toBe("needs_sign_in");
  });

  it("may say so on a client's stream, while nobody calls", async () => {
    const one = await signedIn({ connections: "per_client" });
    expect(await one.ready()).toBe("ready");
    await one.call();
    await soon(() => expect(one.streams).toHaveLength(2));
    one.values.length = 0;
    one.streams[1]?.end();
    await soon(() => expect(one.upstream.observation.state).toBe("needs_sign_in"));
  });
});

describe("a sign-in that does not allow everything", () => {
  it("costs the calls that it does not allow, and nothing else", async () => {
    const one = await signedIn();
    await one.ready();
    one.refused.add("tools/call");
    expect(await failed(one.call())).toMatchObject({
      code: "sign_in_scope_missing",
      params: { server: "one", scopes: "files:write" },
    });
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.sent("tools/call")).toHaveLength(1);
    one.refused.clear();
    expect(await one.call()).toMatchObject({ response: { result: {} } });
    expect(one.sent("initialize")).toHaveLength(1);
  });

  it.each(["initialize", "tools/list"])("is no use without what is first: %s", async (method) => {
    const one = await signedIn();
    one.refused.add(method);
    expect(await one.ready()).toBe("needs_sign_in");
    expect(one.upstream.observation.reason).toMatchObject({
      code: "sign_in",
      message: expect.stringContaining("files:write"),
    });
  });
});

describe("access that cannot be renewed at the moment", () => {
  const problem = new GatewayError("sign_in_not_renewed", { server: "one", reason: "no answer." });

  it("costs the calls of this moment, and not the server", async () => {
    const one = await signedIn();
    await one.ready();
    one.keys.error = problem;
    expect(await failed(one.call())).toMatchObject({
      code: "server_unavailable",
      params: { reason: expect.stringMatching(/could not be renewed yet: no answer/) },
    });
    expect(one.upstream.observation.state).toBe("ready");
    one.keys.error = null;
    expect(await one.call()).toMatchObject({ response: { result: {} } });
    expect([one.sent("initialize").length, one.sent("tools/list").length]).toEqual([1, 1]);
  });

  it("is waited for by a server that is being opened", async () => {
    const one = await signedIn();
    one.keys.error = problem;
    expect(await one.ready()).toBe("retrying");
    expect(one.verdicts.size).toBe(0);
    one.keys.error = null;
    await soon(() => expect(one.upstream.observation.state).toBe("ready"));
  });
});

it("a vault that is locked keeps its server waiting for it", async () => {
  const one = await signedIn();
  await one.ready();
  one.keys.error = new GatewayError("vault_locked");
  expect(await one.call()).toBeNull();
  expect(one.upstream.observation).toMatchObject({ state: "locked", reason: { code: "vault" } });
  expect(one.tools()).toEqual(["write"]);
});
