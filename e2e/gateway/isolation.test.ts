import { describe, expect, it } from "vitest";
import {
  HOSTILE_HTTP_TOOL,
  type HostileHttpMode,
  startHostileHttp,
} from "../fixtures/hostile-http.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { fixture, hostile, serve, type ServerConfig, startGateway, until } from "./test-gateway.ts";

const MEGABYTE = 1024 * 1024;
/** By how much the gateway may grow, and what misbehaves in the process of this test too, bytes. */
const MAX_GROWTH = 1024 * MEGABYTE;
const GOOD_CALLS = 50;
const BAD_CALLS = 2;

const GOOD = fixture("--name", "good");
const ECHO = /Echo: /;
const ANSWERED = /answered/;
const TOO_BIG = /(64|40)(\.\d)? MB; the limit is 32 MB|more than 32 MB/;
const LATE = /did not answer within/;
const GONE = /stopped while this request was running|cannot answer/;
const BROKEN = /cannot answer/;
const NOT_MCP = /not MCP/;

/** A bad server, and what has to become of it. */
interface Bad {
  config: ServerConfig;
  /** What each of its calls comes to. */
  answers: RegExp;
  tool?: string;
  flags?: string[];
  /** How long a call may take, ms; set where it is not answered. */
  callTimeoutMs?: number;
}

/** All bad servers and a good one behind one gateway, with a client of it. */
async function serveAll(bad: Record<string, Bad>) {
  const { api, gateway } = await startGateway();
  const configs = { good: { config: GOOD }, ...bad };
  for (const [name, { config, callTimeoutMs }] of Object.entries<Omit<Bad, "answers">>(configs)) {
    await api.servers.create({ name, config, confirmed: true, limits: { callTimeoutMs } });
  }
  const servers = Object.keys(configs);
  await api.profiles.create({ slug: "dev", servers, namePolicy: "always_prefix" });
  const { token } = await api.tokens.create({ name: "test", profile: "dev" });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize();
  const tools = new Map(
    Object.entries(bad).map(([name, { tool = "echo" }]) => [name, `${name}_${tool}`]),
  );
  await until(
    () => client.request("tools/list"),
    (list) => ["good_echo", ...tools.values()].every((name) => names(list).includes(name)),
  );
  const echo = async (tool: string, message: string): Promise<string> =>
    JSON.stringify(await client.request("tools/call", call(tool, { message })).catch(String));
  const stateOf = async (server: string) => (await api.servers.get({ server })).status;
  return { tools, echo, stateOf };
}

/** Calls all servers at the same time, the good one for as long as the others are called. */
async function callAll(bad: Record<string, Bad>) {
  const { tools, echo, stateOf } = await serveAll(bad);
  const before = process.memoryUsage().rss;
  const badAreDone = new AbortController();
  /** Answers of the good server that are not its own. */
  const wrong: string[] = [];
  const callGood = async (): Promise<void> => {
    for (let done = 0; done < GOOD_CALLS || !badAreDone.signal.aborted; done += 1) {
      const answer = await echo("good_echo", `message ${done}.`);
      if (!answer.includes(`Echo: message ${done}.`)) wrong.push(answer);
    }
  };
  /** Answers of bad servers that are not as they should be. */
  const unexpected: [string, string][] = [];
  const callBad = async (name: string, tool: string): Promise<void> => {
    for (let done = 0; done < BAD_CALLS; done += 1) {
      const answer = await echo(tool, "x");
      if (bad[name]?.answers.test(answer) !== true) unexpected.push([name, answer.slice(0, 500)]);
    }
  };
  const allBad = Promise.all([...tools].map(([name, tool]) => callBad(name, tool)));
  await Promise.all([callGood(), allBad.finally(() => badAreDone.abort())]);

  const growth = process.memoryUsage().rss - before;
  const flags: Record<string, string[]> = {};
  for (const name of ["good", ...tools.keys()]) {
    const status = await until(
      () => stateOf(name),
      ({ state }) => state === "ready",
    );
    if (status.flags.length > 0) flags[name] = status.flags;
  }
  return { wrong, unexpected, growth, flags };
}

const tooBig = (bad: Record<string, Bad>) =>
  Object.fromEntries(
    Object.entries(bad)
      .filter(([, { answers }]) => answers === TOO_BIG)
      .map(([name]) => [name, ["answer_too_big"]]),
  );

const flooding = (mode: string, more: Partial<Bad> = {}): Bad => ({
  config: {
    transport: "stdio",
    command: process.execPath,
    args: [fixtureFile("flooding-stdio.ts"), mode],
  },
  answers: ANSWERED,
  ...more,
});

