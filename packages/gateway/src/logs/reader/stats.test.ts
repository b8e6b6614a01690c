import { expect, test } from "vitest";
import { metricsStage } from "../../metrics/metrics.fixture.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";
import { sessionsOf } from "./sessions.ts";
import { statsOf } from "./stats.ts";
import { suggest } from "./suggest.ts";

test("counts what clients asked and what came of it, exactly, over time and by tool and server", async () => {
  using stage = new ReaderStage();
  const [one = "", other = ""] = stage.servers;
  for (let call = 1; call <= 100; call += 1) {
    const about = { correlation: `c${call}`, at: NOW + call * 1000, name: "search", serverId: one };
    const outcome = call > 90 ? "tool_error" : "ok";
    stage.ended(about, { durationMs: call, outcome });
    stage.ended({ ...about, kind: "upstream" }, { durationMs: call / 2 });
  }
  stage.ended({ at: NOW, name: "list", serverId: other }, { outcome: "cancelled", durationMs: 5 });
  stage.ended({ at: NOW, method: "tools/list", name: null }, { durationMs: 1 });
  stage.add({ at: NOW, ended: null });
  stage.ended({ at: NOW, kind: "notification", direction: "from_client" }, { durationMs: null });
  const stats = (filter: string) => statsOf(stage.reading, { filter, now: NOW }, WAITING);

  const whole = await stats("");
  expect(whole.totals).toEqual({ calls: 102, errors: 11, p50Ms: 49, p95Ms: 95, p99Ms: 99 });
  expect(whole).toMatchObject({ from: NOW, to: NOW + 100_000, stepMs: 2000 });
  expect(whole.series).toHaveLength(51);
  expect(whole.series[0]).toEqual({
    at: NOW,
    calls: 3,
    errors: 1,
    p50Ms: 1,
    p95Ms: 5,
    p99Ms: 5,
  });
  expect(whole.series.reduce((sum, { calls }) => sum + calls, 0)).toBe(102);
  expect(whole.tools).toEqual([
    { name: "search", server: "files", calls: 100, errors: 10, p50Ms: 50, p95Ms: 95, p99Ms: 99 },
    { name: "list", server: "git-hub", calls: 1, errors: 1, p50Ms: 5, p95Ms: 5, p99Ms: 5 },
  ]);
  expect(whole.servers.map(({ server, calls }) => [server, calls])).toEqual([
    ["files", 100],
    ["git-hub", 1],
  ]);
  expect((await stats("kind:upstream")).totals).toMatchObject({ calls: 100, p99Ms: 49.5 });
  expect((await stats("status:error")).totals).toMatchObject({ calls: 10, errors: 10 });
  expect((await stats("status:running")).series).toEqual([]);
  // A step without calls is a gap and not a time of 0 ms.
  const gap = (await stats("duration:1..1")).series;
  expect(gap.at(-1)).toMatchObject({ calls: 1 });
  expect((await stats("duration:..1 -tool:list")).totals.calls).toBe(2);
});

test("steps are sensible however long it is, and there are not too many", async () => {
  for (const [span, stepMs] of [
    [0, 1000],
    [59_000, 1000],
    [3_600_000, 120_000],
    [86_400_000, 1_800_000],
    [7 * 86_400_000, 3 * 3_600_000],
    [3650 * 86_400_000, 62 * 86_400_000],
  ] as const) {
    using stage = new ReaderStage();
    const at = Math.floor(NOW / 86_400_000) * 86_400_000;
    stage.ended({ at }, {});
    stage.ended({ at: at + span }, {});
    const stats = await statsOf(stage.reading, { filter: "", now: NOW }, WAITING);
    expect([span, stats.stepMs]).toEqual([span, stepMs]);
    expect(stats.series.length).toBeLessThanOrEqual(60);
    expect(stats.series.at(0)?.calls ?? 0).toBeGreaterThan(0);
    expect(stats.series.at(-1)?.calls ?? 0).toBeGreaterThan(0);
  }
});

