import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { freePort, start } from "../bench/child.ts";
import { findEcho, type Endpoint } from "../bench/client.ts";
import { connect } from "../bench/connect.ts";
import { assertFresh } from "../bench/fresh.ts";
import { CALLERS, connected, type Load, type Sample } from "../bench/measure.ts";
import { listenerOf, memoryOf } from "../bench/memory.ts";
import { asMarkdown, asText, writeBetweenMarks } from "../bench/report.ts";
import { reportCalls, summarize } from "../bench/scenarios/calls-report.ts";
import { median, percentile, table } from "../bench/stats.ts";
import { type Target, upstreamLaunch } from "../bench/targets.ts";
import { startHttpServer } from "./fixtures/http-server.ts";
import { startSseServer } from "./fixtures/sse-server.ts";
import { afterTest, fixtureFile } from "./fixtures/test-support.ts";
import { isAlive } from "./processes.ts";

test("percentiles are nearest ranks, medians of an even count lie between", () => {
  const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];
  expect(percentile(values, 0.5)).toBe(5);
  expect(percentile(values, 0.95)).toBe(10);
  expect(percentile(values, 0.1)).toBe(1);
  expect(median(values)).toBe(5.5);
  expect(median([3, 1, 2])).toBe(2);
  expect(() => median([])).toThrow("no values");
  expect(
    table([
      ["a", "bb"],
      ["ccc", "d"],
    ]),
  ).toBe("a    bb\nccc   d");
});

const ERAS = ["legacy", "modern"] as const;

const loadsOf = (change: Partial<Load>): Load[] =>
  ERAS.flatMap((era) =>
    CALLERS.map((callers) => ({
      era,
      callers,
      p50: 1,
      p95: 2,
      p99: 3,
      perSecond: 1000,
      clientUs: 20,
      targetUs: 30,
      ...change,
    })),
  );

interface Change extends Partial<Omit<Sample, "loads">>, Partial<Load> {}

const sampleOf = ({ ready = 100, rss = 100, pss = 90, ...load }: Change): Sample => ({
  ready,
  firstCall: 110,
  listP50: 1,
  loads: loadsOf(load),
  rss,
  pss,
});

const result = (
  name: string,
  group: Target["group"],
  role: Target["role"],
  ...changes: Change[]
) => {
  const endpoint = (): Endpoint => ({ kind: "http", url: "" });
  const samples = (changes.length > 0 ? changes : [{}]).map(sampleOf);
  const eras = group === "everything" ? (["legacy"] as const) : ERAS;
  return summarize({ name, group, role, eras, launch: () => null, endpoint }, samples);
};

const textOf = (...results: ReturnType<typeof result>[]): string =>
  asText([{ ...reportCalls(results), data: null }]).text;
const missedOf = (...results: ReturnType<typeof result>[]): string[] =>
  asText([{ ...reportCalls(results), data: null }]).missed.map(({ what }) => what);

test("the report names every gate in which a peer is not behind", () => {
  const peer = result("peer", "everything", "peer");
  const ahead: Change = { ready: 99, p50: 0.9, p95: 1.9, perSecond: 1001, rss: 99 };
  const behindWith = (ours: Change): string | undefined =>
    /^Behind: (.*)\.$/m.exec(textOf(result("gateway", "everything", "ours", ours), peer))?.[1];
  expect(behindWith(ahead)).toBeUndefined();
  expect(missedOf(result("gateway", "everything", "ours", ahead), peer)).toEqual([]);
  expect(behindWith({ ...ahead, p99: 50 })).toBeUndefined();
  expect(behindWith({ ...ahead, p95: 2 })).toBe("p95 c1 of peer");
  expect(behindWith({ ...ahead, perSecond: 999, rss: 101 })).toBe(
    "calls/s c1 of peer, calls/s c8 of peer, calls/s c32 of peer, RSS of peer",
  );
  expect(missedOf(result("gateway", "everything", "ours"), peer)).toHaveLength(1);
});

