import type { ServerResponse } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Exchange, NameAssignments, ServerCatalog, ServerDefinition } from "./definitions.ts";
import { definitionOf, engineOf, NO_LISTS, PROFILE } from "./engine.fixture.ts";
import { NO_TRAFFIC } from "./trace.ts";
import { type Got, launchOf, sendJson, serve, soon } from "./upstream/http.fixture.ts";

afterEach(() => void vi.useRealTimers());

/** An engine with so many servers, which are all one HTTP server that tells them apart. */
async function engineWith(count: number, change: Partial<ServerDefinition> = {}) {
  const ids = Array.from({ length: count }, (_, at) => `s${at}`);
  const hanging = new Set<string>();
  const tools = new Map(ids.map((id) => [id, [`tool-of-${id}`]]));
  const starting = new Set<string>();
  const sessions = new Set<string>();
  const asked: { id: string; method: string }[] = [];
  let begun = 0;
  let most = 0;
  let held: string | null = null;
  let release = (): void => {};
  const begin = (id: string, requestId: unknown, response: ServerResponse): void => {
    begun += 1;
    sessions.add(`${begun}`);
    response.setHeader("mcp-session-id", `${begun}`);
    const serverInfo = { name: id, version: "1" };
    const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
    sendJson(response, 200, { jsonrpc: "2.0", id: requestId, result });
  };
  const handle = ({ method, headers, body }: Got, response: ServerResponse): unknown => {
    const id = String(headers["x-server"]);
    const session = String(headers["mcp-session-id"]);
    if (method !== "POST") return sendJson(response, 405, {});
    asked.push({ id, method: String(body.method) });
    if (body.method === "initialize") {
      starting.add(id);
      most = Math.max(most, starting.size);
      if (hanging.has(id)) return undefined;
      if (id === held) return (release = () => begin(id, body.id, response));
      return begin(id, body.id, response);
    }
    if (!sessions.has(session)) return sendJson(response, 404, {});
    if (body.id === undefined) return response.writeHead(202).end();
    if (body.method === "tools/list") starting.delete(id);
    const result = { tools: (tools.get(id) ?? []).map((name) => ({ name })), content: [] };
    return sendJson(response, 200, { jsonrpc: "2.0", id: body.id, result });
  };
  const server = await serve((got, response) => void handle(got, response));
  const catalogs = new Map<string, ServerCatalog>();
  const definitions = ids.map((id) => definitionOf(id, change));
  let wanted = definitions;
  const catalogChanges: string[] = [];
  const exchanges: Exchange[] = [];
  const savedNames = new Map<string, NameAssignments>();
  onTestFinished(() => server.close());
  const engine = engineOf({
    registry: {
      servers: () => wanted,
      profiles: () => [{ ...PROFILE, serverIds: wanted.map(({ id }) => id) }],
      activeProfileId: () => "p",
      launch: async (id) => ({ ...launchOf(server.url), headers: { "x-server": id } }),
    },
    catalogs: {
      load: (id) => catalogs.get(id) ?? null,
      save: (id, catalog) => void catalogs.set(id, catalog),
      names: () => new Map(),
      saveNames: (given) => {
        for (const { kind, names } of given) savedNames.set(kind, names);
      },
    },
    traffic: { ...NO_TRAFFIC, onExchange: (exchange) => exchanges.push(exchange) },
    onCatalogChange: (id) => catalogChanges.push(id),
  });
  const signal = new AbortController().signal;
  return {
    engine,
    hanging,
    tools,
    asked,
    catalogs,
    catalogChanges,
    exchanges,
    savedNames,
    ids,
    most: () => most,
    /** Known from before. */
    know: (id: string, names: string[]) => {
      const lists = { ...NO_LISTS, tools: names.map((name) => ({ name })) };
      catalogs.set(id, { lists, implementation: null, listedAt: 0, configHash: "same" });
    },
    /** This one answers to the start of a session when it is released. */
    hold: (id: string) => void (held = id),
    release: () => {
      held = null;
      release();
    },
    forgetSessions: () => sessions.clear(),
    configure: (next: typeof definitions) => {
      wanted = next;
      return engine.reload();
    },
    definitions,
    states: () => ids.map((id) => engine.upstream(id)?.observation.state),
    list: async () => {
      const answer = await engine.request(
        "p",
        { jsonrpc: "2.0", id: 1, method: "tools/list" },
        signal,
      );
      return answer.kind === "json" ? answer.result : "";
    },
    call: (id: string) => engine.callServerTool(id, `tool-of-${id}`, {}, signal),
    count: (id: string, method: string) =>
      asked.filter((one) => one.id === id && one.method === method).length,
  };
}

describe("names", () => {
  it("are given for good only once the last server's own are among them", async () => {
    const one = await engineWith(2);
    for (const id of one.ids) one.tools.set(id, ["same"]);
    one.hold("s0");
    await one.engine.reload();
    one.engine.start();
    await vi.waitFor(() => expect(one.states()).toEqual(["starting", "ready"]));
    expect(await one.list()).toContain("same");
    expect(one.savedNames.size).toBe(0);
    one.release();
    await vi.waitFor(() => expect(one.savedNames.has("tool")).toBe(true));
    expect(one.savedNames.get("tool")).toEqual(
      new Map([
        ["s0 same", "same"],
        ["s1 same", "s1_same"],
      ]),
    );
  });
});

