import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { start } from "../bench/child.ts";
import { connect, findEcho, type Endpoint } from "../bench/client.ts";
import type { Sample } from "../bench/measure.ts";
import { listenerOf, memoryOf } from "../bench/memory.ts";
import { report, summarize } from "../bench/report.ts";
import { median, percentile, table } from "../bench/stats.ts";
import type { Target } from "../bench/targets.ts";
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

const SAMPLE: Sample = {
  ready: 100,
  firstCall: 110,
  p50: 1,
  p95: 2,
  p99: 3,
  listP50: 1,
  perSecond: 1000,
  rss: 100,
  pss: 90,
};

const result = (
  name: string,
  group: Target["group"],
  role: Target["role"],
  ...changes: Partial<Sample>[]
) => {
  const endpoint = (): Endpoint => ({ kind: "http", url: "" });
  const samples = (changes.length > 0 ? changes : [{}]).map((change) => ({ ...SAMPLE, ...change }));
  return summarize({ name, group, role, launch: () => null, endpoint }, samples);
};

test("the report names every gate in which a peer is not behind", () => {
  const peer = result("peer", "everything", "peer");
  const ahead = { ready: 99, p50: 0.9, p95: 1.9, perSecond: 1001, rss: 99 };
  const gates = (ours: Partial<Sample>) =>
    report([result("gateway", "everything", "ours", ours), peer]).behind;
  expect(gates(ahead)).toEqual([]);
  expect(gates({ ...ahead, p99: 50, listP50: 50 })).toEqual([]);
  expect(gates({ ...ahead, p95: 2 })).toEqual(["p95 of peer"]);
  expect(gates({ ...ahead, perSecond: 999, rss: 101 })).toEqual([
    "calls/s c16 of peer",
    "RSS MB of peer",
  ]);
  expect(gates({})).toHaveLength(5);
});

test("the report takes the median of the rounds and shows what does not apply", () => {
  const rounds = [{ p50: 9 }, { p50: 1 }, { p50: 2, rss: null, pss: null }];
  const summary = result("gateway", "everything", "ours", ...rounds);
  expect(summary.median).toMatchObject({ p50: 2, rss: 100 });
  const stdio = result("direct-stdio", "everything", "floor", { rss: null, pss: null });
  expect(report([stdio]).text).toMatch(/^direct-stdio .* –\s+–$/m);
});

test("the report allows two raw hops", () => {
  const through = (p50: number) =>
    report([
      result("upstream", "hop", "floor", { p50: 0.2 }),
      result("raw-hop", "hop", "peer", { p50: 0.4 }),
      result("gateway-http", "hop", "ours", { p50 }),
    ]);
  expect(through(0.5)).toMatchObject({ behind: [], text: /= 1\.50 hops/ });
  expect(through(0.7).behind).toEqual(["more than 2 raw hops added"]);
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