test("the report takes the median of the rounds and shows what does not apply", () => {
  const rounds = [{ p50: 9 }, { p50: 1 }, { p50: 2, rss: null, pss: null }];
  const summary = result("gateway", "everything", "ours", ...rounds);
  expect(summary.median).toMatchObject({ rss: 100 });
  expect(summary.median.loads.map(({ p50 }) => p50)).toEqual([2, 2, 2, 2, 2, 2]);
  const stdio = result("direct-stdio", "everything", "floor", { rss: null, pss: null });
  expect(textOf(stdio)).toMatch(/^direct-stdio .* –\s+–$/m);
});

test("the report allows two raw hops, and a millisecond more in a hundred calls", () => {
  const fast = { perSecond: 8000 };
  const through = (p50: number, p99 = 0.9): string[] =>
    missedOf(
      result("upstream", "hop", "floor", { ...fast, p50: 0.2, p99: 0.3 }),
      result("raw-hop", "hop", "peer", { ...fast, p50: 0.4 }),
      result("gateway-http", "hop", "ours", { ...fast, p50, p99 }),
    );
  expect(through(0.5)).toEqual([]);
  const hops = "p50 added at 1 caller, in raw hops";
  expect(through(0.7)).toEqual([hops, hops]);
  expect(through(0.5, 1.4)).toEqual(["p99 added at 1 caller", "p99 added at 1 caller"]);
});

test("as many calls a second are asked for as the server has alone, and no more than 8,000", () => {
  const at = (alone: number, ours: number): string[] =>
    missedOf(
      result("pipe", "pipe", "floor", { perSecond: alone }),
      result("gateway-stdio", "pipe", "ours", { perSecond: ours }),
    );
  const calls = "calls/s at 32 callers";
  expect(at(60_000, 8000)).toEqual([]);
  expect(at(60_000, 7999)).toEqual([calls, calls]);
  expect(at(5000, 5000)).toEqual([]);
  expect(at(5000, 4999)).toEqual([calls, calls]);
});

test("what was measured with another setting than the shipped one is refused", () => {
  const shipped = { key: "logLevel", value: "full", default: "full", source: "default" } as const;
  const port = { key: "port", value: 4444, default: 4444, source: "default" } as const;
  const fresh = [shipped, port];
  expect(() => assertFresh([shipped, { ...port, value: 1 }], fresh)).not.toThrow();
  expect(() => assertFresh([{ ...shipped, value: "off", source: "stored" }, port], fresh)).toThrow(
    /logLevel is "off"/,
  );
  expect(() => assertFresh([{ ...shipped, source: "stored" }, port], fresh)).toThrow("logLevel");
  expect(() => assertFresh([port], fresh)).toThrow("logLevel is not there");
});

test("what is measured hears nothing of the environment of whoever measures", async () => {
  vi.stubEnv("MCP_TS_STORAGE_TYPE", "memory");
  vi.stubEnv("NODE_EXTRA_CA_CERTS", "/nowhere.pem");
  afterTest(() => vi.unstubAllEnvs());
  const log = join(temporary(), "log");
  const print = ["-e", "console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)"];
  const child = start({ command: process.execPath, args: print, env: { OWN: "1" } }, log);
  afterTest(() => child.stop(0));
  await expect.poll(() => readFileSync(log, "utf8")).toContain('"OWN":"1"');
  expect(readFileSync(log, "utf8")).toMatch(/"PATH":/);
  expect(readFileSync(log, "utf8")).not.toMatch(/MCP_TS|EXTRA_CA/);
});

test("a document gets the tables between its marks, and keeps what is around them", () => {
  const section = { ...reportCalls([result("pipe", "pipe", "floor")]), data: null };
  const file = join(temporary(), "performance.md");
  const marks = ["<!-- what the benchmark wrote -->", "<!-- up to here -->"];
  writeFileSync(file, `# Before\n\n${marks[0]}\n\nold\n\n${marks[1]}\n\nAfter.\n`);
  for (let times = 0; times < 2; times += 1) {
    writeBetweenMarks(file, asMarkdown([section], "npm run bench"));
  }
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^# Before\n\n<!--/);
  expect(text).toMatch(/-->\n\nAfter\.\n$/);
  expect(text).not.toContain("old");
  expect(text.match(/^\| pipe, legacy \|/gm)).toHaveLength(1);
  writeFileSync(file, "no marks");
  expect(() => writeBetweenMarks(file, "text")).toThrow("has no place");
});

