import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { networkFailure, UpstreamFailure } from "./failure.ts";
import { scripted } from "./scripted.fixture.ts";
import { callOf, failed } from "./test-kit.ts";

const SECOND_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const FULL = {
  tools: [{ name: "a" }, { name: "b" }],
  prompts: [{ name: "p" }],
  resources: [{ uri: "r:1" }],
  resourceTemplates: [{ uriTemplate: "r:{id}" }],
};
const NONE = { tools: [], prompts: [], resources: [], resourceTemplates: [] };

/** A server that offered something, and was started again with nothing to offer. */
async function emptied() {
  const one = scripted(["works"]);
  one.list(FULL);
  await one.up();
  one.list(NONE);
  one.newest().fail();
  await vi.advanceTimersByTimeAsync(250);
  expect(one.upstream.observation.state).toBe("ready");
  return one;
}

const changed = (list: string) => ({
  jsonrpc: "2.0" as const,
  method: `notifications/${list}/list_changed`,
});

describe("lists that are empty all of a sudden", () => {
  it("are not believed: the last known stay, and it is asked for them for a minute", async () => {
    const one = await emptied();
    expect(one.upstream.catalog?.lists).toEqual(FULL);
    expect(one.upstream.observation.listIncomplete).toBe(true);
    const asked = () => one.sent("tools/list").length;
    const before = asked();
    let at = 0;
    for (const [nth, pause] of [1, 2, 4, 8, 15].entries()) {
      at += pause;
      await vi.advanceTimersByTimeAsync(pause * SECOND_MS - 1);
      expect(asked()).toBe(before + nth);
      await vi.advanceTimersByTimeAsync(1);
      expect(asked()).toBe(before + nth + 1);
      expect(one.upstream.catalog?.lists).toEqual(FULL);
    }
    expect(at).toBe(30);
    await vi.advanceTimersByTimeAsync(30 * SECOND_MS);
    expect(one.upstream.catalog?.lists).toEqual(NONE);
    expect(one.upstream.observation.listIncomplete).toBe(false);
    expect(one.logged.filter((line) => line === "a list is empty now")).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(600 * SECOND_MS);
    expect(asked()).toBe(before + 6);
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are settled by what is listed when it is asked again", async () => {
    const one = await emptied();
    one.list({ ...FULL, tools: [{ name: "c" }] });
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    expect(one.tools()).toEqual(["c"]);
    expect(one.upstream.observation.listIncomplete).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    await one.upstream.stop();
  });

  it("are believed when the server says that they have changed, each by itself", async () => {
    const one = await emptied();
    one.newest().receive(changed("tools"));
    await vi.advanceTimersByTimeAsync(100);
    expect(one.tools()).toEqual([]);
    expect(one.upstream.catalog?.lists.prompts).toEqual(FULL.prompts);
    expect(one.upstream.observation.listIncomplete).toBe(true);
    one.newest().receive(changed("prompts"));
    one.newest().receive(changed("resources"));
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    expect(one.upstream.catalog?.lists).toEqual(NONE);
    expect(one.upstream.observation.listIncomplete).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    await one.upstream.stop();
  });

  it("are not believed after a gap either, nor where it answers with an error", async () => {
    const one = await emptied();
    one.upstream.recheck("resume");
    await vi.advanceTimersByTimeAsync(500);
    expect(one.upstream.catalog?.lists).toEqual(FULL);
    one.list({ tools: null, prompts: null, resources: null, resourceTemplates: null });
    await vi.advanceTimersByTimeAsync(10 * SECOND_MS);
    expect(one.upstream.catalog?.lists).toEqual(FULL);
    expect(one.upstream.observation.listIncomplete).toBe(true);
    // An error settles nothing.
    one.list({ ...FULL, tools: [{ name: "c" }] });
    await vi.advanceTimersByTimeAsync(60 * SECOND_MS);
    expect(one.tools()).toEqual(["c"]);
    expect(one.upstream.observation.listIncomplete).toBe(false);
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are believed of a server that never had any, and of one configured anew", async () => {
    const one = scripted(["works"]);
    one.list(NONE);
    await one.up();
    expect(one.upstream.observation).toMatchObject({ state: "ready", listIncomplete: false });
    expect(vi.getTimerCount()).toBe(0);
    one.list(FULL);
    await one.upstream.restart();
    await one.settle();
    expect(one.tools()).toEqual(["a", "b"]);
    one.list(NONE);
    // Asked for its era anew.
    await one.upstream.reconfigure({ ...one.definition, configHash: "second" });
    await vi.advanceTimersByTimeAsync(2 * SECOND_MS);
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.upstream.catalog?.lists).toEqual(NONE);
    await one.upstream.stop();
  });

  it("are believed of a server that a person has started anew, also after a failure", async () => {
    const one = scripted(["works", "ends", "works"]);
    one.list(FULL);
    await one.up();
    one.list(NONE);
    await one.upstream.restart();
    await vi.advanceTimersByTimeAsync(250);
    expect(one.transports).toHaveLength(3);
    expect(one.upstream.catalog?.lists).toEqual(NONE);
    // Once, and not for good.
    one.list(FULL);
    one.newest().receive(changed("tools"));
    await vi.advanceTimersByTimeAsync(100);
    one.list(NONE);
    one.newest().fail();
    await vi.advanceTimersByTimeAsync(500);
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.tools()).toEqual(["a", "b"]);
    await one.upstream.stop();
  });

  it("are not believed of a server that the gateway knows from before", async () => {
    const first = scripted(["works"]);
    first.list(FULL);
    await first.up();
    await first.upstream.stop();
    const one = scripted(["works"], {}, { store: storeOf(first.catalogs) });
    one.list(NONE);
    await one.up();
    expect(one.tools()).toEqual(["a", "b"]);
    await one.upstream.stop();
  });
});

