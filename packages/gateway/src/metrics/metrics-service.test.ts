import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LOCAL_SERVER } from "@local-mcp/contract";
import { expect, onTestFinished, test, vi } from "vitest";
import { HOUR_MS } from "./call-row.ts";
import { BEGIN, metricsStage } from "./metrics.fixture.ts";
import type { MetricsOptions } from "./metrics-service.ts";

const MINUTE_MS = 60_000;
const tool = (serverId: string, name = "search") => ({ kind: "tool", name, serverId }) as const;

test("what was called is told by interval, name, server and profile", async () => {
  const stage = metricsStage();
  const [one, other] = [stage.server("one"), stage.server("other")];
  const profileId = stage.profile("work");
  const metrics = stage.run();
  for (const durationMs of [1, 2, 3, 4]) {
    metrics.onExchange(stage.call(tool(one), { durationMs, profileId }));
  }
  metrics.onExchange(stage.call(tool(one, "read"), { durationMs: 0.25, outcome: "tool_error" }));
  metrics.onExchange(stage.call({ kind: "prompt", name: "greet", serverId: LOCAL_SERVER }));
  metrics.onExchange(stage.call({ kind: "resource", name: "x://hunter2", serverId: other }));
  // Nobody knows the name.
  metrics.onExchange(stage.call(null, { outcome: "error" }));
  stage.clock.now += 1;

  const view = await metrics.get({ top: 20 });
  expect(view).toMatchObject({ recording: true, stepMs: 15 * MINUTE_MS });
  expect(view.totals).toMatchObject({ calls: 7, errors: 1, minMs: 0.25, maxMs: 4, lastAt: BEGIN });
  expect(view.series).toHaveLength(97);
  expect(view.series.filter(({ calls }) => calls > 0)).toMatchObject([{ at: BEGIN, calls: 7 }]);
  expect(view.series[0]).toMatchObject({ calls: 0, errors: 0, p50Ms: null });
  expect(view.items.map(({ kind, name, server, calls }) => [kind, name, server, calls])).toEqual([
    ["tool", "search", "one", 4],
    ["prompt", "greet", LOCAL_SERVER, 1],
    ["resource", "x://•••", "other", 1],
    ["tool", "read", "one", 1],
  ]);
  expect(view.servers.map(({ server, calls }) => [server, calls])).toEqual([
    ["one", 5],
    [LOCAL_SERVER, 1],
    ["other", 1],
  ]);
  expect(view.profiles.map(({ profile, calls }) => [profile, calls])).toEqual([
    ["work", 4],
    ["", 3],
  ]);
  const calls = async (query: object) => (await metrics.get({ top: 20, ...query })).totals.calls;
  expect(await calls({ kind: "tool" })).toBe(5);
  expect(await calls({ server: LOCAL_SERVER })).toBe(1);
  expect(await calls({ server: "one", profile: "work" })).toBe(4);
  expect(await calls({ to: BEGIN })).toBe(0);
  await expect(metrics.get({ top: 20, server: "nobody" })).rejects.toMatchObject({
    code: "server_not_found",
  });
  await expect(metrics.get({ top: 20, profile: "nobody" })).rejects.toMatchObject({
    code: "profile_not_found",
  });
  await expect(metrics.get({ top: 20, from: 2, to: 1 })).rejects.toMatchObject({
    code: "validation_failed",
  });
});

test("names are those of now, and of what is gone the last that was written down", async () => {
  const stage = metricsStage();
  const [kept, gone, late] = [stage.server("kept"), stage.server("gone"), stage.server("late")];
  const metrics = stage.run();
  for (const id of [kept, gone]) metrics.onExchange(stage.call(tool(id)));
  stage.clock.now += HOUR_MS + 10 * MINUTE_MS;
  await metrics.get({ top: 1 });
  await metrics.tidy();
  metrics.onExchange(stage.call(tool(late)));
  stage.stores.servers.update(kept, { name: "renamed" });
  stage.stores.servers.delete(gone);
  stage.stores.servers.delete(late);
  stage.clock.now += 1;
  const names = async () =>
    (await metrics.get({ from: BEGIN - 8 * 24 * HOUR_MS, top: 9 })).servers
      .map(({ server }) => server)
      .toSorted();
  expect(await names()).toEqual(["(removed)", "gone", "renamed"]);
});

test("what was counted is there after the end and a new start", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  const metrics = stage.run();
  for (let call = 0; call < 2500; call += 1) metrics.onExchange(stage.call(tool(id)));
  await metrics.close();
  metrics.onExchange(stage.call(tool(id)));
  stage.clock.now += 1;
  const again = stage.run();
  expect((await again.get({ top: 1 })).totals.calls).toBe(2500);
  expect(again.dropped).toBe(0);
});

