import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HOUR_MS } from "./call-row.ts";
import { bucketOf, valueOf } from "./histogram.ts";
import { BEGIN, metricsStage } from "./metrics.fixture.ts";
import { rank } from "./tally.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

test("a bucket is no wider than 2 %, and its middle is in it", () => {
  for (let ms = 0.002; ms < 1e7; ms *= 1.37) {
    const bucket = bucketOf(ms);
    expect(Math.abs(valueOf(bucket) / ms - 1)).toBeLessThan(0.011);
    expect(bucketOf(valueOf(bucket))).toBe(bucket);
  }
  expect([0, -1, Number.MIN_VALUE].map((ms) => bucketOf(ms))).toEqual([0, 0, 0]);
});

const call = fc.record({
  /** Since the call before. */
  afterMs: fc.nat(2 * HOUR_MS),
  durationMs: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
  ok: fc.boolean(),
  server: fc.nat(2),
  name: fc.constantFrom("search", "read"),
  next: fc.constantFrom("nothing", "nothing", "tidy", "restart"),
});

/** The exact figure, of all durations. */
const exact = (durations: readonly number[], part: number): number =>
  durations.toSorted((one, other) => one - other)[rank(part, durations.length) - 1] ?? Number.NaN;

test("whenever hours are summed up, and however often, every call is counted once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
      const stage = metricsStage();
      const ids = ["a", "b", "c"].map((name) => stage.server(name));
      let metrics = stage.run();
      for (const { afterMs, durationMs, ok, server, name, next } of calls) {
        stage.clock.now += afterMs;
        const item = { kind: "tool", name, serverId: ids[server] ?? "" } as const;
        metrics.onExchange(stage.call(item, { durationMs, outcome: ok ? "ok" : "error" }));
        if (next === "nothing") continue;
        // What is asked of the thread comes after what it was sent.
        await metrics.get({ top: 1 });
        await metrics.tidy();
        if (next === "tidy") continue;
        await metrics.close();
        metrics = stage.run();
      }
      for (const range of [DAY_MS / 2, 6 * DAY_MS]) {
        const [to, from] = [stage.clock.now + 1, stage.clock.now + 1 - range];
        const view = await metrics.get({ from, to, top: 99 });
        let at = BEGIN;
        const within = calls.filter(({ afterMs }) => {
          at += afterMs;
          return at > from && at < to;
        });
        const durations = within.map(({ durationMs }) => Math.round(durationMs * 1000) / 1000);
        const errors = within.filter(({ ok }) => !ok).length;
        expect(view.totals).toMatchObject({ calls: within.length, errors });
        const sum = (all: readonly { calls: number }[]) => all.reduce((n, one) => n + one.calls, 0);
        for (const part of [view.series, view.items, view.servers, view.profiles]) {
          expect(sum(part)).toBe(within.length);
        }
        const { p50Ms, p95Ms, p99Ms } = view.totals;
        for (const [part, told] of [
          [0.5, p50Ms],
          [0.95, p95Ms],
          [0.99, p99Ms],
        ] as const) {
          const right = exact(durations, part);
          expect(Math.abs((told ?? 0) - right)).toBeLessThanOrEqual(right * 0.02 + 0.001);
        }
      }
      await metrics.close();
    }),
    { numRuns: 10 },
  );
}, 120_000);

test("an hour that is summed up again is written over, and exact for the hour", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  const metrics = stage.run();
  const item = { kind: "tool", name: "search", serverId: id } as const;
  for (const durationMs of [10, 20, 30, 40, 1000]) {
    metrics.onExchange(stage.call(item, { durationMs }));
  }
  stage.clock.now += HOUR_MS + 10 * MINUTE_MS;
  await metrics.get({ top: 1 });
  await metrics.tidy();
  await metrics.tidy();
  // One that was still on its way, with the clock of then.
  const now = stage.clock.now;
  stage.clock.now = BEGIN + 1;
  metrics.onExchange(stage.call(item, { durationMs: 50, outcome: "cancelled" }));
  stage.clock.now = now;
  await metrics.get({ top: 1 });
  await metrics.tidy();
  const rows = stage.stores.db.query.toolMetricsHourly.findMany().sync();
  expect(rows).toMatchObject([
    {
      hourStart: BEGIN,
      serverName: "one",
      mcpServerId: id,
      toolName: "search",
      successCount: 5,
      failureCount: 1,
      minMs: 10,
      maxMs: 1000,
      totalMs: 1150,
      p50Ms: 30,
      p95Ms: 1000,
      p99Ms: 1000,
    },
  ]);
  expect(await metrics.get({ from: BEGIN - 8 * DAY_MS, top: 1 })).toMatchObject({
    totals: { calls: 6, errors: 1 },
  });
});

test("rows and sums go when they were kept long enough, and rows before the sums", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  const metrics = stage.run();
  const callAll = (): void => {
    for (let count = 0; count < 300; count += 1) {
      metrics.onExchange(stage.call({ kind: "prompt", name: "greet", serverId: id }));
    }
  };
  const all = async () =>
    (await metrics.get({ from: BEGIN - DAY_MS, kind: "prompt", top: 1 })).totals.calls;
  const sums = () => stage.stores.db.query.promptMetricsHourly.findMany().sync().length;
  callAll();
  stage.clock.now += 8 * DAY_MS;
  callAll();
  await all();
  await metrics.tidy();
  expect([await all(), sums()]).toEqual([600, 1]);
  await metrics.close();
  const { openSqlite } = await import("@local-mcp/database");
  const file = openSqlite(stage.paths.traffic, { readonly: true });
  expect(file.prepare("SELECT count(*) FROM prompt_metrics").pluck().get()).toBe(300);
  file.close();
  const later = stage.run();
  stage.clock.now += 364 * DAY_MS;
  await later.tidy();
  expect(sums()).toBe(1);
  const left = await later.get({ from: BEGIN - DAY_MS, top: 1 });
  expect(left.totals.calls).toBe(300);
});

test("a restored configuration without the sums gets them from the rows that are there", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  const metrics = stage.run();
  metrics.onExchange(stage.call({ kind: "tool", name: "search", serverId: id }));
  stage.clock.now += 2 * HOUR_MS;
  await metrics.get({ top: 1 });
  await metrics.tidy();
  await metrics.close();
  stage.stores.metrics.reset({});
  const again = stage.run();
  const total = async () => (await again.get({ from: BEGIN - 8 * DAY_MS, top: 1 })).totals.calls;
  expect(await total()).toBe(1);
  await again.tidy();
  expect(await total()).toBe(1);
  expect(stage.stores.db.query.toolMetricsHourly.findMany().sync()).toHaveLength(1);
});