const storeOf = (catalogs: ReturnType<typeof scripted>["catalogs"]) => ({
  load: (id: string) => catalogs.get(id) ?? null,
  save: () => {},
  names: () => new Map<string, string>(),
  saveNames: () => {},
});

describe("lists that cannot be fetched again", () => {
  /** A server whose lists fail like this from now on, after it said that its tools have changed. */
  async function failing(error: UpstreamFailure) {
    const one = scripted(["works"], { transport: "http" });
    await one.up();
    one.newest().failLists(error);
    one.newest().receive(changed("tools"));
    await vi.advanceTimersByTimeAsync(100);
    return one;
  }
  const refused = () =>
    networkFailure("localhost", Object.assign(new Error("x"), { code: "ECONNREFUSED" }));

  it("are asked for once more, and then marked as incomplete", async () => {
    const one = await failing(new UpstreamFailure("not_mcp", "strange", { retry: "never" }));
    expect(one.upstream.observation).toMatchObject({ state: "ready", listIncomplete: false });
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    expect(one.upstream.observation).toMatchObject({ state: "ready", listIncomplete: true });
    expect(one.logged).toContain("lists could not be refreshed");
    expect(one.sent("tools/list")).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(600 * SECOND_MS);
    expect(one.sent("tools/list")).toHaveLength(3);
    expect(one.tools()).toEqual(["a"]);
    await one.upstream.stop();
  });

  it("since the server is not reached, twice, are those of a server that has failed", async () => {
    const one = await failing(refused());
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    expect(one.upstream.observation).toMatchObject({
      state: "retrying",
      reason: { code: "unreachable" },
      attempt: { number: 2, of: null },
    });
    expect(one.tools()).toEqual(["a"]);
    await vi.advanceTimersByTimeAsync(250);
    expect(one.upstream.observation.state).toBe("ready");
    expect(vi.getTimerCount()).toBe(0);
    await one.upstream.stop();
  });

  it("cost no call that is still under way", async () => {
    const one = scripted(["works"], { transport: "http" });
    await one.up();
    const held = failed(one.upstream.call("tools/call", { name: "hold" }, callOf(null).call));
    await one.settle();
    const transport = one.newest();
    transport.failLists(refused());
    transport.receive(changed("tools"));
    await vi.advanceTimersByTimeAsync(10 * SECOND_MS);
    expect(one.upstream.observation.state).toBe("ready");
    transport.answer("tools/call");
    expect(await held).toBe("it did not fail");
    await vi.advanceTimersByTimeAsync(10 * SECOND_MS);
    expect(one.transports).toHaveLength(2);
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("for a minute cost a call that does not come to its end", async () => {
    const one = scripted(["works"], { transport: "http", callTimeoutMs: 600 * SECOND_MS });
    await one.up();
    const held = failed(one.upstream.call("tools/call", { name: "hold" }, callOf(null).call));
    await one.settle();
    one.newest().failLists(refused());
    one.newest().receive(changed("tools"));
    await vi.advanceTimersByTimeAsync(60 * SECOND_MS);
    expect(one.upstream.observation.state).toBe("ready");
    await vi.advanceTimersByTimeAsync(200);
    expect(one.upstream.observation.state).toBe("retrying");
    expect(await held).toMatchObject({ code: "server_stopped_during_call" });
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("lists of which a server says without end that they have changed", () => {
  it("are fetched all the same, and once a second only", async () => {
    const one = scripted(["works"]);
    one.list(FULL);
    await one.up();
    const before = one.sent("tools/list").length;
    one.list({ ...FULL, tools: [{ name: "new" }] });
    const repeat = async (ms: number) => {
      for (let at = 0; at < ms; at += 20) {
        one.newest().receive(changed("tools"));
        await vi.advanceTimersByTimeAsync(20);
      }
    };
    await repeat(200);
    expect(one.tools()).toEqual(["new"]);
    await repeat(4800);
    expect(one.sent("tools/list").length - before).toBe(5);
    await one.upstream.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