test("nothing is opened where nothing was called, and nothing kept where counting is off", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  const idle = stage.run();
  idle.start();
  await idle.close();
  stage.settings.metrics = false;
  const off = stage.run();
  off.onExchange(stage.call(tool(id)));
  await off.close();
  expect(existsSync(stage.paths.traffic)).toBe(false);
  expect(await stage.run().get({ top: 1, to: BEGIN + 1 })).toMatchObject({
    recording: false,
    totals: { calls: 0 },
  });
});

test("a damaged file is set aside with its time, and counting goes on in a new one", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  writeFileSync(stage.paths.traffic, "not a database, whatever else it is".repeat(50));
  const metrics = stage.run();
  metrics.onExchange(stage.call(tool(id)));
  stage.clock.now += 1;
  expect((await metrics.get({ top: 1 })).totals.calls).toBe(1);
  expect(stage.file.warning?.code).toBe("traffic_set_aside");
  expect(stage.log.filter((message) => message === "set aside")).toHaveLength(1);
  expect(metrics.warnings).toEqual([]);
  const files = readdirSync(dirname(stage.paths.traffic));
  expect(files.filter((name) => /^traffic-damaged-\d{4}-.*Z\.db$/.test(name))).toHaveLength(1);
});

test("a file that cannot be written stops the counting, which goes on by itself", async () => {
  const stage = metricsStage();
  const id = stage.server("one");
  // A database of a later version is left alone.
  const { createTrafficDb, openSqlite } = await import("@local-mcp/database");
  createTrafficDb({ path: stage.paths.traffic }).close();
  const setVersion = (version: number): void => {
    const file = openSqlite(stage.paths.traffic);
    file.pragma(`user_version = ${version}`);
    file.close();
  };
  setVersion(99);
  const metrics = stage.run();
  metrics.onExchange(stage.call(tool(id)));
  await expect(metrics.get({ top: 1 })).rejects.toMatchObject({ code: "database_newer" });
  expect(metrics.dropped).toBe(1);
  expect(metrics.warnings.map(({ code }) => code)).toEqual(["metrics_stopped"]);
  setVersion(2);
  metrics.onExchange(stage.call(tool(id)));
  stage.clock.now += 1;
  expect((await metrics.get({ top: 1 })).totals.calls).toBe(1);
  expect(metrics.warnings).toEqual([]);
});

test("is forgotten by kind, name and server, also what is summed up", async () => {
  const stage = metricsStage();
  const [one, other] = [stage.server("one"), stage.server("other")];
  const metrics = stage.run();
  const callAll = (): void => {
    for (const id of [one, other, LOCAL_SERVER]) {
      for (const name of ["search", "read"]) metrics.onExchange(stage.call(tool(id, name)));
      metrics.onExchange(stage.call({ kind: "prompt", name: "search", serverId: id }));
    }
  };
  callAll();
  stage.clock.now += HOUR_MS + 10 * MINUTE_MS;
  await metrics.get({ top: 1 });
  await metrics.tidy();
  callAll();
  stage.clock.now += 1;
  const left = async () =>
    (await metrics.get({ from: BEGIN - 8 * 24 * HOUR_MS, top: 99 })).totals.calls;
  expect(await left()).toBe(18);
  expect(await metrics.reset({ kind: "tool", name: "search", server: "one" })).toEqual({
    calls: 2,
  });
  expect(await left()).toBe(16);
  expect(await metrics.reset({ server: LOCAL_SERVER })).toEqual({ calls: 6 });
  expect(await metrics.reset({ kind: "prompt" })).toEqual({ calls: 4 });
  expect(await left()).toBe(6);
  expect(await metrics.reset({})).toEqual({ calls: 6 });
  expect(await left()).toBe(0);
});

test("the thread is asked what is due where a call came, an hour is over or a setting changed, and else left alone", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const stage = metricsStage();
  const { file } = stage;
  let looks = 0;
  const asking: MetricsOptions["file"] = {
    guard: (thread) => {
      const guarded = file.guard(thread);
      return {
        ask: (kind, ...task) => {
          if (kind === "due") looks += 1;
          return guarded.ask(kind, ...task);
        },
      };
    },
  };
  const metrics = stage.run({ file: asking });
  const looksAfter = async (minutes: number): Promise<number> => {
    const before = looks;
    for (let minute = 0; minute < minutes; minute += 1) {
      vi.advanceTimersByTime(MINUTE_MS);
      // Waits for what the look began.
      await metrics.reset({ name: "nothing" });
    }
    return looks - before;
  };
  metrics.onExchange(stage.call(tool(stage.server("one"))));
  expect(await looksAfter(3)).toBe(1);
  metrics.onExchange(stage.call(tool(stage.server("other"))));
  expect(await looksAfter(3)).toBe(1);
  stage.settings.metricsRawDays = 1;
  expect(await looksAfter(3)).toBe(1);
  stage.clock.now += HOUR_MS;
  expect(await looksAfter(3)).toBe(1);
});
