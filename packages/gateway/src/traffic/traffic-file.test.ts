import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { LogNews } from "@local-mcp/contract";
import { openSqlite } from "@local-mcp/database";
import { describe, expect, test } from "vitest";
import type { Traffic } from "./create-traffic.ts";
import { callOf, trafficStage } from "./traffic.fixture.ts";

const DAMAGED = /^traffic-damaged-\d{4}-.*Z\.db$/;

const rowsOf = async ({ logs }: Traffic): Promise<number> => {
  const { rows } = await logs.list({ filter: "", limit: 100 });
  return rows.length;
};
const callsOf = async ({ metrics }: Traffic): Promise<number> =>
  (await metrics.get({ top: 1 })).totals.calls;

/** Who is told of rows from now on. */
async function following({ logs }: Traffic): Promise<AsyncGenerator<LogNews>> {
  const news = logs.follow("", undefined);
  await news.next();
  return news;
}
/** Until nothing more is told. */
async function ended(news: AsyncGenerator<LogNews>): Promise<void> {
  for await (const _ of news);
}

/** Everything of the file but its beginning, by which it is known, or all of it. */
function damage(path: string, from: number): void {
  const file = openSqlite(path);
  file.pragma("wal_checkpoint(TRUNCATE)");
  file.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill("?", from));
}

const FIRST: Record<string, (traffic: Traffic) => Promise<unknown>> = {
  "who counts calls": callsOf,
  "who reads debug logs": rowsOf,
  "who writes debug logs": ({ logs }) => logs.state(),
};

describe("a damaged file", () => {
  test.each(
    Object.entries(FIRST).flatMap(([who, meet]) => [
      { who, meet, what: "all of it", from: 0 },
      { who, meet, what: "its pages", from: 4096 },
    ]),
  )("is set aside once, met first by $who: $what", async ({ meet, from }) => {
    const stage = trafficStage();
    stage.server("kept");
    const before = stage.run();
    for (let call = 0; call < 20; call += 1) callOf(before, `call ${call}`);
    await before.close();
    damage(stage.paths.traffic, from);
    const traffic = stage.run();
    await meet(traffic);
    callOf(traffic, "after");
    expect(await rowsOf(traffic)).toBe(1);
    expect(await callsOf(traffic)).toBe(1);
    expect(stage.files().filter((name) => DAMAGED.test(name))).toHaveLength(1);
    expect(traffic.warnings.map(({ code }) => code)).toEqual(["traffic_set_aside"]);
    expect(stage.told.filter((type) => type === "logs.changed").length).toBeGreaterThan(0);
    expect(stage.warned.times).toBeGreaterThan(0);
    expect(stage.log.filter((line) => line.includes("set aside"))).toHaveLength(1);
    expect(stage.stores.servers.list().map(({ name }) => name)).toEqual(["kept"]);
  });

  test("is met by all three at once, also where it was damaged while they had it open", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    // More than a connection keeps in memory, which cannot be made smaller.
    for (let call = 0; call < 200; call += 1) callOf(traffic, randomBytes(30_000).toString("hex"));
    await Promise.all([rowsOf(traffic), callsOf(traffic)]);
    const news = await following(traffic);
    damage(stage.paths.traffic, 4096);
    const all = Array.from({ length: 10 }, async (_, at) => {
      callOf(traffic, `call ${at}`);
      await Promise.all([
        rowsOf(traffic),
        callsOf(traffic),
        traffic.logs.stats(""),
        traffic.logs.state(),
      ]);
    });
    await Promise.all(all);
    await ended(news);
    callOf(traffic, "after");
    await rowsOf(traffic);
    expect(stage.files().filter((name) => DAMAGED.test(name))).toHaveLength(1);
    expect(traffic.warnings.map(({ code }) => code)).toEqual(["traffic_set_aside"]);
    expect((await traffic.logs.list({ filter: "text:after", limit: 10 })).rows).toHaveLength(1);
  });

  test("is not the traffic's where it is the configuration", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    callOf(traffic, "before");
    expect(await rowsOf(traffic)).toBe(1);
    await traffic.close();
    damage(stage.paths.database, 0);
    const again = stage.run();
    await expect(callsOf(again)).rejects.toMatchObject({ code: "database_damaged" });
    expect(stage.files().filter((name) => DAMAGED.test(name))).toEqual([]);
    expect(again.warnings).toEqual([]);
  });
});

describe("a file", () => {
  test("that somebody removed is made anew", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    callOf(traffic, "before");
    expect(await rowsOf(traffic)).toBe(1);
    expect(await callsOf(traffic)).toBe(1);
    const news = await following(traffic);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${stage.paths.traffic}${suffix}`);
    // It is looked for once a second.
    await delay(1100);
    callOf(traffic, "after");
    expect(await rowsOf(traffic)).toBe(1);
    expect(await callsOf(traffic)).toBe(1);
    await ended(news);
    const anew = await following(traffic);
    callOf(traffic, "more");
    expect((await anew.next()).value).toMatchObject({ added: 1, last: 2 });
    await traffic.close();
    const again = stage.run();
    expect(await rowsOf(again)).toBe(2);
    expect(await callsOf(again)).toBe(2);
    expect(again.warnings).toEqual([]);
  });

  test("of a later version is left as it is, which stops the recording and nothing else", async () => {
    const stage = trafficStage();
    const before = stage.run();
    callOf(before, "before");
    await before.close();
    const file = openSqlite(stage.paths.traffic);
    file.pragma("user_version = 99");
    file.close();
    const traffic = stage.run();
    traffic.start();
    callOf(traffic, "after");
    await expect(callsOf(traffic)).rejects.toMatchObject({ code: "database_newer" });
    const state = await traffic.logs.state();
    expect(state.problem?.code).toBe("logs_stopped");
    expect(state.dropped).toBe(2);
    expect(traffic.warnings.map(({ code }) => code)).toContain("logs_stopped");
    expect(stage.files().filter((name) => DAMAGED.test(name))).toEqual([]);
  });

  test("is not made where nothing passes", async () => {
    const stage = trafficStage();
    const traffic = stage.run();
    traffic.start();
    expect(await rowsOf(traffic)).toBe(0);
    expect(await traffic.logs.state()).toMatchObject({
      rows: 0,
      bytes: 0,
      dropped: 0,
      problem: null,
    });
    await traffic.close();
    expect(stage.files().filter((name) => name.startsWith("traffic"))).toEqual([]);
  });
});