test("says the same as the metrics do of the same calls", async () => {
  using stage = new ReaderStage();
  const others = metricsStage();
  const metrics = others.run();
  const [id = "", server = others.server("files")] = [stage.servers[0]];
  const outcomes = ["ok", "tool_error", "error", "cancelled", "timed_out"] as const;
  for (let call = 0; call < 300; call += 1) {
    const outcome = outcomes[call % 7] ?? "ok";
    const durationMs = ((call * 7919) % 1000) + 0.125;
    const name = `tool-${call % 3}`;
    metrics.onExchange(
      others.call({ kind: "tool", name, serverId: server }, { durationMs, outcome }),
    );
    stage.ended({ name, serverId: id, at: NOW + call }, { durationMs, outcome });
  }
  const view = await metrics.get({ top: 10 });
  const stats = await statsOf(stage.reading, { filter: "", now: NOW }, WAITING);
  const figures = ({ calls, errors }: { calls: number; errors: number }) => ({ calls, errors });
  expect(figures(stats.totals)).toEqual(figures(view.totals));
  const byTool = ({ name, ...more }: { name: string; calls: number; errors: number }) =>
    JSON.stringify([name, figures(more)]);
  expect(stats.tools.map(byTool).sort()).toEqual(view.items.map(byTool).sort());
  // The metrics count in buckets that are 2 % wide.
  const within = (exact: number | null, rough: number | null) =>
    expect(Math.abs((exact ?? 0) - (rough ?? 0)) / (exact ?? 1)).toBeLessThan(0.02);
  within(stats.totals.p50Ms, view.totals.p50Ms);
  within(stats.totals.p95Ms, view.totals.p95Ms);
  within(stats.totals.p99Ms, view.totals.p99Ms);
});

test("puts together what a session did, the latest first", async () => {
  using stage = new ReaderStage();
  const [profileId = ""] = stage.profiles;
  const older = { sessionId: "older", profileId, era: "legacy" as const };
  stage.ended({ ...older, at: NOW, client: null, method: "initialize", name: null }, {});
  stage.ended({ ...older, at: NOW + 5 }, { outcome: "error" });
  stage.ended({ ...older, at: NOW + 9, kind: "upstream", client: null }, {});
  stage.ended({ ...older, at: NOW + 7 }, { outcome: "cancelled" });
  stage.add({ ...older, at: NOW + 8, ended: null });
  stage.ended({ sessionId: "newer", at: NOW + 20 }, {});
  stage.ended({ sessionId: null, at: NOW + 30 }, {});
  const sessions = await sessionsOf(stage.reading, { filter: "", now: NOW }, WAITING);
  const some = { client: "Some client", clientVersion: "1.2.3" };
  expect(sessions).toEqual([
    {
      ...some,
      session: "newer",
      era: "modern",
      profile: null,
      firstAt: NOW + 20,
      lastAt: NOW + 20,
      requests: 1,
      errors: 0,
    },
    {
      ...some,
      session: "older",
      era: "legacy",
      profile: "dev",
      firstAt: NOW,
      lastAt: NOW + 9,
      requests: 4,
      errors: 2,
    },
  ]);
  expect(await sessionsOf(stage.reading, { filter: "status:error", now: NOW }, WAITING)).toEqual([
    expect.objectContaining({ session: "older", firstAt: NOW + 5, requests: 1, errors: 1 }),
  ]);
});

test("suggests names as they are now, those that were used last first", () => {
  using stage = new ReaderStage();
  const [dev = "", team = ""] = stage.profiles;
  for (const profileId of [team, dev, team]) stage.add({ profileId, name: `of-${profileId}` });
  stage.rename();
  const suggested = (key: string, prefix = "") =>
    stage.reading.read([], (db) => suggest(db, stage.reading.names(), { key, prefix }));
  expect(suggested("profile")).toEqual(["team", "work"]);
  stage.add({ profileId: dev });
  expect(suggested("profile")).toEqual(["work", "team"]);
  expect(suggested("profile", "TE")).toEqual(["team"]);
  expect(suggested("client", "some")).toEqual(["Some client"]);
  expect(suggested("tool", "OF-")).toEqual([`of-${team}`, `of-${dev}`]);
  expect(suggested("method")).toEqual(["tools/call"]);
  expect(suggested("constructor")).toEqual([]);
});