test.each(["json", "sse"] as const)("the HTTP client reads %s", async (answer) => {
  const require = { header: { name: "authorization", value: "Bearer t" } };
  const server = await startHttpServer({ answer, require, fixture: { toolPrefix: "one__" } });
  afterTest(() => server.close());
  const endpoint = {
    kind: "http",
    url: server.url,
    headers: { authorization: "Bearer t" },
  } as const;
  const client = connect(endpoint);
  afterTest(() => client.close());
  await client.initialize();
  const name = await findEcho(client);
  expect(name).toBe("one__echo");
  const calls = ["a", "b", "c"].map((message) =>
    client.request("tools/call", { name, arguments: { message } }),
  );
  expect(JSON.stringify(await Promise.all(calls))).toMatch(/Echo: a.*Echo: b.*Echo: c/);
  await expect(client.request("no/such")).rejects.toThrow("-32601");
  const stranger = connect({ ...endpoint, headers: {} });
  afterTest(() => stranger.close());
  await expect(stranger.initialize()).rejects.toThrow("HTTP 401");
});

test.each(ERAS)("the client that takes little speaks the %s era", async (era) => {
  const port = await freePort();
  const upstream = start(upstreamLaunch(port), join(temporary(), "log"));
  afterTest(() => upstream.stop());
  const url = `http://127.0.0.1:${port}${era === "legacy" ? "/mcp" : "/modern"}`;
  const client = await connected(() => connect({ kind: "wire", url, era }));
  afterTest(() => client.close());
  const calls = ["a", "b", "c"].map((message) =>
    client.request("tools/call", { name: "echo", arguments: { message } }),
  );
  expect(JSON.stringify(await Promise.all(calls))).toMatch(/Echo: a.*Echo: b.*Echo: c/);
  await expect(client.request("no/such")).rejects.toThrow("-32601");
});

test("the SSE client finds its answers on the stream, and hears of its end", async () => {
  const server = await startSseServer();
  afterTest(() => server.close());
  const client = connect({ kind: "sse", url: server.url });
  afterTest(() => client.close());
  await client.initialize();
  const name = await findEcho(client);
  const calls = ["a", "b"].map((message) =>
    client.request("tools/call", { name, arguments: { message } }),
  );
  expect(JSON.stringify(await Promise.all(calls))).toMatch(/Echo: a.*Echo: b/);
  const held = client.request("tools/call", { name: "hold", arguments: { gate: "g" } });
  const refusal = held.catch(String);
  await expect.poll(() => server.fixture.received.at(-1)?.params?.name).toBe("hold");
  server.dropStreams();
  expect(await refusal).toMatch(/ended|aborted/);
});

const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "bench-test-"));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

test("stopping a child ends everything below it, however it resists", async () => {
  const directory = temporary();
  const pidFile = join(directory, "pid");
  const args = [fixtureFile("hostile-stdio.ts"), "ignores-eof", pidFile];
  const child = start({ command: process.execPath, args }, join(directory, "log"));
  afterTest(() => child.stop(0));
  const readPid = () => Number(readFileSync(pidFile, "utf8"));
  await expect.poll(readPid).toBeGreaterThan(0);
  const grandchild = readPid();
  expect(child.family()).toContain(grandchild);
  await child.stop(100);
  await expect.poll(() => [child.pid, grandchild].filter(isAlive)).toEqual([]);
});

test("a child that ends by itself says its last words", async () => {
  const args = [fixtureFile("hostile-stdio.ts"), "exit"];
  const child = start({ command: process.execPath, args }, join(temporary(), "log"));
  afterTest(() => child.stop(0));
  await expect(child.ended).rejects.toThrow("the thing it needs is missing");
});

test.skipIf(process.platform !== "linux")("finds who listens, and its memory", async () => {
  const server = await startHttpServer();
  afterTest(() => server.close());
  const port = Number(new URL(server.url).port);
  expect(await listenerOf(port, [process.ppid, process.pid])).toBe(process.pid);
  await expect(listenerOf(port, [process.ppid])).rejects.toThrow("none of its processes");
  const { rss, pss } = await memoryOf(process.pid);
  expect(Math.abs(rss - process.memoryUsage.rss() / 2 ** 20)).toBeLessThan(100);
  expect(pss).toBeLessThanOrEqual(rss * 1.1);
});