describe("servers over stdio that misbehave cost only their own calls", () => {
  it("while they never stop writing", { timeout: 120_000 }, async () => {
    const bad: Record<string, Bad> = {
      messages: { config: hostile("flood-messages"), answers: ECHO },
      changes: {
        config: hostile("flood-messages", "notifications/tools/list_changed"),
        answers: ECHO,
      },
      garbage: { config: hostile("flood-garbage"), answers: ECHO },
      stderr: { config: hostile("flood-stderr"), answers: ECHO },
      unbroken: { config: hostile("flood-stderr", "unbroken"), answers: ECHO },
    };
    const { wrong, unexpected, growth, flags } = await callAll(bad);
    expect({ wrong, unexpected, flags }).toEqual({ wrong: [], unexpected: [], flags: {} });
    expect(growth).toBeLessThan(MAX_GROWTH);
  });

  it("while what they write is wrong in size or shape", { timeout: 120_000 }, async () => {
    const bad: Record<string, Bad> = {
      nul: { config: hostile("nul"), answers: ECHO },
      "no-text": { config: hostile("invalid-utf8"), answers: /content/ },
      partial: { config: hostile("partial"), answers: ECHO },
      huge: { config: hostile("huge", "64"), answers: TOO_BIG },
      "dies-mid-answer": { config: hostile("dies-mid-call", "half"), answers: GONE },
      "deep-answer": flooding("deep-answer", { answers: LATE, callTimeoutMs: 1000 }),
      "deep-message": flooding("deep-message"),
      "never-closed": flooding("never-closed"),
      progress: flooding("progress"),
      batch: flooding("batch"),
      strangers: flooding("strangers"),
      questions: flooding("questions"),
      "big-garbage": flooding("big-garbage"),
      "big-message": flooding("big-message", { answers: TOO_BIG }),
      binary: flooding("binary"),
    };
    const { wrong, unexpected, growth, flags } = await callAll(bad);
    expect({ wrong, unexpected, flags }).toEqual({
      wrong: [],
      unexpected: [],
      flags: tooBig(bad),
    });
    expect(growth).toBeLessThan(MAX_GROWTH);
  });

  it("while a line never ends", async () => {
    const { api, client } = await serve(
      { good: GOOD, bad: hostile("endless-line") },
      { startTimeoutMs: 1000 },
    );
    await api.servers.update({ server: "good", changes: { limits: { startTimeoutMs: 30_000 } } });
    const read = () => api.servers.get({ server: "bad" });
    const { status } = await until(read, (server) => server.status.state === "retrying");
    expect(status.reason?.message).toMatch(/did not answer within 1 s/);
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("echo"),
    );
    for (let done = 0; done < GOOD_CALLS; done += 1) {
      const message = `message ${done}.`;
      const answer = await client.request("tools/call", call("echo", { message }));
      expect(JSON.stringify(answer)).toContain(`Echo: ${message}`);
    }
  });
});

describe("servers over HTTP that misbehave cost only their own calls", () => {
  it("whatever they answer with", { timeout: 120_000 }, async () => {
    const answers: [HostileHttpMode, Omit<Bad, "config">][] = [
      ["endless-stream", { answers: LATE, callTimeoutMs: 1000 }],
      ["stream-after-answer", { answers: ANSWERED }],
      ["late-answer", { answers: ANSWERED }],
      ["endless-body", { answers: TOO_BIG }],
      ["big-event", { answers: TOO_BIG }],
      ["endless-line", { answers: TOO_BIG }],
      ["slow-body", { answers: LATE, callTimeoutMs: 1000 }],
      ["silence", { answers: LATE, callTimeoutMs: 1000 }],
      ["big-headers", { answers: BROKEN }],
      ["redirect", { answers: /redirects to/ }],
      ["reset", { answers: BROKEN }],
      ["broken-chunks", { answers: BROKEN }],
      ["no-http", { answers: BROKEN }],
      ["gzip-bomb", { answers: NOT_MCP }],
      ["deep-answer", { answers: NOT_MCP }],
      ["big-batch", { answers: NOT_MCP }],
      ["standing-flood", { answers: ANSWERED }],
      ["endless-accepted", { answers: ANSWERED }],
    ];
    const calls: [string, () => number][] = [];
    const bad: Record<string, Bad> = {};
    for (const [name, expected] of answers) {
      const server = await startHostileHttp(name);
      afterTest(() => server.close());
      calls.push([name, () => server.calls()]);
      const config = { transport: "http", url: server.url } as const;
      bad[name] = { ...expected, config, tool: HOSTILE_HTTP_TOOL };
    }
    const { wrong, unexpected, growth, flags } = await callAll(bad);
    expect({ wrong, unexpected, flags }).toEqual({
      wrong: [],
      unexpected: [],
      flags: tooBig(bad),
    });
    expect(growth).toBeLessThan(MAX_GROWTH);
    // Nothing of it is repeated, since it may have taken effect.
    expect(calls.filter(([, count]) => count() > BAD_CALLS)).toEqual([]);
  });
});
