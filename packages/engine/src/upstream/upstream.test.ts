import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, type TestContext, vi } from "vitest";
import type { Client, ServerDefinition } from "../definitions.ts";
import { isErrorResponse, isObject } from "../jsonrpc.ts";
import { soon } from "./http.fixture.ts";
import { callOf, client, failed, upstreamFor } from "./test-kit.ts";
import type { Upstream } from "./upstream.ts";

const SERVER = fileURLToPath(new URL("./stdio.fixture.ts", import.meta.url));
// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** An upstream on a real server process, with what the process did. */
function upstreamOn(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  era: string,
  change: Partial<ServerDefinition> = {},
) {
  const root = mkdtempSync(join(tmpdir(), "upstream-"));
  const record = join(root, "record");
  writeFileSync(record, "");
  const kept = upstreamFor(
    {
      transport: "stdio",
      command: process.execPath,
      args: [SERVER, record, era],
      cwd: null,
      env: {},
      pathName: "the test",
    },
    change,
  );
  onTestFinished(async () => {
    await kept.upstream.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const done = () => readFileSync(record, "utf8").split("\n").slice(0, -1);
  return {
    ...kept,
    done,
    starts: () => done().filter((line) => line.startsWith("start")).length,
    pids: () =>
      done()
        .filter((line) => line.startsWith("pid"))
        .map((line) => Number(line.slice(4))),
    become: (next: string) => writeFileSync(`${record}.era`, next),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Calls a tool and reads what it says. */
async function say(upstream: Upstream, name: string, who: Client | null = null, params = {}) {
  const answered = await upstream.call("tools/call", { name, ...params }, callOf(who).call);
  if (!answered || isErrorResponse(answered.response)) throw new Error("no result");
  const [content] = [answered.response.result.content].flat();
  const said: unknown = JSON.parse(isObject(content) ? String(content.text) : "null");
  return { era: answered.era, said };
}

// Mostly they wait for processes, each for its own.
describe.concurrent("the era of a server", () => {
  it.for([
    ["legacy", "legacy", 2],
    ["touchy", "legacy", 2],
    ["modern", "modern", 2],
    ["dual", "modern", 2],
  ] as const)("%s: found out once, then known", async ([kind, era, starts], test) => {
    const one = upstreamOn(test, kind);
    expect(await one.ready()).toBe("ready");
    expect(one.upstream.era).toBe(era);
    expect(one.starts()).toBe(starts);
    expect(one.verdicts.get("s")).toMatchObject({ era, configHash: "first" });
    expect((await say(one.upstream, "who")).era).toBe(era);
    await one.upstream.restart();
    await one.upstream.settled();
    expect(one.upstream.observation.state).toBe("ready");
    expect(one.starts()).toBe(starts + 1);
  });

  it("is asked anew when the configuration has changed", async (test) => {
    const one = upstreamOn(test, "legacy");
    await one.ready();
    await one.upstream.reconfigure({ ...one.definition, configHash: "second" });
    await one.upstream.settled();
    expect(one.starts()).toBe(4);
    expect(one.verdicts.get("s")).toMatchObject({ configHash: "second", certain: true });
  });

  it.for([
    ["modern", "legacy"],
    ["legacy", "modern"],
  ] as const)(
    "is asked anew by a server that was %s and is %s now",
    async ([before, after], test) => {
      const one = upstreamOn(test, before);
      await one.ready();
      one.become(after);
      await one.upstream.restart();
      await one.upstream.settled();
      expect(one.upstream.observation).toMatchObject({ state: "ready", reason: null });
      expect(one.upstream.era).toBe(after);
      expect(one.verdicts.get("s")?.era).toBe(after);
      expect(one.starts()).toBe(5);
    },
  );

  it("is asked anew after a server ended at what it does not know any more", async (test) => {
    const one = upstreamOn(test, "modern");
    await one.ready();
    one.become("touchy");
    await one.upstream.restart();
    await soon(() => expect(one.upstream.era).toBe("legacy"));
    expect(one.states).toContain("retrying");
    expect(one.starts()).toBe(5);
  });

  it("is asked anew after a server fell silent at what it does not know any more", async (test) => {
    const one = upstreamOn(test, "modern", { startTimeoutMs: 3000 });
    await one.ready();
    one.become("silent");
    await one.upstream.restart();
    await soon(() => expect(one.upstream.era).toBe("legacy"));
    expect(one.upstream.observation.state).toBe("ready");
  });

  it("of a server that is silent to what it does not know is found out all the same", async (test) => {
    const one = upstreamOn(test, "silent");
    expect(await one.ready()).toBe("ready");
    expect(one.verdicts.get("s")).toMatchObject({ era: "legacy", certain: true });
    expect(one.starts()).toBe(2);
  });

  it("is not guessed for good of one that says nothing in half of its time", async (test) => {
    const one = upstreamOn(test, "late", { startTimeoutMs: 6000 });
    expect(await one.ready()).toBe("ready");
    expect(one.upstream.era).toBe("modern");
    expect(one.verdicts.get("s")).toMatchObject({ era: "modern", certain: true });
    expect(one.starts()).toBe(3);
  });

  it("begins no process before the last one has ended", async (test) => {
    const one = upstreamOn(test, "stubborn", { startTimeoutMs: 1000 });
    one.upstream.start();
    await soon(() => expect(one.pids()).toHaveLength(2));
    expect(one.pids().map(isAlive)).toEqual([false, true]);
    expect(one.states).toContain("retrying");
    await one.upstream.stop();
    expect(one.pids().filter(isAlive)).toEqual([]);
  });
});

describe.concurrent("what a server is told of its clients", () => {
  it("at a legacy server, what is common; at a modern one, each caller's own", async (test) => {
    const [old, current] = [upstreamOn(test, "legacy"), upstreamOn(test, "modern")];
    await Promise.all([old.ready(), current.ready()]);
    const ann = client("ann", {
      logLevel: "info",
      capabilities: {
        roots: {},
        tasks: {},
        extensions: { "example.com/x": {}, "io.modelcontextprotocol/tasks": {} },
      },
    });
    const meta = { _meta: { "io.modelcontextprotocol/logLevel": "debug", "example.com/kept": 1 } };
    const shared = await say(old.upstream, "who", ann, meta);
    expect(shared.said).toMatchObject({
      client: {
        clientInfo: { name: "gateway" },
        capabilities: { elicitation: { form: {}, url: {} }, sampling: {} },
      },
      meta: { "example.com/kept": 1 },
    });
    expect(JSON.stringify(shared.said)).not.toMatch(/roots|logLevel/);
    const own = await say(current.upstream, "who", ann, meta);
    expect(own.said).toMatchObject({
      meta: {
        "example.com/kept": 1,
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "ann" },
        "io.modelcontextprotocol/clientCapabilities": {
          roots: {},
          extensions: { "example.com/x": {} },
        },
        "io.modelcontextprotocol/logLevel": "info",
      },
    });
    expect(JSON.stringify(own.said)).not.toContain("tasks");
    expect(current.upstream.caching).toEqual({ ttlMs: 500, isPublic: true });
    expect(old.upstream.caching).toEqual({ ttlMs: null, isPublic: false });
  });

  it("and of a cancelled call", async (test) => {
    for (const era of ["legacy", "modern"]) {
      const { upstream, ready, done } = upstreamOn(test, era);
      await ready();
      const controller = new AbortController();
      const { call } = callOf(client("ann"));
      const held = failed(
        upstream.call("tools/call", { name: "hold" }, { ...call, signal: controller.signal }),
      );
      const holding = () => done().find((line) => line.startsWith("holding"));
      await soon(() => expect(holding()).toBeDefined());
      controller.abort();
      expect(await held).toMatchObject({ code: "request_cancelled" });
      const id = holding()?.split(" ")[1];
      await soon(() => expect(done()).toContain(`notifications/cancelled ${id}`));
    }
  });
});

describe.concurrent("what a server asks", () => {
  it("is answered by the one whose call it belongs to", async (test) => {
    const { upstream, ready } = upstreamOn(test, "legacy");
    await ready();
    expect((await say(upstream, "ask", client("ann"))).said).toMatchObject({
      id: "question",
      result: { by: "ann" },
    });
  });
});

describe.concurrent("a connection per client", () => {
  it("keeps clients apart, costs only its own calls, and ends with its client", async (test) => {
    const one = upstreamOn(test, "legacy", { connections: "per_client" });
    const { upstream } = one;
    await one.ready();
    const [ann, bob] = [
      client("ann", { capabilities: { roots: {}, tasks: {} }, logLevel: "debug" }),
      client("bob"),
    ];
    const [first, again, other, own] = [
      await say(upstream, "who", ann),
      await say(upstream, "who", ann),
      await say(upstream, "who", bob),
      await say(upstream, "who", null),
    ];
    expect(again).toEqual(first);
    const pids = [first, other, own].map(({ said }) => isObject(said) && said.pid);
    expect(new Set(pids).size).toBe(3);
    expect(first.said).toMatchObject({
      client: { clientInfo: { name: "ann" }, capabilities: { roots: {} } },
    });
    expect(JSON.stringify(first.said)).not.toContain("tasks");
    expect(own.said).toMatchObject({ client: { clientInfo: { name: "gateway" } } });
    expect(one.done()).toContain('logging/setLevel "debug"');
    // Two for the era and the server itself, and one for each client.
    expect(one.starts()).toBe(4);

    expect(await failed(say(upstream, "end", ann))).toMatchObject({
      code: "server_stopped_during_call",
    });
    expect(upstream.observation.state).toBe("ready");
    expect((await say(upstream, "who", bob)).said).toEqual(other.said);
    const anew = await say(upstream, "who", ann);
    expect(isObject(anew.said) && anew.said.pid).not.toBe(pids[0]);
    await upstream.releaseClient("ann");
    await say(upstream, "who", ann);
    expect(one.starts()).toBe(6);

    await upstream.reconfigure({ ...one.definition, connections: "shared" });
    const shared = await say(upstream, "who", ann);
    expect(isObject(shared.said) && shared.said.pid).toBe(pids[2]);
  });

  it("tells of changed lists, which are then fetched for all", async (test) => {
    const one = upstreamOn(test, "legacy", { connections: "per_client" });
    await one.ready();
    const listings = () => one.done().filter((line) => line.startsWith("tools/list")).length;
    expect(listings()).toBe(1);
    await say(one.upstream, "add", client("ann"));
    await soon(() => expect(listings()).toBe(2));
    expect(one.told).toEqual([]);
  });

  it("is not needed by a modern server", async (test) => {
    const one = upstreamOn(test, "modern", { connections: "per_client" });
    await one.ready();
    await say(one.upstream, "who", client("ann"));
    await say(one.upstream, "who", client("bob"));
    expect(one.starts()).toBe(2);
  });
});

describe.concurrent("an upstream that is stopped", () => {
  it.for([
    { what: "while it finds out an era", era: "silent", connections: "shared" },
    { what: "with connections of clients", era: "legacy", connections: "per_client" },
  ] as const)("$what leaves no process", async ({ era, connections }, test) => {
    const one = upstreamOn(test, era, { connections });
    const pids = () =>
      one
        .done()
        .filter((line) => line.startsWith("pid"))
        .map((line) => Number(line.split(" ")[1]));
    if (connections === "per_client") {
      await one.ready();
      await say(one.upstream, "who", client("ann"));
      void failed(say(one.upstream, "who", client("bob")));
    } else one.upstream.start();
    const expected = connections === "per_client" ? 4 : 1;
    await soon(() => expect(pids()).toHaveLength(expected));
    await one.upstream.stop();
    expect(pids().filter(isAlive)).toEqual([]);
    expect(one.upstream.observation.state).toBe("idle");
  });
});

describe.concurrent("a process that ends", () => {
  it("answers its calls at once, though a child of it keeps its output open", async (test) => {
    const { upstream, ready, done } = upstreamOn(test, "legacy");
    await ready();
    const held = failed(say(upstream, "hold"));
    const ended = failed(say(upstream, "end-with-heir"));
    for (const answer of await Promise.all([held, ended])) {
      expect(answer).toMatchObject({ code: "server_stopped_during_call" });
    }
    expect(done().find((line) => line.startsWith("heir"))).toMatch(/^heir \d+$/);
    // It had both, and neither was sent again when it was started anew.
    await soon(() => expect(upstream.observation.state).toBe("ready"));
    expect(done().filter((line) => line.startsWith("tools/call"))).toHaveLength(2);
  });

  it("since nobody calls it leaves none, and the next call starts it once", async (test) => {
    const one = upstreamOn(test, "legacy", { idleStopMs: 50 });
    await one.ready();
    await soon(() => expect(one.upstream.observation.state).toBe("idle"));
    await soon(() => expect(one.pids().map(isAlive)).toEqual([false, false]));
    const calls = await Promise.all(Array.from({ length: 5 }, () => say(one.upstream, "who")));
    expect(new Set(calls.map(({ said }) => isObject(said) && said.pid)).size).toBe(1);
    expect(one.starts()).toBe(3);
  });
});

describe.concurrent("after a server was started anew", () => {
  it("subscriptions and the log level are there again", async (test) => {
    const { upstream, ready, done } = upstreamOn(test, "legacy");
    upstream.setLogLevel("notice");
    await ready();
    upstream.setSubscriptions(new Set(["a:1"]));
    const wanted = ['logging/setLevel "notice"', 'resources/subscribe "a:1"'];
    await soon(() => expect(done()).toEqual(expect.arrayContaining(wanted)));
    expect(await failed(say(upstream, "end"))).toMatchObject({
      code: "server_stopped_during_call",
    });
    const restored = () => {
      const lines = done();
      return lines.slice(lines.lastIndexOf("start legacy"));
    };
    await soon(() => expect(restored()).toEqual(expect.arrayContaining(wanted)));
  });
});