describe("what the window and the command line call", () => {
  it("is told of as a client's calls are, with the server's own name for it", async () => {
    const one = await engineWith(2);
    for (const id of one.ids) {
      one.know(id, ["same"]);
      one.tools.set(id, ["same"]);
    }
    await one.engine.reload();
    const call = (name: string) => ({
      jsonrpc: "2.0" as const,
      id: 1,
      method: "tools/call",
      params: { name, arguments: {} },
    });
    const { signal } = new AbortController();
    await one.engine.callServerTool("s1", "same", {}, signal);
    await one.engine.request("p", call("s1_same"), signal);
    await expect(one.engine.request("p", call("nobody's"), signal)).rejects.toThrow(GatewayError);
    await one.engine.request("p", { jsonrpc: "2.0", id: 1, method: "tools/list" }, signal);
    const same = { client: null, profileId: "p", method: "tools/call" };
    expect(one.exchanges).toMatchObject([
      {
        ...same,
        profileId: null,
        outcome: "ok",
        item: { kind: "tool", name: "same", serverId: "s1" },
      },
      {
        ...same,
        tool: "s1_same",
        outcome: "ok",
        item: { kind: "tool", name: "same", serverId: "s1" },
      },
      { ...same, outcome: "error", item: null },
      { ...same, method: "tools/list", outcome: "ok", item: null },
    ]);
  });
});

describe("fifty servers that are started at once", () => {
  it("are so a few at a time, lists answer meanwhile, and one that hangs holds up none", async () => {
    const one = await engineWith(50);
    one.know("s49", ["known-before"]);
    await one.engine.reload();
    one.hanging.add("s3");
    one.engine.start();
    expect(await one.list()).toContain("known-before");
    expect(new Set(one.states())).toEqual(new Set(["starting"]));
    await soon(() => expect(one.most()).toBeGreaterThan(0));
    const up = () => one.states().filter((state) => state === "ready").length;
    await soon(() => expect(up()).toBe(49));
    expect(one.engine.upstream("s3")?.observation.state).toBe("starting");
    expect(one.most()).toBeLessThanOrEqual(8);
    const listed = await one.list();
    const missing = one.ids.filter((id) => !listed.includes(`tool-of-${id}"`));
    expect(missing).toEqual(["s3"]);
  });

  it("are started past the others where a call needs one", async () => {
    const one = await engineWith(10);
    await one.engine.reload();
    for (let at = 0; at < 8; at += 1) one.hanging.add(`s${at}`);
    one.engine.start();
    await soon(() => expect(one.most()).toBe(8));
    one.hold("s9");
    const first = one.call("s9");
    await soon(() => expect(one.count("s9", "initialize")).toBe(1));
    // It is being started by now, and not once more.
    const second = one.call("s9");
    one.release();
    const answered = { response: { result: { content: [] } } };
    expect(await Promise.all([first, second])).toMatchObject([answered, answered]);
    expect(one.count("s9", "initialize")).toBe(1);
    // None of those that hang has let go of its place.
    expect(one.states().slice(8)).toEqual(["starting", "ready"]);
    expect(one.count("s8", "initialize")).toBe(0);
  });

  it("are not started any more where they are removed meanwhile", async () => {
    const one = await engineWith(12);
    await one.engine.reload();
    one.engine.start();
    await one.configure(one.definitions.slice(0, 4));
    await soon(() => expect(one.states().slice(0, 4)).toEqual(Array(4).fill("ready")));
    // Longer than all of them would take.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.asked.filter(({ id }) => Number(id.slice(1)) >= 4)).toEqual([]);
  });

  it("are not started any more where they are turned off meanwhile", async () => {
    const one = await engineWith(10);
    for (let at = 0; at < 8; at += 1) one.hanging.add(`s${at}`);
    await one.engine.reload();
    one.engine.start();
    await soon(() => expect(one.most()).toBe(8));
    const settled = one.engine.upstream("s9")?.settled();
    await one.configure(one.definitions.map((each) => ({ ...each, enabled: each.id !== "s9" })));
    await settled;
    expect(one.states().slice(8)).toEqual(["starting", "off"]);
  });
});

describe("what clients are told of a session that was begun anew", () => {
  it("is that lists have changed exactly where they have", async () => {
    const one = await engineWith(1);
    await one.engine.reload();
    one.engine.start();
    await soon(() => expect(one.states()).toEqual(["ready"]));
    await soon(() => expect(one.catalogChanges).toHaveLength(1));
    vi.useFakeTimers({ toFake: ["Date"] });
    const renew = async (names: string[]) => {
      one.forgetSessions();
      one.tools.set("s0", names);
      vi.setSystemTime(Date.now() + 60_000);
      expect(await one.call("s0")).toMatchObject({ response: { result: { content: [] } } });
      expect(await one.list()).toContain(names[0]);
    };
    await renew(["tool-of-s0"]);
    await renew(["tool-of-s0"]);
    expect(one.count("s0", "initialize")).toBe(3);
    expect(one.catalogChanges).toHaveLength(1);
    await renew(["another"]);
    expect(one.catalogChanges).toHaveLength(2);
  });
});

describe("a recheck", () => {
  it("of several within a second is one, asks all that run, and none after the end", async () => {
    const one = await engineWith(2);
    await one.engine.reload();
    one.engine.recheck("resume");
    one.engine.start();
    await soon(() => expect(one.states()).toEqual(["ready", "ready"]));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    one.engine.recheck("resume");
    vi.advanceTimersByTime(900);
    one.engine.recheck("network");
    vi.advanceTimersByTime(99);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    await soon(() => expect(one.count("s0", "tools/list")).toBe(2));
    await soon(() => expect(one.count("s1", "tools/list")).toBe(2));
    vi.advanceTimersByTime(2000);
    one.engine.recheck("network");
    await one.engine.close();
    vi.advanceTimersByTime(2000);
    expect(one.count("s0", "tools/list")).toBe(2);
    await soon(() => expect(vi.getTimerCount()).toBe(0));
  });
});
